"""The guard's page: the cases of a site, live, and everything that may be done for them, by the kiosks' own rules."""

from __future__ import annotations

import re
import threading
import tomllib
from dataclasses import replace
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import pytest
import requests

from central.site_documents import DocumentKind
from central.staff_html import LANGUAGES, file
from kiosk.domain.case import CaseEvent, CaseStep, Cause, Disposition, Hindrance, Role
from kiosk.domain.declaration import Declaration, Notice, Question
from kiosk.domain.due import Need
from kiosk.domain.plan import PlaceState
from kiosk.domain.policy import BodySite, Instrument, Policy
from kiosk.domain.screening import Outcome
from kiosk.domain.site import Words
from kiosk.texts import placeholders
from tests.central.builders import HERE, NAME, PHONE
from tests.central.guard_builders import (
    CASE,
    CASE_PAGE,
    CHEN,
    VISIT,
    WANG,
    GuardBrowser,
    act_at_kiosk,
    case_now,
    furnish,
    office_entries,
    open_case,
    scene,
    standing,
)

if TYPE_CHECKING:
    from tests.central.builders import Caller, City

BOARD = f"/guard/{HERE}"


EAR = Instrument("YT-1", (BodySite.AXILLA, BodySite.EAR), date(2999, 1, 1))
GUN = Instrument("HW-2", (BodySite.FOREHEAD,), date(2999, 1, 1))
MOUTH = Instrument("OR-3", (BodySite.ORAL,), date(2999, 1, 1))


def lists(city: City, *instruments: Instrument) -> None:
    """Give the site a policy that lists these thermometers for its guards."""
    policy = city.desk.catalogue.document(HERE, Policy)
    assert policy is not None
    city.desk.catalogue.put_document(
        HERE, DocumentKind.POLICY, replace(policy, version=policy.version + 1, instruments=instruments)
    )


@pytest.fixture
def door(city: City) -> Caller:
    """A kiosk with one open case, at a site with a plan and guards."""
    furnish(city)
    caller = city.kiosk("door-1", "A")
    open_case(city, caller)
    return caller


@pytest.fixture
def li(city: City, door: Caller) -> GuardBrowser:
    """The shift leader, signed in."""
    browser = GuardBrowser(city)
    assert browser.sign_in().status_code == 200
    return browser


def test_the_board_says_what_a_case_waits_for_and_how_long(city: City, li: GuardBrowser) -> None:
    """Number, step, need, time, cause and door; nobody's name, no telephone number."""
    page = li.open(BOARD).text
    for words in ("CA01", "待接手", "请接手", "还剩 1:00", "体温偏高", "door-1", "留观室 1"):
        assert words in page
    assert NAME not in page
    assert NAME not in li.open(CASE_PAGE).text
    assert PHONE not in page
    city.clock.advance(seconds=200)
    assert "超时 2:20" in li.open(BOARD).text
    assert scene(city).open_cases[0].loud == 2
    english = li.open(f"{BOARD}?lang=en").text
    assert "Take it" in english
    assert "2:20 late" in english


def test_a_case_goes_from_alarm_to_its_end_on_the_page(city: City, door: Caller, li: GuardBrowser) -> None:
    """Taken, placed, measured, released, cleaned; the last thing closes it, and each step is an entry with who."""
    assert li.act("acknowledged").status_code == 200
    assert li.act("placed:room_1").status_code == 200
    assert li.measure("36.8").status_code == 200
    assert li.act("ticked:take").status_code == 200
    assert li.act("remarked", words="坐着休息").status_code == 200
    assert li.act("reported:community").status_code == 200
    assert li.act("disposed:released").status_code == 200
    assert standing(city).step is CaseStep.DISPOSED
    assert li.act("cleaned:room_1").status_code == 200
    now = standing(city)
    assert now.step is CaseStep.CLOSED
    assert (now.closed_by, now.disposed_by, now.disposition) == ("guard-li", "guard-li", Disposition.RELEASED)
    assert now.ticked == ("take",)
    assert not now.void
    kinds = [(item.kind.value, item.data().get("event", "")) for item in office_entries(city)]
    assert kinds == [
        ("signed_in", ""),
        ("case_acted", "acknowledged"),
        ("case_acted", "placed"),
        ("reading", ""),
        ("case_acted", "ticked"),
        ("case_acted", "remarked"),
        ("case_acted", "reported"),
        ("case_acted", "disposed"),
        ("case_acted", "cleaned"),
        ("case_acted", "closed"),
    ]
    assert all(
        (item.data().get("guard_id") or item.data()["reading"]["operator_id"]) == "guard-li"
        for item in office_entries(city)
    )
    assert "今天已结束 1 件" in li.open(BOARD).text
    assert "没有待处理的个案" in li.open(BOARD).text


