"""The log's key, a dead kiosk's disk, holds and wiping: each through its own command."""

from __future__ import annotations

import io
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from demo.world import HERE
from kiosk.adapters.database import Database
from kiosk.adapters.escrow import SEALED_FILE, make_pair
from kiosk.domain.entry import EntryKind
from kiosk.enrolment import LOG_FILE, data_key, enrol
from kiosk.errors import StoreDamaged, StoreError, UsageError
from kiosk.log_commands import parser
from tests.e2e.city import CONFIG, City, let_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kiosk.config import Settings
    from kiosk.domain.ids import KioskId, SiteId

NAME = "欧阳无双"


@pytest.fixture
def config(tmp_path: Path, city: City) -> Path:
    """Return settings that name the city's server and kiosk A's key."""
    folder = tmp_path / "config"
    shutil.copytree(CONFIG, folder)
    _change(folder, "http://127.0.0.1:8480", city.url)
    _change(folder, "~/.config/vb-kiosk/log.key", str(city.folder / "keys" / "A.key"))
    return folder / "kiosk.toml"


def _change(folder: Path, old: str, new: str) -> None:
    path = folder / "kiosk.toml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def log(config: Path, act: str, *words: object, data: Path | None = None) -> tuple[int, list[Any]]:
    """Run `main.py log …`; return its exit code and what it printed, a JSON object a line."""
    given: Sequence[str] = [act, "--config", str(config), "--json", *(str(word) for word in words)]
    options = parser(config, "").parse_args([*given, *(["--data", str(data)] if data is not None else [])])
    out = io.StringIO()
    code = options.run(options, out)
    return code, [json.loads(line) for line in out.getvalue().splitlines()]


def a_day(city: City) -> Path:
    """Let a visitor in at kiosk A, report it, switch off; return the kiosk's data folder."""
    kiosk = city.kiosk("A")
    city.tell("A")
    let_in(kiosk, city.book(NAME).code_text)
    city.tell("A")
    city.switch_off("A")
    return city.data("A")


def sealed_to(city: City, folder: Path) -> Settings:
    """Return kiosk A's settings with a supervisor's public key."""
    settings = city.settings("A")
    log_part = settings.kiosk.log.model_copy(update={"escrow_key_file": str(folder / "escrow.pub.pem")})
    return replace(settings, kiosk=settings.kiosk.model_copy(update={"log": log_part}))


def test_a_dead_kiosks_disk_is_read_with_the_supervisors_key_only(city: City, config: Path, tmp_path: Path) -> None:
    """The key file died with the machine; the disk holds the log and the sealed copy."""
    assert log(config, "escrow-keys", "--out", tmp_path / "safe")[0] == 0
    city.server.desk.fleet.put_kiosk(HERE, "door-A", "A")
    enrol(
        sealed_to(city, tmp_path / "safe"), city.data("A"), city.server.desk.fleet.enrolment_code(HERE, "door-A").code
    )
    kiosk = city.switch_on("A")
    city.tell("A")
    let_in(kiosk, city.book(NAME).code_text)
    city.switch_off("A")
    (city.folder / "keys" / "A.key").unlink()
    with pytest.raises(StoreError, match="missing"):
        log(config, "verify", data=city.data("A"))
    make_pair(tmp_path / "thief")
    with pytest.raises(StoreError, match="not sealed to this"):
        log(config, "recover", "--private", tmp_path / "thief" / "escrow.private.pem", "--key-out", tmp_path / "k",
            data=city.data("A"))  # fmt: skip
    found = tmp_path / "found.key"
    private = tmp_path / "safe" / "escrow.private.pem"
    assert log(config, "recover", "--private", private, "--key-out", found, data=city.data("A"))[0] == 0
    assert found.stat().st_mode & 0o777 == 0o600
    _change(config.parent, str(city.folder / "keys" / "A.key"), str(found))
    code, said = log(config, "verify", data=city.data("A"))
    assert (code, said[0]["why"]) == (0, "")
    assert said[0]["entries"] > 5


def test_the_sealed_copy_shows_nothing(city: City, tmp_path: Path) -> None:
    """Neither the key nor its hex stands in it, and two seals of one key differ."""
    make_pair(tmp_path / "safe")
    city.server.desk.fleet.put_kiosk(HERE, "door-A", "A")
    settings = sealed_to(city, tmp_path / "safe")
    enrol(settings, city.data("A"), city.server.desk.fleet.enrolment_code(HERE, "door-A").code)
    key = data_key(settings, city.data("A"))
    sealed = (city.data("A") / SEALED_FILE).read_bytes()
    assert key not in sealed
    assert key.hex().encode() not in sealed


