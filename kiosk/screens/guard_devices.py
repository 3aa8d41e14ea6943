"""How each device of this kiosk is, as it answers now: what `./run check` tells an operator at a command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kivy.properties import ObjectProperty

from kiosk.screens.act_row import ActRow, fill
from kiosk.screens.base import GuardScreen

if TYPE_CHECKING:
    from kivy.uix.widget import Widget

    from kiosk.services.device_views import DevicesView


class GuardDevicesScreen(GuardScreen):
    """One row for each device; those that are not well first."""

    devices = ObjectProperty(None, allownone=True)

    def present(self, devices: DevicesView) -> None:
        """Show what the devices answered."""
        self.devices = devices
        self.refresh()
        self.ids.scroll.scroll_y = 1

    def refresh(self) -> None:
        """Say everything in the language that comes first."""
        devices: DevicesView | None = self.devices
        if devices is None:
            return
        texts = self.texts
        self.heading = texts.t("menu.devices")
        told = {line.name for line in devices.lines}
        rows = [(line.is_well, texts.t(f"device.{line.name}"), line.words) for line in devices.lines]
        rows += [(is_well, self._name(name), "") for name, is_well in devices.others if name not in told]
        fill(self.ids.body, [self._row(*row) for row in sorted(rows, key=lambda row: row[0])])

    def _name(self, name: str) -> str:
        return next((self.texts.t(key) for key in (name, f"device.{name}") if self.texts.has(key)), name)

    def _row(self, is_well: bool, name: str, words: str) -> Widget:
        said = self.texts.t("guard.well" if is_well else "guard.not_well")
        mood = "well" if is_well else "look"
        return ActRow(label=name, detail=words, tail=said, sign="tick" if is_well else "look", mood=mood, is_fact=True)
