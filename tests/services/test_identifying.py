"""From a code or a typed number to a visit: found, refused with its reason, or taken up where it was."""

import base64
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.domain import booking_number
from kiosk.domain.admission import Reason
from kiosk.domain.booking import BookingStatus
from kiosk.domain.ids import BookingId, VisitId
from kiosk.domain.visit import Step
from kiosk.protocol.messages import BookingPage
from kiosk.services.guards import GuardAct
from kiosk.services.views import Face, Hint, View
from tests.domain import builders as make
from tests.services.builders import STRANGER, Door, code_of, id_hash, new_booking

ID = "11010519491231002X"
OTHER_ID = "440524188001010014"
WRONG_NUMBER = booking_number.from_value(123_456)


def reason(view: View) -> str | None:
    """Return the reason that a view shows."""
    return view.refusal.reason.value if view.refusal is not None else None


def telephoned(door: Door, number: str = ID, **changes: object) -> str:
    """Let the copy know a booking made on the telephone; return its booking number."""
    booking = new_booking(id_hash=id_hash(number), **changes)
    door.learns(booking)
    return booking.number


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"slot_start": make.at(14), "slot_end": make.at(15)}, "too_early"),
        ({"slot_start": make.at(8), "slot_end": make.at(9)}, "too_late"),
        ({"slot_start": make.at(10, day=3), "slot_end": make.at(11, day=3)}, "wrong_day"),
        ({"site": "branch-2"}, "wrong_site"),
        ({"status": BookingStatus.CANCELLED}, "cancelled"),
        ({"status": BookingStatus.PROPOSED}, "not_confirmed"),
        ({"is_blacklisted": True}, "blacklisted"),
        ({"service": make.ONLINE}, "online_only"),
        ({"service": "nobody-knows"}, "suspended_service"),
        ({"code_not_before": make.at(8)}, "revoked"),
    ],
)
def test_a_booking_is_refused_with_its_reason_and_the_entry_keeps_it(
    door: Door, changes: dict[str, object], expected: str
) -> None:
    """Each refusal has its own text, is recorded, and nobody has arrived."""
    shown = door.scan(door.books(**changes))
    assert (shown.face, reason(shown)) == (Face.REFUSED, expected)
    assert door.bodies("refused")[0]["reasons"] == [expected]
    assert door.counted()["arrived"] == 0


def test_a_district_that_is_not_served_here_hears_where_to_go(tmp_path: Path) -> None:
    """The nearest competent site comes from the directory."""
    door = Door(tmp_path, at_site=make.site(districts=("新华", "桥西")))
    shown = door.scan(door.books(district="长安"))
    assert reason(shown) == "not_served_here"
    assert shown.refusal is not None
    assert shown.refusal.site_name == make.words("二分所")
    door.close()


def test_a_plate_that_is_not_served_here_is_refused(tmp_path: Path) -> None:
    """An inspection agency takes plates beginning 冀A."""
    door = Door(tmp_path, at_site=make.site(plate_prefixes=("冀A",)))
    assert reason(door.scan(door.books(plate_prefix="京B"))) == "not_served_here"
    door.close()


def test_each_refusal_says_what_to_do_next(door: Door) -> None:
    """When to come, where to go, which page to open."""
    early = door.scan(door.books(slot_start=make.at(14), slot_end=make.at(15))).refusal
    assert early is not None
    assert early.earliest == make.at(13, 45)
    elsewhere = door.scan(door.books(site="branch-2")).refusal
    assert elsewhere is not None
    assert elsewhere.site_name == make.words("二分所")
    online = door.scan(door.books(service=make.ONLINE)).refusal
    assert online is not None
    assert online.url == "https://example.org/plate"


def test_after_hours_the_next_opening_is_told(door: Door) -> None:
    """A closed day in between is passed over."""
    door.told(at_site=make.site(closed_days=("2020-03-11",)))
    door.clock.moment = make.at(18)
    shown = door.scan(door.books(slot_start=make.at(18), slot_end=make.at(19))).refusal
    assert shown is not None
    assert (shown.reason.value, shown.opens) == ("site_closed", make.at(8, 30, day=12))


