"""Forgetting by program: what is due goes, in every file, and what must stay stays."""

from __future__ import annotations

import os
import random
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from kiosk.adapters.ledger_writer import LedgerWriter
from kiosk.adapters.log_reader import LogReader
from kiosk.domain.case import CaseAct, CaseEvent, Disposition, Role
from kiosk.domain.chain import erased_ranges
from kiosk.domain.correction import What, correction_body
from kiosk.domain.entry import EntryKind
from kiosk.domain.ids import GuardId, KioskId
from kiosk.domain.policy import BodySite, Keeping
from kiosk.domain.record import Hold
from kiosk.domain.retention import visit_in
from kiosk.services.guards import GuardAct
from kiosk.services.retention import Retention
from kiosk.services.watching import Watch
from tests.adapters.decrypted import pages
from tests.domain import builders as make
from tests.services.builders import DISK_KEY, Door

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from kiosk.domain.case import Case
    from kiosk.domain.ids import VisitId

NAME = "欧阳无双"
DAY_MIN = 24 * 60


class Keeper:
    """A door whose log is swept: kept 3 days, with a case 6, of staff 9."""

    def __init__(self, folder: Path) -> None:
        self.door = Door(folder, by=make.policy(keeping=Keeping(3, 6, 9)))
        self.reader = LogReader(folder / "log-B.db", DISK_KEY)
        self.retention = Retention(self.reader, self.door.log, self.door.rules, self.door.clock, lambda job: job())

    def visitor(self) -> VisitId:
        """Let an ordinary visitor in; return the visit."""
        code = self.door.books(
            name_masked=NAME, slot_start=self.door.clock.now(), slot_end=self.door.clock.now().replace(minute=59)
        )
        visit_id = self.door.lets_in(code).visit_id
        assert visit_id is not None
        return visit_id

    def feverish(self) -> VisitId:
        """Open an isolation case; return the visit."""
        code = self.door.books(
            name_masked=NAME, slot_start=self.door.clock.now(), slot_end=self.door.clock.now().replace(minute=59)
        )
        visit_id = self.door.to_measuring(code)
        self.door.reads(visit_id, 3810)
        self.door.guard_reads(visit_id, 3820, BodySite.FOREHEAD)
        assert self.door.visit(visit_id).case_id is not None
        return visit_id

    def heals(self, visit_id: VisitId) -> None:
        """Close the case as it is closed at the door."""
        self.door.guard_reads(visit_id, 3650)
        self.door.guard(GuardAct.ADMIT, visit_id)

    def sent(self) -> None:
        """Hear the server acknowledge everything."""
        self.door.log.acknowledge(self.door.log.last()[0])

    def days_pass(self, days: float) -> None:
        """Let days go by, and open the day."""
        self.door.clock.go_on(minutes=days * DAY_MIN)
        self.door.day.turn()

    def bodies_of(self, visit_id: str) -> list[str]:
        """Return the bodies that the log still has of a visit."""
        return [entry.body for entry in self.door.entries() if entry.body and visit_in(entry.body) == visit_id]


@pytest.fixture
def keeper(tmp_path: Path) -> Iterator[Keeper]:
    """Return a door with its day opened."""
    made = Keeper(tmp_path)
    made.door.day.turn()
    yield made
    made.reader.close()
    made.door.close()


def test_a_visit_is_erased_whole_when_its_time_is_over_and_not_a_day_before(keeper: Keeper) -> None:
    """State and entries go together; numbers, times and hashes stay, and a rebuild gives the same."""
    visit = keeper.visitor()
    count = len(keeper.bodies_of(visit))
    keeper.sent()
    keeper.days_pass(2.9)
    assert keeper.retention.run() == (0, True)
    keeper.days_pass(0.2)
    assert keeper.retention.run() == (count, True)
    assert keeper.bodies_of(visit) == []
    assert keeper.door.log.state.visit(visit) is None
    assert keeper.door.is_proved()
    erased = [entry for entry in keeper.door.entries() if entry.kind is EntryKind.ERASED]
    assert sum(high - low + 1 for low, high in erased_ranges(erased[0])) == count
    assert keeper.retention.run() == (0, True)


def test_what_the_server_does_not_hold_is_never_erased(keeper: Keeper) -> None:
    """Nor half of a visit: the server was away while its last entries were made."""
    visit = keeper.visitor()
    whole = keeper.bodies_of(visit)
    keeper.door.log.acknowledge(keeper.door.log.last()[0] - 1)
    keeper.days_pass(40)
    assert keeper.retention.run()[0] == 0
    assert keeper.bodies_of(visit) == whole
    keeper.sent()
    assert keeper.retention.run()[0] == len(whole)


