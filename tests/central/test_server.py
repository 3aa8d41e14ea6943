"""Starting and stopping: settings, secrets, and the server as a program."""

from __future__ import annotations

import fcntl
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests
from sqlalchemy import update

from central import tables
from central.clock import SystemClock
from central.keyring import Keyring
from central.server import RunningServer, main, new_keys
from central.settings import load
from kiosk.errors import ConfigError, StoreError
from tests.central.builders import ToldClock, settings_for

if TYPE_CHECKING:
    from tests.central.builders import City

ROOT = Path(__file__).parents[2]


def test_all_mistakes_of_the_settings_are_listed_at_once(tmp_path: Path) -> None:
    """One start shows them all, each with file and key."""
    path = tmp_path / "central.toml"
    path.write_text('[server]\nport = 70000\nhots = "x"\n[limits]\nupload_mb = "many"\n[nonsense]\n')
    with pytest.raises(ConfigError) as caught:
        load(path)
    for key in ("server.port", "server.hots", "limits.upload_mb", "nonsense"):
        assert any(str(path) in line and key in line for line in caught.value.mistakes)


@pytest.mark.parametrize("content", [None, b"port = = 1", b"\xff\xfe"])
def test_a_file_that_is_none_is_told_so(tmp_path: Path, content: bytes | None) -> None:
    """A missing or broken file names itself."""
    path = tmp_path / "central.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"central\.toml"):
        load(path)


def test_the_program_serves_and_stops_cleanly(tmp_path: Path) -> None:
    """It prints its address, answers, and ends with 0 on SIGTERM, with everything on the disk."""
    config = tmp_path / "central.toml"
    config.write_text("[server]\nport = 0\n")
    program = "import sys, pathlib, central.server as s; sys.exit(s.main(*map(pathlib.Path, sys.argv[1:])))"
    command = [sys.executable, "-c", program, str(config), str(tmp_path / "data")]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert requests.get(url + "/healthz", timeout=60).json()["protocol"] == 1
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=30)
    finally:
        process.kill()
    assert (process.returncode, out) == (0, "")
    assert "Traceback" not in err
    assert sqlite3.connect(tmp_path / "data" / "central.db").execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.usefixtures("signals")
