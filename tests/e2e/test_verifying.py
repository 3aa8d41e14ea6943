"""`log verify` against what was seen elsewhere: on the server, on a printed ledger, in the kiosk's own memory."""

from __future__ import annotations

import io
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
import responses

from kiosk.adapters.database import Database
from kiosk.domain.entry import GENESIS
from kiosk.enrolment import LOG_FILE, data_key
from kiosk.errors import ServerGarbled
from kiosk.log_commands import parser
from kiosk.protocol.messages import PROTOCOL_HEADER
from tests.e2e.test_keeping import a_day, config, log, ship

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from tests.e2e.city import City

__all__ = ["config"]  # the fixture


def key_of(city: City, data: Path) -> bytes:
    """Return the key of kiosk A's log."""
    return data_key(city.settings("A"), data)


@contextmanager
def answering(city: City, high_seq: int, high_hash: str, epoch: int = 1) -> Generator[None]:
    """Let the server say that its copy of the log goes so far."""
    told = {"protocol": 1, "server_time_ms": 1583802000000, "results": [], "epoch": epoch}
    with responses.RequestsMock() as net:
        told |= {"high_seq": high_seq, "high_hash": high_hash}
        net.post(f"{city.url}/v1/entries", json=told, headers={PROTOCOL_HEADER: "1"})
        yield


def line(config: Path, data: Path) -> str:
    """Return what `log verify --server` says to people."""
    options = parser(config, "").parse_args(["verify", "--config", str(config), "--data", str(data), "--server"])
    out = io.StringIO()
    options.run(options, out)
    return out.getvalue()


def test_verify_compares_every_hash_that_it_is_given(city: City, config: Path) -> None:
    """A wrong one from paper ends with 1, whatever the server, the kiosk itself or another sheet says of the number."""
    data = a_day(city)
    ship(city, data)
    _code, (told,) = log(config, "verify", "--server", data=data)
    last, true, other = told["entries"], told["last_hash"], "ab" * 32
    against = ["--against", f"{last}:{true}", "--against", f"{last - 1}:{told['last_hash']}"]
    assert log(config, "verify", *against[:2], "--server", data=data)[0] == 0
    for wrong in (against, ["--server", "--against", f"{last}:{other}"], ["--against", f"{last}:{other}", *against]):
        code, (said,) = log(config, "verify", *wrong, data=data)
        assert (code, said["why"]) == (1, "anchor")
    for nothing in (f"0:{other}", f"{last}:{true[:-1]}", f"{last}:{true[:-1]}x", f"-1:{true}", f"1_0:{true}"):
        with pytest.raises(SystemExit):
            log(config, "verify", f"--against={nothing}", data=data)
    database = Database(data / LOG_FILE, key_of(city, data), "schema.sql")
    database.run("UPDATE sent SET hash = ?", other)
    database.close()
    code, (said,) = log(config, "verify", *against[:2], data=data)
    assert (code, said["why"], said["broken_seq"]) == (1, "anchor", last)


def test_verify_is_not_misled_by_an_answer_for_another_epoch(city: City, config: Path) -> None:
    """It would find a log cut or rewritten that is whole."""
    data = a_day(city)
    with answering(city, 500, "ab" * 32, epoch=2), pytest.raises(ServerGarbled, match="epoch 2"):
        log(config, "verify", "--server", data=data)


def test_verify_says_what_it_compared(city: City, config: Path) -> None:
    """A check that compared nothing must not read as one that did."""
    data = a_day(city)
    _code, (alone,) = log(config, "verify", data=data)
    assert (alone["compared"], alone["server_holds"], alone["acknowledged"]) == ([], None, None)
    ship(city, data)
    code, (whole,) = log(config, "verify", "--server", "--against", f"2:{'ab' * 32}", data=data)
    last = whole["server_holds"]
    assert (code, whole["compared"], whole["acknowledged"]) == (1, [2], last)
    code, (whole,) = log(config, "verify", "--server", data=data)
    assert (code, whole["compared"], whole["entries"]) == (0, [last], last)
    assert f"the server holds {last} entries" in line(config, data)
    with answering(city, last, ""):
        code, (unread,) = log(config, "verify", "--server", data=data)
    assert (code, unread["compared"], unread["server_holds"]) == (0, [], last)
    with answering(city, last, ""):
        assert "in quarantine: nothing was compared" in line(config, data)
    with answering(city, last + 1, ""):
        code, (old,) = log(config, "verify", "--server", data=data)
    assert (code, old["why"], old["broken_seq"]) == (1, "tail", last + 1)


def test_verify_ends_with_1_when_the_server_holds_fewer_than_it_acknowledged(city: City, config: Path) -> None:
    """The log itself is whole, and may be the only copy."""
    data = a_day(city)
    ship(city, data)
    _code, (whole,) = log(config, "verify", "--server", data=data)
    last = whole["server_holds"]
    with answering(city, 0, GENESIS):
        code, (lost,) = log(config, "verify", "--server", data=data)
    assert (code, lost["why"], lost["compared"]) == (1, "", [])
    assert (lost["server_holds"], lost["acknowledged"], lost["entries"]) == (0, last, last)
    with answering(city, 0, GENESIS):
        said = line(config, data)
    assert f"the server holds 0 of the {last} entries that it acknowledged" in said
    assert "nothing was compared" in said
    assert "keep this log" in said


@pytest.mark.parametrize(
    "harm",
    ["UPDATE entry SET body = 'no JSON' WHERE seq = 4", "DELETE FROM entry WHERE seq = 4"],
    ids=["body", "gap"],
)
def test_a_broken_log_makes_no_state_anew(city: City, config: Path, harm: str) -> None:
    """What somebody wrote into the log must not take the place of the state, and nothing ends in a traceback."""
    data = a_day(city)
    database = Database(data / LOG_FILE, key_of(city, data), "schema.sql")
    database.run(harm)
    database.run("DELETE FROM fact")
    before = database.rows("SELECT * FROM visit"), database.rows("SELECT * FROM counter")
    code, (told,) = log(config, "rebuild", data=data)
    assert (code, told["same"], told["broken_seq"]) == (1, None, 4)
    assert (database.rows("SELECT * FROM visit"), database.rows("SELECT * FROM counter")) == before
    database.close()
