"""Cases 9 to 20, 39 to 46 and 53 to 64 of peers.md section 6.5, through real kiosks and a real server.

Cases 47 to 52 (devices) are in tests/central/test_cases_devices.py, case 59 (kill -9 and power cut at every step of an
act) in tests/adapters/test_power.py, cases 60 and 62 in test_restored.py, case 61 in test_keeping.py.

Where a case does not apply as pretix has it, it is said here:

* Cases 11 and 16 ("re-entry allowed"): a booking lets in once, also after its holder went out. What is left of both:
  the same entries twice change nothing, and the exit counts once.
* Case 15 ("other door's list does not count"): with us every door of a site counts, on purpose; no other site does.
* Case 19 ("forced needed or only sent"): a guard's override exists only where a refusal stands, and names its reasons,
  so there is no force that was sent without need.
* Case 39 ("unknown reason or no code → 400"): an upload is a fact; whatever its reason, it is stored and never refused.
* Case 43 ("history filters"): the log, the server's copy and the day's arrivals tell the same.
* Cases 45 and 46 ("annul within 15 min"): nothing is ever annulled, by anybody, so no try is logged; an entry
  is corrected by a later one, and leaving early is an exit.
"""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import requests
from sqlalchemy import event

from demo.world import GUARD_ID, HERE, PIN
from kiosk.domain.admission import Reason
from kiosk.domain.entry import EntryKind
from kiosk.protocol.messages import MAX_BATCH, to_wire_entry
from kiosk.services.guards import GuardAct
from kiosk.services.views import Face, Hint
from tests.adapters.central_builders import raw_server
from tests.e2e.city import City, let_in, scan, to_measuring

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kiosk.bootstrap import Kiosk
    from kiosk.domain.entry import Entry
    from kiosk.services.views import View


def ready(city: City, letter: str = "A") -> Kiosk:
    """Return a kiosk that knows the day's bookings."""
    kiosk = city.kiosk(letter)
    city.tell(letter)
    return kiosk


def kinds(entries: Sequence[Entry]) -> Counter[str]:
    """Count entries by kind."""
    return Counter(entry.kind.value for entry in entries)


def upload(city: City, kiosk: Kiosk, items: Sequence[Any]) -> requests.Response:
    """Send items as kiosk A sends them."""
    headers = {"Authorization": f"Bearer {kiosk.log.identity.token}"}  # pyright: ignore[reportOptionalMemberAccess]
    return requests.post(city.url + "/v1/entries", json={"entries": list(items)}, headers=headers, timeout=30)


def in_twice(kiosk: Kiosk, code: str) -> None:
    """Let a visitor in, and again by a guard's override."""
    let_in(kiosk, code)
    kiosk.call(lambda: kiosk.desk.guarding.sign_in(GUARD_ID, PIN))
    again = scan(kiosk, code).visit_id
    kiosk.call(lambda: kiosk.desk.guarding.guard_act(GuardAct.OVERRIDE, again, "documents"))


def statuses(answer: requests.Response) -> list[str]:
    """Return what became of each uploaded item."""
    return [result["status"] for result in answer.json()["results"]]


def reason(view: View) -> Reason | None:
    """Return why a view refuses."""
    return view.refusal.reason if view.refusal is not None else None


def findings(city: City) -> list[str]:
    """Return the kinds of the open findings."""
    return [finding.kind.value for finding in city.server.desk.findings.of_site(HERE)]


def verdicts(city: City, letter: str = "A") -> list[str]:
    """Return what the server thought of a kiosk's entries."""
    return [verdict for _, _, verdict, _ in city.server.desk.views.verdicts(HERE, f"door-{letter}")]


# once only


def test_case_9_a_second_scan_is_already_in_with_the_first_time(city: City) -> None:
    """The visitor hears that the code was used; the guard sees when."""
    kiosk = ready(city)
    code = city.book().code_text
    first = city.clock.now()
    let_in(kiosk, code)
    city.clock.advance(1800)
    shown = scan(kiosk, code)
    assert reason(shown) is Reason.ALREADY_ARRIVED
    visit_id = shown.visit_id
    assert visit_id is not None
    kiosk.call(lambda: kiosk.desk.guarding.sign_in(GUARD_ID, PIN))
    before = kiosk.call(lambda: kiosk.desk.guarding.detail(visit_id))
    assert before is not None
    assert before.first_arrival == first