def test_a_site_that_opens_no_more_tells_no_opening(door: Door) -> None:
    """A month of closed days: the text says to ask."""
    days = tuple(f"2020-{month:02}-{day:02}" for month in (3, 4) for day in range(1, 32))
    door.told(at_site=make.site(closed_days=days))
    shown = door.scan(door.books()).refusal
    assert shown is not None
    assert (shown.reason.value, shown.opens) == ("site_closed", None)


def test_all_true_reasons_are_recorded_and_one_is_shown(door: Door) -> None:
    """The one that helps most."""
    code = door.books(site="branch-2", slot_start=make.at(14), slot_end=make.at(15))
    assert reason(door.scan(code)) == "wrong_site"
    assert door.bodies("refused")[0]["reasons"] == ["wrong_site", "too_early"]


@pytest.mark.parametrize(
    ("text", "expected", "looks_to_guard"),
    [
        (code_of(new_booking(), key=STRANGER), "forged_code", True),
        (code_of(new_booking(), key=STRANGER, key_id="2031-z"), "unknown_key", True),
        ("VB1:NONSENSE", "unreadable_code", False),
        ("VB1:" + "A7" * 2000, "unreadable_code", False),
        ("VB1:\ud800", "unreadable_code", False),
    ],
)
def test_a_bad_code_is_refused_and_kept_as_it_was(door: Door, text: str, expected: str, looks_to_guard: bool) -> None:
    """The raw code, its first bytes at least, stands in the entry for a person to look at."""
    shown = door.scan(text)
    assert (shown.face, reason(shown), shown.looks_to_guard) == (Face.REFUSED, expected, looks_to_guard)
    raw = base64.b64decode(door.bodies("refused")[0]["code"])
    assert 0 < len(raw) <= 512
    assert text.encode(errors="backslashreplace").startswith(raw)


@pytest.mark.parametrize("key_id", ["", "2031-z"])
def test_a_code_that_is_not_ours_waits_in_the_same_words_also_after_calling_again(door: Door, key_id: str) -> None:
    """Nobody beside them may read in the words that something is wrong with the code."""
    code = code_of(new_booking(), key=STRANGER, **({"key_id": key_id} if key_id else {}))
    shown = door.scan(code)
    assert shown.visit_id is not None
    again = door.desk.ask_person(shown.visit_id)
    assert (again.face, again.has_booking) == (Face.GUARD, True)


@pytest.mark.parametrize("texts", [["https://pay.example/1"], ["健康码"], ["", " "], ["VB2:X", "123"], []])
def test_a_foreign_code_leaves_no_trace(door: Door, texts: list[str]) -> None:
    """A health code is nobody's business here: a hint, and no entry."""
    shown = door.scan(*texts)
    assert (shown.face, shown.hint) == (Face.IDLE, Hint.NOT_A_BOOKING_CODE)
    assert door.kinds() == []


def test_a_foreign_code_beside_ours_does_not_disturb(door: Door) -> None:
    """A poster in the picture."""
    assert door.scan("https://pay.example/1", door.books(), "健康码").face is Face.BOOKING


def test_two_bookings_in_one_frame_are_ambiguous(door: Door) -> None:
    """Never a guess."""
    shown = door.scan(door.books(), door.books())
    assert reason(shown) == "ambiguous_code"
    assert door.counted()["identified"] == 0


def test_a_booking_beside_a_broken_code_is_ambiguous(door: Door) -> None:
    """The broken one might have been the one that was meant."""
    assert reason(door.scan(door.books(), "VB1:NONSENSE")) == "ambiguous_code"


def test_two_codes_of_the_same_booking_are_that_booking(door: Door) -> None:
    """An old paper beside the phone: the code that is not revoked counts."""
    booking = new_booking(code_not_before=make.at(12, day=9))
    door.learns(booking)
    old, new = code_of(booking, issued_at=make.at(9, day=9)), code_of(booking)
    assert door.scan(old, new).face is Face.BOOKING


