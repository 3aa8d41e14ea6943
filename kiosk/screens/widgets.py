"""The parts that all screens are made of; how they look stands in `widgets.kv`."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar

from kivy.core.text import Label as CoreLabel
from kivy.factory import Factory
from kivy.graphics import Color, Rectangle
from kivy.properties import (
    BooleanProperty,
    ColorProperty,
    ListProperty,
    NumericProperty,
    StringProperty,
)
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.gridlayout import GridLayout
from kivy.uix.label import Label
from kivy.uix.widget import Widget

from kiosk.screens.fonts import FONT_NAME
from kiosk.screens.front import ask_first
from kiosk.screens.wrap import wrapped

if TYPE_CHECKING:
    from kivy.graphics import Canvas

_CORNERS = ((1, 0.5), (-1, 0.5), (1, -0.5), (-1, -0.5))
"""Where heavier type is drawn again, in parts of its weight: to the right, above (`fonts.py` tells why)."""

_SLACK = 0.985
"""Pieces are measured one by one; kerning and rounding may add a little to the whole line."""


@lru_cache(maxsize=32768)  # 5 MB at most; all pieces of both languages in both sizes are fewer
def measured(text: str, size_px: float) -> float:
    """Return the width in pixels of `text` set in one line at `size_px`."""
    return CoreLabel(font_name=FONT_NAME, font_size=size_px).get_extents(text)[0]


def lines_of(text: str, size_px: float, width_px: float) -> int:
    """Return in how many lines `text` is set at `size_px` in a field of this width."""
    return wrapped(text, lambda part: measured(part, size_px), width_px * _SLACK).count("\n") + 1


class Text(Label):
    """Words that wrap as Chinese and English want it, and take the height they need.

    `content` is what is said. With `is_one_line` the words never wrap: they are set smaller until they fit. With
    `is_natural` they are one line and the widget is as wide as they are. `is_balanced` makes lines about equally long:
    good for a few, not for a page.
    `weight` draws the words as heavier type would (see `fonts.py`), as a part of the size of the type.
    """

    canvas: Canvas

    content = StringProperty("")
    nominal = NumericProperty("48sp")
    is_one_line = BooleanProperty(False)
    is_natural = BooleanProperty(False)
    is_balanced = BooleanProperty(True)
    weight = NumericProperty(0)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._heavier: tuple[Rectangle, ...] = ()
        for name in ("content", "width", "nominal", "is_one_line", "is_natural"):
            self.fbind(name, self._set_lines)
        for name in ("texture", "texture_size", "pos", "size", "weight"):
            self.fbind(name, self._set_weight)
        self._set_lines()
        self._set_weight()

    def _set_lines(self, *_args: object) -> None:
        if self.is_one_line or self.is_natural:
            needed = max(1.0, measured(self.content, self.nominal))
            part = 1.0 if self.is_natural else min(1.0, self.width * _SLACK / needed)
            self.font_size = self.nominal * part
            self.text = self.content
            if self.is_natural:
                self.size_hint_x = None
                self.width = needed + 2
            return
        self.font_size = self.nominal
        self.text = wrapped(
            self.content,
            lambda part: measured(part, self.nominal),
            self.width * _SLACK,
            is_balanced=self.is_balanced,
        )

    def _set_weight(self, *_args: object) -> None:
        """Draw the words a hair to each of four corners as well.

        Corners, not sides: sides would leave steps where strokes end. By hand, since half of all that Kivy's language
        would bind for a text are these, and most texts have no weight.
        """
        if not self.weight and not self._heavier:
            return
        if not self._heavier:
            with self.canvas.after:
                Color(1, 1, 1, 1)
                self._heavier = tuple(Rectangle() for _ in _CORNERS)
        across, up = self.texture_size if self.weight else (0, 0)
        # Reckoned here: `center` may still be the old one while its parts are being set.
        left, bottom = int(self.x + (self.width - across) / 2), int(self.y + (self.height - up) / 2)
        hair = self.font_size * self.weight
        for corner, (right, above) in zip(self._heavier, _CORNERS, strict=True):
            corner.texture, corner.size = self.texture, (across, up)
            corner.pos = left + right * hair, bottom + above * hair


class Touchable(ButtonBehavior, BoxLayout):  # pyright: ignore[reportIncompatibleMethodOverride] - both are Kivy's own
    """Something to touch, of any look."""


class HeadBand(ButtonBehavior, BoxLayout):  # pyright: ignore[reportIncompatibleMethodOverride] - both are Kivy's own
    """The name of a guard's screen with an alarm that stands; its right half says "seen" when it is touched.

    Not the left one: the place's name, which opens the sign-in, was there a moment ago.
    """

    heading = StringProperty("")
    content = StringProperty("")
    waited = StringProperty("")
    act = StringProperty("")
    level = NumericProperty(0)
    is_calling = BooleanProperty(False)

    def collide_point(self, x: float, y: float) -> bool:
        """Tell whether a touch is meant for it."""
        return x >= self.center_x and super().collide_point(x, y)


class Touch(Touchable):
    """Something to touch: a rounded field with words in it."""

    content = StringProperty("")
    nominal = NumericProperty("54sp")
    fill = ColorProperty((0, 0, 0, 0))
    fill_down = ColorProperty((0, 0, 0, 0))
    rim = ColorProperty((0, 0, 0, 0))
    word_color = ColorProperty((0, 0, 0, 0))
    rim_width = NumericProperty(2)
    corner = NumericProperty("28dp")
    weight = NumericProperty(0.02)


class Chip(Touch):
    """One of several to choose from; `value` says which."""

    value = StringProperty("")
    is_chosen = BooleanProperty(False)


class MainButton(Touch):
    """The one action of a screen."""


class SecondButton(Touch):
    """The other large answer."""


class CalmButton(Touch):
    """The action of a screen that waits for a guard."""


class SmallButton(Touch):
    """A lesser action: more time, ask a person."""


class PillButton(Touch):
    """A round-ended button of the top bar."""


class ArmedButton(Touch):
    """A button for what is hard to undo: the first touch asks (`asks`), the second does it (`on_sure`)."""

    asks = StringProperty("")
    is_armed = BooleanProperty(False)
    __events__: ClassVar[tuple[str, ...]] = ("on_sure",)

    def on_release(self) -> None:
        """Ask, then do."""
        if self.is_armed:
            self.is_armed = False
            self.dispatch("on_sure")
        else:
            ask_first(self)

    def on_sure(self) -> None:
        """Hear of the second touch (an event; the screen listens)."""


class ArmedMain(ArmedButton):
    """The one action of a screen; with `is_hard` it is asked for twice."""

    is_hard = BooleanProperty(False)

    def on_release(self) -> None:
        """Ask first when it is hard to undo."""
        if self.is_hard:
            super().on_release()
        else:
            self.dispatch("on_sure")


class Key(Touch):
    """One key of a keypad; `name` is what it types."""

    name = StringProperty("")


class BackKey(Touch):
    """The key that takes a sign away; it bears a drawn sign."""

    name = StringProperty("back")

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.clear_widgets()
        self.add_widget(Factory.BackSign())


class Keypad(GridLayout):
    """Large keys on the screen; `on_key(name)` says which was touched. `back` takes a sign away."""

    names = ListProperty()
    __events__: ClassVar[tuple[str, ...]] = ("on_key",)

    def on_names(self, _keypad: Keypad, names: list[str]) -> None:
        """Lay the keys out anew; an empty name leaves its place free."""
        self.clear_widgets()
        for name in names:
            if not name:
                self.add_widget(Widget())
                continue
            key = BackKey() if name == "back" else Key(name=name)
            key.fbind("on_release", self._touched)
            self.add_widget(key)

    def _touched(self, key: Key | BackKey) -> None:
        self.dispatch("on_key", key.name)

    def on_key(self, name: str) -> None:
        """Hear of a touched key (an event; the screen listens)."""


class StepBar(BoxLayout):
    """The four steps of a visit. `step` is the current one from 1; 5 when all are done, 0 when none is named."""

    names = ListProperty(["", "", "", ""])
    step = NumericProperty(0)


class StepChip(BoxLayout):
    """One step: done, current, or still to come."""

    content = StringProperty("")
    number = NumericProperty(1)
    step = NumericProperty(0)
    is_done = BooleanProperty(False)
    is_now = BooleanProperty(False)
    tone = ColorProperty((0, 0, 0, 1))


class Card(BoxLayout):
    """A white field that holds what belongs together."""


class Row(BoxLayout):
    """One line of a card: what it is, and what it says. `mood` is "well", "look" or empty."""

    label = StringProperty("")
    value = StringProperty("")
    mood = StringProperty("")
    label_part = NumericProperty(0.36)
    least = NumericProperty("96dp")
    is_first = BooleanProperty(False)


class RowCard(Card):
    """A card of rows; `rows` is a list of (label, value) or (label, value, mood). `label_part`: width of the labels.

    `least` is the height of a row with one line.
    """

    rows = ListProperty()
    label_part = NumericProperty(0.36)
    least = NumericProperty("96dp")

    def on_rows(self, _card: RowCard, rows: list[tuple[str, ...]]) -> None:
        """Lay the rows out anew."""
        self.clear_widgets()
        for index, (label, value, *mood) in enumerate(rows):
            row = self.row(label=label, value=value, is_first=index == 0)
            if mood:
                row.mood = mood[0]
            self.add_widget(row)

    def row(self, **values: object) -> Widget:
        """Return the widget of one row."""
        return Row(label_part=self.label_part, least=self.least, **values)


class NumberCard(Card):
    """A number to remember, as large as it can be in a screen `room` pixels high."""

    above = StringProperty("")
    number = StringProperty("")
    below = StringProperty("")
    room = NumericProperty(0)
    number_color = ColorProperty((0, 0, 0, 0))
