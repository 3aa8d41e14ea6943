"""What a guard chooses from: plain values for the chooser, made from what the services tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kiosk.domain.case import CaseEvent, Cause
from kiosk.domain.case_wish import REMARKS
from kiosk.domain.declaration import ClearedWhy
from kiosk.domain.overriding import OverrideWhy
from kiosk.domain.walk_in import WITH_SOMEBODY, WalkIn

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from kiosk.domain.ids import CaseId, VisitId
    from kiosk.domain.site import Words
    from kiosk.services.device_views import InstrumentsView
    from kiosk.services.guard_views import CaseView, ContactView, EarlierView, RecordLine, ShiftView

REFERRED: Final = "referred"
OVERRIDE: Final = "override"
CLEAR: Final = "clear"
CAUSE: Final = "cause"
WALK_IN: Final = "walk_in"
WITH_WHOM: Final = "with_whom"
INSTRUMENT: Final = "instrument"
RECORD: Final = "record"
OF_CASE, OF_LANE = "case", "lane"  # what is measured then, in front of its id; "" for a visit
EARLIER: Final = "earlier"
EARLIER_WHEN: Final = "earlier_when"
HAND_OVER: Final = "hand_over"
HAND_OVER_REMARK: Final = "hand_over_remark"

WHY_NOT_IN: Final = ("leader", "closed", "not_passed")
"""Why a guard may not let somebody in without a booking; each has its words (`walk_in.why_not.<...>`)."""

ABOUT_VISITS: Final = frozenset({OVERRIDE, CLEAR, CAUSE, WALK_IN})
"""Questions whose subject is a visit, where there is one."""

HAND_OVER_REMARKS: Final = ("none", "busy", "case", "device", "supplies")
"""What is said at a hand-over; each has its words (`shift.remark.<...>`)."""


@dataclass(frozen=True, slots=True)
class Option:
    """Something to choose. `aside`: a number beside it. `hindrance`: why it cannot be chosen yet, as a text key.

    `is_hard`: asked for twice. `at`: a time beside it. `about`: what else is to be known of it, as text keys.
    `mood`: how it looks, as a row's.
    """

    value: str
    words: Words | str
    aside: str = ""
    at: datetime | None = None
    hindrance: str = ""
    is_hard: bool = False
    about: tuple[str, ...] = ()
    mood: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A question with its answers. `kind` says what is done with the answer, `subject` to what. Titles are text keys.

    `label` is the number of the case or visit, "" without one; `none` is said when there is nothing to choose.
    """

    kind: str
    subject: str
    title: str
    options: tuple[Option, ...]
    text: str = ""
    label: str = ""
    none: str = "choice.empty"


def of_case(case: CaseView, event: str) -> Choice | None:
    """Return what is to be chosen before `event` can be done for a case, or None when nothing is."""
    make = _OF_CASE.get(event)
    return make(case) if make is not None else None


def _placed(case: CaseView) -> Choice:
    free = [Option(place_id, name) for place_id, name in case.free_places]
    shut = [Option(place_id, name, hindrance=f"area.state.{state}") for place_id, name, state in case.other_places]
    options = (*free, *shut) if free else ()  # where there is none at all, what to do then is said instead
    none = "area.room_todo.none"
    return Choice(CaseEvent.PLACED, case.case_id, "choice.placed", options, label=case.label, none=none)


def _cleaned(case: CaseView) -> Choice | None:
    if len(case.dirty) == 1:
        return None
    options = tuple(Option(place_id, name) for place_id, name in case.dirty)
    return Choice(CaseEvent.CLEANED, case.case_id, "choice.cleaned", options, label=case.label)


def _reported(case: CaseView) -> Choice:
    options = _contacts(case.contacts)
    return Choice(
        CaseEvent.REPORTED, case.case_id, "choice.reported", options, text="choice.reported_how", label=case.label
    )