def test_a_code_of_a_revoked_key_is_revoked(door: Door) -> None:
    """The key was stolen: what it signed is no longer taken, and can still be told apart from a forgery."""
    code = door.books()
    door.told(revoked_keys=["2020-a"])
    assert reason(door.scan(code)) == "revoked"


def test_a_booking_newer_than_the_copy_is_taken_on_its_signature_and_marked_so(door: Door) -> None:
    """Booked on the way here."""
    shown = door.scan(code_of(new_booking()))
    assert shown.face is Face.BOOKING
    assert shown.card is not None
    assert shown.card.name_masked is None
    assert door.bodies("identified")[0]["source"] == "signature"


def test_without_bookings_of_today_a_signed_code_is_decided_alone(door: Door) -> None:
    """The signature is enough."""
    door.learns(days=())
    assert door.lets_in(code_of(new_booking())).face is Face.ADMITTED


def test_an_opaque_booking_number_in_a_code_is_looked_up(door: Door) -> None:
    """The short code that fits on a paper slip."""
    booking = new_booking()
    door.learns(booking)
    assert door.scan(booking.number).face is Face.BOOKING
    assert door.bodies("identified")[0]["source"] == "copy"


def test_a_number_that_no_booking_has_is_unknown_while_the_copy_is_whole(door: Door) -> None:
    """The copy holds today: there is no such booking."""
    assert reason(door.scan(WRONG_NUMBER)) == "unknown_booking"


@pytest.mark.parametrize("by", ["scan", "number", "id"])
def test_no_data_never_looks_like_an_unknown_booking(door: Door, by: str) -> None:
    """Without today's bookings a person looks, and the visitor waits calmly."""
    door.learns(days=("2020-03-09",))
    looks = {
        "scan": lambda: door.scan(WRONG_NUMBER),
        "number": lambda: door.desk.look_up("booking", WRONG_NUMBER),
        "id": lambda: door.desk.look_up("id", ID),
    }
    shown = looks[by]()
    assert (shown.face, shown.refusal) == (Face.GUARD, None)
    assert door.visit(shown.visit_id).cause == "no_data"
    assert door.desk.idle_facts().waiting_for_guard == 1


def test_a_copy_that_is_being_fetched_anew_has_no_data(door: Door) -> None:
    """The server reset the copy and the link went away in the middle: nobody's booking is "invalid"."""
    door.books()
    _reset(door)
    assert door.scan(WRONG_NUMBER).face is Face.GUARD


def _reset(door: Door) -> None:
    """Take in what the server answers to a cursor that is not its own."""
    page = BookingPage(server_time_ms=0, reset=True, bookings=[], gone=[], cursor=0, more=True, days=[])
    door.copy.store_page(page, door.clock.now())


def test_a_kiosk_without_todays_bookings_says_so_to_the_guard(door: Door) -> None:
    """At opening, on the guard's screen and in the log."""
    door.learns(days=())
    door.day.turn()
    assert door.bodies("day_opened")[0]["bookings_known"] is False
    board = door.signs_in()
    assert board is not None
    assert board.booking_data_of_today is False


def test_who_was_never_let_in_on_another_day_has_not_used_the_code(door: Door) -> None:
    """At rest when the doors closed: the day is over, and nobody is told that the code was used."""
    code = door.books()
    door.to_measuring(code)
    door.clock.go_on(minutes=24 * 60)
    door.day.turn()
    assert reason(door.scan(code)) == "wrong_day"


def test_the_guard_reads_the_number_of_who_was_let_in_before(door: Door) -> None:
    """The machine died before the visitor had read it: one look, and no second number."""
    code = door.books()
    admitted = door.lets_in(code)
    shown = door.scan(code)
    assert shown.visit_id is not None
    door.signs_in()
    detail = door.desk.guarding.detail(shown.visit_id)
    assert detail is not None
    assert detail.earlier is not None
    assert (detail.earlier.number, detail.earlier.admitted_at) == (admitted.number, door.clock.now())
    assert door.bodies("admitted")[0]["readings"] == door.bodies("admitted")[0]["normal"] == 1


