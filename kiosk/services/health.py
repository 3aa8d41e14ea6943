"""Whether this kiosk can work: its log, its devices, its link. A log that cannot be written takes it out of order."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeVar

from kiosk.errors import StoreError
from kiosk.services.link import Link
from kiosk.services.views import Face, View

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kiosk.ports import Log

logger = logging.getLogger(__name__)

T = TypeVar("T")

WELL: Final = "ok"
FAULT: Final = "fault"
"""States of a device in the log and on the guard's screens; the camera has names for what is wrong with it."""


@dataclass(slots=True)
class Health:
    """How the kiosk is; `broken` holds the code of what takes it out of order, "" while it works."""

    log: Log
    kiosk_name: str
    link: Link = field(default_factory=Link)
    devices: Mapping[str, str] = field(default_factory=dict[str, str])
    broken: str = field(default="", init=False)

    def view(self, act: Callable[[], T]) -> T | View:
        """Do an act; a store that fails, or rules that never came, take the kiosk out of order."""
        try:
            self.log.check_fork()
            view = act()
        except StoreError as error:
            return self.out_of_order(error)
        self.broken = ""
        return view

    def out_of_order(self, error: StoreError) -> View:
        """Take the kiosk out of order until its log can be written again."""
        if self.broken != error.code:
            logger.error("out of order: %s: %s", error.code, error)
        self.broken = error.code
        return View(Face.OUT_OF_ORDER, facts={"code": error.code, "kiosk": self.kiosk_name})

    def all_devices(self) -> tuple[tuple[str, bool], ...]:
        """Return each device, by the text key of its state where it has one, and whether it is well; the log too."""
        devices = ((state_key(name, state) or name, state == WELL) for name, state in self.devices.items())
        return (*devices, ("log", not self.broken))


def state_key(device: str, state: str) -> str:
    """Return the text key of a device's state, "" where states have no words of their own: only the camera's have."""
    return f"camera.{state}" if device == "camera" else ""