def test_case_10_the_same_entries_twice_are_one_record_and_success_both_times(city: City) -> None:
    """The kiosk never learns that its first answer was lost, and need not."""
    kiosk = ready(city)
    let_in(kiosk, city.book().code_text)
    items = [to_wire_entry(entry) for entry in kiosk.reader.unsent(MAX_BATCH)]
    first, again = upload(city, kiosk, items), upload(city, kiosk, items)
    assert set(statuses(first)) == {"stored"}
    assert set(statuses(again)) == {"duplicate"}
    assert (first.status_code, again.status_code) == (200, 200)
    assert kinds(city.stored("A"))["admitted"] == 1


def test_case_11_in_and_out_sent_twice_count_once(city: City) -> None:
    """Also for a visitor who left: nobody is inside twice, or minus once."""
    kiosk = ready(city)
    code = city.book().code_text
    let_in(kiosk, code)
    kiosk.call(lambda: kiosk.desk.guarding.sign_in(GUARD_ID, PIN))
    kiosk.call(lambda: kiosk.desk.guarding.guard_act(GuardAct.EXIT, None))
    assert scan(kiosk, code).face is Face.GOODBYE
    items = [to_wire_entry(entry) for entry in kiosk.reader.unsent(MAX_BATCH)]
    upload(city, kiosk, items)
    upload(city, kiosk, items)
    assert [item.inside for item in city.server.desk.views.progress(HERE)] == [0]
    assert kinds(city.stored("A"))["went_out"] == 1


def test_case_12_a_failed_entry_does_not_swallow_the_good_one_of_its_number(city: City) -> None:
    """What could not be read is kept aside; the sound entry of that number still takes its place and counts."""
    kiosk = ready(city)
    let_in(kiosk, city.book().code_text)
    items = [to_wire_entry(entry) for entry in kiosk.reader.unsent(MAX_BATCH)]
    broken = [{**item, "hash": "0" * 64} if item["kind"] == "admitted" else item for item in items]
    assert "quarantined" in statuses(upload(city, kiosk, broken))
    assert statuses(upload(city, kiosk, items)).count("stored") == 1
    assert kinds(city.stored("A"))["admitted"] == 1
    assert [item.inside for item in city.server.desk.views.progress(HERE)] == [1]


def test_case_13_a_refusal_after_a_success_is_kept_as_well(city: City) -> None:
    """Both happened."""
    kiosk = ready(city)
    code = city.book().code_text
    let_in(kiosk, code)
    scan(kiosk, code)
    city.tell("A")
    found = kinds(city.stored("A"))
    assert (found["admitted"], found["refused"]) == (1, 1)


def test_case_14_what_is_not_uploaded_yet_counts_at_the_door(city: City) -> None:
    """The server is away; the kiosk remembers by itself."""
    kiosk = ready(city)
    code = city.book().code_text
    city.server_goes_away()
    assert let_in(kiosk, code).face is Face.ADMITTED
    assert reason(scan(kiosk, code)) is Reason.ALREADY_ARRIVED
    city.server_comes_back()


def test_case_15_every_door_of_the_site_counts_and_no_other_site_does(city: City) -> None:
    """Through the server; and a site's kiosks are told of their own site only."""
    a, c = ready(city, "A"), ready(city, "C")
    code = city.book().code_text
    city.tell()
    let_in(a, code)
    city.tell("A", "C")
    assert reason(scan(c, code)) is Reason.ALREADY_ARRIVED
    sites = {visit.booking.site for visit in c.central.site_view(0).visits if visit.booking is not None}
    assert sites == {HERE}


def test_case_16_out_counts_once_and_lets_nobody_in_again_whatever_arrives_first(city: City) -> None:
    """The exit's entries arrive before the entrance's; what happened decides, not what came first."""
    a, x = ready(city, "A"), city.kiosk("X", direction="exit")
    code = city.book().code_text
    city.tell()
    let_in(a, code)
    city.tell("A", "X")
    assert scan(x, code).face is Face.GOODBYE
    assert scan(x, code).face is Face.GOODBYE
    city.tell("X", "A")
    city.tell("X", "A")
    assert sum(item.inside for item in city.server.desk.views.progress(HERE)) == 0
    assert reason(scan(a, code)) is Reason.ALREADY_ARRIVED
    assert kinds(city.stored("X"))["went_out"] == 1


# facts uploaded late


def test_case_17_the_time_when_it_happened_is_kept(city: City) -> None:
    """Three hours later the server has three times: happened, recorded, received."""
    kiosk = ready(city)
    happened = city.clock.now()
    code = city.book().code_text
    city.server_goes_away()
    let_in(kiosk, code)
    city.clock.advance(3 * 3600)
    city.server_comes_back()
    city.tell("A")
    admitted = next(entry for entry in city.stored("A") if entry.kind is EntryKind.ADMITTED)
    assert admitted.happened_at == happened
    row = city.server.desk.intake.times(HERE, "door-A", 1, admitted.seq)
    assert row.received_at - row.happened_at >= timedelta(hours=3)


