"""`main.py` as programs: each says what it does, ends by itself, and its exit codes are those that are documented."""

from __future__ import annotations

import getpass
import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from demo.world import HERE
from kiosk.adapters.database import Database, read_key
from kiosk.adapters.log_reader import LogReader
from kiosk.bootstrap import Kiosk
from kiosk.config import load
from kiosk.domain.entry import EntryKind
from kiosk.enrolment import LOG_FILE
from kiosk.errors import StoreError
from tests.e2e.city import CONFIG, City, let_in

MAIN = CONFIG.parent / "main.py"
DATA = Path(__file__).parents[1] / "scanner" / "data"


def main(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run main.py to its end."""
    command = [sys.executable, str(MAIN), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Return a folder of settings to change."""
    folder = tmp_path / "config"
    folder.mkdir()
    for path in CONFIG.glob("*.toml"):
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


def _point(config: Path, city: City, letter: str = "A") -> Path:
    """Let the settings name the city's server and a kiosk's key; return the file."""
    path = config / "kiosk.toml"
    text = path.read_text(encoding="utf-8").replace("http://127.0.0.1:8480", city.url)
    text = text.replace("~/.config/vb-kiosk/log.key", str(city.folder / "keys" / f"{letter}.key"))
    path.write_text(text.replace('source = "0"', 'source = "none"'), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("kiosk",),
        ("central",),
        ("demo",),
        ("scan",),
        ("check",),
        ("log",),
        ("log", "list"),
        ("log", "verify"),
        ("bench",),
    ],
)
def test_each_command_explains_itself(words: tuple[str, ...]) -> None:
    """--help answers with 0, and the exit codes stand in it."""
    run = main(*words, "--help")
    assert run.returncode == 0
    assert "usage: main.py" in run.stdout
    assert "Exit codes" in run.stdout


@pytest.mark.parametrize("words", [("kiosk",), ("fly",), ("log", "verify"), ("scan",), ("check", "--wrong")])
def test_wrong_arguments_are_2(words: tuple[str, ...]) -> None:
    """What cannot be understood does nothing."""
    run = main(*words)
    assert run.returncode == 2
    assert run.stderr


