"""Every button does what it promises, touched as a finger does, through the window."""

import pytest

from tests.screens.test_gallery import run


@pytest.mark.timeout(600)
@pytest.mark.parametrize("side", ["visitor", "cases", "day"])
def test_every_button_asks_the_host_for_what_it_promises(side: str) -> None:
    """A button without effect, with another's, or that nobody expected, is found; long texts follow a finger."""
    assert not (said := run("tests.screens.taps", side)), said