def test_case_18_cancelled_meanwhile_is_a_fact_and_marked(city: City) -> None:
    """Let in while the link was down; live it is refused."""
    kiosk = ready(city)
    late, live = city.book("迟到"), city.book("现场")
    city.tell("A")
    city.server_goes_away()
    let_in(kiosk, late.code_text)
    city.server_comes_back()
    for booking in (late, live):
        city.server.desk.bookings.cancel(HERE, booking.id)
    city.tell("A")
    assert "cancelled_meanwhile" in verdicts(city)
    assert kinds(city.stored("A"))["admitted"] == 1
    city.tell("A")
    assert reason(scan(kiosk, live.code_text)) is Reason.CANCELLED


def test_case_19_an_override_names_the_reasons_that_it_overrode(city: City) -> None:
    """And exists only where there is a refusal: what was not needed cannot be sent."""
    kiosk = ready(city)
    code = city.book().code_text
    in_twice(kiosk, code)
    plain = to_measuring(kiosk, city.book("李强").code_text)
    kiosk.call(lambda: kiosk.desk.guarding.sign_in(GUARD_ID, PIN))
    kiosk.call(lambda: kiosk.desk.guarding.guard_act(GuardAct.OVERRIDE, plain, "documents"))
    found = [entry.data() for entry in kiosk.reader.entries() if entry.kind is EntryKind.OVERRIDDEN]
    assert [body["reasons"] for body in found] == [["already_arrived"]]


def test_case_20_twice_in_by_override_is_two_records_and_the_second_is_marked(city: City) -> None:
    """Sent twice, still two; and no conflict, since a person decided."""
    kiosk = ready(city)
    code = city.book().code_text
    in_twice(kiosk, code)
    items = [to_wire_entry(entry) for entry in kiosk.reader.unsent(MAX_BATCH)]
    upload(city, kiosk, items)
    upload(city, kiosk, items)
    found = kinds(city.stored("A"))
    assert (found["arrived"], found["overridden"]) == (2, 1)
    assert "conflict" not in findings(city)


# refused scans, search, rights


def test_case_39_refused_scans_are_kept_with_a_known_reason_and_never_refused_themselves(city: City) -> None:
    """The reasons come from the closed list; one that only a newer kiosk knows is stored all the same."""
    kiosk = ready(city)
    later = city.book(at=city.clock.now() + timedelta(hours=5))
    scan(kiosk, later.code_text)
    refused = [entry for entry in kiosk.reader.entries() if entry.kind is EntryKind.REFUSED]
    assert [entry.data()["reasons"] for entry in refused] == [["too_early"]]
    with kiosk.log.act() as act:
        body = {**refused[0].data(), "visit_id": "other", "reasons": ["of_a_newer_kiosk"]}
        act.record(EntryKind.REFUSED, body)
    city.tell("A")
    assert kinds(city.stored("A"))["refused"] == 2


def test_case_40_a_refused_scan_sent_again_is_one_record(city: City) -> None:
    """As any entry."""
    kiosk = ready(city)
    scan(kiosk, city.book(at=city.clock.now() + timedelta(hours=5)).code_text)
    items = [to_wire_entry(entry) for entry in kiosk.reader.unsent(MAX_BATCH)]
    upload(city, kiosk, items)
    upload(city, kiosk, items)
    assert kinds(city.stored("A"))["refused"] == 1


def test_case_41_a_part_of_a_number_finds_nothing_and_the_whole_one_exactly_one(city: City) -> None:
    """Nothing can be browsed."""
    kiosk = ready(city)
    issued = city.book()
    city.tell("A")
    for part in (issued.number[:2], issued.number[:4], issued.number[:-1], ""):
        shown = kiosk.call(lambda part=part: kiosk.desk.look_up("number", part))
        assert shown.face is not Face.BOOKING, part
        city.clock.advance(60)
        kiosk.call(kiosk.desk.visitor_left)
    assert kiosk.call(lambda: kiosk.desk.look_up("number", issued.number)).face is Face.BOOKING


