"""The isolation area: its places, who is in them since when, who waits for one, what is to be cleaned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kivy.properties import ObjectProperty, StringProperty

from kiosk.domain.case import CaseEvent
from kiosk.domain.isolation_area import PlaceState, Room
from kiosk.screens.act_row import ActRow, fill, heading
from kiosk.screens.base import GuardScreen
from kiosk.screens.board_words import room_words

if TYPE_CHECKING:
    from datetime import datetime

    from kivy.uix.widget import Widget

    from kiosk.domain.ids import CaseId
    from kiosk.services.guard_views import AreaView, PlaceView

_MOODS: Final = {
    PlaceState.FREE: "well",
    PlaceState.TAKEN: "calm",
    PlaceState.DIRTY: "look",
    PlaceState.AIRING: "calm",
}
_SIGNS: Final = {
    PlaceState.FREE: "tick",
    PlaceState.TAKEN: "person",
    PlaceState.DIRTY: "alert",
    PlaceState.AIRING: "clock",
}


class GuardAreaScreen(GuardScreen):
    """Lists the places and what is to be done about them; a touch on a number opens its case."""

    area = ObjectProperty(None, allownone=True)
    warning = StringProperty("")

    def present(self, area: AreaView) -> None:
        """Show the area as it is now."""
        self.area = area
        self.refresh()

    def refresh(self) -> None:
        """Say everything in the language that comes first."""
        area: AreaView | None = self.area
        if area is None:
            return
        texts = self.texts
        self.heading = texts.t("area.title")
        self.warning = room_words(area.room, area.free_from, self.stage) if area.room is not Room.FREE else ""
        parts: list[Widget] = []
        if area.waiting:
            parts.append(heading(texts.t("area.waiting")))
            parts += [self._waiting(case_id, label) for case_id, label in area.waiting]
        if area.to_clean:
            parts.append(heading(texts.t("area.to_clean")))
            parts += [self._to_clean(case_id, label, place_id) for case_id, label, place_id in area.to_clean]
        parts.append(heading(texts.t("area.places")))
        parts += [row for place in area.places for row in self._place(place)]
        fill(self.ids.body, parts)

    def _waiting(self, case_id: CaseId, label: str) -> Widget:
        row = ActRow(label=label, tail=self.texts.t("case.act.placed"), sign="person", mood="calm")
        row.fbind("on_pick", lambda _row: self.host.begin_case_act(case_id, CaseEvent.PLACED.value))
        return row

    def _to_clean(self, case_id: CaseId, label: str, place_id: str) -> Widget:
        place: PlaceView | None = next((item for item in self.area.places if item.place_id == place_id), None)
        name = self.texts.pick(place.name) if place is not None else place_id
        is_used = place is not None and bool(place.inside)
        row = ActRow(
            label=self.texts.t("area.clean", place=name),
            detail=self.texts.t("area.still_in") if is_used else label,
            sign="alert",
            mood="look",
            asks=self.texts.t("guard.sure"),
            is_hard=True,
            is_shut=is_used,
        )
        row.fbind("on_pick", lambda _row: self.host.case_act(case_id, CaseEvent.CLEANED.value, place_id))
        return row

    def _place(self, place: PlaceView) -> list[Widget]:
        texts = self.texts
        details = [texts.t("area.overflow")] if place.is_overflow else []
        if place.holds > 1:
            details.append(texts.t("area.holds", count=place.holds))
        if place.until is not None:
            details.append(texts.t("area.until", time=self.stage.clock(place.until)))
        if place.is_crowded:
            details.append(texts.t("area.crowded"))
        head = ActRow(
            label=texts.pick(place.name),
            detail=" · ".join(details),
            tail=texts.t(f"area.state.{place.state}"),
            sign=_SIGNS[place.state],
            mood="look" if place.is_crowded else _MOODS[place.state],
            is_fact=True,
        )
        return [head, *(self._inside(*item) for item in place.inside)]

    def _inside(self, case_id: CaseId, label: str, since: datetime) -> Widget:
        row = ActRow(label=self.texts.t("area.since", label=label, time=self.stage.clock(since)), is_inner=True)
        row.fbind("on_pick", lambda _row: self.host.open_case(case_id))
        return row