def test_a_second_scan_is_refused_as_already_arrived_and_goes_to_the_guard(door: Door) -> None:
    """A photographed code may have been used by someone else: the guard compares card and name."""
    code = door.books()
    door.lets_in(code)
    arrived = door.clock.now()
    door.clock.go_on(minutes=5)
    shown = door.scan(code)
    assert reason(shown) == "already_arrived"
    assert shown.refusal is not None
    assert shown.refusal.first_seen == arrived
    assert door.desk.idle_facts().waiting_for_guard == 1


def test_scanning_again_and_again_never_opens_a_used_code(door: Door) -> None:
    """The refusal in between must not hide the admission before it."""
    code = door.books()
    door.lets_in(code)
    for _ in range(4):
        door.clock.go_on(minutes=1)
        assert reason(door.scan(code)) == "already_arrived"
    assert door.counted()["admitted"] == 1


def test_a_guard_who_compared_card_and_name_lets_a_used_code_in_by_name(door: Door) -> None:
    """Someone else had used it: override, recorded with who and why, and screened like everybody."""
    code = door.books()
    door.lets_in(code)
    visit_id = door.scan(code).visit_id
    assert visit_id is not None
    assert door.guard(GuardAct.OVERRIDE, visit_id).face is Face.DECLARATION
    overridden = door.bodies("overridden")[0]
    assert (overridden["guard_id"], overridden["reasons"]) == ("guard-7", ["already_arrived"])
    door.desk.declare(visit_id, ())
    assert door.reads(visit_id, 3650).face is Face.ADMITTED
    assert reason(door.scan(code)) == "already_arrived"


def test_a_visit_of_yesterday_is_not_taken_up_today(door: Door) -> None:
    """Whoever walked away from the thermometer yesterday is judged by today's day."""
    code = door.books()
    abandoned = door.to_measuring(code)
    door.desk.time_out(abandoned)
    resting_code = door.books()
    resting = door.to_measuring(resting_code)
    door.reads(resting, 3400)
    door.clock.go_on(minutes=24 * 60)
    assert [door.scan(item).face for item in (code, resting_code)] == [Face.REFUSED, Face.REFUSED]
    assert all("wrong_day" in body["reasons"] for body in door.bodies("refused"))


# typed numbers


def test_a_booking_is_found_by_its_number_typed_in_any_spelling(door: Door) -> None:
    """Hyphens, blanks and small letters."""
    number = telephoned(door)
    shown = door.desk.look_up("booking", f" {number[:4]}-{number[4:]} ".lower())
    assert shown.face is Face.BOOKING
    assert door.bodies("identified")[0]["by"] == "number"


def test_a_wrong_check_character_is_told_and_not_counted(door: Door) -> None:
    """Caught while typing: it says nothing about any booking."""
    number = telephoned(door)
    wrong = ("1" if number[0] != "1" else "2") + number[1:]
    for kind, text in (("booking", wrong), ("id", "110105194912310021")):
        assert door.desk.look_up(kind, text).hint is Hint.TYPED_WRONG
    assert door.kinds() == []


def test_a_telephone_booking_is_found_by_the_id_number_and_waits_for_the_card(door: Door) -> None:
    """A guard ticks that the original card was seen; then the questions."""
    telephoned(door)
    shown = door.desk.look_up("id", "11010519491231002x")
    assert shown.face is Face.BOOKING
    visit_id = shown.visit_id
    assert visit_id is not None
    assert door.desk.confirm(visit_id).face is Face.GUARD
    assert (door.visit(visit_id).step, door.visit(visit_id).arrived_at) == (Step.CARD_CHECK, None)
    assert door.guard(GuardAct.CARD_SEEN, visit_id).face is Face.DECLARATION
    known = door.visit(visit_id)
    assert (known.card_seen, known.guard_id, known.arrived_at) == (True, "guard-7", door.clock.now())


def test_policy_may_waive_the_look_at_the_card(door: Door) -> None:
    """Then the questions come at once."""
    door.told(by=make.policy(card_check_waived=True))
    telephoned(door)
    visit_id = door.desk.look_up("id", ID).visit_id
    assert visit_id is not None
    assert door.desk.confirm(visit_id).face is Face.DECLARATION