def test_what_was_done_earlier_is_written_down_with_its_real_time(city: City, door: Caller) -> None:
    """The page asks what and when; both times stand in the entry, and nothing was done before the case began."""
    city.clock.advance(seconds=900)
    li = GuardBrowser(city)
    assert li.sign_in().status_code == 200
    page = li.open(CASE_PAGE).text
    for words in ("补记：早些时候做的", 'value="ticked:take"', 'value="placed:room_1"', 'value="reported:community"'):
        assert words in page
    assert li.act("ticked:take", ago="10").status_code == 200
    assert li.act("placed:room_1", ago="120").status_code == 200
    assert li.act("reported:community", ago="5").status_code == 200
    acts = [item for item in office_entries(city) if item.kind == "case_acted"]
    ago = [(item.data()["event"], (item.recorded_at - item.happened_at).total_seconds()) for item in acts]
    assert ago == [("ticked", 600), ("acknowledged", 900), ("placed", 900), ("reported", 300)]
    for nonsense in ("7", "-5", "1e9"):
        assert li.act("remarked", words="x", ago=nonsense).status_code == 409


def test_the_kiosk_hears_of_what_was_done_on_the_page(city: City, door: Caller, li: GuardBrowser) -> None:
    """By the same view that tells it of the other kiosks; only the kiosk moves the visit."""
    before = door.get("/v1/site").json()["version"]
    li.act("placed:room_2")
    told = door.get("/v1/site", version=before).json()
    assert told["version"] != before
    (case,) = told["cases"]
    assert [(act["kiosk_id"], act["event"]) for act in case["acts"]] == [
        ("office", "acknowledged"),
        ("office", "placed"),
    ]
    assert told["inside_elsewhere"] == 0


def test_what_may_not_be_done_yet_is_said_in_words(city: City, li: GuardBrowser) -> None:
    """With the same hindrances as at a kiosk, and nothing is recorded."""
    before = len(office_entries(city))
    for act, words in (
        ("disposed:released", "先要有一次正常的临床体温"),
        ("disposed:referred", "先选送往哪里"),
        ("placed:nowhere", "这个位置现在不能用"),
        ("placed:tent", "这个位置现在不能用"),  # a spare place while others are free
        ("cleaned:room_1", "现在不能这样做"),
        ("closed", "现在不能这样做"),
        ("reported:nobody", "没有这个联系人"),
        ("ticked:nothing", "没有这个步骤"),
        ("remarked", "请先填写"),
        ("co_signed", "先选处置结果"),
        ("escalated", "没有记下"),
        ("measured", "没有记下"),
        ("disposed:promoted", "没有记下"),
        ("", "没有记下"),
    ):
        answer = li.act(act)
        assert answer.status_code == 409, act
        assert words in answer.text, act
    assert len(office_entries(city)) == before


