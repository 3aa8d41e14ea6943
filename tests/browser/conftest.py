"""A city whose office has set a plan and limits, and browsers to look at its server's pages with."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from central.site_documents import DocumentKind
from demo.world import HERE
from kiosk.config import load
from tests.browser.chromium import SIZES, Window, is_here, window
from tests.e2e.city import CONFIG, City

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

WANG: Final = ("guard-wang", "836402")

pytestmark = pytest.mark.skipif(not is_here(), reason="this machine has no chromium")


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    """A server whose site opens a case as soon as a visitor declares something; kiosks are added by the test."""
    made = City(tmp_path / "city")
    settings = load(CONFIG / "kiosk.toml")
    catalogue = made.server.desk.catalogue
    catalogue.put_document(HERE, DocumentKind.PLAN, settings.plan)
    catalogue.put_document(HERE, DocumentKind.POLICY, replace(settings.policy, case_on_declaration=True))
    made.server.desk.roster.put(HERE, WANG[0], "王小红", WANG[1], "guard")
    yield made
    made.stop()


@pytest.fixture
def browse(city: City, tmp_path: Path) -> Iterator[Callable[..., Window]]:
    """Open a window on the city's server; `size`: phone or desk, `name` tells browsers apart."""
    if not is_here():
        pytest.skip("this machine has no chromium")
    with ExitStack() as opened:

        def browse_it(size: str = "desk", name: str = "browser") -> Window:
            return opened.enter_context(window(tmp_path / name, city.url, SIZES[size]))

        yield browse_it
