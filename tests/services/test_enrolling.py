"""Setting up at the screen: only the server of the settings, only after a yes, each failure in its own words."""

from __future__ import annotations

import pytest

from kiosk.adapters.log_reader import Identity
from kiosk.domain.ids import KioskId, SiteId
from kiosk.errors import KioskError, ServerGarbled, ServerRejected, ServerUnreachable, StoreFull
from kiosk.protocol.enrolment_text import write
from kiosk.services.enrolling import Enrolling, Stage, Trouble

HERE = "https://central.example.cn:8480"
CODE = "7K3MZ0QD-4T8WX1N5RB2C"
WHO = Identity(SiteId("branch-2"), KioskId("door-1"), 1, "B", "", "", "")


class Trading:
    """A server that takes every code, or fails as a test says."""

    def __init__(self) -> None:
        self.codes: list[str] = []
        self.error: KioskError | None = None

    def __call__(self, code: str) -> Identity:
        """Trade a code."""
        self.codes.append(code)
        if self.error is not None:
            raise self.error
        return WHO


@pytest.fixture
def trading() -> Trading:
    """Return a server that takes every code."""
    return Trading()


@pytest.fixture
def enrolling(trading: Trading) -> Enrolling:
    """Return a kiosk that is nobody yet."""
    return Enrolling(HERE, trading)


def test_a_code_is_traded_after_a_yes_only(enrolling: Enrolling, trading: Trading) -> None:
    """Holding a code up does nothing by itself."""
    assert enrolling.seen([write(HERE, CODE)]).stage is Stage.CONFIRM
    assert trading.codes == []
    assert enrolling.begin().stage is Stage.WORKING
    done = enrolling.finish()
    assert (done.stage, done.who, trading.codes) == (Stage.DONE, WHO, [CODE])


def test_a_strangers_server_is_refused(enrolling: Enrolling, trading: Trading) -> None:
    """A QR pasted over ours must not enrol the kiosk elsewhere; the screen says whose it is."""
    view = enrolling.seen([write("https://central.evil.cn:8480", CODE)])
    assert (view.stage, view.trouble, view.other) == (Stage.SCAN, Trouble.OTHER_SERVER, "https://central.evil.cn:8480")
    assert enrolling.begin().stage is Stage.SCAN
    assert trading.codes == []


def test_a_no_forgets_the_code(enrolling: Enrolling) -> None:
    """The next person begins from the camera."""
    enrolling.seen([write(HERE, CODE)])
    assert enrolling.back().stage is Stage.SCAN
    assert enrolling._code == ""
    assert CODE not in repr(enrolling)


@pytest.mark.parametrize(
    ("texts", "trouble"),
    [
        (["VB1:6BF+70790"], Trouble.NOT_ENROLMENT),
        (["https://example.cn"], Trouble.NOT_ENROLMENT),
        ([write(HERE, CODE), write(HERE, CODE.replace("7", "8"))], Trouble.TWO_CODES),
    ],
)
def test_other_codes_are_told_apart(enrolling: Enrolling, texts: list[str], trouble: Trouble) -> None:
    """A booking code or two codes at once lead nowhere, and say so."""
    view = enrolling.seen(texts)
    assert (view.stage, view.trouble) == (Stage.SCAN, trouble)


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (ServerRejected("enrolment_refused: no", "enrolment_refused"), Trouble.REFUSED),
        (ServerRejected("update_needed: newer", "update_needed"), Trouble.UPDATE),
        (ServerRejected("the certificate", "distrust"), Trouble.DISTRUST),
        (ServerUnreachable("gone"), Trouble.UNREACHABLE),
        (ServerGarbled("what?"), Trouble.UPDATE),
        (StoreFull("full"), Trouble.STORE),
    ],
)
def test_each_failure_has_its_words_and_leaves_the_screen_open(
    enrolling: Enrolling, trading: Trading, error: KioskError, trouble: Trouble
) -> None:
    """The person holds up another code; nothing need be restarted."""
    trading.error = error
    enrolling.seen([write(HERE, CODE)])
    enrolling.begin()
    view = enrolling.finish()
    assert (view.stage, view.trouble) == (Stage.SCAN, trouble)
    trading.error = None
    enrolling.seen([write(HERE, CODE)])
    enrolling.begin()
    assert enrolling.finish().stage is Stage.DONE


def test_what_comes_at_the_wrong_moment_changes_nothing(enrolling: Enrolling) -> None:
    """A code behind the person, or a second touch, does not disturb the work."""
    enrolling.seen([write(HERE, CODE)])
    enrolling.begin()
    assert enrolling.seen([write(HERE, CODE)]).stage is Stage.WORKING
    assert enrolling.back().stage is Stage.WORKING
    assert enrolling.begin().stage is Stage.WORKING
    enrolling.finish()
    assert enrolling.seen([write(HERE, CODE)]).stage is Stage.DONE
