"""The screening log on the disk: encrypted, durable, whole after every crash, and one act is one commit."""

from __future__ import annotations

import random
import sqlite3
import stat
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import apsw
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.adapters.database import Database, read_key
from kiosk.adapters.log_reader import LogReader
from kiosk.adapters.log_store import LogStore
from kiosk.domain.chain import Flaw
from kiosk.domain.entry import GENESIS, EntryKind
from kiosk.domain.retention import Erasure
from kiosk.errors import StoreDamaged, StoreError
from tests.domain import builders as make
from tests.services.builders import DISK_KEY, ToldClock, identity

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
NAME = "张小明"
KILLS = 15


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the log lies."""
    return tmp_path / "log.db"


@pytest.fixture
def store(path: Path) -> Iterator[LogStore]:
    """Return an enrolled log, empty so far."""
    opened = LogStore(path, DISK_KEY, ToldClock(make.at(10)), lambda: 12)
    opened.enrol(identity("B"))
    yield opened
    opened.close()


def note(store: LogStore, state: str = "ok") -> int:
    """Record one act of one entry; return its number."""
    with store.act() as act:
        return act.record(EntryKind.DEVICE, {"device": "lamp", "state": state}).seq


def read_back(path: Path) -> LogReader:
    """Open the log on a connection of its own."""
    return LogReader(path, DISK_KEY)


def flaw_of(path: Path) -> str | None:
    """Return what a verification finds, or None."""
    reader = read_back(path)
    try:
        flaw = reader.verify()[2]
    except StoreDamaged as error:
        return str(error)
    finally:
        reader.close()
    return flaw.why if flaw is not None else None


# encryption and keys


def test_nothing_of_the_file_can_be_read_without_the_key(store: LogStore, path: Path, tmp_path: Path) -> None:
    """No header of SQLite and no name; the same bytes are found at once in a plain database."""
    note(store, NAME)
    plain = tmp_path / "plain.db"
    with sqlite3.connect(plain) as connection:
        connection.execute("CREATE TABLE control (name TEXT)")
        connection.execute("INSERT INTO control VALUES (?)", (NAME,))
    connection.close()
    assert _holds(plain, b"SQLite format 3")
    assert _holds(plain, NAME.encode())
    files = [file for file in path.parent.iterdir() if file.name.startswith("log.db")]
    assert len(files) > 1
    for file in files:
        assert not _holds(file, b"SQLite format 3")
        assert not _holds(file, NAME.encode())
        assert not _holds(file, b"CREATE TABLE")


def _holds(file: Path, text: bytes) -> bool:
    return text in file.read_bytes()


def test_another_key_opens_nothing_and_changes_nothing(store: LogStore, path: Path) -> None:
    """The error says that the key is not the log's; the right one still opens it."""
    note(store)
    store.close()
    before = path.read_bytes()
    for opened in (LogReader, lambda file, key: LogStore(file, key, ToldClock(make.at(10)), lambda: None)):
        with pytest.raises(StoreDamaged, match="key is not its key"):
            opened(path, bytes(32))
    assert path.read_bytes() == before
    assert flaw_of(path) is None


def test_a_plain_database_in_the_logs_place_is_refused(path: Path) -> None:
    """A set-up without encryption would write in the clear without a word."""
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE entry (seq INTEGER)")
    connection.close()
    with pytest.raises(StoreDamaged):
        LogStore(path, DISK_KEY, ToldClock(make.at(10)), lambda: None)


def test_a_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    """Mode 0600, 32 random bytes, the same the next time."""
    file = tmp_path / "keys" / "log.key"
    key = read_key(file, may_create=True)
    assert len(key) == 32
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert read_key(file, may_create=False) == key
    assert read_key(tmp_path / "other.key", may_create=True) != key


