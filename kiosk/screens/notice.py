"""The whole privacy notice: who handles the data, what for, how long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kivy.properties import ObjectProperty, StringProperty

from kiosk.screens.whose import VisitScreen

if TYPE_CHECKING:
    from kiosk.domain.declaration import Declaration


class NoticeScreen(VisitScreen):
    """Shows the whole text in both languages, to be drawn up with a finger."""

    form = ObjectProperty(None, allownone=True)
    full = StringProperty("")
    full_second = StringProperty("")
    version = StringProperty("")

    def show_form(self, form: Declaration) -> None:
        """Show the notice of `form`."""
        self.form = form

    def refresh(self) -> None:
        """Say the notice in the language that comes first, the other beneath."""
        super().refresh()
        if self.form is None:
            return
        notice = self.form.notice
        self.full = self.texts.pick(notice.full)
        self.full_second = self.texts.pick_second(notice.full)
        self.version = self.texts.t("declaration.version", version=notice.version)
        self.ids.scroll.scroll_y = 1
