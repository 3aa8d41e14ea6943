"""What is erased together, and when: the pure rules."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.case import Case, CaseAct, CaseEvent, Cause, Disposition, Opening
from kiosk.domain.entry import EntryKind
from kiosk.domain.ids import CaseId, GuardId, KioskId, VisitId
from kiosk.domain.policy import Keeping
from kiosk.domain.record import Hold, Visit
from kiosk.domain.retention import (
    KEPT_KINDS,
    AsideLog,
    Subject,
    deleted_body,
    is_aside_due,
    is_held,
    is_visit_due,
    is_visitless_due,
    ranges,
    subject_of,
    visit_in,
)
from kiosk.domain.state import apply
from kiosk.domain.visit import Step
from tests.domain.builders import ZONE, Memory, at, chain

KEEPING = Keeping(visit_days=3, case_days=6, staff_days=9)
VISIT = Visit(VisitId("v1"), KioskId("B"), Step.ADMITTED, at(9), at(10))
CASE = Case(CaseId("c1"), VISIT.id, Opening(at(9), "CB01", KioskId("B"), Cause.ELEVATED))
DAY = timedelta(days=1)


def test_whatever_is_about_a_person_is_never_kept_for_good() -> None:
    """A new kind counts as a visitor's until somebody decides otherwise; machine kinds are a short, known list."""
    kept = {kind.value for kind in EntryKind if subject_of(kind) is Subject.MACHINE}
    assert kept == set(KEPT_KINDS)
    words = "started stopped device typed_wrong exit_sensed day_opened day_closed erased hold_placed hold_lifted"
    assert kept == set(words.split())
    assert subject_of(EntryKind.READING) is Subject.VISITOR
    assert subject_of(EntryKind.SIGNED_IN) is Subject.STAFF


def test_a_visit_is_due_after_its_days_and_not_at_them() -> None:
    """The edge is kept."""
    assert not is_visit_due(KEEPING, VISIT, None, at(10) + 3 * DAY)
    assert is_visit_due(KEEPING, VISIT, None, at(10) + 3 * DAY + timedelta(milliseconds=1))


def closed_at(moment: datetime) -> Case:
    """Return the case after a guard took it, turned the visitor away and closed it."""
    acts = (
        CaseAct(1, at(9), KioskId("B"), 1, 11, CaseEvent.ACKNOWLEDGED, GuardId("g1")),
        CaseAct(2, at(9), KioskId("B"), 1, 12, CaseEvent.DISPOSED, GuardId("g1"), disposition=Disposition.TURNED_AWAY),
        CaseAct(3, moment, KioskId("B"), 1, 13, CaseEvent.CLOSED, GuardId("g1")),
    )
    return replace(CASE, acts=acts)


def test_a_case_is_due_from_its_closing_and_never_while_it_is_open() -> None:
    """However old; one that only another kiosk knows is kept as long as a case."""
    ill = replace(VISIT, case_id=CASE.id)
    closed = closed_at(at(12) + 10 * DAY)
    assert not is_visit_due(KEEPING, ill, CASE, at(10) + 999 * DAY)
    assert not is_visit_due(KEEPING, ill, closed, at(12) + 16 * DAY)
    assert is_visit_due(KEEPING, ill, closed, at(13) + 16 * DAY)
    assert not is_visit_due(KEEPING, ill, None, at(10) + 6 * DAY)
    assert is_visit_due(KEEPING, ill, None, at(11) + 6 * DAY)


@pytest.mark.parametrize(("first", "last", "is_kept"), [(8, 9, False), (9, 10, True), (11, 11, True), (12, 14, False)])
def test_a_hold_keeps_whatever_touches_its_days(first: int, last: int, is_kept: bool) -> None:
    """By the site's calendar, both ends included; a lifted one keeps nothing."""
    hold = Hold("h", date(2020, 3, 10), date(2020, 3, 11), at(9))
    moments = [at(10, day=first), at(10, day=last)]
    assert is_held([hold], moments, ZONE) == is_kept
    assert not is_held([replace(hold, lifted_at=at(10))], moments, ZONE)


