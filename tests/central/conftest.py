"""The server that the tests of this folder talk to: a real one, on loopback, with a real database.

SQLite, or a cluster of PostgreSQL that every test has a database of its own in. Every test has one of the two by its
name, unless `--database` says which; a machine without PostgreSQL has SQLite.
"""

from __future__ import annotations

import signal
import zlib
from typing import TYPE_CHECKING

import pytest

from tests.central import builders, postgres
from tests.central.builders import City, found_city

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def cluster() -> Iterator[postgres.Cluster]:
    """A cluster of PostgreSQL, one for all tests of a worker."""
    where = postgres.programs()
    if where is None:
        pytest.skip("there is no PostgreSQL on this machine")
    made = postgres.Cluster(where)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _on_postgresql(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give every server of a test a database of PostgreSQL where it is its turn, or is asked for."""
    wanted = request.config.getoption("--database")
    is_of_sqlite = request.node.get_closest_marker("sqlite") is not None
    if wanted == "both":
        is_its_turn = zlib.crc32(request.node.nodeid.encode()) % 2 == 0  # the same everywhere, and each time
        wanted = "postgresql" if is_its_turn and not is_of_sqlite and postgres.programs() else "sqlite"
    if wanted == "sqlite":
        return
    if is_of_sqlite:
        pytest.skip("about SQLite and its files")
    monkeypatch.setattr(builders, "url_for", request.getfixturevalue("cluster").url)


@pytest.fixture
def signals() -> Iterator[None]:
    """Give the process back what it did on a signal: a server's `main` takes two over."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    """Two sites and a running server."""
    founded = found_city(tmp_path / "data")
    yield founded
    founded.server.stop()
