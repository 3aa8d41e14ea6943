"""What a guard's touches set off around a reading by hand: with which thermometer, the pad, what was typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiosk.domain.case import CaseStep
from kiosk.domain.ids import CaseId, VisitId
from kiosk.screens import choices
from kiosk.screens.catalog import Panel
from kiosk.screens.guard_base import GuardBase
from kiosk.services.guard_views import CaseView
from kiosk.services.guards import GuardAct
from kiosk.services.views import Face, GuardBoard, GuardDetail, View

if TYPE_CHECKING:
    from kiosk.screens.guard_base import Shown
    from kiosk.services.device_views import InstrumentsView
    from kiosk.services.guard_views import LaneView, RecordLine


class ReadingActs(GuardBase):
    """The guard's acts that are about measuring by hand, in the manual lane as well."""

    # the pad

    def open_reading(self, visit_id: VisitId, case_id: CaseId | None) -> None:
        """Show the pad for a reading taken by hand, for a visit or for its case; first ask with what, where unsaid."""

        def job() -> tuple[GuardDetail | CaseView | None, InstrumentsView | None]:
            page = self._guarding.case(case_id) if case_id is not None else self._guarding.detail(visit_id)
            return page, self._guarding.instruments()

        self._window.run_job(job, lambda found: self._show_pad(*found))

    def _show_pad(self, page: GuardDetail | CaseView | None, known: InstrumentsView | None) -> None:
        if page is None or known is None:
            self._rest()
            return
        of = page if isinstance(page, CaseView) else page.row
        case_id = page.case_id if isinstance(page, CaseView) else None
        if known.must_choose:
            self._ask_choice(choices.instrument(known, of.visit_id, case_id))
        else:
            self._window.turn_to(Panel.GUARD_READING).start(of.visit_id, of.label, case_id, known)

    def measure(self, visit_id: VisitId, case_id: CaseId | None, value: str) -> None:
        """Record a reading taken by hand; of a case, or when it opened one, go on at the page of the case."""

        def job() -> Shown:
            shown = self._guarding.guard_act(GuardAct.MEASURE, visit_id, value)
            stays = isinstance(shown, (GuardBoard, GuardDetail))
            case = self._guarding.case(case_id) if case_id is not None and stays else None
            return shown if case is None or case.step is CaseStep.CLOSED else case

        self._ask(job)

    # the manual lane

    def open_lane(self, visit_id: VisitId | None = None) -> None:
        """Show the lane, with `visit_id` to be measured next."""
        self._show_lane(visit_id, View(Face.IDLE))

    def _show_lane(self, visit_id: VisitId | None, closed: View) -> None:
        """Show the lane, first asking with what is measured there; `closed`: what is shown when it was closed."""

        def show(lane: LaneView | None) -> None:
            if lane is None:
                self._window.show_view(closed)
            elif lane.instruments.must_choose:
                self._ask_choice(choices.instrument(lane.instruments, visit_id, is_in_lane=True))
            else:
                self._window.turn_to(Panel.GUARD_LANE).present(lane, visit_id)

        self._window.run_job(self._guarding.lane.view, show)

    # a reading that was typed wrongly

    def begin_record(self, line: RecordLine) -> None:
        """Ask whether a typed reading is to be corrected, or its visit looked at."""
        self._ask_choice(choices.record(line))

    def _open_record(self, subject: str, value: str) -> None:
        seq, visit_id, label = subject.split(":", 2)
        if value == "correct":
            self._window.turn_to(Panel.GUARD_READING).start_correction(int(seq), VisitId(visit_id), label)
        else:
            self._ask(lambda: self._guarding.detail(VisitId(visit_id)))

    def correct_reading(self, seq: int, celsius: str) -> None:
        """Record what a reading that was typed should have been; the readings are shown again."""
        why = self._window.say("records.correct_why")
        self._ask(lambda: self._guarding.duty.correct_reading(seq, celsius, why))

    # with which thermometer

    def change_instrument(self, visit_id: VisitId | None, case_id: CaseId | None, *, is_in_lane: bool) -> None:
        """Ask with which thermometer it is measured from here on."""

        def ask(known: InstrumentsView | None) -> None:
            if known is None:
                self._rest()
            else:
                self._ask_choice(choices.instrument(known, visit_id, case_id, is_in_lane=is_in_lane))

        self._window.run_job(self._guarding.instruments, ask)

    def choose(self, kind: str, subject: str, value: str) -> None:
        """Take the thermometer that was chosen, and go on to what is measured; or do what a record was touched for."""
        if kind == choices.RECORD:
            self._open_record(subject, value)
        elif kind == choices.INSTRUMENT:

            def go_on(failed: View | None) -> None:
                if failed is not None:
                    self._window.show_view(failed)
                else:
                    self._go_on_measuring(subject)

            self._window.run_job(lambda: self._guarding.choose_instrument(value), go_on)

    def _go_on_measuring(self, subject: str) -> None:
        of, _, its_id = subject.partition(":")
        if of == choices.OF_LANE:
            self.open_lane(VisitId(its_id) if its_id else None)
        elif of == choices.OF_CASE:
            self.open_reading(VisitId(""), CaseId(its_id))
        else:
            self.open_reading(VisitId(its_id), None)

    def choose_nothing(self, kind: str, subject: str) -> None:
        """Go back to what was to be measured; of the lane, to the overview: it would ask the same again."""
        of, _, its_id = subject.partition(":")
        if kind == choices.RECORD:
            self._ask(lambda: self._guarding.duty.records("readings", 0, ""))
        elif of == choices.OF_LANE:
            self._ask(self._guarding.board)
        elif of == choices.OF_CASE:
            self._ask(lambda: self._guarding.case(CaseId(its_id)))
        else:
            self._ask(lambda: self._guarding.detail(VisitId(its_id)))