def test_case_42_rights_for_one_site_open_no_other(city: City) -> None:
    """A kiosk gets its own site's bookings, and what it says in another's name is kept aside."""
    kiosk = ready(city)
    city.book()
    page = kiosk.central.bookings(0)
    assert {booking.site for booking in page.bookings} == {HERE}
    before = city.stored("A")
    kiosk.call(lambda: kiosk.desk.note_device("lamp", "ok"))
    item = to_wire_entry(kiosk.reader.unsent(1)[0])
    for forged in ({"site_id": "other-site"}, {"kiosk_id": "door-C"}, {"epoch": 2}):
        assert statuses(upload(city, kiosk, [{**item, **forged}])) == ["quarantined"]
    assert city.stored("A") == before


def test_case_43_log_server_and_arrivals_tell_the_same(city: City) -> None:
    """Filtered by kind, by day or by whether they were admitted."""
    kiosk = ready(city)
    for name in ("王芳", "李强", "赵敏"):
        let_in(kiosk, city.book(name).code_text)
    scan(kiosk, city.book(at=city.clock.now() + timedelta(hours=5)).code_text)
    city.tell("A")
    own, theirs = list(kiosk.reader.entries()), city.stored("A")
    assert kinds(own) == kinds(theirs)
    today = city.clock.now().date()
    arrivals = city.server.desk.views.arrivals(HERE, today)
    assert len(arrivals) == kinds(own)["arrived"] == 3
    assert [arrival.arrived_at for arrival in arrivals] == [
        entry.happened_at for entry in own if entry.kind is EntryKind.ARRIVED
    ]
    assert city.server.desk.views.arrivals(HERE, today - timedelta(days=1)) == []


def test_case_44_the_number_of_queries_stays_bounded(city: City) -> None:
    """A batch ten times as large costs the database less than twice the statements for the same visits."""
    kiosk = ready(city)
    counts: list[int] = []
    for size in (18, 180):
        with kiosk.log.act() as act:
            for _ in range(size):
                act.record(EntryKind.DEVICE, {"device": "lamp", "state": "ok"})
        counts.append(_statements(city, kiosk))
    assert kiosk.log.acknowledged() == kiosk.log.last()[0]
    assert counts[1] < 2 * counts[0]


def _statements(city: City, kiosk: Kiosk) -> int:
    seen: list[str] = []
    engine = city.server.desk._database._writer

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        kiosk.reporter.step()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(seen)


# annul


def test_case_45_nothing_is_annulled_and_leaving_is_an_entry_of_its_own(city: City) -> None:
    """There is no call that takes an entry back; who was let in by mistake is let out."""
    kiosk = ready(city)
    code = city.book().code_text
    let_in(kiosk, code)
    before = list(kiosk.reader.entries())
    kiosk.call(lambda: kiosk.desk.guarding.sign_in(GUARD_ID, PIN))
    kiosk.call(lambda: kiosk.desk.guarding.guard_act(GuardAct.EXIT, None))
    assert scan(kiosk, code).face is Face.GOODBYE
    after = list(kiosk.reader.entries())
    assert after[: len(before)] == before
    paths = requests.get(city.url + "/openapi.json", timeout=30).json()["paths"]
    assert all("delete" not in methods for path, methods in paths.items() if "entries" in path)


def test_case_46_going_out_where_nobody_came_in_changes_nothing(city: City) -> None:
    """The nearest to an annulment of what never was."""
    x = city.kiosk("X", direction="exit")
    city.tell("X")
    code = city.book().code_text
    city.tell("X")
    shown = scan(x, code)
    assert shown.hint is Hint.NOT_INSIDE
    assert "went_out" not in kinds(list(x.reader.entries()))


# idempotency


def test_case_53_numbers_are_each_kiosks_own(city: City) -> None:
    """The same number of two kiosks is two entries."""
    a, c = ready(city, "A"), ready(city, "C")
    city.tell()
    assert [entry.seq for entry in city.stored("A")] == [entry.seq for entry in city.stored("C")]
    assert {entry.hash for entry in city.stored("A")}.isdisjoint({entry.hash for entry in city.stored("C")})
    assert a.log.acknowledged() == c.log.acknowledged()


def test_case_54_the_same_number_with_another_body_is_an_alarm(city: City) -> None:
    """Kept aside, found for a supervisor, and the first stays what it was."""
    kiosk = ready(city)
    city.switch_off("A")
    kiosk = city.switch_on("A")
    city.tell("A")
    held = city.stored("A")
    twin = _sealed_like(held[-1], {"device": "lamp", "state": "other"})
    assert statuses(upload(city, kiosk, [to_wire_entry(twin)])) == ["forked"]
    assert city.stored("A") == held
    assert findings(city) == ["fork"]


