"""The window of a kiosk that cannot start: sends visitors elsewhere, and tells the operator what is wrong.

It knows no log and no settings, since either may be what is broken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from kivy.clock import Clock

from kiosk.bare_app import BareApp
from kiosk.screens.out_of_order import OutOfOrderScreen
from kiosk.services.views import Face, View

if TYPE_CHECKING:
    from kivy.uix.widget import Widget

    from kiosk.errors import KioskError
    from kiosk.ports import Clock as Time
    from kiosk.screens.stage import Stage

AGAIN_S: Final = 15.0  # a disk that was full, a file that was mended: nobody has to come back to start the kiosk
_TICK_S: Final = 1.0


class FailedApp(BareApp):
    """The window; `is_to_try_again` says afterwards whether it ended by itself to start the kiosk anew."""

    def __init__(self, error: KioskError, stage: Stage, clock: Time, again_s: float = AGAIN_S, **kwargs: Any) -> None:
        """Show `error` for `again_s` seconds."""
        super().__init__(stage, clock, **kwargs)
        self.is_to_try_again = False
        first, *others = str(error).splitlines() or [""]
        detail = f"{first} (+{len(others)})" if others else first
        self._view = View(Face.OUT_OF_ORDER, facts={"code": error.code, "detail": detail})
        self._again_s = again_s

    def build(self) -> Widget:
        """Lay the window out (Kivy calls this)."""
        root = self.lay_out(OutOfOrderScreen)
        self.screen.show(self._view)
        self._tick(0)
        Clock.schedule_interval(self._tick, _TICK_S)
        Clock.schedule_once(self._try_again, self._again_s)
        return root

    def _try_again(self, _dt: float) -> None:
        self.is_to_try_again = True
        self.stop()

    def _tick(self, _dt: float) -> None:
        self.screen.tick(self._clock.now())