@pytest.mark.parametrize(
    ("value", "again", "words"),
    [
        ("39.6", "", "这个数值少见"),
        ("34.9", "", "这个数值少见"),
        ("39.6", "39.5", "两次输入不同"),
        ("36", "", "请输入体温"),
        ("-1.0", "", "请输入体温"),
        ("36.5<b>", "", "请输入体温"),
        ("３６.５", "", "请输入体温"),
        ("3650", "", "请输入体温"),
    ],
)
def test_a_temperature_that_is_not_sure_is_asked_again(
    city: City, li: GuardBrowser, value: str, again: str, words: str
) -> None:
    """Outside 35.0 to 39.0 it is typed twice; nothing is recorded until both are alike."""
    answer = li.measure(value, again)
    assert answer.status_code == 409
    assert words in answer.text
    assert "36.5<b>" not in answer.text
    assert not standing(city).readings


def test_three_digits_are_a_temperature_as_at_a_kiosk(city: City, li: GuardBrowser) -> None:
    """Whoever types 386 there all day types it here as well."""
    assert li.measure("386").status_code == 200
    assert [item.value_cc for item in standing(city).readings] == [3860]


def test_a_reading_is_judged_by_the_policy_of_the_site(city: City, li: GuardBrowser) -> None:
    """Elevated again: confirmed, to be reported, and nobody is released by it."""
    assert li.measure("39.6", "39.6").status_code == 200
    now = standing(city)
    assert [(item.value_cc, item.outcome) for item in now.readings] == [(3960, Outcome.ELEVATED)]
    assert now.is_confirmed
    body = office_entries(city)[-1].data()
    assert (body["reading_no"], body["policy_id"], body["outcome"]) == (2, "own", "elevated")
    assert li.act("disposed:released").status_code == 409
    assert "先要有一次正常的临床体温" in li.open(CASE_PAGE).text


@pytest.mark.parametrize(
    ("serial", "words"),
    [("", "请先选测温仪"), ("HW-2", "不测该部位"), ("no<b>", "请先选测温仪"), ("OR-3", "不测该部位")],
)
def test_of_several_thermometers_it_is_said_which(city: City, li: GuardBrowser, serial: str, words: str) -> None:
    """None is chosen beforehand, foreheads' gives no clinical reading, and each measures where it is made for."""
    lists(city, EAR, GUN, MOUTH)
    page = li.open(CASE_PAGE).text
    assert "YT-1" in page
    assert "HW-2" not in page
    answer = li.measure("36.8", serial=serial)
    assert answer.status_code == 409
    assert words in answer.text
    assert "no<b>" not in answer.text
    assert not standing(city).readings


def test_a_reading_on_the_page_carries_the_serial_number(city: City, li: GuardBrowser) -> None:
    """And by an ended calibration nobody is found normal: the page says so before and the case waits on."""
    lists(city, EAR, MOUTH)
    assert li.measure("36.8", serial="YT-1").status_code == 200
    reading = office_entries(city)[-1].data()["reading"]
    assert (reading["device_id"], reading["calibration_due"]) == ("manual:YT-1", "2999-01-01")
    assert standing(city).is_found_normal
    lists(city, replace(EAR, checked_until=date(2020, 1, 1)))
    assert "检定已到期" in li.open(CASE_PAGE).text
    assert li.measure("36.8", serial="YT-1").status_code == 200
    assert office_entries(city)[-1].data()["reasons"] == ["calibration_overdue"]
    assert not standing(city).is_found_normal
    assert "不作数" in li.open(CASE_PAGE).text


def test_without_limits_or_a_plan_the_page_says_what_it_cannot_do(city: City, li: GuardBrowser) -> None:
    """Rather than judging by limits that nobody set."""
    city.desk.catalogue.remove_document(HERE, DocumentKind.POLICY)
    assert "没有判定标准" in li.open(CASE_PAGE).text
    assert li.measure("36.8").status_code == 409
    city.desk.catalogue.remove_document(HERE, DocumentKind.PLAN)
    assert "还没有预案" in li.open(BOARD).text
    assert li.act("placed:room_1").status_code == 409
    assert li.act("acknowledged").status_code == 200


