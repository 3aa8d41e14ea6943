"""Reporting: in order, again and again, and acknowledged is only what the server answered for."""

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from kiosk.adapters.log_reader import LogReader
from kiosk.domain.entry import GENESIS, Entry, EntryKind
from kiosk.errors import ServerError, ServerGarbled, ServerRejected, ServerUnreachable
from kiosk.protocol.messages import MAX_BATCH, EntryResult, EntryStatus, UploadAnswer
from kiosk.services.reporting import ASK_S, FLUSH_S, Backoff, Reporter
from tests.services.builders import DISK_KEY, Door


class Answering:
    """A server that answers as it is told to: with a status for each of the first `only` entries, or an error."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.error: ServerError | None = None
        self.only: int | None = None
        self.shift = 0
        self.status = EntryStatus.STORED
        self.high = (0, GENESIS)
        self.asked = 0

    def send(self, entries: Sequence[Entry], *, last: int, acknowledged: int) -> UploadAnswer:
        """Take a batch, or a question how far the copy goes."""
        self.asked += not entries
        if entries:
            self.batches.append([entry.seq for entry in entries])
        if self.error is not None:
            raise self.error
        results = [EntryResult(seq=entry.seq + self.shift, status=self.status) for entry in entries]
        for entry in entries[: self.only]:
            if entry.seq == self.high[0] + 1:
                self.high = (entry.seq, entry.hash)
        high_seq, high_hash = self.high
        return UploadAnswer(
            server_time_ms=0, results=results[: self.only], epoch=1, high_seq=high_seq, high_hash=high_hash
        )


class Setup:
    """A door with entries in its log, a reporter on a connection of its own, and a server."""

    def __init__(self, door: Door, entries: int = 3) -> None:
        self.door = door
        self.server = Answering()
        for _ in range(entries):
            door.desk.note_device("lamp", "ok")
        self.reader = LogReader(door.folder / "log-B.db", DISK_KEY)
        self.reporter = Reporter(self.reader, self.server, door.log, Backoff(lambda: 0.5))  # pyright: ignore[reportArgumentType]

    def acknowledged(self) -> int:
        """Return how far the server has acknowledged."""
        return self.door.log.acknowledged()


@pytest.fixture
def setup(tmp_path: Path) -> Iterator[Setup]:
    """Return three unsent entries."""
    door = Door(tmp_path)
    made = Setup(door)
    yield made
    made.reader.close()
    door.close()


def test_entries_go_in_order_and_once(setup: Setup) -> None:
    """Nothing is sent again after its acknowledgement."""
    assert setup.reporter.step() == FLUSH_S
    setup.reporter.step()
    setup.door.desk.note_device("lamp", "fault")
    setup.reporter.step()
    assert setup.server.batches == [[1, 2, 3], [4]]
    assert setup.acknowledged() == 4
    assert setup.door.log.oldest_unsent() is None


def test_a_server_from_a_backup_gets_what_it_lost_though_nobody_comes_any_more(setup: Setup) -> None:
    """At night no entry is made: the kiosk asks by itself, once a minute and not at every step."""
    setup.reporter.step()
    setup.server.high = (1, setup.reader.hash_of(1) or "")
    for _ in range(round(ASK_S / FLUSH_S)):
        setup.reporter.step()
    assert (setup.server.asked, setup.server.batches) == (1, [[1, 2, 3]])
    setup.reporter.step()
    assert (setup.server.asked, setup.server.batches) == (2, [[1, 2, 3], [2, 3]])
    assert setup.acknowledged() == 3
    setup.reporter.step()
    assert setup.server.asked == 2


def test_a_full_batch_is_followed_at_once_by_the_next(tmp_path: Path) -> None:
    """After a day without the server."""
    door = Door(tmp_path)
    with door.log.act() as act:
        for _ in range(MAX_BATCH + 1):
            act.record(EntryKind.DEVICE, {"device": "lamp", "state": "ok"})
    setup = Setup(door, entries=0)
    assert setup.reporter.step() == 0
    assert setup.reporter.step() == FLUSH_S
    assert [len(batch) for batch in setup.server.batches] == [MAX_BATCH, 1]
    setup.reader.close()
    door.close()


@pytest.mark.parametrize("only", [0, 1, 2])
def test_acknowledged_is_only_what_was_answered(setup: Setup, only: int) -> None:
    """An answer that breaks off leaves the rest to be sent again."""
    setup.server.only = only
    setup.reporter.step()
    assert setup.acknowledged() == only
    setup.server.only = None
    setup.reporter.step()
    assert setup.server.batches[1] == [1, 2, 3][only:]
    assert setup.acknowledged() == 3


@pytest.mark.parametrize("status", list(EntryStatus))
def test_whatever_became_of_an_entry_it_counts_as_received(setup: Setup, status: EntryStatus) -> None:
    """Case 57: one bad entry does not hold up the rest."""
    setup.server.status = status
    setup.reporter.step()
    assert setup.acknowledged() == 3


@pytest.mark.parametrize("shift", [1, -1, 100])
def test_an_answer_for_other_entries_acknowledges_nothing(setup: Setup, shift: int) -> None:
    """Nothing but the answer for exactly what was sent counts."""
    setup.server.shift = shift
    assert setup.reporter.step() > 0
    assert setup.acknowledged() == 0


def test_an_answer_for_more_entries_than_were_sent_acknowledges_no_more_than_those(setup: Setup) -> None:
    """A confused server does not stop the reporter."""
    entries = setup.reader.unsent(MAX_BATCH)
    answer = setup.server.send(entries, last=3, acknowledged=0)
    more = answer.model_copy(update={"results": [*answer.results, EntryResult(seq=4, status=EntryStatus.STORED)]})
    setup.server.send = lambda entries, **_: (
        more if entries else answer.model_copy(update={"high_seq": 0, "high_hash": GENESIS})
    )  # pyright: ignore[reportAttributeAccessIssue]
    setup.reporter.step()
    assert setup.acknowledged() in {0, 3}


@pytest.mark.parametrize("error", [ServerUnreachable("down"), ServerGarbled("html"), ServerRejected("revoked")])
def test_no_error_deletes_or_acknowledges_anything(setup: Setup, error: ServerError) -> None:
    """A captive portal, a proxy, a revoked kiosk: everything stays and goes later."""
    setup.server.error = error
    for _ in range(5):
        assert setup.reporter.step() > 0
    assert (setup.acknowledged(), len(setup.door.kinds())) == (0, 3)
    setup.server.error = None
    setup.reporter.step()
    assert setup.acknowledged() == 3


def test_a_server_that_says_no_is_asked_seldom(setup: Setup) -> None:
    """A person must act; hammering helps nobody."""
    setup.server.error = ServerRejected("revoked")
    assert setup.reporter.step() == 300


def test_waiting_grows_to_a_minute_and_begins_anew_after_a_success() -> None:
    """Exponential, with jitter between a tenth and the whole."""
    backoff = Backoff(lambda: 0.999_999)
    waits = [round(backoff.wait(), 2) for _ in range(9)]
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    backoff.well()
    assert round(backoff.wait(), 2) == 1
    assert Backoff(lambda: 0.0).wait() == 0.1


def test_the_log_tells_once_when_reporting_stops_and_once_when_it_is_back(
    setup: Setup, caplog: pytest.LogCaptureFixture
) -> None:
    """A day without the server is two lines, not ten thousand."""
    caplog.set_level(logging.INFO, "kiosk.services.reporting")
    setup.server.error = ServerUnreachable("down")
    for _ in range(10):
        setup.reporter.step()
    setup.server.error = None
    setup.reporter.step()
    assert [record.getMessage() for record in caplog.records] == [
        "reporting waits: server_unreachable",
        "reporting is back",
    ]