def check_gone_in_time(keeper: Keeper, visit: VisitId) -> None:
    """Check that a case which has just ended is kept its days, and then erased with nothing left of it."""
    keeper.sent()
    keeper.days_pass(5)
    assert keeper.retention.run()[0] == 0
    keeper.days_pass(2)
    assert keeper.retention.run()[0] > 0
    assert keeper.bodies_of(visit) == []
    assert keeper.door.log.state.open_cases() == []
    assert keeper.door.is_proved()


def test_an_open_case_is_never_erased_and_a_closed_one_later_than_a_visit(keeper: Keeper) -> None:
    """However long it stays open; its time counts from its closing."""
    visit = keeper.feverish()
    keeper.sent()
    keeper.days_pass(30)
    assert keeper.retention.run()[0] == 0
    keeper.heals(visit)
    check_gone_in_time(keeper, visit)


def closed_at_another_door(keeper: Keeper, visit: VisitId) -> Case:
    """Return the visit's case as the server tells of it after a guard has closed it at kiosk C."""
    case, at = keeper.door.log.state.case_of(visit), keeper.door.clock.now()
    assert case is not None
    ends = ((CaseEvent.ACKNOWLEDGED, None), (CaseEvent.DISPOSED, Disposition.TURNED_AWAY), (CaseEvent.CLOSED, None))
    first = case.next_turn
    acts = [
        CaseAct(turn, at, KioskId("kiosk-C"), 1, turn, event, GuardId("guard-9"), Role.GUARD, disposition=how)
        for turn, (event, how) in enumerate(ends, first)
    ]
    return replace(case, acts=(*case.acts, *acts))


def test_a_case_that_another_door_closed_is_erased_here_when_its_time_is_over(keeper: Keeper) -> None:
    """The log that opened it notes the end, and keeps it no longer once the server tells of it no more."""
    visit = keeper.feverish()
    keeper.door.hears_site(cases=[closed_at_another_door(keeper, visit)])
    Watch(keeper.door.visits).step()
    keeper.door.hears_site()
    check_gone_in_time(keeper, visit)


def test_a_case_that_another_door_closed_stays_until_that_is_heard(keeper: Keeper) -> None:
    """The link was down for weeks: by this log it is open, and an open case is never erased."""
    visit = keeper.feverish()
    keeper.sent()
    told = closed_at_another_door(keeper, visit)
    keeper.days_pass(30)
    assert keeper.retention.run()[0] == 0
    keeper.door.hears_site(cases=[told])
    Watch(keeper.door.visits).step()
    keeper.sent()
    keeper.days_pass(7)
    assert keeper.retention.run()[0] > 0
    assert keeper.bodies_of(visit) == []


@pytest.mark.parametrize("by", ["entry", "server"])
def test_a_legal_hold_keeps_its_days_until_it_is_lifted(keeper: Keeper, by: str) -> None:
    """Placed at the kiosk or by the server."""
    visit = keeper.visitor()
    day = date(2020, 3, 10)
    if by == "entry":
        body = {"hold_id": "h1", "from": "2020-03-09", "until": "2020-03-10", "by": "court", "reason": "case 7"}
        with keeper.door.log.act() as act:
            act.record(EntryKind.HOLD_PLACED, body)
    else:
        keeper.door.told(by=make.policy(keeping=Keeping(3, 6, 9)), holds=[Hold("h1", day, day, make.at(9))])
    keeper.sent()
    keeper.days_pass(30)
    assert keeper.retention.run()[0] == 0
    if by == "entry":
        with keeper.door.log.act() as act:
            act.record(EntryKind.HOLD_LIFTED, {"hold_id": "h1", "by": "court"})
    else:
        keeper.door.told(by=make.policy(keeping=Keeping(3, 6, 9)), holds=[])
    assert keeper.retention.run()[0] > 0
    assert keeper.bodies_of(visit) == []
    assert keeper.door.is_proved()


def hold_all(keeper: Keeper) -> None:
    """Place a hold as a command beside the kiosk does."""
    body = {"hold_id": "h1", "from": "2020-03-01", "until": "2020-03-31", "by": "court", "reason": "case 7"}
    with keeper.door.log.act() as act:
        act.record(EntryKind.HOLD_PLACED, body)


