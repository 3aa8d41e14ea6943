"""Whose visit a screen is at, for whoever steps up after its visitor went away; and a way out for them."""

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


class ToldLine(BoxLayout):
    """What is said for a moment in the place of the steps, in both languages."""

    screen = ObjectProperty(None, rebind=True)


class WhoseBar(BoxLayout):
    """Whose visit it is, and a button for who is somebody else; beside the steps, or beneath where there is no room."""

    screen = ObjectProperty(None, rebind=True)
    is_beside = BooleanProperty(False)
    is_shown = BooleanProperty(False)


class VisitScreen(VisitorScreen):
    """A screen at which a visit goes on: says whose, no more than the booking screen did, and when another comes.

    `whose` is empty where nobody is known. `told` is said for a while; nothing else on the screen moves for it.
    """

    whose = StringProperty("")
    told = StringProperty("")
    told_second = StringProperty("")
    _told_at: datetime | None = None

    def on_kv_post(self, base_widget: object) -> None:
        """Take a place beside the steps (Kivy calls this)."""
        super().on_kv_post(base_widget)
        self.ids.steps.add_widget(ToldLine(screen=self))
        self.ids.head.add_widget(WhoseBar(screen=self))

    def show(self, view: View) -> None:
        """Show `view`; what was told to somebody before is over."""
        self._told_at = None
        super().show(view)

    def refresh(self) -> None:
        """Say whose visit it is in the language that comes first."""
        view, texts = self.view, self.texts
        name = view.card.name_masked if view is not None and view.card is not None else None
        number = view.number if view is not None else None
        if name:
            self.whose = texts.t("whose.named", name=name)
        else:
            self.whose = texts.t("whose.numbered", number=number) if number else ""
        self._say_told()

    def tell_other_code(self) -> None:
        """Say that a code which was held up is not this visit's, and what its owner can do."""
        self._told_at = self.now
        self._say_told()

    def tick(self, now: datetime) -> None:
        """Take what was told away after a while: its reader may have left."""
        super().tick(now)
        if self._told_at is not None and now - self._told_at >= TOLD_LASTS:
            self._told_at = None
            self._say_told()

    def _say_told(self) -> None:
        is_told = self._told_at is not None
        self.told = self.texts.t("whose.other_code") if is_told else ""
        self.told_second = self.texts.second("whose.other_code") if is_told else ""
        self.ids.step_bar.opacity = 0 if is_told else 1

    def on_not_me(self) -> None:
        """Leave the screen to whoever stands here."""
        self.host.not_me()
