"""Setting up: the camera waits for the QR of the server's page; a person confirms, and reads how it went."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kivy.properties import BooleanProperty, ListProperty, ObjectProperty, StringProperty

from kiosk.screens.base import VisitorScreen
from kiosk.services.enrolling import Stage, Trouble

if TYPE_CHECKING:
    import numpy as np

    from kiosk.services.enrolling import EnrolView


_FACTS: Final = ("site", "kiosk", "letter", "epoch")


class EnrolScreen(VisitorScreen):
    """Shows one step of the setting-up; asks its host to go on or back."""

    step_view = ObjectProperty(None, allownone=True)
    stage_name = StringProperty(Stage.SCAN.value)
    trouble = StringProperty("")
    server = StringProperty("")
    rows = ListProperty()
    is_scanning = BooleanProperty(True)
    main_text = StringProperty("")
    other_text = StringProperty("")

    def show_step(self, view: EnrolView) -> None:
        """Show a step."""
        self.step_view = view
        self.refresh()

    def on_stage(self, _screen: object, _stage: object) -> None:
        """Say everything in the language that comes first now."""
        self.refresh()

    def refresh(self) -> None:
        """Say everything in the language that comes first."""
        view, texts = self.step_view, self.texts
        if view is None:
            return
        self.stage_name = view.stage.value
        self.is_scanning = view.stage is Stage.SCAN
        troubled = view.trouble is not Trouble.NONE
        self.trouble = texts.t(f"enrol.trouble.{view.trouble}", server=view.other) if troubled else ""
        self.server = view.server
        who = view.who
        facts = () if who is None else (who.site_id, who.kiosk_id, who.letter, str(who.epoch))
        self.rows = [(texts.t(f"enrol.{name}"), fact) for name, fact in zip(_FACTS, facts, strict=False)]
        self.main_text = texts.t(f"enrol.go.{view.stage}") if texts.has(f"enrol.go.{view.stage}") else ""
        self.other_text = texts.t("common.back") if view.stage is Stage.CONFIRM else ""

    def show_frame(self, frame: np.ndarray | None) -> None:
        """Show what the camera sees."""
        self.ids.picture.show_frame(frame)

    def on_main(self) -> None:
        """Say yes, or start the kiosk."""
        self.host.enrol_go()

    def on_other(self) -> None:
        """Say no."""
        self.host.enrol_back()
