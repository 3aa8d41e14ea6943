"""One line of the guard's board: a visit that waits, and for how long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kivy.properties import BooleanProperty, ColorProperty, NumericProperty, StringProperty

from kiosk.screens.spans import span
from kiosk.screens.widgets import Touchable

if TYPE_CHECKING:
    from datetime import datetime

    from kiosk.screens.stage import Stage
    from kiosk.services.views import GuardRow


class BoardRow(Touchable):
    """One open visit or case: number, state, place, and the time left or overdue.

    `level`: how loud it is. From 1 on a sign stands beside the time and the frame is drawn; from 2 on all is heavier.
    """

    label = StringProperty("")
    state_text = StringProperty("")
    since_text = StringProperty("")
    time_text = StringProperty("")
    time_word = StringProperty("")
    is_overdue = BooleanProperty(False)
    level = NumericProperty(0)
    rim = NumericProperty(2)
    tone = ColorProperty((0, 0, 0, 1))

    def __init__(self, row: GuardRow, stage: Stage, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.row = row
        self.stage = stage
        self.label = row.label
        texts = stage.texts
        self.level = row.level
        state = texts.t(f"guard.state.{row.state_key}", kiosks=row.elsewhere)
        if row.case_id is not None and row.needs:
            state = texts.t(f"case.need.{row.needs[0]}")
        cause = texts.t(f"guard.cause.{row.cause_key}") if row.cause_key else ""
        self.state_text = cause or state
        since = texts.t("guard.since", time=stage.clock(row.since))
        where = [texts.pick(row.place)] if row.place is not None else []
        late = [texts.t("guard.late_steps", count=row.late_steps)] if row.late_steps else []
        first = [state] if cause else []
        elsewhere = [row.kiosk] if row.kiosk else []
        self.since_text = " · ".join([*first, *where, *elsewhere, since, *late])

    def tick(self, now: datetime) -> None:
        """Count down to what is due, or up since it was."""
        due = self.row.due
        self.is_overdue = due is not None and now >= due
        if self.is_overdue and self.row.case_id is not None:
            self.level = max(self.row.level, 1)  # it grows louder by the services' own count
        word = "waited" if due is None else "overdue" if self.is_overdue else "left"
        seconds = (now - self.row.since if due is None else abs(due - now)).total_seconds()
        self.time_text = ("+" if self.is_overdue else "") + span(seconds)
        self.time_word = self.stage.texts.t(f"guard.{word}")
