"""What leaves the kiosk for people: the day's ledger to a stick, blank sheets; each is an entry first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from kiosk.adapters.ledger_writer import LedgerWriter
from kiosk.domain.booking import BookingStatus
from kiosk.services.duty_desk import DutyDesk, Outside
from tests.domain import builders as make
from tests.services.builders import DISK_KEY, Door, new_booking

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    """Return where a USB stick would be mounted; nothing is there yet."""
    return tmp_path / "stick"


def duty(door: Door, stick: Path) -> DutyDesk:
    """Sign the guard in at a door that can write files."""
    writer = LedgerWriter(door.folder / f"log-{door.letter}.db", DISK_KEY, door.folder / "paper", (str(stick),))
    known = door.desk.guarding.duty.outside.log
    door.desk.guarding.duty = DutyDesk(door.desk.guarding, Outside(known, writer))
    door.signs_in()
    return door.desk.guarding.duty


def test_the_ledger_goes_to_the_stick_as_a_table_and_to_be_printed(door: Door, stick: Path) -> None:
    """Masked, readable by its owner, named without a person, and registered with who."""
    stick.mkdir()
    door.lets_in(door.books())
    told = duty(door, stick).export()
    assert told == str(stick / "ledger-branch-1-B-20200310-100500.xlsx")
    assert isinstance(told, str)
    sheet = load_workbook(told).active
    assert sheet is not None
    cells = str([[cell.value for cell in row] for row in sheet.iter_rows()])
    assert "张*明" in cells
    assert "2 号厅" not in cells
    (printed,) = stick.glob("*.pdf")
    assert len(PdfReader(printed).pages) == 1
    assert {path.stat().st_mode & 0o777 for path in stick.iterdir()} == {0o600}
    (body,) = door.bodies("exported")
    assert body == {
        "form": "xlsx",
        "day": "2020-03-10",
        "full": False,
        "by": "guard-7",
        "reason": "",
        "guard_id": "guard-7",
        "role": "guard",
        "to": "stick",
    }


def test_without_a_stick_nothing_leaves_and_nothing_is_registered(door: Door, stick: Path) -> None:
    """The guard is told to plug one in."""
    assert duty(door, stick).export() == "export.no_stick"
    assert door.bodies("exported") == []


def test_a_stick_that_was_pulled_out_meanwhile_is_told(door: Door, stick: Path) -> None:
    """The entry stands: something was about to leave."""
    stick.mkdir()
    work = duty(door, stick).begin_export()
    assert callable(work)
    stick.rmdir()
    assert work() == "export.failed"
    assert len(door.bodies("exported")) == 1


def test_nobody_exports_without_signing_in(door: Door, stick: Path) -> None:
    """By anybody's touch nothing leaves."""
    stick.mkdir()
    at_desk = duty(door, stick)
    door.desk.guarding.sign_out()
    assert (at_desk.export(), at_desk.blank_sheets()) == (None, None)
    assert list(stick.iterdir()) == []


def test_where_no_files_may_leave_both_say_so(door: Door) -> None:
    """Training is outside the real log."""
    door.signs_in()
    assert door.desk.guarding.duty.export() == door.desk.guarding.duty.blank_sheets() == "export.training"


def test_blank_sheets_are_numbered_on_and_tell_who_is_expected(door: Door, stick: Path) -> None:
    """In the data folder always, on the stick where one is; a number is never given twice."""
    soon = new_booking(slot_start=make.at(11), slot_end=make.at(12), plate_masked="冀A***66")
    gone = new_booking(status=BookingStatus.CANCELLED)
    later = new_booking(slot_start=make.at(13), slot_end=make.at(14))
    now = new_booking(plate_masked="")
    door.learns(soon, gone, later, now)
    at_desk = duty(door, stick)
    told = at_desk.blank_sheets()
    assert told == str(door.folder / "paper" / "blank-branch-1-B-20200310-100500.pdf")
    assert isinstance(told, str)
    pages = [page.extract_text().replace("\0", "") for page in PdfReader(told).pages]
    assert [f"B-20200310-0{number}" in page for number, page in enumerate(pages[:5], start=1)] == [True] * 5
    assert len(pages) == 6
    assert "姓名" in pages[0]
    assert "20" in pages[0]
    assert (now.number in pages[5], soon.number in pages[5], "11:00–12:00" in pages[5]) == (True, True, True)
    assert gone.number not in pages[5]
    assert later.number not in pages[5]
    stick.mkdir()
    door.clock.go_on(minutes=1)
    again = at_desk.blank_sheets()
    assert again == str(stick / "blank-branch-1-B-20200310-100600.pdf")
    assert len(list((door.folder / "paper").iterdir())) == 2
    bodies = door.bodies("exported")
    assert [body["last_sheet"] for body in bodies] == [5, 10]
    assert [body["to"] for body in bodies] == ["folder", "stick"]
    assert bodies[1]["sheets"][0] == "B-20200310-06"


def test_a_restarted_kiosk_goes_on_with_the_numbers(door: Door, stick: Path) -> None:
    """They come from the log."""
    duty(door, stick).blank_sheets()
    again = door.restarted()
    again.clock.go_on(minutes=1)
    duty(again, stick).blank_sheets()
    assert again.bodies("exported")[-1]["sheets"][0] == "B-20200310-06"
    again.close()


def test_a_pattern_takes_only_what_is_mounted(tmp_path: Path) -> None:
    """An empty folder that a stick once had is no stick, and would fill the kiosk's own disk."""
    (tmp_path / "user" / "old").mkdir(parents=True)
    writer = LedgerWriter(tmp_path / "log.db", DISK_KEY, tmp_path / "paper", (str(tmp_path / "*" / "*"), "/nowhere/*"))
    assert writer.stick() is None
    plain = LedgerWriter(tmp_path / "log.db", DISK_KEY, tmp_path / "paper", (str(tmp_path / "user" / "old"),))
    assert plain.stick() == tmp_path / "user" / "old"