def test_a_missing_key_is_never_made_anew_for_a_log_that_exists(tmp_path: Path) -> None:
    """A new key would open nothing; the operator's copy does."""
    with pytest.raises(StoreError, match="operator's copy"):
        read_key(tmp_path / "log.key", may_create=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_key_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    """With the command that mends it."""
    file = tmp_path / "log.key"
    read_key(file, may_create=True)
    file.chmod(mode)
    with pytest.raises(StoreError, match="chmod 600"):
        read_key(file, may_create=True)


@pytest.mark.parametrize("text", ["", "nonsense", "00" * 31, "00" * 33, "\ud83d"])
def test_a_key_file_of_another_form_is_refused(tmp_path: Path, text: str) -> None:
    """Cut, lengthened or overwritten."""
    file = tmp_path / "log.key"
    file.touch(mode=0o600)
    file.write_bytes(text.encode(errors="surrogatepass"))
    with pytest.raises(StoreError, match=r"log\.key"):
        read_key(file, may_create=True)


# durability


def test_every_commit_is_on_the_disk_before_it_returns(store: LogStore) -> None:
    """WAL with synchronous = FULL, read back from the connection that writes."""
    assert store._database.scalar("PRAGMA journal_mode") == "wal"
    assert store._database.scalar("PRAGMA synchronous") == 2
    assert store._database.scalar("PRAGMA foreign_keys") == 1
    assert store._database.scalar("PRAGMA secure_delete") == 1


def test_the_write_ahead_log_has_its_length_before_the_first_act(store: LogStore, path: Path) -> None:
    """No act waits for a file to grow; what stands ready is zeros, also after it was cut, and it goes with the log."""
    ahead = path.with_name("log.db-wal")
    full = ahead.stat().st_size
    assert full >= 1000 * 4096
    for number in range(3):
        note(store, str(number))
    assert store.sweep()
    assert not any(ahead.read_bytes())
    note(store)
    assert full - 4096 <= ahead.stat().st_size <= full
    assert flaw_of(path) is None
    store.close()
    assert not ahead.exists()


def test_zeros_ahead_are_the_end_of_the_log(store: LogStore, path: Path, tmp_path: Path) -> None:
    """After a crash the next start finds the acts before the zeros, and goes on from there."""
    note(store)
    for suffix in ("", "-wal"):
        (tmp_path / f"crashed.db{suffix}").write_bytes(path.with_name(f"log.db{suffix}").read_bytes())
    crashed = tmp_path / "crashed.db"
    again = LogStore(crashed, DISK_KEY, ToldClock(make.at(10)), lambda: None)
    assert again.last() == store.last()
    assert note(again) == 2
    again.close()
    assert flaw_of(crashed) is None


def test_a_full_disk_leaves_the_write_ahead_log_short(
    store: LogStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is a convenience: the log opens and records without it."""
    import apsw

    def full(*_args: object) -> None:
        """Have no room."""
        raise apsw.FullError

    store.close()
    monkeypatch.setattr("kiosk.adapters.database.apsw.VFSFile", full)
    again = LogStore(path, DISK_KEY, ToldClock(make.at(10)), lambda: None)
    assert note(again) == 1
    again.close()


def test_a_database_that_cannot_be_made_durable_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system that refuses WAL would lose the last acts in a power cut."""
    import apsw

    class Weak(apsw.Connection):
        """A file system without the shared memory that WAL needs."""

        def pragma(self, name: str, *args: Any, **options: Any) -> Any:  # noqa: ANN401 - as the library has it
            """Stay with the rollback journal."""
            return "delete" if name == "journal_mode" else super().pragma(name, *args, **options)

    monkeypatch.setattr("kiosk.adapters.database.apsw.Connection", Weak)
    with pytest.raises(StoreDamaged, match="would not be durable"):
        Database(path, DISK_KEY, "schema.sql")


CHILD = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from kiosk.adapters.log_store import LogStore
from kiosk.domain.entry import EntryKind
clock = SimpleNamespace(now=lambda: datetime.now(UTC))
store = LogStore(Path(sys.argv[1]), bytes(range(32)), clock, lambda: None)
while True:
    with store.act() as act:
        for number in range(3):
            entry = act.record(EntryKind.TYPED_WRONG, {"by": "number"})
    print(entry.seq, flush=True)
"""


def test_after_kill_9_at_any_moment_every_act_that_was_done_is_in_the_log(store: LogStore, path: Path) -> None:
    """Acts of three entries: all of one or nothing of it, the chain whole, the state what the entries say."""
    store.close()
    draw = random.Random(9)
    for _ in range(KILLS):
        done = _killed_after(path, draw.randrange(1, 40))
        reader = read_back(path)
        held, _last, flaw = reader.verify()
        reader.close()
        assert flaw is None
        assert held >= done
        assert held % 3 == 0
    again = LogStore(path, DISK_KEY, ToldClock(make.at(10)), lambda: None)
    assert again.rebuild()
    assert again.state.count("typed_wrong") == again.last()[0]
    again.close()


def _killed_after(path: Path, acts: int) -> int:
    """Let a child act without pause, kill it after some acts; return the last number it said was done."""
    command = [sys.executable, "-c", CHILD, str(path)]
    done = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as child:
        assert child.stdout is not None
        for _ in range(acts):
            done = int(child.stdout.readline())
        child.kill()
        said = [line for line in child.stdout.read().splitlines() if line.isdigit()]
    return int(said[-1]) if said else done


# acts


def test_an_empty_log_begins_with_genesis(store: LogStore) -> None:
    """Number zero, hash of nothing."""
    assert store.last() == (0, GENESIS)
    assert store.oldest_unsent() is None
    assert store.unsent(10) == []


def test_an_exception_inside_an_act_leaves_no_trace(store: LogStore, path: Path) -> None:
    """Neither entry nor state; the next act takes the number."""
    note(store)
    before = store.last(), read_back(path).state_dump()

    def fails() -> None:
        with store.act() as act:
            act.record(EntryKind.TYPED_WRONG, {"by": "number"})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    assert (store.last(), read_back(path).state_dump()) == before
    assert note(store) == 2
    assert flaw_of(path) is None


def test_a_body_that_json_cannot_hold_leaves_no_trace(store: LogStore) -> None:
    """Not a number is no reading."""

    def fails() -> None:
        with store.act() as act:
            act.record(EntryKind.DEVICE, {"state": "ok"})
            act.record(EntryKind.DEVICE, {"celsius": float("nan")})

    with pytest.raises(ValueError, match="JSON"):
        fails()
    assert store.last()[0] == 0


def test_a_log_without_identity_records_nothing(path: Path) -> None:
    """Before enrolment there is nobody to record for."""
    fresh = LogStore(path, DISK_KEY, ToldClock(make.at(10)), lambda: None)
    assert fresh.identity is None
    assert fresh.unsent(1) == []
    assert fresh.rebuild()
    with pytest.raises(StoreDamaged, match="not enrolled"):
        note(fresh)
    with pytest.raises(StoreDamaged, match="never enrolled"):
        read_back(path)
    fresh.close()


def test_a_log_has_one_life(store: LogStore) -> None:
    """A second enrolment would mix two logs."""
    with pytest.raises(StoreDamaged, match="enrolled already"):
        store.enrol(identity("A"))
    assert store.identity == identity("B")


def test_the_time_of_an_entry_comes_back_as_it_was_hashed(store: LogStore, path: Path) -> None:
    """Cut to milliseconds before hashing; a fact of earlier keeps its own time."""
    moment = make.at(9).replace(microsecond=123_999)
    with store.act() as act:
        act.record(EntryKind.DEVICE, {}, happened_at=moment)
    reader = read_back(path)
    entry = next(iter(reader.entries()))
    reader.close()
    assert (entry.happened_at.microsecond, entry.recorded_at, entry.clock_offset_ms) == (123_000, make.at(10), 12)
    assert flaw_of(path) is None


# the outbox


def test_acknowledged_never_goes_back_and_never_past_the_end(store: LogStore) -> None:
    """Whatever a server says."""
    for _ in range(3):
        note(store)
    expected = {2: 2, 1: 2, 0: 2, -5: 2, 99: 3, 3: 3}
    for said, kept in expected.items():
        store.acknowledge(said)
        assert store.acknowledged() == kept
    note(store)
    assert [entry.seq for entry in store.unsent(10)] == [4]
    assert store.oldest_unsent() == make.at(10)


def test_what_is_unsent_comes_in_order_and_no_more_than_asked_for(store: LogStore, path: Path) -> None:
    """With the hash before it, so that each part verifies."""
    for _ in range(5):
        note(store)
    store.acknowledge(2)
    reader = read_back(path)
    for entries in (store.unsent(2), reader.unsent(2)):
        assert [entry.seq for entry in entries] == [3, 4]
    second = next(iter(reader.entries(1, 1)))
    assert reader.unsent(1)[0].prev_hash == second.hash
    assert reader.acknowledged() == 2
    reader.close()


def test_a_reader_sees_whole_acts_while_another_is_being_written(store: LogStore, path: Path) -> None:
    """Never half of one, and it holds up nobody."""
    note(store)
    reader = read_back(path)
    with store.act() as act:
        act.record(EntryKind.DEVICE, {})
        act.record(EntryKind.DEVICE, {})
        assert reader.verify()[0] == 1
    assert reader.verify()[0] == 3
    reader.close()


def test_a_long_reading_is_not_disturbed_by_new_entries(store: LogStore, path: Path) -> None:
    """An export sees the log as it was when it began."""
    for _ in range(3):
        note(store)
    reader = read_back(path)
    walk = reader.entries()
    assert next(walk).seq == 1
    note(store)
    assert [entry.seq for entry in walk] == [2, 3]
    assert [entry.seq for entry in reader.entries()] == [1, 2, 3, 4]
    reader.close()


def test_a_reader_cannot_write(store: LogStore, path: Path) -> None:
    """Reports and exports change nothing, also by mistake."""
    note(store)
    reader = read_back(path)
    with pytest.raises(StoreError):
        reader._database.run("DELETE FROM entry")
    reader.close()
    assert store.last()[0] == 1


def test_two_writers_do_not_mix_their_acts(store: LogStore, path: Path) -> None:
    """A second program on the same data finds the log busy and takes no number twice."""
    other = LogStore(path, DISK_KEY, ToldClock(make.at(10)), lambda: None)
    other._database._connection.set_busy_timeout(1)
    with store.act() as act:
        act.record(EntryKind.DEVICE, {})
        with pytest.raises(StoreError, match="another program is writing"):
            note(other)
    assert note(other) == 2
    assert note(store) == 3
    assert flaw_of(path) is None
    other.close()


def test_the_log_ahead_is_lengthened_over_nobodys_commit(
    store: LogStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A command beside the kiosk that commits just when the length was looked at: its frames stay."""
    other = LogStore(path, DISK_KEY, ToldClock(make.at(10)), lambda: None)
    other._database._connection.set_busy_timeout(1)
    done: list[int] = []
    plain = apsw.VFSFile

    class Held(plain):
        def xFileSize(self) -> int:  # noqa: N802 - apsw's name
            size = super().xFileSize()
            with suppress(StoreError):
                done.append(note(other))
            return size

    note(store)
    monkeypatch.setattr(apsw, "VFSFile", Held)
    assert store.sweep()
    monkeypatch.undo()
    reader = read_back(path)
    assert {entry.seq for entry in reader.entries()} >= set(done)
    reader.close()
    assert flaw_of(path) is None
    assert note(other) == note(store) - 1
    other.close()


# damage and forgery


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE entry SET kind = 'admitted' WHERE seq = 2",
        "UPDATE entry SET kind = 'nonsense' WHERE seq = 2",
        "UPDATE entry SET happened_at = '2020-03-10T09:00:00.000Z' WHERE seq = 2",
        "UPDATE entry SET happened_at = 'soon' WHERE seq = 2",
        "UPDATE entry SET recorded_at = '2020-03-10T09:00:00.000Z' WHERE seq = 2",
        "UPDATE entry SET clock_offset_ms = NULL WHERE seq = 2",
        "UPDATE entry SET body = replace(body, 'ok', 'no') WHERE seq = 2",
        "UPDATE entry SET body = NULL WHERE seq = 2",
        "UPDATE entry SET salt = NULL WHERE seq = 2",
        "UPDATE entry SET salt = 'xyz' WHERE seq = 2",
        "UPDATE entry SET salt = '00000000000000000000000000000000' WHERE seq = 2",
        "UPDATE entry SET digest = hash WHERE seq = 2",
        "UPDATE entry SET hash = digest WHERE seq = 2",
        "UPDATE entry SET seq = 9 WHERE seq = 3",
        "DELETE FROM entry WHERE seq = 1",
        "DELETE FROM entry WHERE seq = 2",
        "UPDATE identity SET epoch = 2",
        "UPDATE identity SET kiosk_id = 'kiosk-A'",
    ],
)
def test_whoever_holds_the_key_and_edits_the_file_is_found(store: LogStore, path: Path, change: str) -> None:
    """Every column of every row is under the chain."""
    for _ in range(3):
        note(store)
    assert flaw_of(path) is None
    store._database.run(change)
    assert flaw_of(path) is not None