def test_asking_a_person_is_no_way_around_the_card(door: Door) -> None:
    """By whatever way a guard lets them go on, the card is ticked first."""
    telephoned(door)
    visit_id = door.desk.look_up("id", ID).visit_id
    assert visit_id is not None
    door.desk.ask_person(visit_id)
    door.guard(GuardAct.GO_ON, visit_id)
    assert door.visit(visit_id).step is Step.GUARD
    assert door.guard(GuardAct.CARD_SEEN, visit_id).face is Face.DECLARATION
    assert door.visit(visit_id).card_seen


def test_an_override_of_a_typed_id_number_needs_the_card_as_well(door: Door) -> None:
    """Too late and by the telephone: the guard sees the card, then decides."""
    telephoned(door, slot_start=make.at(8, 30), slot_end=make.at(9))
    visit_id = door.desk.look_up("id", ID).visit_id
    assert visit_id is not None
    door.guard(GuardAct.OVERRIDE, visit_id)
    assert door.visit(visit_id).step is Step.REFUSED
    door.guard(GuardAct.CARD_SEEN, visit_id)
    assert door.guard(GuardAct.OVERRIDE, visit_id).face is Face.DECLARATION


def test_two_bookings_of_one_person_on_a_day_are_no_exact_match(door: Door) -> None:
    """Never a guess, nothing to browse."""
    telephoned(door)
    telephoned(door)
    assert door.desk.look_up("id", ID).hint is Hint.NOT_FOUND


def test_who_cancelled_and_booked_again_is_found(door: Door) -> None:
    """A cancelled booking is no second match."""
    telephoned(door, status=BookingStatus.CANCELLED)
    telephoned(door)
    assert door.desk.look_up("id", ID).face is Face.BOOKING


def test_todays_booking_is_found_among_those_of_other_days(door: Door) -> None:
    """Somebody who comes on two days."""
    telephoned(door, slot_start=make.at(10, day=11), slot_end=make.at(11, day=11))
    telephoned(door)
    assert door.desk.look_up("id", ID).face is Face.BOOKING


def test_a_booking_of_tomorrow_alone_says_that_it_is_tomorrow(door: Door) -> None:
    """The wrong day, not "not found"."""
    telephoned(door, slot_start=make.at(10, day=11), slot_end=make.at(11, day=11))
    assert reason(door.desk.look_up("id", ID)) == "wrong_day"


def test_two_bookings_with_the_same_number_are_never_guessed(door: Door) -> None:
    """Case 8: two match, none is taken."""
    first = new_booking()
    door.learns(first, new_booking(number=first.number))
    assert door.desk.look_up("booking", first.number).hint is Hint.NOT_FOUND
    assert reason(door.scan(first.number)) == "ambiguous_code"
    assert door.counted()["identified"] == 0


def test_three_wrong_numbers_slow_the_typing_of_this_visitor_and_scanning_goes_on(door: Door) -> None:
    """A pause of half a minute."""
    for _ in range(3):
        assert door.desk.look_up("booking", WRONG_NUMBER).hint is Hint.NOT_FOUND
    number = telephoned(door)
    assert door.desk.look_up("booking", number).hint is Hint.TYPING_CLOSED
    assert door.desk.look_up("id", ID).hint is Hint.TYPING_CLOSED
    assert door.scan(door.books()).face is Face.BOOKING
    door.clock.go_on(seconds=29)
    assert door.desk.look_up("booking", number).hint is Hint.TYPING_CLOSED
    door.clock.go_on(seconds=1)
    assert door.desk.look_up("booking", number).face is Face.BOOKING


