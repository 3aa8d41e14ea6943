"""What leaves the kiosk for people: the ledger on a USB stick, blank sheets for the hours without the machine.

Each is registered as an entry before anything leaves. Making the files is slow and done on another thread: an act
here returns the rest of the work, which needs nothing that the worker's thread owns.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, Protocol
from zoneinfo import ZoneInfo

from kiosk.domain.booking import BookingStatus
from kiosk.domain.entry import EntryKind
from kiosk.domain.ledger import Making
from kiosk.domain.ledger_row import Known
from kiosk.domain.masking import mask_name
from kiosk.domain.paper_sheets import BlankSheets, Expected, sheet_numbers
from kiosk.domain.times import local_day
from kiosk.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from kiosk.protocol.messages import Guard
    from kiosk.services.guard_board import Board
    from kiosk.services.today import Today

logger = logging.getLogger(__name__)

_HOURS: Final = 2  # the running hour and the next


class LedgerFiles(Protocol):
    """Files for people. The writing methods are slow, may be called on any thread, and raise OSError."""

    def stick(self) -> Path | None:
        """Return the first USB stick that is mounted and can be written, or None."""
        ...

    def own_folder(self) -> Path:
        """Return the folder for papers in the kiosk's data."""
        ...

    def write_ledger(self, folder: Path, name: str, known: Known, how: Making) -> Path:
        """Write a day's ledger as a spreadsheet, and beside it to be printed; return the spreadsheet."""
        ...

    def write_sheets(self, folders: Sequence[Path], name: str, sheets: BlankSheets) -> Path:
        """Write blank sheets into each folder; return the file in the last."""
        ...


@dataclass(frozen=True, slots=True)
class Papers:
    """Makes files for people. `files` None: nothing may leave (training)."""

    board: Board
    today: Today
    files: LedgerFiles | None

    def export(self, guard: Guard) -> Callable[[], str] | str:
        """Register an export of the day's ledger, masked; return the work that is left, or the key of what is wrong.

        The work returns the file's path, or the text key of what went wrong.
        """
        files = self.files
        stick = files.stick() if files is not None else None
        if files is None or stick is None:
            return "export.no_stick" if files is not None else "export.training"
        how = self._making()
        self._register(guard, {"form": "xlsx", "day": how.day.isoformat(), "to": "stick"})
        known, name = self._known(), self._name("ledger", how.made_at)
        return lambda: _written(lambda: files.write_ledger(stick, name, known, how))

    def blank_sheets(self, guard: Guard) -> Callable[[], str] | str:
        """Register blank sheets and who is expected; return the work that is left, or the key of what is wrong."""
        files = self.files
        if files is None:
            return "export.training"
        visits, stick = self.board.visits, files.stick()
        now, site = visits.clock.now(), visits.rules.site
        day, letter = local_day(now, site.timezone), visits.hall.letter
        numbers = sheet_numbers(letter, day, self.today.tally().sheets, visits.rules.policy.paper.sheets)
        sheets = BlankSheets(site.name.zh, letter, site.timezone, day, now, numbers, self._expected(now))
        said = {"form": "blank", "day": day.isoformat(), "to": "stick" if stick is not None else "folder"}
        self._register(guard, {**said, "sheets": list(numbers), "last_sheet": int(numbers[-1].rpartition("-")[2])})
        name = self._name("blank", now)

        def work() -> Path:
            folders = [files.own_folder(), *([stick] if stick is not None else [])]
            return files.write_sheets(folders, name, sheets)

        return lambda: _written(work)

    def _making(self) -> Making:
        visits = self.board.visits
        now = visits.clock.now()
        return Making(day=local_day(now, visits.rules.site.timezone), made_at=now)

    def _known(self) -> Known:
        """Return what the ledger's words are; nobody's whole name is among it."""
        rules = self.board.visits.rules
        documents, plan = rules.documents(), rules.plan
        return Known(
            timezone=rules.site.timezone,
            site_name=rules.site.name.zh,
            services={service.id: service.name.zh for service in documents.services},
            guards={guard.id: mask_name(guard.name) for guard in documents.guards},
            places={place.id: place.name.zh for place in plan.places},
            contacts={contact.id: contact.name.zh for contact in plan.contacts},
        )

    def _expected(self, now: datetime) -> tuple[Expected, ...]:
        hour = now.replace(minute=0, second=0, microsecond=0)
        found = self.board.copy.bookings_between(hour, hour + timedelta(hours=_HOURS))
        return tuple(
            Expected(item.number, item.slot_start, item.slot_end, item.plate_masked)
            for item in found
            if item.status is not BookingStatus.CANCELLED
        )

    def _name(self, what: str, at: datetime) -> str:
        """Return a file's name: what, whose, of when; nothing personal."""
        visits = self.board.visits
        local = at.astimezone(ZoneInfo(visits.rules.site.timezone))
        return f"{what}-{visits.rules.site.id}-{visits.hall.letter}-{local:%Y%m%d-%H%M%S}"

    def _register(self, guard: Guard, body: dict[str, Any]) -> None:
        who = {"guard_id": guard.id, "role": guard.role, "by": guard.id}
        with self.board.visits.log.act() as act:
            act.record(EntryKind.EXPORTED, {"full": False, "reason": "", **who, **body})


def _written(write: Callable[[], Path]) -> str:
    """Return the path of what was written, or the key of what is said when it could not be."""
    try:
        return str(write())
    except (OSError, StoreError):
        logger.exception("a file for people could not be written")
        return "export.failed"
