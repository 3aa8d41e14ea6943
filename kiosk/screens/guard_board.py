"""The guard's board: what needs doing, the loudest first, then figures and devices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kivy.properties import BooleanProperty, ListProperty, ObjectProperty, StringProperty

from kiosk.domain.case import CaseEvent
from kiosk.screens.act_row import fill
from kiosk.screens.base import GuardScreen
from kiosk.screens.board_row import BoardRow
from kiosk.screens.board_words import devices, warnings
from kiosk.screens.case_needs import EVENT_OF, HARD

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from kiosk.services.views import GuardBoard, GuardRow

_AT_ONCE: Final = frozenset({"card_seen", "measure"})
"""Acts for a visit that stand on the board itself; the others are on its page."""


class GuardBoardScreen(GuardScreen):
    """Lists the open cases and visits, and offers the next acts of the first."""

    board = ObjectProperty(None, allownone=True)
    figures = ListProperty([("", ""), ("", ""), ("", "")])
    devices = ListProperty()
    warnings = StringProperty("")
    first_text = StringProperty("")
    second_text = StringProperty("")
    tells_alarm = BooleanProperty(False)
    _first: Sequence[str] = ()

    def show_board(self, board: GuardBoard) -> None:
        """Show the board as it is now; from its top when something else is the most urgent."""
        first = [row.case_id or row.visit_id for row in board.rows[:1]]
        is_news, self._first = first != self._first, first
        self.board = board
        self.refresh()
        if is_news:
            self.to_top()

    def refresh(self) -> None:
        """Say everything in the language that comes first."""
        board, texts = self.board, self.texts
        if board is None:
            return
        self.heading = texts.t("guard.desk", name=board.guard_name)
        inside = texts.t("guard.inside") if board.cap is None else texts.t("guard.inside_of", cap=board.cap)
        self.figures = [
            (str(board.inside), inside),
            (str(board.resting), texts.t("guard.resting")),
            (str(board.cases_open), texts.t("guard.cases")),
        ]
        self._say_rows(board)
        self.devices = devices(board, self.stage, is_training=self.is_training)
        self.warnings = "\n".join(warnings(board, self.stage))

    def _say_rows(self, board: GuardBoard) -> None:
        rows: list[BoardRow] = []
        for row in board.rows:
            line = BoardRow(row, self.stage)
            line.tick(self.now)
            line.fbind("on_release", lambda touched: self._open(touched.row))
            rows.append(line)
        fill(self.ids.rows, list(rows))
        self.first_text, self.second_text = self._actions(board.rows[0]) if board.rows else ("", "")

    def _actions(self, row: GuardRow) -> tuple[str, str]:
        """Return what the two large buttons say about the top row; "" for one that is not there."""
        texts = self.texts
        if row.case_id is None:
            act = row.needs[0] if row.needs and row.needs[0] in _AT_ONCE else ""
            return texts.t("guard.handle", label=row.label), texts.t(f"guard.act.{act}") if act else ""
        event = self._event(row)
        look = texts.t("guard.look", label=row.label)
        if event is None or event in HARD:  # what nobody can take back is done on the page of the case
            return look, ""
        return texts.t("guard.do", act=texts.t(f"case.act.{event}"), label=row.label), look

    def _event(self, row: GuardRow) -> CaseEvent | None:
        return next((event for need, event in EVENT_OF.items() if row.needs and need.value == row.needs[0]), None)

    def tick(self, now: datetime) -> None:
        """Count the rows' time on."""
        super().tick(now)
        for row in self.ids.rows.children:
            row.tick(now)

    def _open(self, row: GuardRow) -> None:
        if row.case_id is not None:
            self.host.open_case(row.case_id)
        else:
            self.host.open_visit(row.visit_id)

    def on_first(self) -> None:
        """Do what the top case waits for, or open the top visit."""
        row: GuardRow = self.board.rows[0]
        event = self._event(row)
        if row.case_id is None or event is None or event in HARD:
            self._open(row)
        elif event is CaseEvent.MEASURED:
            self.host.open_reading(row.visit_id, row.case_id)
        else:
            self.host.begin_case_act(row.case_id, event.value)

    def on_second(self) -> None:
        """Open the top case, or do the first thing that the top visit needs."""
        row: GuardRow = self.board.rows[0]
        if row.case_id is not None:
            self._open(row)
        elif row.needs[0] == "measure":
            self.host.open_reading(row.visit_id, None)
        else:
            self.host.guard_act(row.needs[0], row.visit_id)
