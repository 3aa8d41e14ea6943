"""The ledger: every visit of a day once, nothing invented, nothing shown that must not be, totals that add up."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.booking import Booking
from kiosk.domain.correction import What, celsius, celsius_cc, correction_body
from kiosk.domain.entry import Entry, EntryKind
from kiosk.domain.ids import BookingId, GuardId, KioskId, VisitId
from kiosk.domain.ledger import Ledger, Making, Missing, Place, build
from kiosk.domain.ledger_row import Ending, Known, Lane, Person, Row, Verdict
from kiosk.domain.policy import BodySite, ReadingKind
from kiosk.domain.record import Measured
from kiosk.domain.screening import Fault, Flag, Outcome
from kiosk.domain.times import to_wire
from kiosk.domain.visit import Step
from kiosk.domain.wire import to_json
from tests.domain.builders import BOOKING, SITE, ZONE, at, booking, chain, reading, visit

DAY = date(2020, 3, 10)
V = "v1"
GAP = Place(KioskId("B"), 1, 3, 4)
Said = tuple[EntryKind, dict[str, Any]]


def opened(visit_id: str = V, kind: EntryKind = EntryKind.IDENTIFIED, **more: Any) -> Said:
    """Return a first contact at nine."""
    plain = {"visit_id": visit_id, "booking": to_json(booking()), "first_contact": to_wire(at(9)), "by": "code"}
    return kind, {**plain, "offline": False, "policy_id": "test", "policy_version": 1, **more}


def said(kind: EntryKind, visit_id: str = V, **body: Any) -> Said:
    """Return an entry about a visit."""
    return kind, {"visit_id": visit_id, **body}


def read(value_cc: int, outcome: str = "normal", visit_id: str = V, **changes: Any) -> Said:
    """Return a reading's entry."""
    body = {"reading": to_json(reading(value_cc, **changes)), "outcome": outcome, "reasons": []}
    return said(EntryKind.READING, visit_id, **body)


def by_hand(value_cc: int, outcome: str, visit_id: str = V) -> Said:
    """Return a guard's clinical reading."""
    how: dict[str, Any] = {"site": BodySite.AXILLA, "kind": ReadingKind.CLINICAL, "flags": (Flag.MANUAL,)}
    return read(value_cc, outcome, visit_id, device_id="manual:t2", operator_id="guard-7", **how)


ARRIVED = said(EntryKind.ARRIVED)
DECLARED = said(EntryKind.DECLARED, asked=["symptoms", "contact"], yes=["contact"])
ADMITTED = said(EntryKind.ADMITTED, number="B001")
CASE = said(EntryKind.CASE_OPENED, case_id="c1", number="CB01", cause="elevated", guard_id="")
DISPOSED = said(
    EntryKind.CASE_ACTED, case_id="c1", turn=1, event="disposed", guard_id="guard-7", disposition="released"
)
CLOSED = said(EntryKind.CASE_ACTED, case_id="c1", turn=2, event="closed", guard_id="guard-7")
KNOWN = Known(ZONE, "一分所", services={"vehicle": "机动车业务"}, guards={"guard-7": "王建国"})


def ledger(*bodies: Said, full: bool = False, known: Known = KNOWN, day: date = DAY) -> Ledger:
    """Return the ledger of one kiosk's log."""
    return of(chain(list(bodies)), full=full, known=known, day=day)


def of(entries: list[Entry], *, full: bool = False, known: Known = KNOWN, day: date = DAY) -> Ledger:
    """Return the ledger of entries."""
    return build(entries, SITE, known, Making(day, at(18), full))


def row(*bodies: Said, full: bool = False, known: Known = KNOWN) -> Row:
    """Return the one row of a log."""
    (found,) = ledger(*bodies, full=full, known=known).rows
    return found