def test_the_server_prints_its_address_and_stops_when_told(tmp_path: Path, config: Path) -> None:
    """SIGTERM ends it with 0."""
    text = (config / "central.toml").read_text(encoding="utf-8").replace("port = 8480", "port = 0")
    (config / "central.toml").write_text(text, encoding="utf-8")
    command = [sys.executable, str(MAIN), "central", "--config", str(config / "central.toml"), "--data", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("http://127.0.0.1:")
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0


def test_a_kiosk_is_enrolled_once(city: City, config: Path, tmp_path: Path) -> None:
    """The code works, then it does not: 5 for the server's no; the log that is there is left as it is."""
    settings = _point(config, city, "N")
    fleet = city.server.desk.fleet
    fleet.put_kiosk("branch-2", "door-N", "N")
    code = fleet.enrolment_code("branch-2", "door-N").code
    first = main("kiosk", "--config", settings, "--data", tmp_path / "n", "--enrol", code)
    assert first.returncode == 0, first.stderr
    assert "branch-2/door-N, letter N, epoch 1" in first.stdout
    assert main("kiosk", "--config", settings, "--data", tmp_path / "n", "--enrol", code).returncode == 5
    assert main("log", "verify", "--config", settings, "--data", tmp_path / "n").returncode == 0
    again = main("kiosk", "--config", settings, "--data", tmp_path / "other", "--enrol", code)
    assert (again.returncode, again.stdout) == (4, "") or again.returncode == 5
    assert len(again.stderr.strip().splitlines()) == 1


def test_a_kiosk_stops_cleanly_when_told(city: City, config: Path) -> None:
    """SIGTERM, as at every restart of the machine: 0, and the log says that it was stopped."""
    city.kiosk("A")
    city.switch_off("A")
    reader = LogReader(city.data("A") / LOG_FILE, read_key(city.folder / "keys" / "A.key", may_create=False))
    command = [sys.executable, str(MAIN), "kiosk", "--config", str(_point(config, city)), "--data", str(city.data("A"))]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        end = time.monotonic() + 40
        while EntryKind.DAY_OPENED not in (kinds := [entry.kind for entry in reader.entries()]):
            assert time.monotonic() < end, f"the idle screen never came: {kinds}"
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        _out, complaints = process.communicate(timeout=30)
    finally:
        process.kill()
    assert (process.returncode, "Traceback" in complaints) == (0, False), complaints
    assert [entry.kind for entry in reader.entries()][-1] is EntryKind.STOPPED
    reader.close()


def test_a_kiosk_without_a_display_says_so(city: City, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawn where nobody sees it, it would look well to whoever watches the process."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"):
        monkeypatch.delenv(name, raising=False)
    run = main("kiosk", "--config", _point(config, city), "--data", city.data("A"), "--stay")
    assert run.returncode == 2
    assert "there is no display here" in run.stderr
    assert not (city.data("A") / LOG_FILE).exists()


def test_a_kiosk_that_cannot_start_stays_and_opens_once_it_is_mended(city: City, config: Path) -> None:
    """Nobody stands beside it: it says what is wrong, holds its screen, and tries again by itself."""
    city.kiosk("A")
    city.switch_off("A")
    key = read_key(city.folder / "keys" / "A.key", may_create=False)
    reader = LogReader(city.data("A") / LOG_FILE, key)
    begun = reader.last()
    settings, policy = _point(config, city), config / "policy.toml"
    whole = policy.read_text(encoding="utf-8")
    policy.write_text(whole.replace("early_min = 15", "early_min = -5"), encoding="utf-8")
    command = [sys.executable, str(MAIN), "kiosk", "--config", str(settings), "--data", str(city.data("A")), "--stay"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        assert "policy.toml: admission.early_min" in process.stderr.readline()
        assert reader.last() == begun
        policy.write_text(whole, encoding="utf-8")
        end = time.monotonic() + 90
        while EntryKind.DAY_OPENED not in (kinds := [entry.kind for entry in reader.entries(begun[0])]):
            assert time.monotonic() < end, f"the idle screen never came: {kinds}"
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    finally:
        process.kill()
    reader.close()
    assert process.returncode == 0


def test_a_wrong_server_address_is_said_in_one_line(config: Path, tmp_path: Path) -> None:
    """Nobody listens there: 5, and the operator is told where the kiosk looked."""
    path = config / "kiosk.toml"
    text = path.read_text(encoding="utf-8").replace("http://127.0.0.1:8480", "http://127.0.0.1:9")
    text = text.replace("~/.config/vb-kiosk/log.key", str(tmp_path / "keys" / "log.key"))
    path.write_text(text, encoding="utf-8")
    run = main("kiosk", "--config", path, "--data", tmp_path / "data", "--enrol", "ABCDEFGH-0123456789AB")
    assert run.returncode == 5
    assert len(run.stderr.strip().splitlines()) == 1
    checked = main("check", "--config", path)
    assert checked.returncode == 1
    assert "FAIL server: http://127.0.0.1:9" in checked.stdout
    assert "is server.url right?" in checked.stdout


def test_a_kiosk_that_was_never_enrolled_says_how(config: Path, city: City, tmp_path: Path) -> None:
    """Its window asks for a code (test_window); what runs without a window names the command, and makes nothing."""
    settings = load(_point(config, city, "Z"))
    with pytest.raises(StoreError, match="--enrol CODE"):
        Kiosk(settings, tmp_path / "z")
    assert not (tmp_path / "z").exists()


def test_every_mistake_of_every_settings_file_is_listed_at_once(config: Path, tmp_path: Path) -> None:
    """One start shows them all, each with file and key; 3."""
    kiosk = (config / "kiosk.toml").read_text(encoding="utf-8")
    kiosk = kiosk.replace('mode = "demo"', 'mode = "party"').replace("width = 1080", 'breadth = 1080\nwidth = "wide"')
    (config / "kiosk.toml").write_text(kiosk, encoding="utf-8")
    policy = (config / "policy.toml").read_text(encoding="utf-8").replace("early_min = 15", "early_min = -5")
    (config / "policy.toml").write_text(policy, encoding="utf-8")
    (config / "declaration.toml").write_text("version = ", encoding="utf-8")
    run = main("kiosk", "--config", config / "kiosk.toml", "--data", tmp_path / "d")
    assert run.returncode == 3
    for part in (
        "kiosk.toml: mode",
        "kiosk.toml: screen.breadth",
        "kiosk.toml: screen.width",
        "policy.toml: admission.early_min",
    ):
        assert part in run.stderr
    assert "declaration.toml: is not TOML" in run.stderr
    assert not (tmp_path / "d").exists()


def test_check_says_how_each_part_is(city: City, config: Path) -> None:
    """In plain words; 0 when all is well, 1 when one is not."""
    city.kiosk("A")
    settings = _point(config, city)
    off = main("check", "--config", settings)
    assert (off.returncode, "set the clocks by the network" in off.stdout) == (1, True)  # the city's is of 2020
    city.clock.advance((datetime.now(UTC) - city.clock.now()).total_seconds())
    well = main("check", "--config", settings)
    assert well.returncode == 0, well.stdout
    assert "SIMULATED, measures nobody" in well.stdout
    assert well.stdout.count("ok  ") == 9
    text = settings.read_text(encoding="utf-8").replace('mode = "demo"', 'mode = "production"')
    settings.write_text(text, encoding="utf-8")
    production = main("check", "--config", settings)
    assert production.returncode == 1
    assert "FAIL thermometer" in production.stdout
    assert "FAIL escrow: log.escrow_key_file names no supervisor's key" in production.stdout
    assert "production refuses it" in production.stdout


def test_check_says_when_the_server_does_not_let_the_kiosk_in(city: City, config: Path) -> None:
    """A revoked kiosk's server answers as before: `check` must not call that well, and tells the way back."""
    city.kiosk("A")
    settings = _point(config, city)
    city.clock.advance((datetime.now(UTC) - city.clock.now()).total_seconds())
    well = main("check", "--config", settings, "--data", city.data("A"))
    assert "ok   access: branch-2/door-A, epoch 1: the server lets it in" in well.stdout
    city.server.desk.fleet.revoke(HERE, "door-A")
    revoked = main("check", "--config", settings, "--data", city.data("A"))
    assert revoked.returncode == 1
    assert "ok   server" in revoked.stdout
    assert "FAIL access: branch-2/door-A, epoch 1: revoked: " in revoked.stdout
    assert "one-time code" in revoked.stdout
    city.server_goes_away()
    alone = main("check", "--config", settings, "--data", city.data("A"))
    assert "FAIL access: branch-2/door-A, epoch 1: the server could not be asked: nothing answers there" in alone.stdout
    city.server_comes_back()


def test_whoever_reads_the_first_line_only_sees_no_traceback(city: City, config: Path) -> None:
    """`check | head -1`: the reader has gone before the command has said everything."""
    city.kiosk("A")
    settings = _point(config, city)
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, str(MAIN), "check", "--config", str(settings), "--data", str(city.data("A"))]
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, check=False, timeout=60)
    os.close(writer)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr


