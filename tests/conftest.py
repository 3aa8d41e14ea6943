"""What all tests share: Kivy's environment, the `--long` option, hypothesis without a stop-watch.

Screen tests open their window in a process of their own, one per window size, because Kivy's window belongs to its
process: the first test to open it would fix its size for all.
"""

import atexit
import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Kivy reads these when it is first imported, and this file is read before any test. Without them it seizes pytest's
# arguments and the root logger, and writes into the developer's home folder.
_kivy_home = tempfile.mkdtemp(prefix="kivy-home-")
atexit.register(shutil.rmtree, _kivy_home, ignore_errors=True)
os.environ.update(
    KIVY_HOME=_kivy_home,
    KIVY_LOG_MODE="PYTHON",
    KIVY_NO_ARGS="1",
    KIVY_NO_CONFIG="1",
    KIVY_NO_FILELOG="1",
    # Draws with software OpenGL and needs no X server.
    SDL_VIDEODRIVER="offscreen",
)

# How long one example takes says more about the machine's other work than about the code.
settings.register_profile("kiosk", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("kiosk")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--long` for pytest, as `./run test --long` passes it on; `--database` for the tests of the server."""
    parser.addoption("--long", action="store_true", help="run the tests marked `long` as well")
    databases = ("both", "sqlite", "postgresql")
    parser.addoption("--database", choices=databases, default="both", help="both: each test of the server on one")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skips, visibly, the tests marked `long` unless they are asked for."""
    if config.getoption("--long"):
        return
    skip = pytest.mark.skip(reason="long: runs with --long")
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker(skip)


def pytest_collection_finish() -> None:
    """Leave what stands for the whole run, all tests among it, out of every look for garbage."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish() -> None:
    """Let the end be quick: pytest looks for garbage five times then.

    With everything that the tests left that took a worker over fifteen seconds, after which it is killed, and what it
    had noted of the coverage is lost.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _process_stays_as_it_was() -> Iterator[None]:
    """Find the test that leaves another umask or folder to those after it: which those are depends on luck."""
    before = _umask(), Path.cwd()
    yield
    after = _umask(), Path.cwd()
    os.umask(before[0])
    os.chdir(before[1])
    assert after == before


def _umask() -> int:
    """Return the umask; there is no way to see it but to set it."""
    umask = os.umask(0o077)
    os.umask(umask)
    return umask