_TEXTS: Final = ("kind", "happened_at", "recorded_at", "body", "salt", "digest", "hash")


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_character_of_an_entry_can_be_changed_added_or_taken_away_unseen(
    store: LogStore, path: Path, data: st.DataObject
) -> None:
    """What is verified is the text in the file, not what it means: a time with more digits is another time."""
    while store.last()[0] < 3:
        note(store)
    column, seq = data.draw(st.sampled_from(_TEXTS)), data.draw(st.integers(1, 3))
    true = str(store._database.scalar(f"SELECT {column} FROM entry WHERE seq = ?", seq))
    place = data.draw(st.integers(0, len(true)))
    put = data.draw(st.sampled_from(["", "0", "9", " ", ".", "Z", "+00:00", true[place : place + 1].swapcase()]))
    text = true[:place] + put + true[place + data.draw(st.integers(0, 2)) :]
    store._database.run(f"UPDATE entry SET {column} = ? WHERE seq = ?", text, seq)
    try:
        assert (flaw_of(path) is None) == (text == true)
    finally:
        store._database.run(f"UPDATE entry SET {column} = ? WHERE seq = ?", true, seq)


def test_a_cut_tail_is_found_by_the_last_hash_that_was_acknowledged(store: LogStore, path: Path) -> None:
    """The chain alone cannot know of it; who holds the last hash can."""
    for _ in range(3):
        note(store)
    told = store.last()[1]
    store._database.run("DELETE FROM entry WHERE seq = 3")
    reader = read_back(path)
    held, last, flaw = reader.verify()
    reader.close()
    assert (held, flaw) == (2, None)
    assert last != told