def test_a_code_that_is_held_up_meanwhile_is_told_from_the_visitors_own(door: Door) -> None:
    """Also when the visit was begun by its number; what is for another program is nobody's. Nothing is recorded."""
    mine, other = new_booking(), door.books()
    door.learns(mine)
    visit_id = door.desk.look_up("booking", mine.number).visit_id
    assert visit_id is not None
    before = len(door.entries())
    own, damaged, poster = code_of(mine), "VB1:%%%", "https://example.org"
    assert [door.desk.is_not_of(visit_id, [text]) for text in (own, other, damaged, poster)] == [
        False,
        True,
        True,
        False,
    ]
    assert door.desk.is_not_of(visit_id, [own, other])
    assert len(door.entries()) == before
    assert door.visit(visit_id).step is Step.BOOKING


def test_every_booking_code_is_another_one_than_a_walk_ins(door: Door) -> None:
    """A visit without a booking has no code, and nobody else's is taken for it."""
    called = door.desk.ask_person(None).visit_id
    assert called is not None
    assert door.desk.is_not_of(called, [door.books()])


def test_a_card_that_is_laid_on_meanwhile_is_told_from_the_visitors_own(door: Door) -> None:
    """By the hash that the booking bears, also when the visit was begun by a code; nothing is recorded."""
    for visit_id in (door.scan(door.books(id_hash=id_hash(ID))).visit_id, door.desk.look_up("id", ID).visit_id):
        assert visit_id is not None
        before = len(door.entries())
        found = [door.desk.is_card_not_of(visit_id, number) for number in (ID, ID.lower(), OTHER_ID)]
        assert found == [False, False, True]
        assert len(door.entries()) == before


def test_a_card_is_nobodys_where_the_visitors_number_is_not_known(door: Door) -> None:
    """What may be their own is not called another's: a booking without a number, a code newer than the copy, a call."""
    unheard = code_of(new_booking(id_hash=id_hash(OTHER_ID)))
    for view in (door.scan(door.books()), door.scan(unheard), door.desk.ask_person(None)):
        assert view.visit_id is not None
        assert not door.desk.is_card_not_of(view.visit_id, ID)
    assert not door.desk.is_card_not_of(VisitId("gone"), ID)


def test_another_visitor_starts_with_a_clean_slate(door: Door) -> None:
    """Two mistakes of one and one of the next are no three of one."""
    for _ in range(2):
        door.desk.look_up("booking", WRONG_NUMBER)
    door.desk.visitor_left()
    door.desk.look_up("booking", WRONG_NUMBER)
    assert not door.identifying.is_typing_closed()


def test_too_many_wrong_numbers_close_the_typing_of_the_kiosk_until_a_guard_reopens_it(door: Door) -> None:
    """Also over a restart: it stands in the log."""
    for _ in range(12):
        door.desk.look_up("booking", WRONG_NUMBER)
        door.desk.visitor_left()
        door.clock.go_on(minutes=1)
    assert door.desk.look_up("booking", WRONG_NUMBER).hint is Hint.TYPING_CLOSED
    assert door.scan(door.books()).face is Face.BOOKING
    board = door.signs_in()
    assert board is not None
    assert board.typing_closed
    door.desk.guarding.guard_act(GuardAct.REOPEN_TYPING, None)
    assert door.desk.look_up("booking", telephoned(door)).face is Face.BOOKING


def test_a_guard_who_reopens_typing_ends_the_visitors_pause_as_well(door: Door) -> None:
    """Reopened means open now."""
    for _ in range(3):
        door.desk.look_up("booking", WRONG_NUMBER)
    door.signs_in()
    door.desk.guarding.guard_act(GuardAct.REOPEN_TYPING, None)
    assert door.desk.look_up("booking", telephoned(door)).face is Face.BOOKING


