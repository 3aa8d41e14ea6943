"""A door for each test, closed after it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.builders import Door


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    """Return kiosk B at 10:05, with nothing in its log yet."""
    opened = Door(tmp_path)
    yield opened
    opened.close()
