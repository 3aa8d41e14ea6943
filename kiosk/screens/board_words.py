"""What the guard's board says besides its rows: how the devices and the server are, and what to mind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kiosk.domain.isolation_area import Room
from kiosk.services.link import LinkTrouble
from kiosk.services.views import GuardBoard

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from kiosk.screens.stage import Stage
    from kiosk.services.guard_views import TodayView

_STALE_S: Final = 120
"""A view of the other kiosks that is older is told."""


def devices(board: GuardBoard, stage: Stage, *, is_training: bool) -> list[tuple[str, str, str]]:
    """Return how the devices and the server are: label, value, mood."""
    return [device_row(board.devices, stage), _server_row(board, stage, is_training=is_training)]


def device_row(known: Iterable[tuple[str, bool]], stage: Stage) -> tuple[str, str, str]:
    """Return how the devices are, in one row; those that are not well by name, the camera by what is wrong."""
    texts = stage.texts
    bad = [name for name, well in known if not well]
    words = [next((texts.t(key) for key in (name, f"device.{name}") if texts.has(key)), name) for name in bad]
    said = " · ".join([texts.t("guard.not_well"), *words]) if bad else texts.t("guard.well")
    return (texts.t("guard.devices"), said, "look" if bad else "well")


def server_words(stage: Stage, known: GuardBoard | TodayView) -> str:
    """Return how the link to the server is, how much it has not got yet, and for how long that has been waiting."""
    texts = stage.texts
    if isinstance(known, GuardBoard) and known.link is not LinkTrouble.NONE:  # the server spoke: that is not "offline"
        link = texts.t(f"link.{known.link}")
    elif known.is_online:
        link = texts.t("guard.online")
    elif known.view_age_s is None:
        link = texts.t("guard.never_online")
    else:
        link = texts.t("guard.offline", minutes=max(1, known.view_age_s // 60))
    return " · ".join([link, *_unsent(stage, known.unsent, known.oldest_unsent_s)])


def _unsent(stage: Stage, count: int, oldest_s: int | None) -> list[str]:
    minutes = (oldest_s or 0) // 60
    if not count:
        return []
    return [stage.texts.t("guard.unsent_since" if minutes else "guard.only_unsent", count=count, minutes=minutes)]


def _server_row(board: GuardBoard, stage: Stage, *, is_training: bool) -> tuple[str, str, str]:
    texts = stage.texts
    if is_training:
        return (texts.t("guard.server"), texts.t("guard.not_in_training"), "")
    said = server_words(stage, board)
    is_well = board.is_online and board.link is LinkTrouble.NONE
    return (texts.t("guard.server"), said, "well" if is_well else "look")


def warnings(board: GuardBoard, stage: Stage) -> list[str]:
    """Return what a guard must know besides the rows, the weightiest first."""
    texts = stage.texts
    found: list[str] = []
    if board.room is not Room.FREE:
        found.append(room_words(board.room, board.room_from, stage))
    if not board.on_duty:
        found.append(texts.t("guard.off_duty"))
    if not board.booking_data_of_today:
        found.append(texts.t("guard.no_data"))
    if board.is_cold_by_hand:
        found.append(texts.t("guard.cold"))
    if board.extra_late_min:
        found.append(texts.t("guard.extra_late", minutes=board.extra_late_min))
    if board.view_age_s is not None and board.view_age_s >= _STALE_S:
        found.append(texts.t("guard.view_age", age=stage.age(board.view_age_s)))
    return found


def room_words(room: Room, free_from: datetime | None, stage: Stage) -> str:
    """Return that the isolation area is full, when that ends by itself, and what to do until then."""
    since = [stage.texts.t("area.room_from", time=stage.clock(free_from))] if free_from is not None else []
    return " · ".join([stage.texts.t(f"area.room.{room}"), *since, stage.texts.t(f"area.room_todo.{room}")])
