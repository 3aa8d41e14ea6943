"""Where the buttons of a screen lie in a window of a given size, for a test that touches a real window from outside.

    python -m tests.e2e.button_places WIDTH HEIGHT

Prints a JSON object: the button's text key to [x, y, [red, green, blue]], a spot on it beside its words, in pixels from
the upper left corner, and the colour there.
"""

from __future__ import annotations

import json
import sys
from typing import Final

BUTTONS: Final = {
    "booking": "booking.yes",
    "declaration": "declaration.none",
    "enrol-confirm": "enrol.go.confirm",
    "enrol-done": "enrol.go.done",
}
"""Which button of which sample screen."""
INWARD: Final = 24  # pixels from a button's left side: past its round corner, before its words


def main(width: int, height: int) -> int:
    """Lay the screens out and print the places."""
    from tests.screens.window import open_window, pixels

    open_window(width, height)
    from tests.screens.samples import SAMPLES
    from tests.screens.stand import Stand

    stand = Stand(width, height)
    spots: dict[str, tuple[int, int, list[int]]] = {}
    for sample in SAMPLES:
        key = BUTTONS.get(sample.name)
        if key is None:
            continue
        screen = stand.show(sample)
        words = screen.stage.texts.t(key)
        button = next(item for item in screen.walk() if getattr(item, "content", None) == words)
        left, middle = button.to_window(button.x, button.center_y)
        x, y = round(left) + INWARD, round(height - middle)
        spots[key] = (x, y, pixels()[y, x].tolist())
    sys.stdout.write(json.dumps(spots) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