def test_two_acts_at_once_from_a_kiosk_and_the_page_are_both_kept(city: City, door: Caller, li: GuardBrowser) -> None:
    """The later one by the one order is void; server, kiosk and page agree on it."""
    li.act("acknowledged")
    li.act("disposed:escorted")
    assert standing(city).step is CaseStep.DISPOSED
    li.act("closed")
    # The kiosk was cut off meanwhile; its guard took the case and let the visitor go another way, a minute later.
    city.clock.advance(seconds=60)
    act_at_kiosk(door, 1, "acknowledged")
    act_at_kiosk(door, 2, "disposed", disposition="turned_away")
    act_at_kiosk(door, 3, "closed")
    door.ship()
    now = standing(city)
    assert (now.disposition, now.disposed_by) == (Disposition.TURNED_AWAY, WANG[0])  # corrected: both left
    assert now.step is CaseStep.CLOSED
    assert {act.kiosk_id for act in now.void} <= {"door-1", "office"}
    assert len(case_now(city).acts) == 6  # nothing is lost
    assert "未生效" in li.open(CASE_PAGE).text
    (case,) = door.get("/v1/site").json()["cases"]
    assert {(act["kiosk_id"], act["seq"]) for act in case["acts"]} == {act.entry[::2] for act in case_now(city).acts}


def test_two_guards_who_press_at_once_do_one_thing(city: City, li: GuardBrowser) -> None:
    """The site's lock orders them: one is stored, the other hears that it was done."""
    wang = GuardBrowser(city)
    wang.sign_in(WANG)
    answers: list[int] = []
    for browser in (li, wang):
        browser.open(CASE_PAGE)
    hands = [
        threading.Thread(target=lambda who=who: answers.append(who.send(CASE_PAGE, act="acknowledged").status_code))
        for who in (li, wang)
    ]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert sorted(answers) == [200, 409]
    assert [act.event for act in case_now(city).acts] == [CaseEvent.ACKNOWLEDGED]


def test_a_place_is_not_given_twice(city: City, door: Caller, li: GuardBrowser) -> None:
    """A full area is said, and the spare place opens."""
    for number, place in ((2, "room_1"), (3, "room_2")):
        open_case(city, door, number)
        li.open(f"/guard/{HERE}/cases/case-{number}")
        assert li.send(f"/guard/{HERE}/cases/case-{number}", act=f"placed:{place}").status_code == 200
    assert li.act("placed:room_1").status_code == 409
    assert li.act("placed:tent").status_code == 200
    page = li.open(BOARD).text
    assert "1/4" in page
    assert "CA02 09:00 起" in page


def test_a_second_signature_is_somebody_elses(city: City, door: Caller) -> None:
    """Where the plan wanted two when the case was opened."""
    open_case(city, door, 2, co_signed=["escorted"])
    page = f"/guard/{HERE}/cases/case-2"
    wang, chen = GuardBrowser(city), GuardBrowser(city)
    wang.sign_in(WANG)
    chen.sign_in(CHEN)
    wang.open(page)
    wang.send(page, act="disposed:escorted")
    assert case_now(city, "case-2").standing().step is CaseStep.DISPOSED
    assert "需要另一个人签字" in wang.open(page).text
    assert wang.send(page, act="co_signed").status_code == 409
    chen.open(page)
    assert chen.send(page, act="co_signed").status_code == 200
    assert case_now(city, "case-2").standing().step is CaseStep.CLOSED


def test_a_guard_may_not_call_an_elevated_case_an_error(city: City, door: Caller, li: GuardBrowser) -> None:
    """A shift leader may; the role that counts is the account's, whatever a form says."""
    wang = GuardBrowser(city)
    wang.sign_in(WANG)
    answer = wang.act("disposed:opened_in_error", role="supervisor")
    assert answer.status_code == 409
    assert "需要班长或负责人" in answer.text
    assert li.act("disposed:opened_in_error").status_code == 200