def _disposed(case: CaseView) -> Choice:
    options = tuple(
        Option(
            item.disposition,
            f"case.disposition.{item.disposition}",
            hindrance=f"case.hindrance.{item.hindrance}" if item.hindrance is not None else "",
            is_hard=not item.needs_contact,  # which of the contacts is asked next
        )
        for item in case.dispositions
    )
    return Choice(
        CaseEvent.DISPOSED, case.case_id, "choice.disposed", options, text="choice.disposed_how", label=case.label
    )


def _remarked(case: CaseView) -> Choice:
    options = tuple(Option(name, f"case.note.{name}") for name in REMARKS)
    return Choice(CaseEvent.REMARKED, case.case_id, "case.act.remarked", options, label=case.label)


_OF_CASE: Final = {
    CaseEvent.PLACED.value: _placed,
    CaseEvent.CLEANED.value: _cleaned,
    CaseEvent.REPORTED.value: _reported,
    CaseEvent.DISPOSED.value: _disposed,
    CaseEvent.REMARKED.value: _remarked,
}


def receivers(case: CaseView) -> Choice:
    """Return to whom a case may be referred."""
    options = _contacts(case.receivers, is_hard=True)
    return Choice(REFERRED, case.case_id, "choice.referred", options, text="choice.disposed_how", label=case.label)


def needs_receiver(case: CaseView, disposition: str) -> bool:
    """Tell whether a disposition asks to whom."""
    return any(item.disposition == disposition and item.needs_contact for item in case.dispositions)


def _contacts(contacts: Iterable[ContactView], *, is_hard: bool = False) -> tuple[Option, ...]:
    return tuple(Option(item.contact_id, item.name, item.phone, is_hard=is_hard) for item in contacts)


def earlier(known: EarlierView) -> Choice:
    """Return what may be written down now although it was done earlier: steps of the plan, a place, whom was told."""
    steps = [Option(f"{CaseEvent.TICKED}:{step_id}", words) for step_id, words in known.steps]
    acts = [(CaseEvent.PLACED, known.places), (CaseEvent.REPORTED, known.contacts)]
    asked = [Option(event, f"case.act.{event}") for event, there in acts if there]
    return Choice(
        EARLIER, known.run_id, "choice.earlier", (*steps, *asked), text="choice.earlier_how", label=known.label
    )


def earlier_where(known: EarlierView, event: str) -> Choice:
    """Return where somebody was placed, or who was told, at that time."""
    if event == CaseEvent.PLACED:
        options = tuple(Option(f"{event}:{place_id}", name) for place_id, name in known.places)
    else:
        options = tuple(Option(f"{event}:{item.contact_id}", item.name, item.phone) for item in known.contacts)
    return Choice(EARLIER, known.run_id, f"choice.{event}", options, label=known.label)


def earlier_when(known: EarlierView, act: str) -> Choice:
    """Return when it can have been; the last is when it all began."""
    *since, (minutes, begun_at) = known.times
    options = (
        *(Option(str(ago), f"choice.ago.{ago}", at=at) for ago, at in since),
        Option(str(minutes), "choice.ago.begun", at=begun_at),
    )
    return Choice(EARLIER_WHEN, f"{known.run_id}|{act}", "choice.earlier_when", options, label=known.label)


def override(visit_id: VisitId, label: str) -> Choice:
    """Return the reasons to let somebody in despite a refusal."""
    options = tuple(Option(name, f"override.{name}", is_hard=True) for name in OverrideWhy)
    return Choice(OVERRIDE, visit_id, "choice.override", options, text="choice.override_how", label=label)


def clear(visit_id: VisitId, label: str) -> Choice:
    """Return the reasons to let somebody in who answered yes to a question."""
    options = tuple(Option(name, f"cleared.{name}", is_hard=True) for name in ClearedWhy)
    return Choice(CLEAR, visit_id, "choice.clear", options, text="choice.override_how", label=label)


