"""Setting a kiosk up at its own screen: an enrolment QR is held to the camera, a person says yes, the code is traded.

The kiosk enrols with the server of its settings only. A QR that names another server is refused, whoever printed it:
else a stranger's would hand the door over to a stranger. Called on one thread at a time; no window, no network here.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol

from kiosk.errors import KioskError, ServerGarbled, ServerRejected, ServerUnreachable
from kiosk.protocol import enrolment_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

logger = logging.getLogger(__name__)


class Stage(StrEnum):
    """How far the setting-up is."""

    SCAN = "scan"
    CONFIRM = "confirm"
    WORKING = "working"
    DONE = "done"


class Trouble(StrEnum):
    """Why it did not work; each has its words in both languages (`enrol.trouble.<...>`)."""

    NONE = "none"
    NOT_ENROLMENT = "not_enrolment"  # another QR, a booking code perhaps
    TWO_CODES = "two_codes"
    OTHER_SERVER = "other_server"
    REFUSED = "refused"  # wrong, used or too old: the server does not say which
    UNREACHABLE = "unreachable"
    DISTRUST = "distrust"
    UPDATE = "update"
    STORE = "store"


class Enrolled(Protocol):
    """Who the kiosk is from now on."""

    @property
    def site_id(self) -> str:
        """The site."""
        ...

    @property
    def kiosk_id(self) -> str:
        """The kiosk."""
        ...

    @property
    def letter(self) -> str:
        """Its letter in queue numbers."""
        ...

    @property
    def epoch(self) -> int:
        """How often it was enrolled."""
        ...


@dataclass(frozen=True, slots=True)
class EnrolView:
    """What the screen shows. `server`: the address of the settings; `other`: the one that a refused QR named."""

    stage: Stage
    server: str
    trouble: Trouble = Trouble.NONE
    other: str = ""
    who: Enrolled | None = None


_SAID_NO: Final[Mapping[str, Trouble]] = {"distrust": Trouble.DISTRUST, "update_needed": Trouble.UPDATE}


@dataclass(slots=True)
class Enrolling:
    """The acts of the enrolment screen; `trade` gives a code to the server and keeps what it answers for good."""

    server: str
    trade: Callable[[str], Enrolled]
    view: EnrolView = field(init=False)
    _code: str = field(default="", init=False, repr=False)

    def __post_init__(self) -> None:
        """Begin with the camera."""
        self.view = EnrolView(Stage.SCAN, self.server)

    def seen(self, texts: Sequence[str]) -> EnrolView:
        """Take what one frame, or a hand scanner, holds; only while a code is asked for."""
        if self.view.stage is not Stage.SCAN or not texts:
            return self.view
        found = [item for item in map(enrolment_text.read, texts) if item is not None]
        if len(found) != 1:
            return self._scan(Trouble.TWO_CODES if found else Trouble.NOT_ENROLMENT)
        if not found[0].is_for(self.server):
            return self._scan(Trouble.OTHER_SERVER, found[0].url)
        self._code = found[0].code
        return self._turn(EnrolView(Stage.CONFIRM, self.server))

    def back(self) -> EnrolView:
        """Hear "no": the code is forgotten, and another may come."""
        return self._scan() if self.view.stage is Stage.CONFIRM else self.view

    def begin(self) -> EnrolView:
        """Hear "yes"; `finish` does the work, which may take as long as the server does."""
        return self._turn(EnrolView(Stage.WORKING, self.server)) if self.view.stage is Stage.CONFIRM else self.view

    def finish(self) -> EnrolView:
        """Trade the code; whatever goes wrong is said, and the camera waits for another."""
        code, self._code = self._code, ""
        try:
            who = self.trade(code)
        except KioskError as error:
            logger.warning("not enrolled: %s", error)
            return self._scan(_trouble(error))
        return self._turn(EnrolView(Stage.DONE, self.server, who=who))

    def failed(self) -> EnrolView:
        """Hear that something unexpected happened; a person is told, and another code may come."""
        return self._scan(Trouble.STORE)

    def _scan(self, trouble: Trouble = Trouble.NONE, other: str = "") -> EnrolView:
        self._code = ""
        return self._turn(EnrolView(Stage.SCAN, self.server, trouble, other))

    def _turn(self, view: EnrolView) -> EnrolView:
        self.view = view
        return view


def _trouble(error: KioskError) -> Trouble:
    if isinstance(error, ServerRejected):
        return _SAID_NO.get(error.reason, Trouble.REFUSED)
    if isinstance(error, ServerGarbled):
        return Trouble.UPDATE
    return Trouble.UNREACHABLE if isinstance(error, ServerUnreachable) else Trouble.STORE