def test_nothing_is_kept_for_less_than_two_days() -> None:
    """A day's counters are gone before what moved them."""
    with pytest.raises(ValueError, match="2 days"):
        Keeping(visit_days=1)


@given(st.sets(st.integers(1, 200)))
def test_ranges_are_the_numbers(seqs: set[int]) -> None:
    """In order, apart from each other, and no number more or less."""
    found = ranges(seqs)
    assert [seq for low, high in found for seq in range(low, high + 1)] == sorted(seqs)
    assert all(left[1] + 1 < right[0] for left, right in itertools.pairwise(found))


@pytest.mark.parametrize(
    ("body", "visit"),
    [
        ('{"visit_id":"v1"}', "v1"),
        ('{"visit":{"id":"v2"}}', "v2"),
        ('{"day":"2020-03-10"}', None),
        ("[1]", None),
        ("no JSON", None),
        ('{"visit_id":7}', None),
        ('{"visit_id":"é"}', None),
        ('{"visit":{"id":"' + "x" * 65 + '"}}', None),
        ("[" * 100_000, None),
    ],
)
def test_the_visit_of_a_body(body: str, visit: str | None) -> None:
    """Taken over from another kiosk as well."""
    assert visit_in(body) == visit


def test_lifting_a_hold_that_nobody_placed_changes_nothing() -> None:
    """A log whose placing entry is unknown here."""
    state = Memory()
    apply(state, chain([(EntryKind.HOLD_LIFTED, {"hold_id": "h9"})])[0])
    assert state.holds() == []


ASIDE = AsideLog("log-epoch-1.db", 1, 7, "ab" * 32, 0, at(9), at(10))


def test_a_log_put_aside_is_due_after_the_longest_time_and_never_while_any_of_it_is_unsent() -> None:
    """Whatever kind its last entry was of; the edge is kept."""
    assert not is_aside_due(KEEPING, ASIDE, [], at(10) + 9 * DAY)
    assert is_aside_due(KEEPING, ASIDE, [], at(10) + 9 * DAY + timedelta(milliseconds=1))
    assert not is_aside_due(KEEPING, replace(ASIDE, unsent=1), [], at(10) + 999 * DAY)


def test_a_log_put_aside_waits_for_its_cases() -> None:
    """One that is open, or of which nothing is known, keeps it; one that was closed since counts from its closing."""
    later = at(10) + 999 * DAY
    assert not is_aside_due(KEEPING, ASIDE, [CASE], later)
    assert not is_aside_due(KEEPING, ASIDE, [None], later)
    assert not is_aside_due(KEEPING, ASIDE, [closed_at(later - 9 * DAY)], later)
    assert is_aside_due(KEEPING, ASIDE, [closed_at(later - 10 * DAY)], later)


def test_the_deletion_of_a_log_says_which_and_erases_no_number_of_the_log_that_says_so() -> None:
    """By number and hash of its last entry, which the server has too."""
    gone = {"epoch": 1, "entries": 7, "hash": "ab" * 32}
    body = deleted_body(ASIDE, "p/1")
    assert body == {"ranges": [], "policy": "p/1", "log": gone}
    state = Memory()
    state.set_count("queue:2020-03-10:", 3)
    apply(state, chain([(EntryKind.ERASED, dict(body))])[0])
    assert state.count("queue:2020-03-10:") == 3


def test_entries_about_no_known_visit_are_kept_by_their_case() -> None:
    """A code that opened nothing goes after a visit's days; acts for another kiosk's case after a case's."""
    partial = replace(CASE, opening=None)
    assert is_visitless_due(KEEPING, None, at(11) + 3 * DAY, at(10))
    assert not is_visitless_due(KEEPING, None, at(10) + 3 * DAY, at(10))
    assert not is_visitless_due(KEEPING, partial, at(11) + 3 * DAY, at(10))
    assert is_visitless_due(KEEPING, partial, at(11) + 6 * DAY, at(10))
    assert not is_visitless_due(KEEPING, CASE, at(10) + 99 * DAY, at(10))
    assert is_visitless_due(KEEPING, closed_at(at(10)), at(11) + 6 * DAY, at(10))