def test_a_case_that_went_on_to_somebody_is_loud_for_them(city: City, door: Caller, li: GuardBrowser) -> None:
    """The shift leader reads that it is theirs; a guard reads to whom it went."""
    city.clock.advance(seconds=200)
    door.log.add(
        "case_acted",
        {"visit_id": VISIT, "case_id": CASE, "turn": 1, "event": "escalated", "guard_id": "", "to": "shift_leader"},
    )
    door.ship()
    assert "CA01 无人处理，请您处理" in li.open(BOARD).text
    wang = GuardBrowser(city)
    wang.sign_in(WANG)
    page = wang.open(BOARD).text
    assert "CA01 无人处理，已报 带班班长" in page
    wang.act("acknowledged")
    assert "无人处理" not in li.open(BOARD).text


def test_a_case_that_has_a_guard_is_not_said_to_have_nobody(city: City, door: Caller, li: GuardBrowser) -> None:
    """It went on because something is overdue; the strip names that, and only while it is so."""
    wang = GuardBrowser(city)
    wang.sign_in(WANG)
    wang.act("acknowledged")
    city.clock.advance(seconds=301)
    told = {"event": "escalated", "guard_id": "", "to": "shift_leader"}
    door.log.add("case_acted", {"visit_id": VISIT, "case_id": CASE, "turn": 2, **told})
    door.ship()
    assert "CA01 超时（请带到隔离区），请您处理" in li.open(BOARD).text
    page = wang.open(BOARD).text
    assert "CA01 超时（请带到隔离区），已报 带班班长" in page
    assert "无人处理" not in page
    city.clock.advance(seconds=1)
    wang.act("placed:room_2")
    city.clock.advance(seconds=601)  # nobody has been told yet that it was not measured
    assert "CA01 超时" not in wang.open(BOARD).text


def test_a_button_says_what_a_touch_will_do_not_what_was_done(city: City, li: GuardBrowser) -> None:
    """Seven that say "reported" read as if all had been told; who was told is said beside the name."""
    page = li.open(CASE_PAGE).text
    assert "记为已报告" in page
    assert "记为完成" in page
    assert "✓ 已报告" not in page
    assert ">已报告<" not in page
    assert ">完成<" not in page
    li.act("acknowledged")
    li.act("reported:community")
    page = li.open(CASE_PAGE).text
    assert page.count("✓ 已报告") == 1


def test_the_page_of_a_case_tells_where_somebody_was_referred(city: City, li: GuardBrowser) -> None:
    """Among what is known and in what was done."""
    li.act("acknowledged")
    li.act("disposed:referred", to="fever_clinic")
    page = li.open(CASE_PAGE).text
    assert "转诊 · 发热门诊" in page
    assert "转诊 → 发热门诊" in page


def test_somebody_who_is_at_no_kiosk_gets_a_case(city: City, li: GuardBrowser) -> None:
    """With a number that no kiosk gives, taken by whoever opened it, and kept as any other."""
    li.open(BOARD)
    page = li.send(f"/guard/{HERE}/cases", cause="collapse")
    assert "C001" in page.text
    li.open(BOARD)
    li.send(f"/guard/{HERE}/cases", cause="guard")
    known = {item.case.label: item for item in scene(city).open_cases}
    assert {"C001", "C002"} <= known.keys()
    opening = known["C001"].case.opening
    assert opening is not None
    assert (opening.cause, opening.kiosk_id, opening.guard_id) == (Cause.COLLAPSE, "office", "guard-li")
    assert known["C001"].standing.step is CaseStep.ACKNOWLEDGED
    assert (known["C001"].is_alarm, known["C002"].is_alarm) == (True, False)  # who is with them needs a colleague
    li.open(BOARD)
    assert li.send(f"/guard/{HERE}/cases/{known['C001'].case.id}", act="seen").status_code == 200
    assert not any(item.is_alarm for item in scene(city).open_cases if item.case.label == "C001")
    assert known["C002"].case.opening is not None
    assert known["C002"].case.opening.cause is Cause.GUARD


