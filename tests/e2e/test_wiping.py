"""Wiping a kiosk, or setting it up anew, loses nothing: not what the server lost, not what another program reads."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import responses

from demo.world import HERE
from kiosk.adapters.aside_logs import AsideLogs
from kiosk.adapters.database import Database
from kiosk.adapters.log_reader import LogReader
from kiosk.enrolment import LOG_FILE, PAPER_FOLDER, data_key, enrol
from kiosk.errors import StoreError
from kiosk.protocol.messages import PROTOCOL_HEADER
from tests.e2e.city import City, let_in
from tests.e2e.test_keeping import NAME, a_day, config, identity_of, log, ship

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["config"]  # a fixture
ROOT = Path(__file__).parents[2]
READER = """
import sys
from pathlib import Path
from kiosk.adapters.log_reader import LogReader
reader = LogReader(Path(sys.argv[1]), bytes.fromhex(sys.argv[2]))
entries = reader.entries()
next(entries)
if sys.argv[3] == "idle":
    list(entries)
print("reading", flush=True)
sys.stdin.readline()
"""


def code_for(city: City, letter: str = "A") -> str:
    """Return a one-time code."""
    city.server.desk.fleet.put_kiosk(HERE, f"door-{letter}", letter)
    return city.server.desk.fleet.enrolment_code(HERE, f"door-{letter}").code


def count(city: City, path: Path) -> int:
    """Return how many entries a log has, all of them sound."""
    with closing(LogReader(path, data_key(city.settings("A"), path.parent))) as reader:
        held, _last, flaw = reader.verify()
    assert flaw is None
    return held


def server_forgets(city: City, seqs_from: int) -> None:
    """Bring the server back as it was when it had fewer entries."""
    from sqlalchemy import delete, select, update

    from central.log_tables import chains, entries, visits

    with city.server.desk._database.write() as tx:
        hash_then = tx.scalar(select(entries.c.hash).where(entries.c.seq == seqs_from - 1))
        tx.execute(delete(visits))
        tx.execute(delete(entries).where(entries.c.seq >= seqs_from))
        tx.execute(update(chains).values(high_seq=seqs_from - 1, high_hash=hash_then))


@pytest.mark.parametrize("act", ["wipe", "anew"])
def test_what_the_server_lost_goes_to_it_again_before_it_is_gone_here(city: City, config: Path, act: str) -> None:
    """Everything was acknowledged, then the server came back from its backup of this morning."""
    data = a_day(city)
    ship(city, data)
    who = identity_of(city, data)
    with closing(LogReader(data / LOG_FILE, data_key(city.settings("A"), data))) as reader:
        whole = list(reader.entries())
    server_forgets(city, 3)
    assert len(list(city.server.desk.intake.entries(*who))) == 2
    if act == "wipe":
        assert log(config, "wipe", data=data)[0] == 0
    else:
        enrol(city.settings("A"), data, code_for(city))
    assert list(city.server.desk.intake.entries(*who)) == whole


def test_a_wipe_is_refused_while_the_server_cannot_be_asked_and_nothing_was_exported(
    city: City, config: Path, tmp_path: Path
) -> None:
    """What it acknowledged it may have lost; an export of everything is as good as the server's own word."""
    data = a_day(city)
    assert log(config, "verify", "--server", data=data)[0] == 0
    city.server_goes_away()
    with pytest.raises(StoreError, match=r"entries are unsent.*log export"):
        log(config, "wipe", data=data)
    _code, entries = log(config, "export", data=data)
    exported = tmp_path / "export.jsonl"
    exported.write_text("\n".join(json.dumps(entry) for entry in entries))
    assert log(config, "wipe", "--exported", exported, data=data)[1][0]["only_exported"] == len(entries)
    city.server_comes_back()