def test_the_row_of_an_admitted_visitor_says_what_the_log_knows() -> None:
    """And leaves empty what it does not: telephone, mask, the way out."""
    found = row(opened(), ARRIVED, DECLARED, read(3650), ADMITTED)
    assert (found.no, found.began_at, found.arrived_at) == (1, at(9), at(9, 0, 2))
    assert (found.name, found.plate, found.phone, found.mask) == ("张*明", "冀A***45", "", "")
    assert (found.service, found.number, found.slot) == ("机动车业务", "000000000", (at(10), at(11)))
    assert (found.lane, found.asked, found.yes) == (Lane.ORDINARY, ("symptoms", "contact"), ("contact",))
    assert (found.verdict, found.ending, found.left_at) == (Verdict.NORMAL, Ending.ADMITTED, None)
    assert found.first is not None
    assert (found.first.value_cc, found.first.site, found.first.device_id) == (3650, "forehead", "test:1")
    assert (found.again, found.clinical, found.policies) == ((), (), ("test v1",))


def test_a_case_has_its_readings_apart_and_its_times() -> None:
    """First, again, clinical; a released one was admitted."""
    elevated = (opened(), ARRIVED, DECLARED, read(3780, "elevated"), read(3770, "elevated"), CASE)
    found = row(*elevated, by_hand(3680, "normal"), DISPOSED, CLOSED, ADMITTED, said(EntryKind.WENT_OUT))
    assert [item.value_cc for item in found.readings] == [3780, 3770, 3680]
    assert [item.operator_id for item in found.clinical] == ["guard-7"]
    assert (found.verdict, found.ending) == (Verdict.NORMAL_AFTER, Ending.ADMITTED)
    assert (found.case_label, found.case_from, found.case_until) == ("CB01", at(9, 0, 6), at(9, 0, 8))
    assert (found.staff, found.left_at) == (("王建国",), at(9, 0, 11))
    assert ledger(*elevated).open_cases[0].label == "CB01"
    assert ledger(*elevated, DISPOSED, CLOSED).open_cases == ()
    assert row(*elevated).ending is Ending.ISOLATED
    assert row(*elevated, DISPOSED, CLOSED).ending is Ending.RELEASED


@pytest.mark.parametrize(
    ("last", "ending"),
    [
        (said(EntryKind.TURNED_AWAY, guard_id="g1"), Ending.TURNED_AWAY),
        (said(EntryKind.TIMED_OUT), Ending.ABANDONED),
        (said(EntryKind.DISOWNED), Ending.DISOWNED),
        (said(EntryKind.LINED_UP, number="WB01"), Ending.LINED_UP),
        (said(EntryKind.RESUMED, at="measuring"), Ending.OPEN),
        (said(EntryKind.WENT_OUT, unseen=True), Ending.LEFT),
        (opened(kind=EntryKind.REFUSED, reasons=["too_late"]), Ending.REFUSED),
        (said(EntryKind.CALLED), Ending.OPEN),
    ],
)
def test_every_way_to_end_is_told_apart(last: Said, ending: Ending) -> None:
    """What did not come to a reading is unmeasured, never normal."""
    found = row(opened(), last)
    assert (found.ending, found.verdict) == (ending, Verdict.UNMEASURED)


@pytest.mark.parametrize("disposition", ["turned_away", "referred", "escorted", "left_against_advice"])
def test_a_cases_disposition_is_the_ending(disposition: str) -> None:
    """The five ends of a case (glossary); released stands above."""
    closed = said(EntryKind.CASE_ACTED, case_id="c1", turn=1, event="disposed", guard_id="g1", disposition=disposition)
    assert row(opened(), CASE, closed).ending == disposition


@pytest.mark.parametrize(
    ("outcomes", "verdict"),
    [
        (["normal"], Verdict.NORMAL),
        (["too_cold_wait", "normal"], Verdict.NORMAL),
        (["elevated", "normal"], Verdict.NORMAL_AFTER),
        (["normal", "elevated"], Verdict.ELEVATED),
        (["elevated", "unstable"], Verdict.ELEVATED),
        (["unstable", "too_cold_wait"], Verdict.UNDECIDED),
    ],
)
def test_the_last_reading_that_decides_gives_the_verdict(outcomes: list[str], verdict: Verdict) -> None:
    """One that was not fit decides nothing."""
    readings = [read(3650 + number, outcome) for number, outcome in enumerate(outcomes)]
    assert row(opened(), *readings).verdict is verdict


