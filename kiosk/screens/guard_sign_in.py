"""The guard's sign-in: one's own account and its PIN on large keys, or a badge held before the camera."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kivy.properties import BooleanProperty, ListProperty, StringProperty

from kiosk.screens.base import GuardScreen
from kiosk.screens.widgets import Chip

if TYPE_CHECKING:
    from kiosk.services.views import Account

_LONGEST: Final = 12
_SHORTEST: Final = 4


class GuardSignInScreen(GuardScreen):
    """Takes an account and a PIN; the PIN is never shown, and gone as soon as it is sent."""

    accounts = ListProperty()
    guard_id = StringProperty("")
    pin = StringProperty("")
    hint = StringProperty("")
    badge_text = StringProperty("")
    can_enter = BooleanProperty(False)

    def start(self, accounts: tuple[Account, ...]) -> None:
        """Begin with nothing typed; who is alone here need not choose themselves."""
        self.accounts = list(accounts)
        self.guard_id = accounts[0].guard_id if len(accounts) == 1 else ""
        self.pin = ""
        self._lay_out()
        self.refresh()

    def forget(self) -> None:
        """Have nothing typed and nobody chosen."""
        self.guard_id = self.pin = self.hint = ""
        self._lay_out()

    def show_wrong(self, accounts: tuple[Account, ...]) -> None:
        """Say that this was not the account's PIN, or until when it waits."""
        self.accounts = list(accounts)
        self._lay_out()
        self._say_hint("sign_in.wrong")

    def show_no_badge(self) -> None:
        """Say that the badge is nobody's here."""
        self._say_hint("sign_in.no_badge")

    def show_interrupted(self) -> None:
        """Say that training has ended because something real calls."""
        self._say_hint("sign_in.interrupted")

    @property
    def is_as_at_first(self) -> bool:
        """Whether nobody typed anything yet."""
        return self.pin == ""

    def refresh(self) -> None:
        """Say everything in the language that comes first."""
        self.heading = self.texts.t("sign_in.title")
        by = self.stage.settings.reads_badges
        self.badge_text = self.texts.t(f"sign_in.badge_{by}") if by else ""
        self._say_hint("")

    def _lay_out(self) -> None:
        chips = self.ids.accounts
        chips.clear_widgets()
        for account in self.accounts:
            chip = Chip(content=account.name_masked, value=account.guard_id)
            chip.is_chosen = account.guard_id == self.guard_id
            chip.fbind("on_release", lambda touched: self.on_account(touched.value))
            chips.add_widget(chip)

    def on_account(self, guard_id: str) -> None:
        """Choose an account; what was typed before is nobody's."""
        self.pin = ""
        self.guard_id = guard_id
        for chip in self.ids.accounts.children:
            chip.is_chosen = chip.value == guard_id
        self._say_hint("")

    def _say_hint(self, key: str) -> None:
        """Say what is wrong, or what is still to be done."""
        account = next((item for item in self.accounts if item.guard_id == self.guard_id), None)
        if account is not None and account.waits_until is not None:
            key = "sign_in.waits" if self.stage.settings.reads_badges else "sign_in.waits_only"
            self.hint = self.texts.t(key, time=self.stage.clock_with_seconds(account.waits_until))
        elif key:
            self.hint = self.texts.t(key)
        elif account is not None:
            self.hint = ""
        else:
            self.hint = self.texts.t("sign_in.who" if self.accounts else "sign_in.nobody")
        self._may_enter()

    def _may_enter(self) -> None:
        self.can_enter = len(self.pin) >= _SHORTEST and self.guard_id != ""

    def on_pin(self, _screen: GuardSignInScreen, _pin: str) -> None:
        """Let the PIN be sent once it can be one."""
        self._may_enter()

    def on_key(self, name: str) -> None:
        """Add a digit, or take the last one away; none is taken before there is a name that it belongs to."""
        if name == "back":
            self.pin = self.pin[:-1]
        elif self.guard_id and len(self.pin) < _LONGEST:
            self.pin += name
        self._say_hint("")

    def on_enter(self) -> None:
        """Sign in."""
        pin, self.pin = self.pin, ""
        self.hint = self.texts.t("sign_in.checking")  # a PIN takes a second to check: that is what keeps it safe
        self.host.sign_in(self.guard_id, pin)