def hold_by_server(keeper: Keeper) -> None:
    """Hear of a hold that the server placed."""
    hold = Hold("h1", date(2020, 3, 1), date(2020, 3, 31), make.at(9))
    keeper.door.told(by=make.policy(keeping=Keeping(3, 6, 9)), holds=[hold])


def server_forgets(keeper: Keeper) -> None:
    """Hear that the server came back from an older copy of itself."""
    keeper.door.log.send_again_after(0)


@pytest.mark.parametrize("comes", [hold_all, hold_by_server, server_forgets])
def test_what_comes_between_the_look_and_the_erasure_counts(keeper: Keeper, comes: Callable[[Keeper], None]) -> None:
    """Whoever was told that the hold stands finds everything; no entry says of a body that is there that it is gone."""
    visits = [keeper.visitor() for _ in range(3)]
    keeper.sent()
    keeper.days_pass(4)
    keeper.sent()
    whole = [keeper.bodies_of(visit) for visit in visits]
    comings = iter((comes,))

    def first_that(job: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever the job returns
        for come in comings:
            come(keeper)
        return job()

    keeper.retention.on_writer = first_that
    assert keeper.retention.run()[0] == 0
    assert [keeper.bodies_of(visit) for visit in visits] == whole
    assert [entry for entry in keeper.door.entries() if entry.kind is EntryKind.ERASED] == []
    assert keeper.door.is_proved()


def test_a_correction_that_comes_between_the_look_and_the_erasure_keeps_its_visit(keeper: Keeper) -> None:
    """A command beside the kiosk records it: half a visit is never erased, and the others go all the same."""
    corrected, other = keeper.visitor(), keeper.visitor()
    keeper.sent()
    keeper.days_pass(4)
    keeper.sent()
    opening = next(entry for entry in keeper.door.entries() if entry.body and visit_in(entry.body) == corrected)
    whole = keeper.bodies_of(corrected)
    comings = iter((correction_body(opening, What.NAME, NAME, "guard-li", "slip"),))

    def first_that(job: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever the job returns
        for body in comings:
            with keeper.door.log.act() as act:
                act.record(EntryKind.CORRECTED, body)
        return job()

    keeper.retention.on_writer = first_that
    keeper.retention.run()
    assert keeper.bodies_of(other) == []
    assert keeper.bodies_of(corrected)[:-1] == whole
    assert keeper.door.visit(corrected) is not None
    assert keeper.door.is_proved()


def test_a_visit_waits_for_a_correction_of_it(keeper: Keeper) -> None:
    """A corrected name is a part of the visit: nothing of it is erased before, and nothing is left after."""
    visit = keeper.visitor()
    keeper.sent()
    keeper.days_pass(2.5)
    opening = next(entry for entry in keeper.door.entries() if entry.body and visit_in(entry.body) == visit)
    with keeper.door.log.act() as act:
        act.record(EntryKind.CORRECTED, correction_body(opening, What.NAME, NAME, "guard-li", "slip"))
    whole = keeper.bodies_of(visit)
    keeper.days_pass(0.7)
    assert keeper.retention.run()[0] == 0
    keeper.sent()
    keeper.days_pass(2.1)
    assert keeper.retention.run()[0] == 0
    keeper.days_pass(0.5)
    assert keeper.retention.run()[0] == len(whole)
    assert keeper.bodies_of(visit) == []
    assert keeper.door.is_proved()


def test_a_visit_whose_case_ended_at_another_door_is_kept_as_long_as_a_case(keeper: Keeper) -> None:
    """It is over here, and its case is not known here any more: it had one all the same."""
    code = keeper.door.books(
        name_masked=NAME, slot_start=keeper.door.clock.now(), slot_end=keeper.door.clock.now().replace(minute=59)
    )
    visit = keeper.door.to_measuring(code)
    ended = {"visit_id": visit, "guard_id": "guard-li", "settles": "case-of-door-2", "disposition": "referred"}
    with keeper.door.log.act() as act:
        act.record(EntryKind.HELD, {"visit_id": visit, "cause": "elevated"})
        act.record(EntryKind.TURNED_AWAY, ended)
    keeper.sent()
    keeper.days_pass(5.5)
    assert keeper.retention.run()[0] == 0
    keeper.days_pass(1)
    assert keeper.retention.run()[0] > 0
    assert keeper.bodies_of(visit) == []


@pytest.mark.parametrize("days_off", [2, -2])
def test_nothing_is_forgotten_by_a_clock_that_the_server_says_is_wrong(keeper: Keeper, days_off: int) -> None:
    """Set a year ahead for a minute, it would take what happened today for old."""
    visit = keeper.visitor()
    keeper.sent()
    keeper.days_pass(40)
    for offset_ms in (-days_off * 24 * 3600 * 1000, None):  # None: the server has not answered since the start
        keeper.retention.offset_ms = lambda offset_ms=offset_ms: offset_ms
        assert keeper.retention.run() == (0, False)
    assert keeper.bodies_of(visit)
    keeper.retention.offset_ms = lambda: 30_000
    assert keeper.retention.run()[0] > 0


def test_papers_are_deleted_once_they_are_two_days_old(keeper: Keeper, tmp_path: Path) -> None:
    """Blank sheets name who was expected, in the clear; what was printed on them is in the log."""
    files = LedgerWriter(tmp_path / "log-B.db", DISK_KEY, tmp_path / "paper", ())
    keeper.retention.drop_papers = files.drop_papers
    keeper.retention.run()  # before there is a folder
    paper = files.own_folder() / "blank.pdf"
    paper.write_text(NAME)
    now = keeper.door.clock.now().timestamp()
    os.utime(paper, (now, now))
    keeper.days_pass(1.9)
    keeper.retention.run()
    assert paper.exists()
    keeper.days_pass(0.2)
    keeper.retention.run()
    assert not paper.exists()


def test_a_hold_on_other_days_holds_nothing_back(keeper: Keeper) -> None:
    """The control of the test before."""
    keeper.visitor()
    keeper.door.told(
        by=make.policy(keeping=Keeping(3, 6, 9)),
        holds=[Hold("h1", date(2020, 3, 11), date(2020, 3, 12), make.at(9))],
    )
    keeper.sent()
    keeper.days_pass(4)
    assert keeper.retention.run()[0] > 0


def test_what_staff_did_is_kept_longer_and_what_the_machine_did_for_good(keeper: Keeper) -> None:
    """A sign-in is personal as well; a device's state is not."""
    keeper.door.signs_in()
    keeper.door.desk.note_device("lamp", "ok")
    keeper.sent()
    keeper.days_pass(8)
    assert keeper.retention.run()[0] == 0
    keeper.days_pass(2)
    assert keeper.retention.run()[0] == 1
    left = {entry.kind for entry in keeper.door.entries() if entry.body is not None}
    assert EntryKind.SIGNED_IN not in left
    assert {EntryKind.DEVICE, EntryKind.DAY_OPENED} <= left


def test_the_name_is_gone_from_every_page_of_every_file(keeper: Keeper, tmp_path: Path) -> None:
    """Looked for in each decrypted page of the database, in use or free, and of the write-ahead log.

    The control finds it in all of them before the erasure.
    """
    for _ in range(12):
        keeper.visitor()
    keeper.sent()
    keeper.door.log._database.truncate_log_ahead()
    keeper.visitor()
    keeper.sent()
    assert _holds_name(tmp_path, "log-B.db")
    assert _holds_name(tmp_path, "log-B.db-wal")
    keeper.days_pass(5)
    assert keeper.retention.run()[1]
    assert not _holds_name(tmp_path, "log-B.db")
    assert not _holds_name(tmp_path, "log-B.db-wal")
    assert sorted(path.name for path in tmp_path.glob("log-B.db*")) == ["log-B.db", "log-B.db-shm", "log-B.db-wal"]


def test_random_days_erase_to_what_a_rebuild_gives(keeper: Keeper) -> None:
    """Whatever came and went, and wherever the sweep stopped: the chain holds and the state is what the log says."""
    draw = random.Random(7)
    ill: list[VisitId] = []
    for _ in range(25):
        for _ in range(draw.randrange(3)):
            keeper.visitor()
        if draw.random() < 0.3:
            ill.append(keeper.feverish())
        if ill and draw.random() < 0.4:
            keeper.heals(ill.pop())
        if draw.random() < 0.8:
            keeper.sent()
        keeper.days_pass(draw.choice([0.003, 1, 1, 2]))
        keeper.retention.run()
        assert keeper.door.is_proved()
    assert keeper.door.counted()["erased"] > 3


def _holds_name(folder: Path, name: str) -> bool:
    return any(NAME.encode() in page for page in pages(folder / name, DISK_KEY))