def test_production_enrols_no_kiosk_without_an_escrow(city: City) -> None:
    """And spends no code on it."""
    city.server.desk.fleet.put_kiosk(HERE, "door-A", "A")
    code = city.server.desk.fleet.enrolment_code(HERE, "door-A").code
    settings = city.settings("A")
    production = replace(settings, kiosk=settings.kiosk.model_copy(update={"mode": "production"}))
    with pytest.raises(StoreError, match="escrow"):
        enrol(production, city.data("A"), code)
    assert enrol(settings, city.data("A"), code).epoch == 1


def test_the_key_may_come_from_systemd(city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A credential of the unit; never made, never looked for outside its folder."""
    settings = city.settings("A")
    for name in ("logkey", "../logkey", "none"):
        own = settings.kiosk.log.model_copy(update={"key_file": f"credential:{name}"})
        told = replace(settings, kiosk=settings.kiosk.model_copy(update={"log": own}))
        with pytest.raises(StoreError):
            data_key(told, tmp_path / "data")
        credentials = tmp_path / "credentials"
        credentials.mkdir(exist_ok=True)
        (credentials / "logkey").write_text("ab" * 32)
        (credentials / "logkey").chmod(0o400)
        monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(credentials))
        if name == "logkey":
            assert data_key(told, tmp_path / "data") == b"\xab" * 32
        else:
            with pytest.raises(StoreError):
                data_key(told, tmp_path / "data")
        monkeypatch.delenv("CREDENTIALS_DIRECTORY")


def test_one_process_at_a_time_uses_a_data_folder(city: City) -> None:
    """Two kiosks on one log would give the same numbers twice; setting up a running one anew would tear it apart."""
    city.kiosk("A")
    with pytest.raises(StoreError, match="in use"):
        city.switch_on("A")
    with pytest.raises(StoreError, match="in use"):
        enrol(city.settings("A"), city.data("A"), city.server.desk.fleet.enrolment_code(HERE, "door-A").code)


def test_case_61_a_wipe_is_refused_while_entries_are_unsent(city: City, config: Path, tmp_path: Path) -> None:
    """The export is offered; with every unsent entry in it the wipe goes on, with one too few it does not."""
    kiosk = city.kiosk("A")
    city.tell("A")
    city.server_goes_away()
    for _ in range(3):
        kiosk.call(lambda: kiosk.desk.note_device("lamp", "ok"))
    city.switch_off("A")
    with pytest.raises(StoreError, match=r"unsent.*log export"):
        log(config, "wipe", data=city.data("A"))
    code, entries = log(config, "export", data=city.data("A"))
    assert code == 0
    exported = tmp_path / "export.jsonl"
    lines = [json.dumps(entry) for entry in entries]
    exported.write_text("\n".join([*lines[:-2], lines[-1]]))
    with pytest.raises(StoreError, match="1 entries are unsent"):
        log(config, "wipe", "--exported", exported, data=city.data("A"))
    exported.write_text("\n".join(lines))
    code, said = log(config, "wipe", "--exported", exported, data=city.data("A"))
    assert (code, said[0]["wiped"]) == (0, True)
    assert not (city.data("A") / LOG_FILE).exists()
    city.server_comes_back()


def test_a_wipe_needs_no_export_when_the_server_holds_everything(city: City, config: Path) -> None:
    """Nothing is lost."""
    data = a_day(city)
    kiosk = city.switch_on("A")
    kiosk.stop_loops()
    city.switch_off("A")
    who = identity_of(city, data)
    assert log(config, "wipe", data=data)[0] == 0
    # Switching off is an entry as well: it went to the server before it was gone here.
    assert list(city.server.desk.intake.entries(*who))[-1].kind is EntryKind.STOPPED


def identity_of(city: City, data: Path) -> tuple[SiteId, KioskId, int]:
    """Return whose log lies in `data`, as the server names it."""
    from kiosk.adapters.log_reader import LogReader

    reader = LogReader(data / LOG_FILE, data_key(city.settings("A"), data))
    identity = reader.identity
    reader.close()
    return identity.site_id, identity.kiosk_id, identity.epoch


def test_a_wipe_is_refused_while_days_are_under_a_legal_hold(city: City, config: Path) -> None:
    """In the log that is written and in one that was put aside, whatever the server holds of them."""
    data = a_day(city)
    by = ("--by", "court", "--reason", "2020/7")
    _code, (hold,) = log(config, "hold", "--from", "2020-03-01", "--until", "2020-03-31", *by, data=data)
    with pytest.raises(StoreError, match=f"legal hold .{hold['id']}"):
        log(config, "wipe", data=data)
    enrol(city.settings("A"), data, city.server.desk.fleet.enrolment_code(HERE, "door-A").code)
    with pytest.raises(StoreError, match=r"log-epoch-1\.db: is under a legal hold"):
        log(config, "wipe", data=data)
    (aside,) = data.glob("log-epoch-1.db")
    aside.rename(city.folder / "safe.db")
    assert log(config, "wipe", data=data)[0] == 0
    assert (city.folder / "safe.db").exists()


def ship(city: City, data: Path) -> None:
    """Ship what a switched-off kiosk left."""
    from kiosk.adapters.clock import SystemClock
    from kiosk.adapters.log_reader import LogReader
    from kiosk.adapters.log_store import LogStore
    from kiosk.enrolment import central_client
    from kiosk.services.reporting import Backoff, Reporter

    settings = city.settings("A")
    key = data_key(settings, data)
    store, reader = LogStore(data / LOG_FILE, key, SystemClock(), lambda: None), LogReader(data / LOG_FILE, key)
    client = central_client(settings, reader.identity.token, SystemClock())
    Reporter(reader, client, store, Backoff(lambda: 0.5)).step()
    for opened in (client, reader, store):
        opened.close()


def test_verify_finds_a_cut_tail_by_the_server_and_by_a_printed_hash(city: City, config: Path) -> None:
    """What the file itself remembers may be cut as well; the server and the paper cannot."""
    data = a_day(city)
    ship(city, data)
    code, said = log(config, "verify", "--server", data=data)
    assert (code, said[0]["why"]) == (0, "")
    last, last_hash = said[0]["entries"], said[0]["last_hash"]
    database = Database(data / LOG_FILE, data_key(city.settings("A"), data), "schema.sql")
    database.run("DELETE FROM entry WHERE seq > ?", last - 3)
    code, said = log(config, "verify", data=data)
    assert (code, said[0]["why"], said[0]["broken_seq"]) == (1, "tail", last - 2)
    database.run("UPDATE sent SET seq = 0, hash = ''")
    database.close()
    assert log(config, "verify", data=data)[0] == 0
    assert log(config, "verify", "--server", data=data)[1][0]["why"] == "tail"
    assert log(config, "verify", "--against", f"{last}:{last_hash}", data=data)[1][0]["why"] == "tail"
    code, said = log(config, "verify", "--against", f"{last - 4}:{'0' * 64}", data=data)
    assert (code, said[0]["why"], said[0]["broken_seq"]) == (1, "anchor", last - 4)


def test_a_hold_is_placed_listed_and_lifted(city: City, config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each an entry with who and why; a mistake changes nothing."""
    data = a_day(city)
    ship(city, data)
    with pytest.raises(UsageError, match="--by and --reason"):
        log(config, "hold", "--from", "2020-03-01", data=data)
    for half in (("--until", "2020-03-31"), ("--by", "court", "--reason", "2020/7"), ("--lift", "H1")):
        with pytest.raises(UsageError, match="--by and --reason"):
            log(config, "hold", *half, data=data)
    by = ("--by", "court", "--reason", "2020/7")
    with pytest.raises(UsageError, match="before"):
        log(config, "hold", "--from", "2020-03-02", "--until", "2020-03-01", *by, data=data)
    _code, stand = log(config, "hold", "--from", "2020-03-01", "--until", "2020-03-31", *by, data=data)
    assert [(hold["from"], hold["until"]) for hold in stand] == [("2020-03-01", "2020-03-31")]
    assert [(hold["by"], hold["reason"]) for hold in log(config, "hold", data=data)[1]] == [("court", "2020/7")]
    with pytest.raises(SystemExit):
        log(config, "hold", "--from", "2020-13-01", *by, data=data)
    assert "'2020-13-01' is no day, as 2026-03-10 is one" in capsys.readouterr().err
    with pytest.raises(UsageError, match="not both"):
        log(config, "hold", "--lift", "H1", "--from", "2020-03-01", *by, data=data)
    with pytest.raises(UsageError, match="no hold"):
        log(config, "hold", "--lift", "H0", *by, data=data)
    assert log(config, "erase", data=data)[1] == [{"erased": 0, "cut": True}]
    assert log(config, "hold", "--lift", stand[0]["id"], *by, data=data)[1] == []
    assert log(config, "erase", data=data)[1][0]["erased"] == 5  # all that the visit left
    assert log(config, "verify", data=data)[0] == 0
    assert log(config, "rebuild", data=data) == (0, [{"same": True}])


def test_the_wrong_key_opens_nothing(city: City, config: Path, tmp_path: Path) -> None:
    """And says that the key may be the reason."""
    data = a_day(city)
    wrong = tmp_path / "wrong.key"
    wrong.write_text("00" * 32)
    wrong.chmod(0o600)
    _change(config.parent, str(city.folder / "keys" / "A.key"), str(wrong))
    with pytest.raises(StoreDamaged, match="key"):
        log(config, "verify", data=data)