def _log(act: str, settings: Path, city: City, *more: str) -> subprocess.CompletedProcess[str]:
    return main("log", act, "--config", settings, "--data", city.data("A"), *more)


def test_the_log_is_listed_verified_rebuilt_and_exported(city: City, config: Path) -> None:
    """An inspection's four commands, on a log with a whole visit; the export is itself an entry."""
    kiosk = city.kiosk("A")
    code = city.book("难忘的名字").code_text
    city.tell("A")
    let_in(kiosk, code)
    city.switch_off("A")
    settings = _point(config, city)
    listed = _log("list", settings, city, "--json")
    rows = [json.loads(line) for line in listed.stdout.splitlines()]
    assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
    assert {"identified", "arrived", "declared", "reading", "admitted"} <= {row["kind"] for row in rows}
    assert "难*字" not in listed.stdout
    assert _log("list", settings, city).stdout.count("\n") == len(rows)
    verified = _log("verify", settings, city, "--json")
    assert (verified.returncode, json.loads(verified.stdout)["entries"]) == (0, len(rows))
    rebuilt = _log("rebuild", settings, city)
    assert (rebuilt.returncode, rebuilt.stdout) == (0, "the state is what the log says\n")
    exported = _log("export", settings, city, "--json")
    lines = [json.loads(line) for line in exported.stdout.splitlines()]
    assert len(lines) == len(rows) + 1
    assert lines[-1]["kind"] == "exported"
    assert json.loads(lines[-1]["body"])["by"] == getpass.getuser()
    assert any("难*字" in (line["body"] or "") for line in lines)


