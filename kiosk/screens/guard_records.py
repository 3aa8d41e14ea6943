"""The records of today: through a filter or a number, page by page, the newest first."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, Any, Final

from kivy.factory import Factory
from kivy.metrics import dp
from kivy.properties import BooleanProperty, ObjectProperty, StringProperty

from kiosk.screens.act_row import ActRow, fill, said
from kiosk.screens.base import GuardScreen
from kiosk.screens.widgets import Chip, Keypad

if TYPE_CHECKING:
    from kivy.uix.widget import Widget

    from kiosk.services.guard_views import RecordLine, RecordsView

FILTERS: Final = ("all", "guards", "cases", "refusals", "readings", "exports")
_KEYS: Final = [*"1234567890", *(sign for sign in string.ascii_uppercase if sign not in "IO"), "back"]
"""Neither numbers nor plates have I and O: they pass for 1 and 0."""

_LONGEST: Final = 12
_LEAST: Final = 2


class GuardRecordsScreen(GuardScreen):
    """Lists entries of the log; a touch on one opens its visit. `wanted`: the number that was typed, "" without."""

    records = ObjectProperty(None, allownone=True)
    which = StringProperty("all")
    wanted = StringProperty("")
    page_text = StringProperty("")
    has_newer = BooleanProperty(False)
    has_older = BooleanProperty(False)
    is_typing = BooleanProperty(False)
    typed = StringProperty("")
    _entry: Any = None

    def present(self, records: RecordsView) -> None:
        """Show one page."""
        self.records = records
        self.which, self.wanted = (records.filter, "") if records.filter in FILTERS else ("all", records.filter)
        self.is_typing, self.typed = False, ""
        self.refresh()
        self.to_top()

    def refresh(self) -> None:
        """Say everything in the language that comes first."""
        records: RecordsView | None = self.records
        if records is None:
            return
        texts = self.texts
        self.heading = " · ".join([texts.t("records.title"), *([self.wanted] if self.wanted else [])])
        self.page_text = texts.t("records.page", page=records.page + 1, pages=max(1, records.pages))
        self.has_newer = records.page > 0
        self.has_older = records.page + 1 < records.pages
        self._lay_out_filters()
        if self.is_typing:
            fill(self.ids.body, self._typing())
        else:
            rows = [self._row(line) for line in records.lines]
            fill(self.ids.body, rows or [said(texts.t("records.none"))])

    def _lay_out_filters(self) -> None:
        chips: list[Widget] = []
        for name in FILTERS:
            chip = Chip(content=self.texts.t(f"records.filter.{name}"), value=name)
            chip.is_chosen = name == self.which and not self.wanted
            chip.fbind("on_release", lambda touched: self.host.open_records(touched.value, 0, ""))
            chips.append(chip)
        fill(self.ids.filters, chips)

    def _row(self, line: RecordLine) -> Widget:
        texts = self.texts
        detail = self.stage.say(line.detail)
        told = [self.stage.clock_with_seconds(line.at), *([line.who] if line.who else [])]
        row = ActRow(
            label=" · ".join([texts.t(f"record.{line.kind}"), *([detail] if detail else [])]),
            detail=" · ".join([*told, texts.t("records.seq", seq=line.seq)]),
            tail=line.label,
            is_fact=line.visit_id is None and not line.can_correct,
        )
        row.fbind("on_pick", lambda _row: self._open(line))
        return row

    def _open(self, line: RecordLine) -> None:
        if line.can_correct:
            self.host.begin_record(line)
        else:
            self.host.open_visit(line.visit_id)

    def _typing(self) -> list[Widget]:
        entry = self._entry = Factory.Entry()
        entry.longest, entry.empty, entry.content = _LONGEST, self.texts.t("keypad.empty"), self.typed
        keypad = Keypad(cols=7, size_hint_y=None, spacing="12dp", height=dp(len(_KEYS) // 7 * 130))
        keypad.names = _KEYS  # once it is made, or it could not hold them
        keypad.fbind("on_key", lambda _keypad, name: self.on_key(name))
        return [Factory.Quiet(content=self.texts.t("records.search_text")), entry, keypad]

    def on_typed(self, _screen: GuardRecordsScreen, typed: str) -> None:
        """Show what was typed."""
        if self._entry is not None:
            self._entry.content = typed

    def on_key(self, name: str) -> None:
        """Add a sign, or take the last one away."""
        if name == "back":
            self.typed = self.typed[:-1]
        elif len(self.typed) < _LONGEST:
            self.typed += name

    def on_search(self) -> None:
        """Type a number, or look it up once it is typed."""
        if not self.is_typing:
            self.is_typing, self.typed = True, ""
            self.refresh()
        elif len(self.typed) >= _LEAST:
            self.host.open_records("all", 0, self.typed)

    def on_turn(self, pages: int) -> None:
        """Turn pages."""
        self.host.open_records(self.which, self.records.page + pages, self.wanted)

    def on_leave(self) -> None:
        """Go back: from typing to the list, from the list to the menu."""
        if self.is_typing:
            self.is_typing = False
            self.refresh()
        else:
            self.on_menu()