def _sealed_like(entry: Entry, body: dict[str, Any]) -> Entry:

    from kiosk.domain.entry import body_digest, canonical, envelope_of, seal

    text, salt = canonical(body), "0" * 32
    envelope = envelope_of(entry)._replace(kind=EntryKind.DEVICE, digest=body_digest(text, salt))
    return seal(envelope, text, salt)


def test_case_55_two_at_once_store_each_entry_once(city: City) -> None:
    """Eight callers with the same batch: every one hears success."""
    kiosk = ready(city)
    for _ in range(10):
        kiosk.call(lambda: kiosk.desk.note_device("lamp", "ok"))
    items = [to_wire_entry(entry) for entry in kiosk.reader.unsent(MAX_BATCH)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: upload(city, kiosk, items), range(8)))
    assert sum(statuses(answer).count("stored") for answer in answers) == len(items)
    assert {answer.status_code for answer in answers} == {200}


# ours in addition


def test_case_56_a_captive_portal_changes_nothing(city: City) -> None:
    """A page with 200 or 404, a redirect to another host, half an answer: none of them is an acknowledgement."""
    kiosk = ready(city)
    kiosk.call(lambda: kiosk.desk.note_device("lamp", "ok"))
    unsent, sent = kiosk.log.last()[0], kiosk.log.acknowledged()
    page = b"<html><body>Welcome to our free network</body></html>"
    for head in (
        f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(page)}\r\n\r\n",
        f"HTTP/1.1 404 Not Found\r\nContent-Length: {len(page)}\r\n\r\n",
        "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/login\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX-VB-Protocol: 1\r\nContent-Length: 500\r\n\r\n{",
    ):
        with raw_server(head.encode(), page) as url:
            kiosk.central._base_url = url  # pyright: ignore[reportAttributeAccessIssue]
            assert kiosk.reporter.step() > 0
        assert (kiosk.log.acknowledged(), kiosk.log.last()[0]) == (sent, unsent)
    kiosk.central._base_url = city.url  # pyright: ignore[reportAttributeAccessIssue]
    assert kiosk.drain() == 0


def test_case_57_a_bad_entry_in_the_middle_holds_nobody_up(city: City) -> None:
    """It is kept as bytes, its number counts as received, the rest arrives and is applied."""
    kiosk = ready(city)
    let_in(kiosk, city.book().code_text)
    items = [to_wire_entry(entry) for entry in kiosk.reader.unsent(MAX_BATCH)]
    items[1] = {**items[1], "body": '{"changed":true}'}
    answer = upload(city, kiosk, items)
    assert statuses(answer).count("quarantined") == 1
    assert answer.json()["high_seq"] == items[-1]["seq"]
    assert "quarantine" in findings(city)


def test_case_58_ten_thousand_entries_after_three_days_arrive_in_order_and_once(city: City) -> None:
    """The backlog of a long weekend."""
    kiosk = ready(city)
    city.server_goes_away()
    for _ in range(10):
        with kiosk.log.act() as act:
            for _ in range(1000):
                act.record(EntryKind.DEVICE, {"device": "lamp", "state": "ok"})
        city.clock.advance(7 * 3600)
    city.server_comes_back()
    assert kiosk.drain() == 0
    assert [entry.hash for entry in city.stored("A")] == [entry.hash for entry in kiosk.reader.entries()]


def test_case_63_what_a_revoked_kiosk_recorded_is_still_delivered(city: City) -> None:
    """Marked; and nothing else is open to it any more."""
    kiosk = ready(city)
    let_in(kiosk, city.book().code_text)
    city.server.desk.fleet.revoke(HERE, "door-A")
    city.clock.advance(1)
    assert kiosk.drain() == 0
    assert kinds(city.stored("A"))["admitted"] == 1
    assert "revoked_kiosk" in verdicts(city)
    headers = {"Authorization": f"Bearer {kiosk.log.identity.token}"}  # pyright: ignore[reportOptionalMemberAccess]
    assert requests.get(city.url + "/v1/bookings", headers=headers, timeout=30).status_code in {401, 403}


def test_case_64_one_code_at_two_kiosks_both_offline_is_one_conflict(city: City) -> None:
    """Nobody could know; both facts stay, one finding, shown at both doors."""
    a, c = ready(city, "A"), ready(city, "C")
    code = city.book().code_text
    city.tell()
    city.server_goes_away()
    city.clock.advance(120)
    assert let_in(a, code).face is Face.ADMITTED
    assert let_in(c, code).face is Face.ADMITTED
    city.server_comes_back()
    city.tell()
    assert findings(city).count("conflict") == 1
    both = [kinds(city.stored(letter)) for letter in "AC"]
    assert all((found["arrived"], found["admitted"]) == (1, 1) for found in both)