def test_a_fault_is_no_number() -> None:
    """It stands in the row with its code, and in no total."""
    fault = to_json(Fault("test:1", "device_timeout", at(9)))
    body = said(EntryKind.READING, reading=fault, outcome="device_fault", reasons=["device_timeout"])
    found = ledger(opened(), body)
    assert found.rows[0].first is not None
    assert (found.rows[0].first.value_cc, found.rows[0].first.code) == (None, "device_timeout")
    assert (found.rows[0].verdict, found.totals.readings, found.totals.highest_cc) == (Verdict.UNMEASURED, 0, None)


def test_a_refusal_that_was_overridden_says_both() -> None:
    """Reasons stay; a guard is named."""
    found = row(
        opened(kind=EntryKind.REFUSED, reasons=["too_late"], offline=True), said(EntryKind.OVERRIDDEN, guard_id="x")
    )
    assert (found.reasons, found.is_overridden, found.staff, found.is_offline) == (("too_late",), True, ("x",), True)


def test_who_came_without_a_booking_has_a_row_without_a_name() -> None:
    """An unknown code, and a call from the idle screen."""
    unknown = opened(kind=EntryKind.REFUSED, booking=None, reasons=["unknown_booking"])
    found = ledger(unknown, said(EntryKind.CALLED, "v2"))
    assert [(item.name, item.lane, item.slot, item.number) for item in found.rows] == [("", None, None, "")] * 2
    assert found.missing.nameless == 2


HELPED = said(EntryKind.HELPED, guard_id="guard-7", ends=True)


def test_who_only_asked_for_a_person_and_was_helped_is_no_row() -> None:
    """It is no screening; the log has both entries. Whoever was not helped, or turned away, is still a row."""
    called = said(EntryKind.CALLED)
    found = ledger(called, HELPED, opened("v2"))
    assert [(item.no, item.visit_id) for item in found.rows] == [(1, "v2")]
    assert (found.totals.rows, found.missing.unreadable) == (1, 0)
    assert row(called).ending is Ending.OPEN
    assert row(called, said(EntryKind.TURNED_AWAY, guard_id="guard-7")).ending is Ending.TURNED_AWAY


def test_a_call_that_another_kiosk_answered_is_no_row_either() -> None:
    """The visit was taken over for that."""
    taken = visit(Step.GUARD, booking=None, booking_id=None, cause="asked_person")
    assert ledger((EntryKind.ADOPTED, {"visit_id": V, "visit": to_json(taken), "from": "C"}), HELPED).rows == ()


def test_a_call_from_which_a_case_came_stays_a_row() -> None:
    """What was measured, and what became of it, is what the ledger is for."""
    wrong = said(
        EntryKind.CASE_ACTED, case_id="c1", turn=1, event="disposed", guard_id="g1", disposition="opened_in_error"
    )
    found = row(said(EntryKind.CALLED), CASE, wrong, HELPED)
    assert (found.ending, found.case_label, found.staff) == (Ending.HELPED, "CB01", ("g1", "王建国"))


def test_help_on_the_way_is_no_end() -> None:
    """The row says how the screening ended, and who helped stands among the staff."""
    found = row(opened(), said(EntryKind.CALLED), said(EntryKind.HELPED, guard_id="guard-7", ends=False), ADMITTED)
    assert (found.ending, found.staff) == (Ending.ADMITTED, ("王建国",))
    rests = row(opened(), said(EntryKind.CALLED), said(EntryKind.HELPED, guard_id="guard-7", ends=False))
    assert rests.ending is Ending.OPEN


def test_an_override_says_why() -> None:
    """In the remarks of the sheet."""
    late = opened(kind=EntryKind.REFUSED, reasons=["too_late"])
    assert row(late, said(EntryKind.OVERRIDDEN, guard_id="x", why="frail", role="guard")).override_why == "frail"
    assert row(late, said(EntryKind.OVERRIDDEN, guard_id="x", reasons=["too_late"])).override_why == ""


def walked_in(why: str, visit_id: str = V, with_visit: str | None = None) -> Said:
    """Return the entry of somebody who begins without a booking."""
    return said(EntryKind.WALKED_IN, visit_id, why=why, guard_id="guard-7", role="guard", with_visit=with_visit)