@pytest.mark.parametrize("kept", [True, False])
def test_what_was_acknowledged_beyond_the_end_is_a_cut_tail_with_or_without_its_hash(
    store: LogStore, path: Path, kept: bool
) -> None:
    """A log of version 1 knows no hash of what it acknowledged until the next answer."""
    for _ in range(3):
        note(store)
    store.acknowledge(3)
    if not kept:
        store._database.run("UPDATE sent SET hash = ''")
    store._database.run("DELETE FROM entry WHERE seq > 1")
    reader = read_back(path)
    held, _last, flaw = reader.verify()
    reader.close()
    assert (held, flaw) == (1, Flaw(2, "tail"))


def test_erased_bodies_leave_the_chain_whole(store: LogStore, path: Path) -> None:
    """Forgettable: and the text is gone from the file."""
    note(store, NAME)
    note(store)
    store.acknowledge(2)
    assert store.erase(lambda _state, _acknowledged: None) == 0
    assert store.erase(lambda _state, _sent: Erasure([1], [], {"ranges": [[1, 1]], "policy": "test/1"})) == 1
    reader = read_back(path)
    first = next(iter(reader.entries()))
    reader.close()
    assert (first.body, first.salt) == (None, None)
    assert flaw_of(path) is None


@pytest.mark.parametrize("place", [0.02, 0.3, 0.6, 0.98])
def test_a_damaged_file_says_so_and_admits_nobody(store: LogStore, path: Path, place: float) -> None:
    """A flipped bit anywhere: each page is authenticated."""
    for number in range(200):
        note(store, f"{number:0200}")
    store.close()
    content = bytearray(path.read_bytes())
    content[int(len(content) * place)] ^= 1
    path.write_bytes(content)
    with pytest.raises(StoreDamaged, match="damaged"):
        _read_everything(path)


