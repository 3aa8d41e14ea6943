"""Bars side by side: how often something was, hour by hour or degree by degree. Each bar bears its number in words."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Final

from kivy.properties import ListProperty, NumericProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST_BARS: Final = 12
"""So many bars with labels like "36.5" can be read side by side."""


class Bar(BoxLayout):
    """One bar: `part` of the full height, over a paler one of `pale_part`."""

    label = StringProperty("")
    number = StringProperty("")
    part = NumericProperty(0)
    pale_part = NumericProperty(0)


class Bars(BoxLayout):
    """Bars of one measure; `items` holds (label, number, paler number)."""

    items = ListProperty()

    def on_items(self, _bars: Bars, items: list[tuple[str, int, int]]) -> None:
        """Lay the bars out anew, the highest as high as there is room."""
        self.clear_widgets()
        most = max((max(number, pale) for _label, number, pale in items), default=0) or 1
        for label, number, pale in items:
            said = str(number) if number or pale else ""
            self.add_widget(Bar(label=label, number=said, part=number / most, pale_part=pale / most))


def gathered(items: Sequence[tuple[str, int]], most: int = MOST_BARS) -> list[tuple[str, int, int]]:
    """Return `items` as bars; too many are added together, each group under its first label."""
    size = ceil(len(items) / most) if items else 1
    groups: Iterable[Sequence[tuple[str, int]]] = (items[start : start + size] for start in range(0, len(items), size))
    return [(group[0][0], sum(number for _label, number in group), 0) for group in groups]