def test_a_walk_in_is_a_row_with_its_kind_lane_and_guard() -> None:
    """Arrived when the guard let them begin; a child names the row of its adult."""
    found = row(walked_in("medical"), DECLARED, read(3650), ADMITTED)
    assert (found.walk_in, found.lane, found.arrived_at) == ("medical", Lane.GREEN, at(9, 0, 1))
    assert (found.staff, found.ending, found.with_no) == (("王建国",), Ending.ADMITTED, None)
    both = ledger(walked_in("no_phone", "a"), walked_in("child", "b", "a"), walked_in("child", "c", "elsewhere")).rows
    assert [(item.no, item.lane, item.with_no) for item in both] == [
        (1, Lane.ORDINARY, None),
        (2, Lane.ORDINARY, 1),
        (3, Lane.ORDINARY, None),
    ]


def test_a_walk_in_that_another_kiosk_took_over_stays_one() -> None:
    """Its own entries say nothing of how it began."""
    taken = visit(booking=None, booking_id=None, walk_in="child", with_visit=VisitId("a"))
    found = row((EntryKind.ADOPTED, {"visit_id": V, "visit": to_json(taken), "from": "C"}))
    assert (found.walk_in, found.with_visit) == ("child", "a")


@pytest.mark.parametrize(("admitted", "ending"), [(True, Ending.ADMITTED), (False, Ending.TURNED_AWAY)])
def test_a_row_of_the_paper_ledger_is_marked_with_its_sheet(admitted: bool, ending: Ending) -> None:
    """Written in later, by whom, with the paper's own time."""
    _kind, body = read(3650, device_id="paper", operator_id="guard-7")
    more = {**body, "admitted": admitted, "sheet_no": "B-3", "guard_id": "guard-7"}
    found = row((EntryKind.LATE_ENTRY, more))
    assert (found.sheet_no, found.is_late, found.ending, found.arrived_at) == ("B-3", True, ending, at(9, 0, 1))
    assert found.first is not None
    assert (found.first.value_cc, found.staff) == (3650, ("王建国",))
    unread = said(EntryKind.LATE_ENTRY, admitted=admitted, sheet_no="B-3", guard_id="x")
    assert row(unread).verdict is Verdict.UNMEASURED


def test_a_case_says_where_it_was_and_to_whom_it_was_reported() -> None:
    """By the plan's words where they are known, by their ids where not."""

    def acted(turn: int, **what: str) -> Said:
        return said(EntryKind.CASE_ACTED, case_id="c1", turn=turn, guard_id="guard-7", **what)

    case = (opened(), CASE, acted(1, event="placed", place_id="room_1"), acted(2, event="placed", place_id="tent"))
    reported = acted(3, event="reported", to="clinic")
    known = replace(KNOWN, places={"room_1": "1 室"}, contacts={"clinic": "发热门诊"})
    found = row(*case, reported, known=known)
    assert (found.places, found.reported_to, found.reported_at) == (("1 室", "tent"), "发热门诊", at(9, 0, 5))
    assert (row(*case).reported_to, row(*case).reported_at) == ("", None)


def test_a_case_of_somebody_who_never_stood_at_a_kiosk_is_one_row_of_its_own_day() -> None:
    """What is done for it the next day makes no row there."""
    lone = said(EntryKind.CASE_OPENED, case_id="c1", number="CB01", cause="collapse", guard_id="guard-7")
    entries = chain([lone, by_hand(3650, "normal"), DISPOSED])
    entries[1] = entries[1]._replace(happened_at=at(9, day=11), recorded_at=at(9, day=11))
    assert [item.case_label for item in of(entries).rows] == ["CB01"]
    assert of(entries, day=DAY + timedelta(days=1)).rows == ()


def test_names_and_numbers_are_masked_unless_full() -> None:
    """What the server knows of a visitor is masked before a writer sees it."""
    known = replace(KNOWN, people={BOOKING: Person("欧阳绝密", "13987654321", "冀A8X7Y6")})
    masked, full = row(opened(), known=known), row(opened(), known=known, full=True)
    assert (masked.name, masked.phone, masked.plate) == ("欧*密", "139****4321", "冀A***Y6")
    assert (full.name, full.phone, full.plate) == ("欧阳绝密", "13987654321", "冀A8X7Y6")
    assert "阳绝" not in repr(ledger(opened(), known=known))


def test_a_kiosk_knows_no_more_than_what_it_was_told_masked() -> None:
    """Full or not: the whole name was never here."""
    assert row(opened(), full=True).name == "张*明"