def _read_everything(path: Path) -> None:
    opened = LogStore(path, DISK_KEY, ToldClock(make.at(10)), lambda: None)
    try:
        opened.rebuild()
        opened.unsent(1000)
        opened._database.rows("PRAGMA integrity_check")
        opened._database.rows("SELECT * FROM counter")
    finally:
        opened.close()


def test_a_file_that_is_no_database_is_refused(path: Path) -> None:
    """Something else lies in its place."""
    path.write_bytes(b"\x93" * 8192)
    with pytest.raises(StoreDamaged):
        LogStore(path, DISK_KEY, ToldClock(make.at(10)), lambda: None)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    """With the path, and what to do."""
    with pytest.raises(StoreError, match=r"gone.*make its folder writable"):
        LogStore(tmp_path / "gone" / "log.db", DISK_KEY, ToldClock(make.at(10)), lambda: None)


def test_a_state_that_was_tampered_with_is_made_anew_from_the_entries(store: LogStore) -> None:
    """Throw it away at any time; a rebuild says whether it differed."""
    with store.act() as act:
        act.record(EntryKind.TYPED_WRONG, {"by": "number"})
    assert store.rebuild()
    store.state.set_count("typed_wrong", 77)
    assert not store.rebuild()
    assert store.state.count("typed_wrong") == 1
    assert store.rebuild()