def test_a_tampered_log_is_found_with_the_entry_and_why(city: City, config: Path) -> None:
    """One changed body: 1, its number, and what does not fit."""
    kiosk = city.kiosk("A")
    city.tell("A")
    let_in(kiosk, city.book().code_text)
    city.switch_off("A")
    key = read_key(city.folder / "keys" / "A.key", may_create=False)
    database = Database(city.data("A") / "log.db", key, "schema.sql")
    seq = database.scalar("SELECT seq FROM entry WHERE kind = 'reading'")
    database.run("UPDATE entry SET body = replace(body, '3650', '3640') WHERE seq = ?", seq)
    database.close()
    run = _log("verify", _point(config, city), city)
    assert (run.returncode, run.stdout) == (
        1,
        f"broken at entry {seq}: body: what it recorded was changed\n",
    )


def test_a_folder_without_a_log_is_4(config: Path, tmp_path: Path) -> None:
    """Nothing is made there either."""
    run = main("log", "verify", "--config", config / "kiosk.toml", "--data", tmp_path / "empty")
    assert run.returncode == 4
    assert not (tmp_path / "empty").exists()


def test_scan_prints_one_exact_json_line_per_picture() -> None:
    """The text is what the truth file says, to the byte."""
    pictures = sorted(path for path in DATA.iterdir() if path.suffix in {".png", ".webp", ".jpg"})
    run = main("scan", *pictures)
    assert run.returncode == 0
    lines: list[dict[str, Any]] = [json.loads(line) for line in run.stdout.splitlines()]
    for line in lines:
        assert {"source", "frame", "text", "ms"} <= set(line)
        truth = Path(line["source"]).with_suffix(".txt")
        assert line["text"].encode() == truth.read_bytes().rstrip(b"\r\n") or not truth.exists()
    assert len(lines) >= len(pictures) - 1


def test_scan_names_what_it_cannot_open_and_reads_the_rest(tmp_path: Path) -> None:
    """2, one line each on standard error, and the good one is read."""
    picture = next(path for path in sorted(DATA.iterdir()) if path.suffix == ".png")
    (tmp_path / "text.png").write_text("no picture", encoding="utf-8")
    run = main("scan", tmp_path / "gone.png", tmp_path / "text.png", picture)
    assert run.returncode == 2
    assert len(run.stderr.strip().splitlines()) == 2
    assert len(run.stdout.splitlines()) == 1


def test_bench_says_which_there_are() -> None:
    """An unknown one is 2."""
    run = main("bench", "nothing")
    assert run.returncode == 2
    assert "scanner" in run.stderr