def test_a_visit_taken_over_brings_its_readings_once() -> None:
    """From the record alone, and together with the other kiosk's own entries."""
    own = chain([opened(), ARRIVED, DECLARED, read(3760, "elevated")])
    measured = Measured(own[3].happened_at, 3760, Outcome.ELEVATED, "test:1", is_manual=False, kind="body_estimate")
    record = visit(
        Step.MEASURING,
        first_contact=at(9),
        declared_yes=("contact",),
        readings=(measured,),
        guard_id=GuardId("g1"),
        kiosk_id=KioskId("B"),
    )
    other = [
        entry._replace(kiosk_id=KioskId("C"))
        for entry in chain([said(EntryKind.ADOPTED, visit=to_json(record)), read(3650)])
    ]
    later = [entry._replace(happened_at=entry.happened_at + timedelta(minutes=5)) for entry in other]
    (alone,) = of(later).rows
    assert [item.value_cc for item in alone.readings] == [3760, 3650]
    assert (alone.asked, alone.yes, alone.name, alone.kiosks) == (("contact",), ("contact",), "张*明", ("C",))
    both = of(later + own)
    assert [item.value_cc for item in both.rows[0].readings] == [3760, 3650]
    assert (both.rows[0].kiosks, both.totals.readings) == (("B", "C"), 2)
    assert [(end.kiosk_id, end.seq) for end in both.chains] == [("B", 4), ("C", 2)]


def test_a_taken_over_visit_may_have_ended_already() -> None:
    """At an exit, whose own log begins with the adoption; and one that never declared has no answers."""
    gone = said(EntryKind.ADOPTED, visit=to_json(visit(Step.ADMITTED, first_contact=at(9), declared_at=None)))
    found = row(gone, said(EntryKind.WENT_OUT))
    assert (found.ending, found.left_at, found.asked) == (Ending.ADMITTED, at(9, 0, 2), None)


def test_a_day_is_the_sites_day() -> None:
    """What began before midnight at the site belongs to yesterday, whatever is added to it today."""
    late = opened("v2", first_contact=to_wire(at(23, 59, day=9)))
    entries = chain([late, opened()])
    night = [entries[0]._replace(happened_at=at(23, 59, day=9)), entries[1]]
    today = chain([said(EntryKind.WENT_OUT, "v2")])[0]._replace(seq=3)
    assert [item.visit_id for item in of([*night, today]).rows] == [V]
    assert [item.visit_id for item in of([*night, today], day=date(2020, 3, 9)).rows] == ["v2"]
    assert of([*night, today], day=date(2020, 3, 11)).rows == ()


def test_a_case_of_an_earlier_day_that_is_still_open_is_listed() -> None:
    """It is not forgotten with its day; one of a later day is not in this ledger."""
    old = chain([CASE])[0]._replace(happened_at=at(12, day=8))
    new = chain([said(EntryKind.CASE_OPENED, "v9", case_id="c9", number="CB09", cause="guard")])[0]._replace(
        happened_at=at(12, day=11),
    )
    found = of([old, new])
    assert [case.label for case in found.open_cases] == ["CB01"]
    assert found.rows == ()


def test_what_cannot_be_read_is_counted_and_hides_nothing_else() -> None:
    """A body that is none, one whose body was erased, one without its fields."""
    entries = chain(
        [opened(), read(3650), said(EntryKind.READING, reading=7), said(EntryKind.CASE_OPENED, case_id="c")]
    )
    entries.append(chain([ARRIVED])[0]._replace(body=None, salt=None, seq=5))
    entries.append(chain([ARRIVED])[0]._replace(body="[]", seq=6))
    entries.append(chain([ARRIVED])[0]._replace(body='{"visit_id": 7}', seq=7))
    found = of(entries)
    assert [item.visit_id for item in found.rows] == [V]
    assert (found.missing.erased, found.missing.unreadable) == (1, 4)
    assert found.rows[0].verdict is Verdict.NORMAL


def test_what_was_recorded_long_after_it_happened_is_marked_as_written_in_later() -> None:
    """补录."""
    entries = chain([opened(), ARRIVED])
    late = entries[1]._replace(recorded_at=entries[1].happened_at + timedelta(minutes=30))
    assert of([entries[0], late]).rows[0].is_late
    assert not row(opened(), ARRIVED).is_late


