"""The parts that the guard's lists are made of: a large row to touch, and headings over groups of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from kivy.factory import Factory
from kivy.properties import BooleanProperty, ColorProperty, NumericProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from kiosk.screens.front import ask_first
from kiosk.screens.widgets import RowCard, Touchable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kivy.uix.widget import Widget


class ActRow(Touchable):
    """One row of a list: what it is, more about it beneath, and something at its right end.

    `on_pick` comes when it is touched; one that `is_hard` asks first (`asks`), and picks at the second touch. A row
    that `is_shut` cannot be picked, and says why in `detail`. `mood` ("well", "look", "calm" or "") goes with `sign`.
    One that `is_fact` only tells; one that `is_inner` belongs to the row above it.
    """

    label = StringProperty("")
    detail = StringProperty("")
    tail = StringProperty("")
    sign = StringProperty("")
    mood = StringProperty("")
    value = StringProperty("")
    asks = StringProperty("")
    is_hard = BooleanProperty(False)
    is_shut = BooleanProperty(False)
    is_armed = BooleanProperty(False)
    is_fact = BooleanProperty(False)
    is_inner = BooleanProperty(False)
    tone = ColorProperty((0, 0, 0, 1))
    needed = NumericProperty(0)
    __events__: ClassVar[tuple[str, ...]] = ("on_pick",)

    def on_release(self) -> None:
        """Pick it, or ask first."""
        if self.is_shut or self.is_fact:
            return
        if self.is_hard and not self.is_armed:
            ask_first(self)
            return
        self.is_armed = False
        self.dispatch("on_pick")

    def on_pick(self) -> None:
        """Hear that it was picked (an event; the screen listens)."""


class EvenPair(BoxLayout):
    """Two rows side by side, both as high as the higher one."""

    def add_widget(self, widget: Widget, *args: object, **kwargs: object) -> None:
        """Add a row."""
        widget.fbind("needed", self._fit)
        super().add_widget(widget, *args, **kwargs)
        self._fit()

    def _fit(self, *_args: object) -> None:
        self.height = max((row.needed for row in self.children), default=0)


def in_pairs(rows: Sequence[ActRow]) -> list[Widget]:
    """Return `rows` two by two; the last of an odd number has the width to itself."""
    pairs: list[Widget] = []
    for start in range(0, len(rows), 2):
        pair = EvenPair()
        for row in rows[start : start + 2]:
            row.size_hint_y = 1
            pair.add_widget(row)
        pairs.append(pair)
    return pairs


def heading(text: str) -> Widget:
    """Return a heading over a group of rows."""
    return Factory.Heading(content=text)


def said(text: str) -> Widget:
    """Return a line of calm words, where there is nothing to touch."""
    return Factory.Quiet(content=text)


def card(rows: Sequence[tuple[str, ...]], label_part: float = 0.36) -> Widget:
    """Return a card of rows that only tell: label, value and, where there is one, mood."""
    made = RowCard(label_part=label_part, padding=("44dp", "12dp"), least="84dp")
    made.rows = list(rows)  # a card that is being made cannot hold anything yet
    return made


def fill(box: BoxLayout, widgets: list[Widget]) -> None:
    """Put `widgets` into `box`, in place of what was there."""
    box.clear_widgets()
    for widget in widgets:
        box.add_widget(widget)