def test_the_id_number_itself_is_nowhere(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    """Not in the log's rows, not in the copy's, not in what is logged; its keyed hash stands in its place."""
    caplog.set_level("DEBUG")
    telephoned(door)
    visit_id = door.desk.look_up("id", ID).visit_id
    assert visit_id is not None
    door.desk.confirm(visit_id)
    door.desk.look_up("id", OTHER_ID)
    rows = "".join(entry.body or "" for entry in door.entries()) + repr(door.log._database.rows("SELECT * FROM visit"))
    rows += repr(door.copy._database.rows("SELECT * FROM booking"))
    assert id_hash(ID) in rows
    for number in (ID, ID.lower(), ID[:17], OTHER_ID):
        assert number not in rows + caplog.text + repr(door.kinds())


# several kiosks at one door


def test_a_visit_that_rests_at_another_kiosk_is_taken_over_here(door: Door) -> None:
    """Any door goes on with it, with what was answered and measured there."""
    booking = new_booking()
    resting = make.visit(
        Step.RESTING, kiosk_id="kiosk-A", booking=booking, booking_id=booking.id, rest_until=make.at(10, 4)
    )
    door.hears_site(resting)
    shown = door.scan(code_of(booking))
    assert (shown.face, shown.visit_id) == (Face.MEASURING, resting.id)
    assert door.kinds() == ["adopted", "resumed"]
    assert door.visit(resting.id).kiosk_id == "kiosk-B"
    assert door.reads(resting.id, 3650).number == "B001"


@pytest.mark.parametrize(("idle_s", "face"), [(59, Face.REFUSED), (60, Face.MEASURING)])
def test_a_code_in_use_at_another_screen_right_now_is_already_arrived(door: Door, idle_s: int, face: Face) -> None:
    """Someone stands there with this very code; a minute later nobody does."""
    booking = new_booking()
    busy = make.visit(kiosk_id="kiosk-A", booking=booking, booking_id=booking.id, touched_at=door.clock.now())
    door.hears_site(busy)
    door.clock.go_on(seconds=idle_s)
    shown = door.scan(code_of(booking))
    assert shown.face is face
    if face is Face.REFUSED:
        assert reason(shown) == "already_arrived"
        door.clock.go_on(seconds=0.5)
        assert reason(door.scan(code_of(booking))) == "already_arrived"


def test_admitted_at_another_kiosk_is_already_arrived_here(door: Door) -> None:
    """One code, one entry, whichever door, with the time it was first seen."""
    booking = new_booking()
    door.hears_site(make.visit(Step.ADMITTED, kiosk_id="kiosk-A", booking=booking, booking_id=booking.id))
    shown = door.scan(code_of(booking))
    assert reason(shown) == "already_arrived"
    assert shown.refusal is not None
    assert shown.refusal.first_seen == make.at(10)


def test_a_visit_taken_over_elsewhere_and_admitted_there_is_not_admitted_here_again(door: Door) -> None:
    """It began here and went on at kiosk A: the newer state counts, not this kiosk's old one."""
    code = door.books()
    visit_id = door.to_measuring(code)
    door.reads(visit_id, 3400)
    door.clock.go_on(minutes=6)
    there = replace(
        door.visit(visit_id),
        kiosk_id="kiosk-A",
        step=Step.ADMITTED,
        admitted_at=door.clock.now(),
        touched_at=door.clock.now(),
    )
    door.clock.go_on(minutes=1)
    door.hears_site(there)
    assert reason(door.scan(code)) == "already_arrived"
    assert door.counted()["admitted"] == 0


def test_what_happened_here_after_a_take_over_is_not_undone_by_an_old_view(door: Door) -> None:
    """The link went down after the take-over: kiosk A's old state is older than what was measured here."""
    booking = new_booking()
    resting = make.visit(
        Step.RESTING, kiosk_id="kiosk-A", booking=booking, booking_id=booking.id, rest_until=make.at(10, 4)
    )
    door.hears_site(resting)
    code = code_of(booking)
    door.scan(code)
    door.reads(resting.id, 3800)
    assert door.scan(code).face is Face.GUARD
    assert door.counted()["adopted"] == 1


def test_a_take_over_from_a_kiosk_whose_clock_is_ahead_happens_once(door: Door) -> None:
    """The other clock's future must not undo what is done here."""
    booking = new_booking()
    ahead = make.visit(
        Step.RESTING,
        kiosk_id="kiosk-A",
        booking=booking,
        booking_id=booking.id,
        rest_until=make.at(10, 4),
        touched_at=make.at(10, 30),
    )
    door.hears_site(ahead)
    door.scan(code_of(booking))
    door.reads(ahead.id, 3800)
    assert door.scan(code_of(booking)).face is Face.GUARD
    assert door.counted()["adopted"] == 1


# leaving


@pytest.fixture
def way_out(tmp_path: Path) -> Door:
    """Return an exit kiosk."""
    return Door(tmp_path, letter="X", is_exit=True)


def test_an_exit_takes_a_code_out_that_came_in_by_another_kiosk(way_out: Door) -> None:
    """The fact is recorded once, however often the code is held up."""
    booking = new_booking()
    way_out.hears_site(
        make.visit(Step.ADMITTED, kiosk_id="kiosk-A", booking=booking, booking_id=booking.id), inside_elsewhere=1
    )
    code = code_of(booking)
    assert way_out.scan(code).face is Face.GOODBYE
    assert way_out.scan(code).face is Face.GOODBYE
    assert way_out.counted()["went_out"] == 1
    assert way_out.hall.inside(way_out.log.state) == 0
    way_out.close()


def test_an_exit_finds_the_admission_behind_a_later_refusal(way_out: Door) -> None:
    """Who tried to use the code again while inside still goes out."""
    booking = new_booking()
    inside = make.visit(Step.ADMITTED, kiosk_id="kiosk-A", booking=booking, booking_id=booking.id)
    refused = make.visit(
        Step.REFUSED,
        id="v2",
        kiosk_id="kiosk-A",
        booking=booking,
        booking_id=booking.id,
        reasons=("already_arrived",),
        touched_at=make.at(10, 4),
    )
    way_out.hears_site(inside, refused)
    assert way_out.scan(code_of(booking)).face is Face.GOODBYE
    way_out.close()


def test_an_exit_tells_a_code_that_did_not_come_in(way_out: Door) -> None:
    """While the link is up, nobody goes out who was never in."""
    way_out.hears_site()
    shown = way_out.scan(code_of(new_booking()))
    assert (shown.face, shown.hint) == (Face.IDLE, Hint.NOT_INSIDE)
    assert way_out.counted()["went_out"] == 0
    way_out.close()


def test_an_exit_without_the_link_records_the_way_out_alone(way_out: Door) -> None:
    """Nobody here knows who came in: the fact is kept and marked, once."""
    code = code_of(new_booking())
    assert way_out.scan(code).face is Face.GOODBYE
    assert way_out.scan(code).face is Face.GOODBYE
    assert way_out.bodies("went_out") == [
        {"visit_id": way_out.bodies("identified")[0]["visit_id"], "booking_id": _booking_of(way_out), "unseen": True}
    ]
    assert way_out.is_proved()
    way_out.close()


def _booking_of(door: Door) -> BookingId:
    return BookingId(door.bodies("identified")[0]["booking"]["id"])


def test_who_went_out_does_not_come_in_again_by_the_same_code(door: Door) -> None:
    """Entry after exit is for the guard."""
    booking = new_booking()
    door.hears_site(make.visit(Step.LEFT, kiosk_id="kiosk-X", booking=booking, booking_id=booking.id))
    assert reason(door.scan(code_of(booking))) == "already_arrived"


def test_decisions_without_the_link_are_marked_so(door: Door) -> None:
    """The server finds double use when the entries arrive."""
    door.scan(door.books())
    door.hears_site()
    door.scan(door.books())
    assert [body["offline"] for body in door.bodies("identified")] == [True, False]
    assert door.bodies("identified")[0]["copy_age_s"] == 0


def test_every_reason_that_a_screen_can_show_makes_a_view(door: Door) -> None:
    """No reason is without its facts."""
    for item in Reason:
        visit = make.visit(Step.REFUSED, reasons=(item.value,))
        view = door.visits.showing.of(visit, door.log.state)
        assert view.refusal is not None
        assert view.refusal.reason is item


def test_a_kiosk_that_never_heard_its_rules_is_out_of_order(tmp_path: Path) -> None:
    """Without its site's rules a kiosk decides nothing."""
    door = Door(tmp_path, is_new=False)
    assert door.scan(code_of(new_booking())).face is Face.OUT_OF_ORDER
    assert door.desk.rest_screen().face is Face.OUT_OF_ORDER
    door.close()
