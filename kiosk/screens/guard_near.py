"""Who was near an open case: shown once a supervisor has consented with their PIN."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kivy.properties import BooleanProperty, ListProperty, ObjectProperty, StringProperty

from kiosk.domain.case import Role
from kiosk.screens.act_row import card, fill, said
from kiosk.screens.base import GuardScreen
from kiosk.screens.widgets import Chip

if TYPE_CHECKING:
    from kiosk.domain.ids import CaseId
    from kiosk.services.guard_views import CaseView, NearView
    from kiosk.services.views import Account

_SHORTEST: Final = 4
_LONGEST: Final = 12


class GuardNearScreen(GuardScreen):
    """Takes a supervisor's account and PIN, then lists who was near; the PIN is never shown."""

    case_id: CaseId | None = None
    label = StringProperty("")
    supervisors = ListProperty()
    supervisor_id = StringProperty("")
    pin = StringProperty("")
    hint = StringProperty("")
    until = StringProperty("")
    can_ask = BooleanProperty(False)
    near = ObjectProperty(None, allownone=True)

    def ask(self, case: CaseView, accounts: tuple[Account, ...]) -> None:
        """Ask for a supervisor's consent."""
        self.near = None
        self.case_id, self.label, self.pin = case.case_id, case.label, ""
        self.supervisors = [account for account in accounts if account.role == Role.SUPERVISOR]
        self.supervisor_id = self.supervisors[0].guard_id if len(self.supervisors) == 1 else ""
        self.refresh()

    def say_wrong(self) -> None:
        """Say that nobody consented: a wrong PIN, or no right to it."""
        self.hint = self.texts.t("near.wrong")

    def present(self, near: NearView) -> None:
        """Show the list."""
        self.near = near
        self.refresh()
        self.to_top()

    def refresh(self) -> None:
        """Say everything in the language that comes first."""
        if self.case_id is None:
            return
        texts = self.texts
        self.heading = f"{self.label} · {texts.t('near.title')}"
        self.hint = "" if self.supervisors else texts.t("near.no_supervisor")
        self._lay_out_supervisors()
        near: NearView | None = self.near
        if near is not None:
            self.until = texts.t("near.until", time=f"{self.stage.day(near.until)} {self.stage.clock(near.until)}")
            rows = [(f"{self.stage.clock(at)} · {number}", name) for at, number, name in near.lines]
            fill(self.ids.lines, [card(rows, 0.5) if rows else said(texts.t("near.none"))])

    def _lay_out_supervisors(self) -> None:
        chips: list[Chip] = []
        for account in self.supervisors:
            chip = Chip(content=account.name_masked, value=account.guard_id)
            chip.is_chosen = account.guard_id == self.supervisor_id
            chip.fbind("on_release", lambda touched: self.on_supervisor(touched.value))
            chips.append(chip)
        fill(self.ids.supervisors, list(chips))

    def on_supervisor(self, guard_id: str) -> None:
        """Choose who consents."""
        self.supervisor_id, self.pin = guard_id, ""
        self._lay_out_supervisors()
        self._may_ask()

    def _may_ask(self) -> None:
        self.can_ask = len(self.pin) >= _SHORTEST and self.supervisor_id != ""

    def on_pin(self, _screen: GuardNearScreen, _pin: str) -> None:
        """Let the PIN be sent once it can be one."""
        self._may_ask()

    def on_key(self, name: str) -> None:
        """Add a digit, or take the last one away."""
        if name == "back":
            self.pin = self.pin[:-1]
        elif len(self.pin) < _LONGEST:
            self.pin += name

    def on_ask(self) -> None:
        """Consent."""
        pin, self.pin = self.pin, ""
        self.host.near(self.case_id, self.supervisor_id, pin)

    def on_leave(self) -> None:
        """Go back to the case."""
        self.host.open_case(self.case_id)