def test_the_sheet_says_how_far_the_chain_goes_and_what_the_caller_knows_to_be_missing() -> None:
    """So that it can be checked against the log, and does not pass for whole."""
    entries = chain([opened()])
    making = Making(DAY, at(18), full=True, by="李主任", reason="检查", missing=Missing(silent=("C",), gaps=(GAP,)))
    found = build(entries, SITE, KNOWN, making)
    assert [(end.seq, end.hash) for end in found.chains] == [(1, entries[0].hash)]
    assert (found.missing.silent, found.missing.gaps, found.by, found.full) == (("C",), (GAP,), "李主任", True)


def corrected(entries: list[Entry], seq: int, what: What, value: str) -> list[Entry]:
    """Return the log with one more entry, which corrects a figure of entry `seq`."""
    body = correction_body(entries[seq - 1], what, value, "guard-7", "看错了")
    last = chain([*[(entry.kind, dict(entry.data())) for entry in entries], (EntryKind.CORRECTED, dict(body))])[-1]
    return [*entries, last]


def test_a_corrected_reading_is_shown_and_the_old_one_kept() -> None:
    """Both figures, both numbers, by whom and why; what was decided by the old one stays decided."""
    entries = corrected(chain([opened(), ARRIVED, read(3860, "elevated")]), 3, What.READING, "36.80")
    found = of(corrected(entries, 3, What.READING, "36.9"))
    first = found.rows[0].first
    assert first is not None
    assert (first.value_cc, first.was_cc, found.totals.highest_cc) == (3690, 3860, 3690)
    assert (found.rows[0].verdict, found.totals.above_limit) == (Verdict.ELEVATED, 1)
    told = [(item.old, item.new, item.of_seq, item.seq, item.by) for item in found.rows[0].corrections]
    assert told == [("38.6", "36.8", 3, 4, "王建国"), ("36.8", "36.9", 3, 5, "王建国")]


def test_corrected_names_are_masked_like_any_other() -> None:
    """The old one and the new one."""
    entries = corrected(chain([opened()]), 1, What.NAME, "欧阳绝密")
    entries = corrected(corrected(entries, 1, What.REMARK, "先到"), 1, What.REMARK, "后走")
    masked = of(corrected(entries, 1, What.MASK, "有")).rows[0]
    assert (masked.name, masked.remark, masked.mask) == ("欧*密", "先到；后走", "有")
    assert (masked.corrections[0].old, masked.corrections[0].new) == ("张*明", "欧*密")
    assert of(entries, full=True).rows[0].name == "欧阳绝密"


def test_a_correction_of_a_reading_that_is_not_here_says_so() -> None:
    """Its kiosk's log is not among these."""
    body = {"of_seq": 77, "what": "reading", "value": "36.8", "guard_id": "g", "reason": "r"}
    (correction,) = row(opened(), said(EntryKind.CORRECTED, **body)).corrections
    assert (correction.old, correction.new) == ("", "36.8")


@pytest.mark.parametrize(
    "changes", [{"what": "colour"}, {"value": 7}, {"of_seq": "1"}, {"reason": None}, {"what": "reading", "value": "x"}]
)
def test_a_correction_that_is_none_is_unreadable(changes: dict[str, Any]) -> None:
    """The row stays as it was."""
    body = {"of_seq": 1, "what": "name", "value": "李雷", "guard_id": "g", "reason": "r", **changes}
    found = ledger(opened(), said(EntryKind.CORRECTED, **body))
    assert (found.rows[0].name, found.rows[0].corrections, found.missing.unreadable) == ("张*明", (), 1)


def test_a_correction_the_next_day_makes_no_row_there() -> None:
    """Nor does the end of a case: both belong to the row of their visit, also when nothing else of it is here."""
    lone = said(EntryKind.CORRECTED, of_seq=1, what="name", value="李雷", guard_id="g", reason="r")
    assert ledger(lone, CLOSED).rows == ()