def test_settings_that_cannot_be_used_end_with_three_and_a_taken_port_with_two(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """An operator sees the mistakes and an exit code, and no traceback."""
    path = tmp_path / "central.toml"
    path.write_text("[server]\nport = -1\n")
    assert main(path, tmp_path / "data") == 3
    assert "server.port" in caplog.text
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        path.write_text(f"[server]\nport = {port}\n")
        assert main(path, tmp_path / "data") == 2
    assert str(port) in caplog.text


def test_a_server_may_be_stopped_before_it_starts_and_twice(tmp_path: Path) -> None:
    """A demo that fails half-way still cleans up."""
    server = RunningServer(settings_for(tmp_path), tmp_path, ToldClock())
    assert not server.is_serving
    server.stop()
    server.stop()
    assert SystemClock().now().tzinfo is not None


def test_keys_that_others_may_read_are_refused(tmp_path: Path) -> None:
    """A signing key in everybody's hands is none."""
    path = tmp_path / "keys.json"
    Keyring(path)
    path.chmod(0o644)
    with pytest.raises(ConfigError, match="0600"):
        Keyring(path)
    path.chmod(0o600)
    path.write_text("{}")
    with pytest.raises(ConfigError, match="not a file of keys"):
        Keyring(path)


def test_keys_survive_a_restart(tmp_path: Path) -> None:
    """Codes and identity hashes of yesterday are good today."""
    first = Keyring(tmp_path / "keys.json")
    first.rotate()
    first.revoke("k1")
    second = Keyring(tmp_path / "keys.json")
    assert second.public() == first.public()
    assert second.revoked() == ["k1"]
    assert second.id_key("a") == first.id_key("a") != first.id_key("b")


def test_a_database_of_another_version_is_not_touched(city: City) -> None:
    """A newer server's data is not read by guesswork."""
    with city.desk._database.write() as tx:
        tx.execute(update(tables.schema).values(version=99))
    city.server.stop()
    with pytest.raises(StoreError, match="99"):
        RunningServer(settings_for(city.data), city.data, city.clock)


@pytest.mark.sqlite
def test_sqlite_is_durable_and_has_one_checkpointer(city: City) -> None:
    """WAL and FULL are set and read back on every connection; readers neither write nor checkpoint."""
    database = city.desk._database
    with database.write() as tx:
        assert [tx.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")] == ["wal", 2]
    with database.read() as tx:
        names = ("synchronous", "foreign_keys", "query_only", "wal_autocheckpoint")
        assert [tx.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names] == [2, 1, 1, 0]


def test_the_page_of_the_api_has_every_call_and_nothing_of_anybody_elses(city: City) -> None:
    """It opens on a closed network: no script, no file of another server, and each field of each body."""
    page = city.kiosk("door-1", "A").get("/docs")
    assert page.headers["content-security-policy"].startswith("default-src 'self'")
    told = page.text
    assert "<script" not in told
    assert re.findall(r'(?:src|href)="(.*?)"', told) == ["/staff/style.css", "/openapi.json"]
    described = city.kiosk("door-2", "B").get("/openapi.json").json()
    for path, methods in described["paths"].items():
        for method in methods:
            assert f"{method.upper()} {path}</code>" in told
    for field in ("slot_start", "service.name.zh", "service.hall.en", "[].zh", "application/toml"):
        assert f"<code>{field}</code>" in told, field
    assert "<td>policy | declaration | plan</td>" in told
    assert city.kiosk("door-3", "C").get("/redoc").status_code == 404


@pytest.mark.parametrize("text", ["", "\n", "abcdef\n", "x" * 23])
def test_a_token_that_is_no_secret_opens_nothing(tmp_path: Path, text: str) -> None:
    """An empty file, as a disk that was full leaves it, must not let everybody in who sends no token."""
    (tmp_path / "admin.token").write_text(text)
    (tmp_path / "admin.token").chmod(0o600)
    with pytest.raises(ConfigError, match=r"admin\.token: a token has 24 signs"):
        RunningServer(settings_for(tmp_path), tmp_path, ToldClock())


def test_a_token_that_others_may_read_is_refused(city: City) -> None:
    """As the keys are: whoever may read it is the admin."""
    (city.data / "admin.token").chmod(0o644)
    with pytest.raises(ConfigError, match=r"admin\.token: others may read it"):
        RunningServer(settings_for(city.data), city.data, city.clock)


def test_a_database_restored_without_its_keys_makes_no_new_ones_unasked(city: City) -> None:
    """Every code that was issued would be void, and nobody would know why; asked, it makes them."""
    city.server.stop()
    (city.data / "keys.json").unlink()
    with pytest.raises(ConfigError, match="--new-keys"):
        RunningServer(settings_for(city.data), city.data, city.clock)
    assert not (city.data / "keys.json").exists()
    assert (new_keys(city.data), new_keys(city.data)) == (0, 2)
    RunningServer(settings_for(city.data), city.data, city.clock).stop()


@pytest.mark.sqlite
def test_the_database_is_its_owners_in_a_folder_that_is_everybodys(tmp_path: Path) -> None:
    """Names and telephone numbers stand in it; a database of an earlier version is closed to others as well."""
    tmp_path.chmod(0o755)
    (tmp_path / "central.db").touch()
    (tmp_path / "central.db").chmod(0o644)
    server = RunningServer(settings_for(tmp_path), tmp_path, ToldClock())
    server.start()
    modes = {path.name: path.stat().st_mode & 0o077 for path in tmp_path.glob("central.db*")}
    server.stop()
    assert modes == dict.fromkeys(("central.db", "central.db-wal", "central.db-shm"), 0)


@pytest.mark.usefixtures("signals")
def test_one_server_at_a_time_uses_a_data_folder(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Two would keep one database and tell two stories; the second says why it does not start."""
    config = tmp_path / "central.toml"
    config.write_text("[server]\nport = 0\n")
    with (tmp_path / "in-use").open("w") as first:
        fcntl.flock(first, fcntl.LOCK_EX)
        assert main(config, tmp_path) == 2
    assert f"{tmp_path}: in use by another server" in caplog.text
    assert not (tmp_path / "central.db").exists()
