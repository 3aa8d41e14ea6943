"""A cluster of PostgreSQL for tests: its own, on a socket in a folder of its own, gone at the end.

Debian's server, which does not run as root: it runs as the user that the package makes.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Final

import psycopg

_USER: Final = "postgres"
_STILL: Final = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def programs() -> Path | None:
    """Return the folder with the server's programs, the newest that Debian has here; None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


class Cluster:
    """A running cluster. `stop` and `start` as its operator would; `close` at the end."""

    def __init__(self, where: Path) -> None:
        """Make a cluster with the programs in the folder `where`, and start it."""
        self._programs = where
        self.folder = Path(tempfile.mkdtemp(prefix="pg-"))
        self._as: dict[str, Any] = {}
        if os.geteuid() == 0:
            owner = pwd.getpwnam(_USER)
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
            self._as = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
        self._data = self.folder / "data"
        how = ("--auth", "trust", "--username", _USER, "--encoding", "UTF8", "--locale", "C.UTF-8")
        self._run("initdb", *how, "--pgdata", str(self._data))
        self.start()

    def start(self, *settings: str) -> None:
        """Start it, with settings (`name=value`) beside its own; returns when it answers."""
        given = " ".join(f"-c {setting}" for setting in ("listen_addresses=", *settings))
        log = str(self.folder / "log")
        self._run("pg_ctl", "--wait", "-D", str(self._data), "-o", f"-k {self.folder} {given}", "-l", log, "start")

    def stop(self) -> None:
        """Stop it; whoever is connected is cut off."""
        self._run("pg_ctl", "--wait", "-D", str(self._data), "-m", "fast", "stop")

    def url(self, data: Path) -> str:
        """Return the URL of the database for a server's data folder, which is made when it is not there."""
        name = f"data_{hashlib.sha256(str(data).encode()).hexdigest()[:16]}"
        with psycopg.connect(host=str(self.folder), user=_USER, dbname=_USER, autocommit=True) as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone() is None:
                connection.execute(f"CREATE DATABASE {name}".encode())
        return f"postgresql://{_USER}@/{name}?host={self.folder}"

    def close(self) -> None:
        """Stop it at once and remove its folder."""
        command = self._command("pg_ctl", "-D", str(self._data), "-m", "immediate", "stop")
        subprocess.run(command, **_STILL, **self._as, check=False)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _command(self, program: str, *arguments: str) -> list[str]:
        return [str(self._programs / program), *arguments]

    def _run(self, program: str, *arguments: str) -> None:
        # Its output into nothing: the server would keep the other end of a pipe.
        done = subprocess.run(self._command(program, *arguments), **_STILL, **self._as, cwd=self.folder, check=False)
        log = self.folder / "log"
        assert done.returncode == 0, f"{program}: {log.read_text() if log.exists() else 'no log'}"
