"""After each test, whatever thermometer it opened is closed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.adapters.thermometers.opening import OPENED


@pytest.fixture(autouse=True)
def _closed_afterwards() -> Iterator[None]:
    yield
    while OPENED:
        OPENED.pop().close()
