"""The guard's board: what needs doing, oldest first, then figures and devices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kivy.properties import BooleanProperty, ListProperty, ObjectProperty, StringProperty

from kiosk.screens.base import GuardScreen
from kiosk.screens.board_row import BoardRow
from kiosk.services.link import LinkTrouble

if TYPE_CHECKING:
    from datetime import datetime

    from kiosk.services.views import GuardBoard

WIDEN_MIN = "15"


class GuardBoardScreen(GuardScreen):
    """Lists the open visits and offers the next acts."""

    board = ObjectProperty(None, allownone=True)
    figures = ListProperty([("", ""), ("", ""), ("", "")])
    devices = ListProperty()
    warnings = StringProperty("")
    first_text = StringProperty("")
    second_text = StringProperty("")
    typing_closed = BooleanProperty(False)

    def show_board(self, board: GuardBoard) -> None:
        """Show the board as it is now."""
        self.board = board
        self.refresh()

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
        self.typing_closed = board.typing_closed
        self._say_rows(board)
        self._say_devices(board)

    def _say_rows(self, board: GuardBoard) -> None:
        rows = self.ids.rows
        rows.clear_widgets()
        for row in board.rows:
            line = BoardRow(row, self.stage)
            line.tick(self.now)
            line.fbind("on_release", lambda touched: self.host.open_visit(touched.row.visit_id))
            rows.add_widget(line)
        first = board.rows[0] if board.rows else None
        self.first_text = self.texts.t("guard.handle", label=first.label) if first else ""
        act = first.needs[0] if first and first.needs and first.needs[0] in {"card_seen", "measure"} else ""
        self.second_text = self.texts.t(f"guard.act.{act}") if act else ""

    def _say_devices(self, board: GuardBoard) -> None:
        texts = self.texts
        words = [texts.t(f"device.{name}") if texts.has(f"device.{name}") else name for name, _well in board.devices]
        bad = [word for word, (_name, well) in zip(words, board.devices, strict=True) if not well]
        minutes = (board.oldest_unsent_s or 0) // 60
        server = "online" if not board.unsent else "unsent"
        key = f"guard.{server if board.is_online else 'offline'}"
        said = texts.t(key, minutes=minutes, count=board.unsent)
        is_well = board.is_online and board.link is LinkTrouble.NONE
        if board.link is not LinkTrouble.NONE:  # the server spoke: that is not "offline"
            unsent = [texts.t("guard.only_unsent", count=board.unsent)] if board.unsent else []
            said = " · ".join([texts.t(f"link.{board.link}"), *unsent])
        self.devices = [
            (texts.t("guard.devices"), self._wellness(bad), "look" if bad else "well"),
            (texts.t("guard.server"), said, "well" if is_well else "look"),
        ]
        warnings = [] if board.booking_data_of_today else [texts.t("guard.no_data")]
        if board.extra_late_min:
            warnings.append(texts.t("guard.extra_late", minutes=board.extra_late_min))
        self.warnings = "\n".join(warnings)

    def _wellness(self, bad: list[str]) -> str:
        return " · ".join([self.texts.t("guard.not_well"), *bad]) if bad else self.texts.t("guard.well")

    def tick(self, now: datetime) -> None:
        """Count the rows' time on."""
        super().tick(now)
        for row in self.ids.rows.children:
            row.tick(now)

    def on_first(self) -> None:
        """Open the oldest visit."""
        self.host.open_visit(self.board.rows[0].visit_id)

    def on_second(self) -> None:
        """Do the first thing that the oldest visit needs."""
        row = self.board.rows[0]
        if row.needs[0] == "measure":
            self.host.open_reading(row.visit_id)
        else:
            self.host.guard_act(row.needs[0], row.visit_id)

    def on_exit(self) -> None:
        """Take the next code as one that goes out."""
        self.host.guard_act("exit", None)

    def on_widen(self) -> None:
        """Let visitors come later, by the length of the queue."""
        self.host.guard_act("widen", None, WIDEN_MIN)

    def on_reopen(self) -> None:
        """Let numbers be typed again."""
        self.host.guard_act("reopen_typing", None)

    def on_close_day(self) -> None:
        """Set the number inside to zero at closing."""
        self.host.guard_act("close_day", None)