def test_seen_quiets_an_overdue_case_until_it_is_overdue_by_one_contact_more(city: City, li: GuardBrowser) -> None:
    """The page rings for what is news; it says all the same how late everything is."""
    li.open(CASE_PAGE)
    li.act("acknowledged")
    city.clock.advance(seconds=301)  # it should have been placed

    def standing() -> tuple[bool, int]:
        item = next(item for item in scene(city).open_cases if item.case.id == CASE)
        return item.is_alarm, item.loud

    assert standing() == (True, 1)
    li.open(CASE_PAGE)
    li.act("seen")
    assert standing() == (False, 1)
    assert 'value="seen"' not in li.open(CASE_PAGE).text
    city.clock.advance(seconds=360)
    is_alarm, loud = standing()
    assert is_alarm
    assert loud > 1


def test_who_it_is_opens_by_right_and_is_recorded(city: City, li: GuardBrowser) -> None:
    """With what for, in one answer only; a guard may not."""
    answer = li.act("look_up", f"{CASE_PAGE}/person", words="家属来电")
    assert NAME in answer.text
    assert PHONE in answer.text
    assert NAME not in li.open(CASE_PAGE).text
    body = office_entries(city)[-1].data()
    assert office_entries(city)[-1].kind == "looked_up"
    assert (body["guard_id"], body["case_id"], body["why"]) == ("guard-li", CASE, "家属来电")
    assert NAME not in str(body)
    before = len(office_entries(city))
    assert li.act("look_up", f"{CASE_PAGE}/person", words=" ").status_code == 409
    wang = GuardBrowser(city)
    wang.sign_in(WANG)
    refused = wang.act("look_up", f"{CASE_PAGE}/person", words="好奇")
    assert NAME not in refused.text
    assert "个人信息" not in wang.open(CASE_PAGE).text
    assert len(office_entries(city)) == before + 1  # Wang's sign-in


def test_the_page_says_how_old_each_kiosks_view_is(city: City, door: Caller, li: GuardBrowser) -> None:
    """Since the link may be cut; after a restart of the server by what arrived last."""
    city.kiosk("door-2", "B")
    city.desk.fleet.put_kiosk(HERE, "door-3", "C")  # never enrolled: nothing is expected of it
    door.get("/v1/bookings")
    city.clock.advance(seconds=90)
    page = li.open(BOARD).text
    assert "A · door-1" in page
    assert "1:30 前" in page
    assert "从未" in page
    assert "door-3" not in page
    assert "office" not in page
    city.desk.tokens._heard.clear()
    assert "1:30 前" in li.open(BOARD).text


def test_a_change_is_told_at_once(city: City, door: Caller, li: GuardBrowser) -> None:
    """The page waits at the server and hears of a new case from a kiosk."""
    version = scene(city).version
    heard: list[Any] = []
    cookies = {"vb_guard": str(li.session.cookies.get("vb_guard", path="/guard"))}

    def wait() -> None:
        heard.append(requests.get(f"{city.url}{BOARD}/live?version={version}", cookies=cookies, timeout=40).json())

    waiting = threading.Thread(target=wait)
    waiting.start()
    open_case(city, door, 2)
    waiting.join(timeout=20)
    assert heard
    assert heard[0]["version"] == scene(city).version != version


def test_what_a_visitor_or_guard_wrote_stays_words(city: City, li: GuardBrowser) -> None:
    """No mark of theirs becomes part of a page."""
    li.act("remarked", words='<script>alert("1")</script>')
    page = li.open(CASE_PAGE).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    strange = li.open(f"{BOARD}?lang=%22%3E%3Cscript%3E")
    assert "<script>alert" not in strange.text
    assert '"><script>' not in strange.text


