"""The server that the tests of this folder talk to: a real one, on loopback, with a real SQLite file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.central.builders import City, found_city

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    """Two sites and a running server."""
    founded = found_city(tmp_path / "data")
    yield founded
    founded.server.stop()
