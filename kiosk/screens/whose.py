"""Whose visit a screen is at, for whoever steps up in the middle of it; and a way out for them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from kiosk.screens.base import VisitorScreen

if TYPE_CHECKING:
    from datetime import datetime

    from kiosk.services.views import View

TOLD_LASTS: Final = timedelta(seconds=10)
"""Long enough to look up from one's telephone and read a line; the camera tells of a code once, when it comes."""

CODE: Final = "code"
CARD: Final = "card"
OTHERS: Final = (CODE, CARD)
"""What may come in the middle of a visit and be another's (`whose.other_<...>`)."""


class ToldLine(BoxLayout):
    """What is said for a moment in the place of the steps, in both languages."""

    screen = ObjectProperty(None, rebind=True)


class WhoseBar(BoxLayout):
    """Whose visit it is, and a button for who is somebody else; beside the steps, or beneath where there is no room."""

    screen = ObjectProperty(None, rebind=True)
    is_beside = BooleanProperty(False)
    is_shown = BooleanProperty(False)


class TellingScreen(VisitorScreen):
    """A screen of a visit that tells when what another brings comes to it: a code, or an identity card.

    `told` is said for a while; nothing else on the screen moves for it. `way_out` is the text of the button that gives
    way to whoever is somebody else.
    """

    told = StringProperty("")
    told_second = StringProperty("")
    way_out = "whose.not_me"
    _told_what = ""
    _told_at: datetime | None = None

    def on_kv_post(self, base_widget: object) -> None:
        """Take the place of the steps (Kivy calls this)."""
        super().on_kv_post(base_widget)
        self.ids.steps.add_widget(ToldLine(screen=self))

    def show(self, view: View) -> None:
        """Show `view`; what was told to somebody before is over."""
        self._told_at = None
        super().show(view)

    def refresh(self) -> None:
        """Say what is told in the language that comes first."""
        self._say_told()

    def tell_other(self, what: str) -> None:
        """Say that one of `OTHERS` that came is not this visit's, and what its owner can do."""
        self._told_what, self._told_at = what, self.now
        self._say_told()

    def tick(self, now: datetime) -> None:
        """Take what was told away after a while: its reader may have left."""
        super().tick(now)
        if self._told_at is not None and now - self._told_at >= TOLD_LASTS:
            self._told_at = None
            self._say_told()

    def _say_told(self) -> None:
        is_told, texts, key = self._told_at is not None, self.texts, f"whose.other_{self._told_what}"
        self.told = texts.t(key, way_out=texts.t(self.way_out)) if is_told else ""
        self.told_second = texts.second(key, way_out=texts.second(self.way_out)) if is_told else ""
        self.ids.step_bar.opacity = 0 if is_told else 1


class VisitScreen(TellingScreen):
    """A screen at which a visit goes on: says whose, no more than the booking screen did, and gives way to another.

    `whose` is empty where nobody is known.
    """

    whose = StringProperty("")

    def on_kv_post(self, base_widget: object) -> None:
        """Take a place beside the steps (Kivy calls this)."""
        super().on_kv_post(base_widget)
        self.ids.head.add_widget(WhoseBar(screen=self))

    def refresh(self) -> None:
        """Say whose visit it is in the language that comes first."""
        view, texts = self.view, self.texts
        name = view.card.name_masked if view is not None and view.card is not None else None
        number = view.number if view is not None else None
        if name:
            self.whose = texts.t("whose.named", name=name)
        else:
            self.whose = texts.t("whose.numbered", number=number) if number else ""
        super().refresh()

    def on_not_me(self) -> None:
        """Leave the screen to whoever stands here."""
        self.host.not_me()
