"""Who may override which refusal: by policy, and never what no booking stands behind."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.admission import Reason
from kiosk.domain.overriding import NO_BOOKING, OWN_RULES, MayOverride, OverrideRule, least, may_override
from kiosk.domain.walk_in import WalkIn, role_for

ROLES = ("guard", "leader", "supervisor")


def test_the_rules_that_hold_without_a_file_name_every_reason_once() -> None:
    """None is forgotten, none stands twice."""
    assert sorted(rule.reason for rule in OWN_RULES) == sorted(Reason)


@given(st.lists(st.sampled_from(list(MayOverride)), min_size=len(Reason), max_size=len(Reason)), st.sampled_from(ROLES))
def test_no_policy_makes_a_code_a_way_in_that_no_booking_stands_behind(by: list[MayOverride], role: str) -> None:
    """Whatever the file or the server says."""
    rules = [OverrideRule(reason, who) for reason, who in zip(Reason, by, strict=True)]
    assert not any(may_override(rules, (reason,), role) for reason in NO_BOOKING)
    assert not may_override(rules, (Reason.TOO_LATE, Reason.FORGED_CODE), role)


@pytest.mark.parametrize(
    ("reasons", "needed"),
    [
        (("too_late",), MayOverride.GUARD),
        (("wrong_site", "too_early"), MayOverride.LEADER),
        (("wrong_day", "site_closed"), MayOverride.SUPERVISOR),
        (("forged_code",), MayOverride.NEVER),
        ((), MayOverride.NEVER),
        (("a reason of a later version",), MayOverride.NEVER),
    ],
)
def test_of_several_reasons_the_one_that_asks_most_decides(reasons: tuple[str, ...], needed: MayOverride) -> None:
    """Whoever may override one of two reasons may not override both."""
    assert least(OWN_RULES, reasons) is needed
    able = [role for role in ROLES if may_override(OWN_RULES, reasons, role)]
    assert able == ([] if needed is MayOverride.NEVER else list(ROLES[ROLES.index(needed) :]))


def test_a_reason_that_the_rules_leave_out_is_overridden_by_nobody() -> None:
    """Silence is no permission."""
    assert not may_override((), ("too_late",), "supervisor")


def test_approving_somebody_without_a_booking_is_a_leaders_matter() -> None:
    """Every other kind is any guard's."""
    assert {kind for kind in WalkIn if role_for(kind) != "guard"} == {WalkIn.APPROVED}
    assert role_for(WalkIn.APPROVED) == "leader"
