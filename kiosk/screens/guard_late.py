"""The late entry: one row of the paper ledger typed in afterwards, field by field on large keys."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Final

from kivy.properties import BooleanProperty, DictProperty, StringProperty

from kiosk.domain.paper_sheets import ROWS, PaperRow, sheet_of
from kiosk.screens.base import GuardScreen
from kiosk.screens.widgets import Touchable

if TYPE_CHECKING:
    from datetime import datetime

    from kiosk.services.guard_views import LateSaved

_LENGTHS: Final = {"sheet": 9, "row": 2, "time": 4, "celsius": 3}
_HOURS: Final = 24
_MINUTES: Final = 60
_FIELDS: Final = tuple(_LENGTHS)
_EMPTY: Final = dict.fromkeys(_LENGTHS, "")


class FormField(Touchable):
    """One field of a form: what it is, what was typed; the keys go to the one that is chosen."""

    label = StringProperty("")
    content = StringProperty("")
    is_chosen = BooleanProperty(False)


class GuardLateScreen(GuardScreen):
    """Takes sheet and row, time, temperature, and whether they were let in; goes on to the sheet's next row."""

    typed = DictProperty(_EMPTY)
    field = StringProperty("sheet")
    admitted = StringProperty("")
    hint = StringProperty("")
    is_wrong = BooleanProperty(False)
    can_save = BooleanProperty(False)
    _note = "late.hint"
    _label = ""

    def start(self) -> None:
        """Begin with a sheet."""
        self._begin("sheet", _EMPTY, "late.hint", "")

    def go_on(self, saved: LateSaved) -> None:
        """Say that a row went in, and go on to the next of its sheet."""
        next_row = int(self.typed["row"]) + 1
        kept = {**_EMPTY, "sheet": self.typed["sheet"], "row": str(next_row) if next_row <= ROWS else ""}
        note = "late.saved_case" if saved.case_label else "late.saved"
        self._begin("time" if kept["row"] else "row", kept, note, saved.case_label)

    def _begin(self, field: str, typed: dict[str, str], note: str, label: str) -> None:
        self.typed, self.field, self.admitted, self.is_wrong = typed, field, "", False
        self._note, self._label = note, label
        self.refresh()

    def say_wrong(self, key: str) -> None:
        """Say what is wrong with the row; what was typed stays, but for a value that is to be typed once more."""
        if key == "late.again":
            self.typed = {**self.typed, "celsius": ""}
            self.field = "celsius"
        self._note, self.is_wrong = key, True
        self.refresh()

    def refresh(self) -> None:
        """Say everything in the language that comes first."""
        self.heading = self.texts.t("late.title")
        self.hint = self.texts.t(self._note, label=self._label)

    def shown(self, field: str, typed: str) -> str:
        """Return what was typed as it is read: B-20200310-01, 09:41, 36.4."""
        if field == "time" and len(typed) > 2:  # noqa: PLR2004 - the hour
            return f"{typed[:2]}:{typed[2:]}"
        if field == "celsius" and typed:
            return f"{typed[:2]}.{typed[2:]} °C" if len(typed) > 2 else typed  # noqa: PLR2004 - whole degrees
        if field == "sheet":
            return sheet_of(typed, self.now.astimezone(self.stage.settings.zone).date()) or typed
        return typed

    def on_key(self, name: str) -> None:
        """Add a digit to the field, or take the last one away; a full field hands on to the next."""
        value = self.typed[self.field]
        if name == "back":
            value = value[:-1]
        elif len(value) < _LENGTHS[self.field]:
            value += name
        self.typed = {**self.typed, self.field: value}
        if name != "back" and len(value) == _LENGTHS[self.field] and self.field != _FIELDS[-1]:
            self.field = _FIELDS[_FIELDS.index(self.field) + 1]

    def on_typed(self, _screen: GuardLateScreen, _typed: dict[str, str]) -> None:
        """Let the row be saved once it is whole."""
        self._may_save()

    def on_admitted(self, _screen: GuardLateScreen, _admitted: str) -> None:
        """Let the row be saved once it is whole."""
        self._may_save()

    def _may_save(self) -> None:
        typed = self.typed
        is_whole = len(typed["time"]) == _LENGTHS["time"] and len(typed["celsius"]) in {0, _LENGTHS["celsius"]}
        is_measured = typed["celsius"] != "" or self.admitted == "no"
        self.can_save = is_whole and is_measured and "" not in {typed["sheet"], typed["row"], self.admitted}

    def _moment(self) -> datetime | None:
        hour, minute = int(self.typed["time"][:2]), int(self.typed["time"][2:])
        if hour >= _HOURS or minute >= _MINUTES:
            return None
        here = self.now.astimezone(self.stage.settings.zone)
        return here.replace(hour=hour, minute=minute, second=0, microsecond=0).astimezone(UTC)

    def on_save(self) -> None:
        """Save the row."""
        at, typed = self._moment(), self.typed
        if at is None:
            self.field = "time"
            self.say_wrong("late.bad_time")
            return
        celsius = f"{typed['celsius'][:2]}.{typed['celsius'][2:]}" if typed["celsius"] else ""
        row = PaperRow(at, celsius, typed["sheet"], int(typed["row"]), admitted=self.admitted == "yes")
        self.host.late_entry(row)