def test_an_act_is_told_of_once_it_is_kept_and_never_when_it_is_not(store: LogStore, path: Path) -> None:
    """Whoever ships it finds it on the disk; what was taken back is nobody's news."""
    told: list[tuple[frozenset[EntryKind], int]] = []
    reader = read_back(path)
    store.on_stored = lambda kinds: told.append((kinds, reader.last()[0]))
    note(store)
    with store.act():
        pass
    with pytest.raises(StoreDamaged):
        _fails_in_the_middle(store)
    reader.close()
    assert told == [(frozenset({EntryKind.DEVICE}), 1), (frozenset(), 1)]


def _fails_in_the_middle(store: LogStore) -> None:
    with store.act() as act:
        act.record(EntryKind.STOPPED, {})
        raise StoreDamaged("as a test wants it")


def test_the_first_entry_since_a_moment_is_found(tmp_path: Path) -> None:
    """By when it was recorded; one past the last when there is none."""
    clock = ToldClock(make.at(9))
    store = LogStore(tmp_path / "log.db", DISK_KEY, clock, lambda: None)
    store.enrol(identity("B"))
    for _ in range(7):
        note(store)
        clock.go_on(minutes=1)
    reader = read_back(tmp_path / "log.db")
    found = [reader.first_since(make.at(9, minute, second)) for minute, second in ((0, 0), (0, 1), (6, 0), (6, 1))]
    assert found == [1, 2, 7, 8]
    assert reader.first_since(make.at(8)) == 1
    reader.close()
    store.close()
