"""kill -9 at any moment: what was shown as done is there, nothing is there twice, and scanning again goes on."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

import pytest

from demo.world import HERE
from kiosk.adapters.clock import SystemClock
from kiosk.adapters.log_reader import LogReader
from kiosk.adapters.log_store import LogStore
from kiosk.domain.entry import EntryKind
from kiosk.domain.ids import BookingId, VisitId, in_digits
from kiosk.domain.state import apply
from kiosk.domain.visit import OPEN_STEPS
from kiosk.enrolment import LOG_FILE, data_key
from kiosk.services.showing import FACES
from kiosk.services.views import Face
from tests.domain.builders import Memory
from tests.e2e.city import CONFIG, City

if TYPE_CHECKING:
    from kiosk.domain.entry import Entry

MOST_ACTS: Final = 14  # a child is killed after fewer
START_S: Final = 1.2  # about how long a kiosk takes to start
ONCE: Final = (
    (EntryKind.IDENTIFIED, "visit_id"),
    (EntryKind.ARRIVED, "booking_id"),
    (EntryKind.ADMITTED, "visit_id"),
    (EntryKind.ADMITTED, "number"),
    (EntryKind.CASE_OPENED, "number"),
)
"""What may stand in the log once, however often it was tried."""


class Lives:
    """One kiosk that lives many times on the same data."""

    def __init__(self, city: City, seed: int) -> None:
        self.city = city
        self.random = random.Random(seed)
        city.kiosk("C")
        city.switch_off("C")
        settings = city.settings("C")
        self.key_file = settings.kiosk.log.key_file
        self.path = city.data("C") / LOG_FILE
        self.key = data_key(settings, city.data("C"))
        self.codes: list[str] = []
        self.bookings: list[BookingId] = []
        self.state = Memory()
        self.acts = 0
        self.resumed = 0  # lives that began in the middle of a visit

    def live_and_die(self) -> None:
        """Start a child, kill it at a moment that chance picks, and look at what it left."""
        self._books(until=self._in_hand() + MOST_ACTS)
        expected = self._expected_face()
        child = self._start()
        try:
            said = self._watch(child)
        finally:
            child.kill()
            said_last, complaints = child.communicate(timeout=30)
        assert child.returncode == -9, complaints
        whole = (line for line in (*said, *said_last.splitlines(keepends=True)) if line.endswith("\n"))
        lines = [json.loads(line) for line in whole]
        if lines:
            assert lines[0]["face"] == expected
            self.resumed += expected != Face.BOOKING
        self.acts += len(lines)
        self._look(lines)

    def _books(self, until: int) -> None:
        while len(self.codes) < until:
            booking = self.city.book()
            self.codes.append(booking.code_text)
            self.bookings.append(BookingId(booking.id))

    def _in_hand(self) -> int:
        """Return the place of the code that was in use at the end."""
        begun = [place for place, booking in enumerate(self.bookings) if self.state.visits_of(booking)]
        return begun[-1] if begun else 0

    def _expected_face(self) -> str:
        """Return the screen that the same code must lead to after the crash: that of the step it had reached."""
        visits = self.state.visits_of(self.bookings[self._in_hand()])
        visit = next((visit for visit in visits if visit.step in OPEN_STEPS), None)
        if visit is not None:
            return FACES[visit.step].value
        return (Face.REFUSED if visits else Face.BOOKING).value  # who was let in has arrived already

    def _start(self) -> subprocess.Popen[str]:
        orders = {
            "url": self.city.url,
            "data": str(self.city.data("C")),
            "key_file": self.key_file,
            "now": self.city.clock.now().isoformat(),
            "first": self._in_hand(),
            "codes": self.codes,
        }
        file = self.city.folder / "orders.json"
        file.write_text(json.dumps(orders), encoding="utf-8")
        command = [sys.executable, "-m", "tests.e2e.kiosk_child", str(file)]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, cwd=CONFIG.parent, stdout=pipe, stderr=pipe, text=True)

    def _watch(self, child: subprocess.Popen[str]) -> list[str]:
        """Read some acts, and wait a moment more; sometimes the kiosk does not even get to its first."""
        acts = self.random.randrange(MOST_ACTS)
        assert child.stdout is not None
        said = [child.stdout.readline() for _ in range(acts)]
        assert all(said), child.stderr.read() if child.stderr is not None else ""
        try:
            child.wait(self.random.uniform(0, 0.02 if acts else START_S))
        except subprocess.TimeoutExpired:
            return said
        pytest.fail("the kiosk ended by itself")

    def _look(self, lines: list[dict[str, Any]]) -> None:
        """Check the log that was left: the chain, the state, and every act that was shown."""
        reader = LogReader(self.path, self.key)
        try:
            entries = list(reader.entries())
            flaw = reader.verify()[2]
        finally:
            reader.close()
        assert flaw is None
        store = LogStore(self.path, self.key, SystemClock(), lambda: None)
        try:
            assert store.rebuild()
        finally:
            store.close()
        self.state, way = replayed(entries)
        for visit_id in {line["visit"] for line in lines}:
            shown = [line["face"] for line in lines if line["visit"] == visit_id]
            assert is_within(shown, way[visit_id]), f"shown {shown}, logged {way[visit_id]}"
        for line in lines:
            visit = self.state.visits[VisitId(line["visit"])]
            known = {visit.queue_number, visit.rest_number, visit.line_number, in_digits(visit.id)}
            assert line["number"] in {None, *known}


def replayed(entries: list[Entry]) -> tuple[Memory, dict[str, list[str]]]:
    """Return the state that the entries lead to, and the screens that each visit came through."""
    state, way = Memory(), defaultdict[str, list[str]](list)
    for entry in entries:
        apply(state, entry)
        visit_id = entry.data().get("visit_id")
        if visit_id is not None:
            way[visit_id].append(FACES[state.visits[visit_id].step].value)
    return state, way


def is_within(part: list[str], whole: list[str]) -> bool:
    """Tell whether the screens of `part` come in `whole` in this order."""
    rest = iter(whole)
    return all(any(face == other for other in rest) for face in part)


LONG: Final = pytest.param(100, marks=[pytest.mark.long, pytest.mark.timeout(600)])


@pytest.mark.parametrize("kills", [12, LONG])
def test_kill_nine_loses_and_doubles_nothing_and_scanning_goes_on(city: City, kills: int) -> None:
    """Whatever the screen has said is durable, and a visitor needs nothing but the same code."""
    seed = random.SystemRandom().randrange(1_000_000)
    print(f"seed {seed}")  # noqa: T201 - shown when the test fails
    city.clock.run()
    lives = Lives(city, seed)
    for _ in range(kills):
        lives.live_and_die()
    assert lives.acts > kills
    assert lives.resumed > 0
    kiosk = city.switch_on("C")
    assert kiosk.drain() == 0
    assert kiosk.reader.verify()[2] is None
    assert kiosk.call(kiosk.log.rebuild)
    ours = list(kiosk.reader.entries())
    assert [entry.hash for entry in city.stored("C")] == [entry.hash for entry in ours]
    assert city.server.desk.findings.of_site(HERE, is_open=False) == []
    for kind, field in ONCE:
        values = [entry.data()[field] for entry in ours if entry.kind is kind]
        assert len(values) == len(set(values)), kind
