"""A city for each test, ended after it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.city import City


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    """Return a server and a site; kiosks are added by the test."""
    made = City(tmp_path)
    yield made
    made.stop()