def test_a_row_of_the_paper_ledger_that_was_typed_wrongly_is_corrected_like_a_reading() -> None:
    """The old figure stays beside the new one; a row without a reading has none to correct."""
    body = read(3950, device_id="paper")[1]
    entries = chain([(EntryKind.LATE_ENTRY, {**body, "admitted": True, "sheet_no": "B-3", "guard_id": "g"})])
    right = (EntryKind.CORRECTED, dict(correction_body(entries[0], What.READING, "36.5", "g", "r")))
    (found,) = ledger((EntryKind.LATE_ENTRY, dict(entries[0].data())), right).rows
    assert found.first is not None
    assert (found.first.value_cc, found.first.was_cc) == (3650, 3950)
    bare = chain([said(EntryKind.LATE_ENTRY, admitted=True, sheet_no="B-3", guard_id="g")])
    with pytest.raises(ValueError, match="no reading"):
        correction_body(bare[0], What.READING, "36.5", "g", "r")


@pytest.mark.parametrize(
    ("seq", "what", "value"),
    [(1, What.READING, "36.8"), (2, What.READING, "36,8"), (3, What.NAME, "李雷"), (2, What.READING, "52")],
)
def test_what_cannot_be_corrected_says_why(seq: int, what: What, value: str) -> None:
    """No reading, no temperature, no visit."""
    entries = chain([opened(), read(3650), (EntryKind.STARTED, {})])
    with pytest.raises(ValueError, match=r"entry|temperature"):
        correction_body(entries[seq - 1], what, value, "g", "r")


@pytest.mark.parametrize("text", ["36.8", "36.85", "37.0", "28.0", "45.0"])
def test_temperatures_are_written_as_they_are_typed(text: str) -> None:
    """Whole hundredths, no floats in between."""
    assert celsius(celsius_cc(text)) == text


@pytest.mark.parametrize("text", ["", "abc", "36.855", "NaN", "Infinity", "27.99", "45.01"])
def test_what_is_no_temperature_is_refused(text: str) -> None:
    """Nor what is none of a person."""
    with pytest.raises(ValueError, match="temperature"):
        celsius_cc(text)


_KINDS = st.sampled_from(
    ["opened", "arrived", "normal", "elevated", "fault", "admitted", "case", "closed", "out", "nobody"]
)


def _body(name: str, number: int) -> Said:
    visit_id = f"v{number}"
    other: Booking = booking(id=BookingId(f"b{number}"))
    fault = to_json(Fault("test:1", "device_timeout", at(9)))
    return {
        "opened": opened(visit_id, booking=to_json(other)),
        "arrived": said(EntryKind.ARRIVED, visit_id),
        "normal": read(3650, "normal", visit_id),
        "elevated": read(3800 + number, "elevated", visit_id),
        "fault": said(EntryKind.READING, visit_id, reading=fault, outcome="device_fault", reasons=["device_timeout"]),
        "admitted": said(EntryKind.ADMITTED, visit_id, number="B001"),
        "case": said(EntryKind.CASE_OPENED, visit_id, case_id=f"c{number}", number="CB01", cause="x"),
        "closed": said(
            EntryKind.CASE_ACTED,
            visit_id,
            case_id=f"c{number}",
            turn=1,
            event="disposed",
            guard_id="g",
            disposition="referred",
        ),
        "out": said(EntryKind.WENT_OUT, visit_id),
        "nobody": (EntryKind.DEVICE, {"device": "camera", "state": "ok"}),
    }[name]


@given(st.lists(st.tuples(_KINDS, st.integers(1, 4)), max_size=30))
def test_every_visit_is_one_row_and_the_totals_are_their_sum(steps: list[tuple[str, int]]) -> None:
    """In whatever order things happen."""
    found = ledger(*(_body(name, number) for name, number in steps))
    visits = {f"v{number}" for name, number in steps if name not in {"nobody", "closed"}}
    assert sorted(item.visit_id for item in found.rows) == sorted(visits)
    assert [item.no for item in found.rows] == list(range(1, len(visits) + 1))
    assert sum(count for _, count in found.totals.by_verdict) == found.totals.rows == len(visits)
    readings = [name for name, _ in steps if name in {"normal", "elevated"}]
    assert found.totals.readings == len(readings)
    assert found.totals.above_limit == readings.count("elevated")
    values = [item.value_cc for one in found.rows for item in one.readings if item.value_cc is not None]
    assert found.totals.highest_cc == max(values, default=None)
    assert {VisitId(item.visit_id) for item in found.rows if item.ending is Ending.ISOLATED} <= visits
