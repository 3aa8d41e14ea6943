"""What the guard's further screens show: cases, the isolation area, the plan, the shift, the day, the records.

Plain values, made by the services, drawn by the screens. People are numbers and masked names here; words that the
plan or the server names come as `Words`, everything else by text key.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kiosk.services.device_views import ANY_INSTRUMENT, InstrumentsView

if TYPE_CHECKING:
    from datetime import datetime

    from kiosk.domain.case import CaseEvent, CaseStep, Cause, Disposition, Hindrance
    from kiosk.domain.due import Need
    from kiosk.domain.ids import CaseId, VisitId
    from kiosk.domain.isolation_area import Room
    from kiosk.domain.plan import PlaceState, Situation
    from kiosk.domain.screening import Outcome
    from kiosk.domain.site import Words


@dataclass(frozen=True, slots=True)
class ContactView:
    """Somebody to call."""

    contact_id: str
    name: Words
    phone: str


@dataclass(frozen=True, slots=True)
class PlanStepView:
    """One step of the plan as it stands now; `ticked_at` None while it is not done. `may_tick`: by role."""

    step_id: str
    text: Words
    due_at: datetime | None
    contact: ContactView | None
    ticked_at: datetime | None
    may_tick: bool = True


@dataclass(frozen=True, slots=True)
class RunView:
    """A situation that is being handled: a case's (`case_id`) or one of its own (`run_id`)."""

    situation: Situation
    name: Words
    run_id: str
    case_id: CaseId | None
    label: str  # the case's number; "" without a case
    begun_at: datetime
    steps: tuple[PlanStepView, ...]


@dataclass(frozen=True, slots=True)
class PlanView:
    """The plan's screen: what is being handled, then what could be begun."""

    running: tuple[RunView, ...]
    situations: tuple[tuple[Situation, Words], ...]
    contacts: tuple[ContactView, ...]


@dataclass(frozen=True, slots=True)
class EarlierView:
    """What of a case or a situation may be written down now with its real time. `times`: minutes ago, the moment."""

    run_id: str  # a case's is the case's own id
    label: str  # the case's number; "" without a case
    steps: tuple[tuple[str, Words], ...]
    places: tuple[tuple[str, Words], ...]
    contacts: tuple[ContactView, ...]
    times: tuple[tuple[int, datetime], ...]  # the nearest first; the last is when it began


@dataclass(frozen=True, slots=True)
class CaseChoice:
    """Something that may be done for a case. `hindrance`: why not yet (its words: `case.hindrance.<...>`)."""

    event: CaseEvent
    hindrance: Hindrance | None = None


@dataclass(frozen=True, slots=True)
class DispositionChoice:
    """One way for a case to end, and why it may not be chosen yet. `needs_contact`: to whom is asked first."""

    disposition: Disposition
    hindrance: Hindrance | None = None
    needs_contact: bool = False


@dataclass(frozen=True, slots=True)
class PlaceView:
    """One place of the isolation area."""

    place_id: str
    name: Words
    state: PlaceState
    holds: int
    inside: tuple[tuple[CaseId, str, datetime], ...]  # case, its number, since when
    until: datetime | None  # AIRING: until when
    has_room: bool
    is_overflow: bool
    is_crowded: bool


