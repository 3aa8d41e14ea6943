"""The guard's sign-in: a PIN on large keys."""

from __future__ import annotations

from typing import Final

from kivy.properties import BooleanProperty, StringProperty

from kiosk.screens.base import GuardScreen

_LONGEST: Final = 12
_SHORTEST: Final = 4


class GuardSignInScreen(GuardScreen):
    """Takes a PIN; it is never shown, and gone as soon as it is sent."""

    pin = StringProperty("")
    hint = StringProperty("")
    can_enter = BooleanProperty(False)

    def start(self) -> None:
        """Begin with nothing typed."""
        self.pin = ""
        self.hint = ""
        self.heading = self.texts.t("sign_in.title")

    def show_wrong(self) -> None:
        """Say that no guard has this PIN."""
        self.hint = self.texts.t("sign_in.wrong")

    def on_pin(self, _screen: GuardSignInScreen, pin: str) -> None:
        """Let the PIN be sent once it can be one."""
        self.can_enter = len(pin) >= _SHORTEST

    def on_key(self, name: str) -> None:
        """Add a digit, or take the last one away."""
        self.hint = ""
        if name == "back":
            self.pin = self.pin[:-1]
        elif len(self.pin) < _LONGEST:
            self.pin += name

    def on_enter(self) -> None:
        """Sign in."""
        pin, self.pin = self.pin, ""
        self.host.sign_in(pin)
