"""The day on one screen: the hall, arrivals against bookings, readings, refusals, cases, devices, link and log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kivy.factory import Factory
from kivy.properties import ObjectProperty

from kiosk.screens.act_row import card, fill, heading, said
from kiosk.screens.bars import Bars, gathered
from kiosk.screens.base import GuardScreen
from kiosk.screens.board_words import device_row, server_words
from kiosk.screens.widgets import Card

if TYPE_CHECKING:
    from kivy.uix.widget import Widget

    from kiosk.services.guard_views import TodayView

_HASH_SIGNS = 12


class GuardTodayScreen(GuardScreen):
    """Tells how the day goes; nothing on it is to be touched but the way back."""

    today = ObjectProperty(None, allownone=True)

    def present(self, today: TodayView) -> None:
        """Show the day as it is now."""
        self.today = today
        self.refresh()
        self.to_top()

    def refresh(self) -> None:
        """Say everything in the language that comes first."""
        today: TodayView | None = self.today
        if today is None:
            return
        texts = self.texts
        self.heading = texts.t("today.title")
        inside = texts.t("guard.inside") if today.cap is None else texts.t("guard.inside_of", cap=today.cap)
        figures = Factory.Pair()
        for figure in (
            (str(today.inside), inside),
            (str(today.cases_open), texts.t("guard.cases")),
            (str(today.overrides), texts.t("today.overrides")),
        ):
            field = Factory.Figure()
            field.figure = figure
            figures.add_widget(field)
        fill(self.ids.body, [figures, *self._charts(today), *self._lists(today)])

    def _charts(self, today: TodayView) -> list[Widget]:
        texts = self.texts
        hours = [(f"{hour:02d}", arrived, booked) for hour, arrived, booked in today.hours]
        has_hours = any(arrived or booked for _hour, arrived, booked in hours)
        has_readings = any(count for _label, count in today.histogram)
        return [
            heading(texts.t("today.arrivals")),
            _chart(hours) if has_hours else said(texts.t("today.no_arrivals")),
            heading(texts.t("today.readings")),
            _chart(gathered(today.histogram)) if has_readings else said(texts.t("today.no_readings")),
        ]

    def _lists(self, today: TodayView) -> list[Widget]:
        texts = self.texts
        parts: list[Widget] = [heading(texts.t("today.refusals"))]
        refusals = [(texts.t(f"guard.cause.{reason}"), str(count)) for reason, count in today.refusals]
        parts.append(card(refusals, 0.75) if refusals else said(texts.t("today.none")))
        parts.append(heading(texts.t("today.green")))
        green = [(self._kind(kind), str(count)) for kind, count in today.green]
        parts.append(card(green, 0.75) if green else said(texts.t("today.none")))
        mood = "" if self.is_training else "well" if today.is_online else "look"
        server = texts.t("guard.not_in_training") if self.is_training else server_words(self.stage, today)
        cases = texts.t("today.cases_text", opened=today.cases_opened, open=today.cases_open)
        log = texts.t("today.log_text", seq=today.last_seq, hash=today.last_hash[:_HASH_SIGNS])
        parts.append(heading(texts.t("guard.devices")))
        parts.append(
            card(
                [
                    (texts.t("today.cases"), cases),
                    device_row(today.devices, self.stage),
                    (texts.t("guard.server"), server, mood),
                    (texts.t("today.log"), log),
                ]
            )
        )
        return parts

    def _kind(self, kind: str) -> str:
        return self.texts.t("today.booking" if kind == "booking" else f"walk_in.{kind}")


def _chart(items: list[tuple[str, int, int]]) -> Widget:
    field = Card(padding=("24dp", "20dp"))
    bars = Bars()
    bars.items = items  # once it is made, or it could not hold them
    field.add_widget(bars)
    return field