@dataclass(frozen=True, slots=True)
class AreaView:
    """The isolation area. `free_from`: when there is room again, where there is none.

    `waiting`: cases that a guard has and that are in no place; `to_clean`: case and place.
    """

    places: tuple[PlaceView, ...]
    room: Room
    free_from: datetime | None
    waiting: tuple[tuple[CaseId, str], ...]
    to_clean: tuple[tuple[CaseId, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One thing that was done for a case. `is_void`: it came too late to count; `to`: to whom somebody was referred."""

    at: datetime
    event: str  # text key: case.event.<...>
    who: str  # masked name, or the guard's id; "" for the program
    detail: Words | str = ""
    is_void: bool = False
    to: Words | str = ""


@dataclass(frozen=True, slots=True)
class CaseView:
    """One isolation case as a guard sees it."""

    case_id: CaseId
    visit_id: VisitId
    has_visit: bool  # somebody who never stood at a kiosk has none to look at
    label: str
    cause: Cause
    step: CaseStep
    opened_at: datetime
    kiosk: str  # where it was opened, for people; "" for this kiosk
    guard: str  # masked name of who has it; "" while nobody does
    need: Need | None
    due_at: datetime | None
    level: int  # how loud: 0 in time
    place: Words | None
    dirty: tuple[tuple[str, Words | str], ...]  # places to clean: id, name
    disposition: Disposition | None
    disposed_to: Words | str  # to whom somebody was referred; "" for nobody
    readings: tuple[tuple[datetime, str, str, str], ...]  # when, "37.4", outcome and site of the body as text keys
    declared_keys: tuple[str, ...]
    reported: tuple[tuple[Words | str, datetime], ...]
    choices: tuple[CaseChoice, ...]
    dispositions: tuple[DispositionChoice, ...]
    free_places: tuple[tuple[str, Words], ...]
    other_places: tuple[tuple[str, Words, PlaceState], ...]  # where nobody may be put now, and why
    contacts: tuple[ContactView, ...]
    receivers: tuple[ContactView, ...]  # to whom somebody may be referred, the likeliest first
    run: RunView | None
    beside: tuple[tuple[Situation, Words, bool], ...]  # what the hall is in besides, and whether that is being handled
    room_from: datetime | None  # where there is no place: when there is one again
    undone: int  # so many steps of its plan nobody has ticked
    history: tuple[HistoryLine, ...]
    others_age_s: int | None  # how old the view of the other places is; None: never heard of them


@dataclass(frozen=True, slots=True)
class LateSaved:
    """A row of the paper ledger went in; `case_label`: of the case that its elevated reading opened, "" for none."""

    case_label: str = ""


@dataclass(frozen=True, slots=True)
class ShiftView:
    """The shift's screen: the checklist at its beginning, the hand-over at its end."""

    guard_name: str
    begun_at: datetime | None  # None: not on duty
    items: tuple[tuple[str, Words, bool | None], ...]  # id, text, how it was ticked; None: not yet
    others: tuple[str, ...]  # who else is on duty here, masked
    figures: tuple[tuple[str, int], ...]  # text key shift.figure.<...>, number
    open_cases: tuple[tuple[CaseId, str], ...]
    undone: tuple[tuple[CaseId, str, tuple[Words, ...]], ...] = ()  # cases with the steps of the plan nobody ticked
    warnings: tuple[str, ...] = ()  # items of the checklist that were answered "no" and must not stay so
    account: str = ""  # the guard's id: the server's page asks for it
    handed_over: tuple[datetime, str, str] | None = None  # the last hand-over: when, by whom (masked), the remark


@dataclass(frozen=True, slots=True)
class TodayView:
    """The day on one screen."""

    inside: int
    cap: int | None
    hours: tuple[tuple[int, int, int], ...]  # hour, arrived, booked
    refusals: tuple[tuple[str, int], ...]  # reason, how many
    histogram: tuple[tuple[str, int], ...]  # "36.5", readings from there to below the next
    cases_opened: int
    cases_open: int
    green: tuple[tuple[str, int], ...]  # kind of the green channel, or "booking"; how many came in
    overrides: int
    devices: tuple[tuple[str, bool], ...]
    is_online: bool
    unsent: int
    oldest_unsent_s: int | None  # how long the first of them has been waiting
    view_age_s: int | None  # how long ago the server last told of the site; None: never
    last_seq: int
    last_hash: str
    walk_ins: tuple[tuple[str, int], ...] = ()  # kind of `domain/walk_in.py`, how many began so


@dataclass(frozen=True, slots=True)
class RecordLine:
    """One entry of the log as a guard may see it: no names, no numbers of documents."""

    seq: int
    at: datetime
    kind: str  # text key: record.<kind>
    who: str  # masked name of the guard; "" for the program
    label: str  # number of the visit or case
    detail: Words | str  # the plan's words, a text key, or a plain value
    visit_id: VisitId | None = None
    can_correct: bool = False  # a reading that somebody typed


@dataclass(frozen=True, slots=True)
class RecordsView:
    """A page of the records. `filter`: all, guards, cases, refusals, readings, exports, a number that was typed."""

    lines: tuple[RecordLine, ...]
    filter: str
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class NearView:
    """Who was near an open case. `until`: how long the list may be looked at."""

    case_id: CaseId
    label: str
    until: datetime
    lines: tuple[tuple[datetime, str, str], ...]  # when, queue or booking number, masked name


@dataclass(frozen=True, slots=True)
class LaneRow:
    """One visitor who waits to be measured by hand, since they answered the questions."""

    visit_id: VisitId
    label: str
    since: datetime


@dataclass(frozen=True, slots=True)
class LaneResult:
    """What became of the one measured last. `number`: of the queue, or of the line; "" for who is not let in.

    `is_recalled`: the value was corrected to one that is elevated; they are to be called back.
    """

    visit_id: VisitId
    label: str
    celsius: str
    outcome: Outcome
    number: str
    is_recalled: bool = False


@dataclass(frozen=True, slots=True)
class LaneView:
    """The manual lane: who waits, whoever answered the questions first on top."""

    guard_name: str
    waiting: tuple[LaneRow, ...]
    last: LaneResult | None = None
    instruments: InstrumentsView = ANY_INSTRUMENT