def test_no_page_runs_anything_from_elsewhere(city: City, li: GuardBrowser) -> None:
    """One script and two style sheets of the server's own, nothing inline."""
    answer = li.open(CASE_PAGE)
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert answer.headers["Cache-Control"] == "no-store"
    assert re.findall(r"<script[^>]*>", answer.text) == ['<script src="/guard/files/guard.js" defer>']
    assert " style=" not in answer.text
    assert " onclick=" not in answer.text
    assert li.open("/guard/files/guard.js").headers["Content-Type"].startswith("text/javascript")
    assert li.open("/guard/files/board.html").status_code == 404


def test_the_list_looks_again_without_a_script(city: City, li: GuardBrowser) -> None:
    """And says in its address that nobody touched it; the page of a case stays, since somebody may be typing."""
    found = re.search(r'<noscript><meta http-equiv="refresh" content="10; url=([^"]+)">', li.open(BOARD).text)
    assert found is not None
    for _ in range(3):
        city.clock.advance(minutes=4)
        assert li.open(found[1].replace("&amp;", "&")).status_code == 200
    assert li.page is not None
    assert "已锁定" in li.page.text
    li.sign_in()
    assert "refresh" not in li.open(CASE_PAGE).text


@pytest.mark.parametrize("path", [f"{CASE_PAGE}x", f"/guard/{HERE}/cases/nobody"])
def test_a_case_that_is_none_is_said_in_words(city: City, li: GuardBrowser, path: str) -> None:
    """No failure, no JSON in a browser; whatever is sent to it."""
    li.open(CASE_PAGE)
    for answer in (
        li.open(path),
        li.open(BOARD) and li.send(path, act="acknowledged"),
        li.open(BOARD) and li.send(f"{path}/reading", site="axilla", value="36.8"),
        li.open(BOARD) and li.send(f"{path}/person", words="x"),
    ):
        assert answer.status_code == 404
        assert "没有这一页" in answer.text


def test_what_was_declared_is_said_in_the_sites_own_words(city: City, door: Caller, li: GuardBrowser) -> None:
    """Where the office set questions; else in ours, and one that nobody knows by its id."""
    for yes, words in ((["symptoms"], "发热、咳嗽"), (["risk_area", "odd"], "到过风险地区 · odd")):
        door.log.add("declared", {"visit_id": VISIT, "asked": yes, "yes": yes, "declaration_version": 1})
        door.ship()
        assert words in li.open(CASE_PAGE).text
    asked = Question("odd", Words("有别的不适", "something else"))
    notice = Notice(1, Words("说明", "notice"), Words("全文", "in full"))
    city.desk.catalogue.put_document(
        HERE, DocumentKind.DECLARATION, Declaration(1, Words("申报", "declaration"), (asked,), notice)
    )
    assert "有别的不适" in li.open(CASE_PAGE).text


def test_both_languages_say_the_same_and_have_words_for_everything() -> None:
    """Every key in both, with the same placeholders, and words for every step, need, cause, end and hindrance."""
    zh, en = (tomllib.loads(file(f"guard.{language}.toml")) for language in LANGUAGES)
    assert zh.keys() == en.keys()
    needed: dict[str, type[StrEnum]] = {
        "step": CaseStep,
        "need": Need,
        "event": CaseEvent,
        "cause": Cause,
        "disposition": Disposition,
        "hindrance": Hindrance,
        "state": PlaceState,
        "role": Role,
        "outcome": Outcome,
        "site": BodySite,
    }
    for table, kind in needed.items():
        assert {str(item) for item in kind} <= zh[table].keys(), table
    for key, value in zh.items():
        pairs = [(value, en[key])] if isinstance(value, str) else [(value[name], en[key][name]) for name in value]
        for here, there in pairs:
            assert placeholders(here) == placeholders(there), key


def test_every_change_of_a_case_is_seen_by_those_who_wait(city: City, door: Caller, li: GuardBrowser) -> None:
    """The page's own acts change its version too, so that a second guard's page is drawn anew."""
    before = scene(city).version
    li.act("seen")
    assert scene(city).version > before
    assert "看到了</button>" not in li.open(BOARD).text