def cause(visit_id: VisitId | None, label: str = "") -> Choice:
    """Return why a guard may open a case; an elevated reading opens its own."""
    causes = (Cause.COLLAPSE, Cause.RISK_AREA, Cause.DECLARATION, Cause.GUARD)
    options = tuple(Option(item, f"case.cause.{item}") for item in causes)
    return Choice(CAUSE, visit_id or "", "choice.cause", options, label=label)


def walk_in(hindrances: Mapping[WalkIn, str], visit_id: VisitId | None = None, label: str = "") -> Choice:
    """Return why somebody may come in without a booking; with a visit: as whose companion or child."""
    offered = (kind for kind in WalkIn if visit_id is None or kind in WITH_SOMEBODY)
    options = tuple(_walk_in(kind, hindrances.get(kind, ""), has_visit=visit_id is not None) for kind in offered)
    title = "choice.walk_in" if visit_id is None else "choice.companion"
    return Choice(WALK_IN, visit_id or "", title, options, text="choice.walk_in_how", label=label)


def _walk_in(kind: WalkIn, why_not: str, *, has_visit: bool) -> Option:
    asks_whom = kind in WITH_SOMEBODY and not has_visit  # then that is the last touch
    hindrance = f"walk_in.why_not.{why_not}" if why_not else ""
    return Option(kind, f"walk_in.{kind}", hindrance=hindrance, is_hard=not asks_whom)


def with_whom(kind: str, visits: Sequence[tuple[VisitId, str]]) -> Choice:
    """Return with whom a companion or a child (`kind`) may come, by their numbers."""
    options = tuple(Option(visit_id, number, is_hard=True) for visit_id, number in visits)
    return Choice(WITH_WHOM, kind, "choice.with_whom", options, none="choice.nobody_passed")


def about_visit(act: str, visit_id: VisitId, label: str) -> Choice:
    """Return what has to be chosen before an act for a visit."""
    make = {OVERRIDE: override, CLEAR: clear, CAUSE: cause}[act]
    return make(visit_id, label)


def hand_over(shift: ShiftView) -> Choice:
    """Return to whom a shift may be handed over: who is on duty here, or whoever comes next."""
    named = tuple(Option(name, name) for name in shift.others)
    return Choice(HAND_OVER, "", "choice.end_shift", (*named, Option("", "shift.to_next")))


def hand_over_remark(to: str) -> Choice:
    """Return what may be said with a hand-over."""
    options = tuple(Option(name, f"shift.remark.{name}", is_hard=True) for name in HAND_OVER_REMARKS)
    return Choice(HAND_OVER_REMARK, to, "choice.remark", options)


def instrument(
    known: InstrumentsView, visit_id: VisitId | None, case_id: CaseId | None = None, *, is_in_lane: bool = False
) -> Choice:
    """Return with which thermometer a guard may measure somebody: a visit, a case, whoever is next in the lane."""
    options = tuple(
        Option(
            item.serial,
            item.serial,
            aside=item.checked_until.isoformat(),
            # One whose calibration ended may still find a fever; that it finds nobody normal is said here.
            is_hard=item.is_overdue,
            about=(*(f"guard.site.{site}" for site in item.sites), *(("instrument.ended",) if item.is_overdue else ())),
            mood="look" if item.is_overdue else "",
        )
        for item in known.listed
    )
    of, its_id = (OF_LANE, visit_id) if is_in_lane else (OF_CASE, case_id) if case_id is not None else ("", visit_id)
    return Choice(INSTRUMENT, f"{of}:{its_id or ''}", "instrument.which", options, text="instrument.which_how")


def record(line: RecordLine) -> Choice:
    """Return what a guard may want of a reading in the records that somebody typed."""
    look = (Option("look", "records.look"),) if line.visit_id is not None else ()
    subject = f"{line.seq}:{line.visit_id or ''}:{line.label}"
    return Choice(RECORD, subject, "records.which", (*look, Option("correct", "records.correct")), label=line.label)
