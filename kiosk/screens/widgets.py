"""The parts that all screens are made of; how they look stands in `widgets.kv`. Words: text.py."""

from __future__ import annotations

from typing import ClassVar

from kivy.factory import Factory
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
from kivy.uix.widget import Widget

from kiosk.screens.front import ask_first


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