def test_an_export_is_on_the_disk_before_the_log_goes(
    city: City, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Copied by hand it may be in memory only; the power fails, and nobody has the entries any more."""
    data = a_day(city)
    city.server_goes_away()
    _code, entries = log(config, "export", data=data)
    exported = tmp_path / "export.jsonl"
    exported.write_text("\n".join(json.dumps(entry) for entry in entries))
    made_sure: list[tuple[int, bool]] = []
    sync = os.fsync

    def noted(descriptor: int) -> None:
        sync(descriptor)
        made_sure.append((os.fstat(descriptor).st_ino, (data / LOG_FILE).exists()))

    monkeypatch.setattr(os, "fsync", noted)
    assert log(config, "wipe", "--exported", exported, data=data)[0] == 0
    assert {(path.stat().st_ino, True) for path in (exported, tmp_path)} <= set(made_sure)
    assert not (data / LOG_FILE).exists()
    city.server_comes_back()


@pytest.mark.parametrize("deleted", [0, 1, 2, 3])
def test_a_wipe_that_is_cut_off_leaves_the_whole_log_or_none(
    city: City, config: Path, monkeypatch: pytest.MonkeyPatch, deleted: int
) -> None:
    """Never an older state, whose numbers are taken: a program that reads the log keeps the newest beside it."""
    data = a_day(city)
    key = data_key(city.settings("A"), data)
    left = [deleted]
    unlink = Path.unlink

    def cut_off(path: Path, *, missing_ok: bool = False) -> None:
        if path.parent == data and path.name.startswith(("log", "copy")):
            if not left[0]:
                raise KeyboardInterrupt
            left[0] -= 1
        unlink(path, missing_ok=missing_ok)

    with closing(LogReader(data / LOG_FILE, key)) as reader:
        whole = list(reader.entries())
        monkeypatch.setattr(Path, "unlink", cut_off)
        with pytest.raises(KeyboardInterrupt):
            log(config, "wipe", data=data)
        monkeypatch.undo()
    if (data / LOG_FILE).exists():
        with closing(LogReader(data / LOG_FILE, key)) as again:
            assert list(again.entries())[: len(whole)] == whole
    assert (data / LOG_FILE).exists() == (deleted == 0)
    enrol(city.settings("A"), data, code_for(city))
    assert log(config, "verify", data=data)[0] == 0


@pytest.mark.parametrize("changed", ["hashes only", "no bodies", "another body"])
def test_a_file_that_does_not_hold_the_entries_themselves_is_no_export(
    city: City, config: Path, tmp_path: Path, changed: str
) -> None:
    """`log list --json` has hashes; what counts is what was recorded."""
    data = a_day(city)
    city.server_goes_away()
    _code, entries = log(config, "export", data=data)
    exported = tmp_path / "export.jsonl"
    if changed == "hashes only":
        lines = [{"seq": entry["seq"], "hash": entry["hash"]} for entry in entries]
    elif changed == "no bodies":
        lines = [{**entry, "body": None, "salt": None} for entry in entries]
    else:
        lines = [{**entry, "body": (entry["body"] or "").replace("3650", "3640")} for entry in entries]
    exported.write_text("\n".join(json.dumps(line) for line in lines))
    with pytest.raises(StoreError, match="entries are unsent"):
        log(config, "wipe", "--exported", exported, data=data)
    assert (data / LOG_FILE).exists()
    city.server_comes_back()


def test_a_hold_that_the_server_placed_stops_a_wipe(city: City, config: Path) -> None:
    """The guide says that holds are placed there: it binds the server and all kiosks."""
    city.kiosk("A")
    city.tell("A")
    city.server.desk.holds.place(HERE, "h1", (date(2020, 3, 1), date(2020, 3, 31)), "court", "2020/7")
    city.tell("A")
    city.switch_off("A")
    with pytest.raises(StoreError, match="legal hold that the server placed"):
        log(config, "wipe", data=city.data("A"))
    enrol(city.settings("A"), city.data("A"), code_for(city))
    city.switch_on("A")
    city.tell("A")
    city.switch_off("A")
    with pytest.raises(StoreError, match=r"log-epoch-1\.db: is under a legal hold"):
        log(config, "wipe", data=city.data("A"))
    city.server.desk.holds.lift(HERE, "h1", "court")
    city.switch_on("A")
    city.tell("A")
    city.switch_off("A")
    assert log(config, "wipe", data=city.data("A"))[0] == 0


def test_a_log_put_aside_is_never_overwritten(city: City, config: Path) -> None:
    """Another kiosk's log has the same epoch: each begins with one."""
    data = a_day(city)
    whole = {}
    for letter in "CDE":
        whole[letter] = count(city, data / LOG_FILE)
        enrol(city.settings("A"), data, code_for(city, letter))
    assert [path.name for path in sorted(data.glob("log-epoch-*.db"))] == [
        "log-epoch-1-2.db",
        "log-epoch-1-3.db",
        "log-epoch-1.db",
    ]
    asides = {aside.name: aside.entries for aside in AsideLogs(data, data_key(city.settings("A"), data)).logs()}
    assert asides["log-epoch-1.db"] >= whole["C"]
    assert log(config, "wipe", data=data)[0] == 0
    assert list(data.glob("log*")) == []


@pytest.fixture
def reading(city: City) -> Iterator[list[subprocess.Popen[str]]]:
    """What reads a log beside us; ended at the end."""
    started: list[subprocess.Popen[str]] = []
    yield started
    for process in started:
        process.communicate("\n", timeout=60)


@pytest.mark.parametrize("how", ["idle", "busy"])
def test_a_log_that_another_program_reads_is_put_aside_whole_or_not_at_all(
    city: City, reading: list[subprocess.Popen[str]], how: str
) -> None:
    """`log list | less` in another terminal: SQLite leaves everything in the write-ahead log then."""
    kiosk, data = city.kiosk("A"), city.data("A")
    city.tell("A")
    let_in(kiosk, city.book(NAME).code_text)
    command = [sys.executable, "-c", READER, str(data / LOG_FILE), data_key(city.settings("A"), data).hex(), how]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    reading.append(process)
    assert process.stdout is not None
    assert process.stdout.readline() == "reading\n"
    let_in(kiosk, city.book(NAME).code_text)
    city.tell("A")
    city.switch_off("A")
    before = count(city, data / LOG_FILE)
    code = code_for(city)
    if how == "busy":
        with pytest.raises(StoreError, match="another program is reading this log"):
            enrol(city.settings("A"), data, code)
        assert count(city, data / LOG_FILE) >= before
        reading.pop().communicate("\n", timeout=60)
    assert enrol(city.settings("A"), data, code).epoch == 2  # the code was not spent
    assert count(city, data / "log-epoch-1.db") >= before


def test_an_answer_for_another_log_is_no_word_of_the_server(city: City, config: Path) -> None:
    """Nothing is wiped by it, and the log is not put out of order for good."""
    data = a_day(city)
    told = {"protocol": 1, "server_time_ms": 1583802000000, "results": [], "epoch": 7, "high_seq": 500}
    with responses.RequestsMock() as net:
        net.post(f"{city.url}/v1/entries", json=told | {"high_hash": "ab" * 32}, headers={PROTOCOL_HEADER: "1"})
        with pytest.raises(StoreError, match="entries are unsent"):
            log(config, "wipe", data=data)
    assert log(config, "wipe", data=data)[0] == 0


def test_what_was_written_for_people_goes_with_a_wipe(city: City, config: Path) -> None:
    """Blank sheets hold numbers of bookings and masked plates, in the clear."""
    data = a_day(city)
    (data / PAPER_FOLDER).mkdir()
    (data / PAPER_FOLDER / "blank.pdf").write_text(NAME)
    (data / ".log.key.sealed.123").write_text("a draft that was cut off")
    assert log(config, "wipe", data=data)[0] == 0
    assert not [path for path in data.rglob("*") if path.is_file() and path.read_bytes()]


@pytest.mark.parametrize("how", ["damaged", "of another key"])
def test_a_log_put_aside_that_cannot_be_read_stops_a_wipe(city: City, config: Path, how: str) -> None:
    """It may be under a hold, or hold what nobody else has."""
    data = a_day(city)
    aside = data / "log-epoch-0.db"
    if how == "damaged":
        aside.write_bytes(b"nonsense" * 1000)
    else:
        Database(aside, bytes(32), "schema.sql").close()
    with pytest.raises(StoreError, match=r"log-epoch-0\.db: cannot be read"):
        log(config, "wipe", data=data)
    shutil.move(aside, city.folder / "safe.db")
    assert log(config, "wipe", data=data)[0] == 0
