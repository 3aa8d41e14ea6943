"""Who gets through the door of the guard's page: PIN, badge, one site, one session, and what guessing leads to."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
import requests

from central.server import RunningServer
from kiosk.domain.lockout import delay_s
from tests.central.builders import HERE, THERE, City, settings_for
from tests.central.guard_builders import (
    CASE_PAGE,
    LI,
    WANG,
    GuardBrowser,
    case_now,
    furnish,
    is_at_sign_in,
    office_entries,
    open_case,
)

if TYPE_CHECKING:
    from collections.abc import Callable

BOARD = f"/guard/{HERE}"


@pytest.fixture
def browser(city: City) -> GuardBrowser:
    """A browser that is not signed in, at a site with guards and a case."""
    furnish(city)
    open_case(city, city.kiosk("door-1", "A"))
    return GuardBrowser(city)


@pytest.mark.parametrize("path", [BOARD, CASE_PAGE])
def test_nobody_sees_a_page_without_signing_in(browser: GuardBrowser, path: str) -> None:
    """Every page but the sign-in leads there, and what waits for changes is told so."""
    answer = browser.open(path)
    assert is_at_sign_in(answer)
    assert "CA01" not in answer.text
    assert browser.session.get(browser.city.url + f"{BOARD}/live", timeout=40).status_code == 401


def test_a_pin_opens_the_page_of_its_own_site(browser: GuardBrowser) -> None:
    """And is an entry of the server's own log."""
    assert "CA01" in browser.sign_in().text
    (entry,) = office_entries(browser.city)
    assert (entry.kind.value, entry.data()["guard_id"], entry.data()["by"]) == ("signed_in", LI[0], "pin")
    assert LI[2] not in str(entry)


def test_a_foreign_sites_cookie_opens_nothing(browser: GuardBrowser) -> None:
    """A guard of one site sees and does nothing at another, whatever their id is there."""
    furnish(browser.city, THERE)
    browser.sign_in(site=THERE)
    assert browser.open(f"/guard/{THERE}").status_code == 200
    assert is_at_sign_in(browser.open(BOARD))
    assert is_at_sign_in(browser.open(CASE_PAGE))
    browser.open(f"/guard/{THERE}")
    assert is_at_sign_in(browser.send(CASE_PAGE, act="acknowledged"))
    assert browser.send(f"/guard/{THERE}/cases/case-1", act="acknowledged").status_code in {200, 404}
    assert not case_now(browser.city).acts
    assert browser.session.get(f"{browser.city.url}{BOARD}/live", timeout=40).status_code == 401


def test_a_staff_cookie_is_no_guards_cookie(browser: GuardBrowser) -> None:
    """Nor the other way round: every act on the page has a named guard behind it."""
    browser.sign_in()
    cookie = browser.session.cookies.get("vb_guard", path="/guard")
    for name in ("vb_staff", "vb_guard"):
        stranger = requests.get(browser.city.url + "/staff", cookies={name: str(cookie)}, timeout=40)
        assert is_at_sign_in(stranger)


def test_cookies_are_for_this_page_alone(browser: GuardBrowser) -> None:
    """HttpOnly and SameSite=Strict, under the page's own path."""
    browser.open(f"{BOARD}/sign-in")
    assert browser.page is not None
    given = [browser.page.headers["Set-Cookie"]]
    browser.page = browser.session.get(f"{browser.city.url}{BOARD}/sign-in", timeout=40)
    answer = browser.send(f"{BOARD}/sign-in", guard_id=LI[0], pin=LI[2])
    given.append(answer.history[0].headers["Set-Cookie"])
    for cookie in given:
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        assert "Path=/guard" in cookie


@pytest.mark.parametrize("csrf", ["", "guessed"])
def test_a_form_of_another_page_does_nothing(browser: GuardBrowser, csrf: str) -> None:
    """Neither an act nor a reading nor a case nor a sign-in."""
    assert browser.open(f"{BOARD}/sign-in").status_code == 200
    assert browser.send(f"{BOARD}/sign-in", guard_id=LI[0], pin=LI[2], csrf=csrf).status_code == 403
    browser.sign_in()
    before = len(office_entries(browser.city))
    for path, fields in (
        (CASE_PAGE, {"act": "acknowledged"}),
        (f"{CASE_PAGE}/reading", {"site": "axilla", "value": "36.8"}),
        (f"{CASE_PAGE}/person", {"words": "x"}),
        (f"{BOARD}/cases", {"cause": "guard"}),
        (f"{BOARD}/sign-out", {}),
    ):
        browser.open(BOARD)
        assert is_at_sign_in(browser.send(path, csrf=csrf, **fields)), path
    assert len(office_entries(browser.city)) == before


def test_another_sessions_form_does_nothing(browser: GuardBrowser) -> None:
    """A secret belongs to one session."""
    other = GuardBrowser(browser.city)
    other.sign_in(WANG)
    browser.sign_in()
    browser.page = other.open(CASE_PAGE)
    assert is_at_sign_in(browser.send(CASE_PAGE, act="acknowledged"))


@pytest.mark.parametrize("pin", ["", "274952", "0", "密码", "x" * 120])
def test_a_wrong_pin_signs_nobody_in(browser: GuardBrowser, pin: str) -> None:
    """And is an entry, without what was typed."""
    answer = browser.sign_in(pin=pin)
    assert answer.status_code == 403
    assert is_at_sign_in(browser.open(BOARD))
    (entry,) = office_entries(browser.city)
    assert entry.kind.value == "sign_in_failed"
    assert not pin or pin == "0" or pin not in str(entry)


def test_an_account_that_is_none_looks_like_a_wrong_pin(browser: GuardBrowser) -> None:
    """And fills no log."""
    nobody = browser.sign_in(("nobody", "", "123456"))
    wrong = browser.sign_in(pin="000000")
    assert (nobody.status_code, wrong.status_code) == (403, 403)
    assert "没有登录" in nobody.text
    assert "没有登录" in wrong.text
    assert [entry.data()["guard_id"] for entry in office_entries(browser.city)] == [LI[0]]


def _restarted(city: City) -> City:
    city.server.stop()
    server = RunningServer(settings_for(city.data), city.data, city.clock)
    return City(server, server.start(), city.clock, city.data)


def test_guessing_gets_no_further_over_restarts_of_the_server(browser: GuardBrowser) -> None:
    """Each wrong PIN makes the account wait longer; the wait is in the database, and the right PIN waits as well."""
    city = browser.city
    sign_in = city.desk.guard_sign_in
    compared = 0
    for number in range(2000):
        before = len(office_entries(city)) if number % 400 == 0 else -1
        assert sign_in.by_pin(HERE, LI[0], f"{number:06d}") is None
        if before >= 0 and number:
            city = _restarted(city)
            sign_in = city.desk.guard_sign_in
            assert sign_in.by_pin(HERE, LI[0], LI[2]) is None  # not even the right one, while it waits
        city.clock.advance(seconds=1)
    compared = sum(entry.kind == "sign_in_failed" for entry in office_entries(city))
    waits, allowed = 0.0, 0
    while waits < 2000:
        allowed += 1
        waits += max(1, delay_s(allowed))
    assert compared <= allowed + 1
    city.clock.advance(seconds=301)
    assert sign_in.by_pin(HERE, LI[0], LI[2]) is not None
    city.server.stop()


def test_tries_that_are_sent_at_once_all_count(browser: GuardBrowser) -> None:
    """A try is counted before it is compared: forty at once are no forty guesses."""
    sign_in = browser.city.desk.guard_sign_in
    hands = [
        threading.Thread(target=lambda number=number: sign_in.by_pin(HERE, LI[0], f"{number:06d}"))
        for number in range(40)
    ]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert len(office_entries(browser.city)) <= 4


def test_one_account_that_waits_locks_nobody_else_out(browser: GuardBrowser) -> None:
    """And the page says until when, not whether the PIN was right."""
    for _ in range(4):
        browser.sign_in(pin="000000")
    answer = browser.sign_in()
    assert answer.status_code == 403
    assert "请在 09:00:02 后再试" in answer.text
    assert GuardBrowser(browser.city).sign_in(WANG).status_code == 200


def test_a_badge_opens_an_account_that_waits(browser: GuardBrowser) -> None:
    """Its secret is random; what is none opens nothing."""
    secret = browser.city.desk.roster.make_badge(HERE, LI[0])
    for _ in range(4):
        browser.sign_in(pin="000000")
    for wrong in ("VBG1.", f"VBG1.{secret[:-1]}", f"VBG2.{secret}"):
        assert browser.sign_in(pin=wrong).status_code == 403
    assert browser.sign_in(pin=f"VBG1.{secret}").status_code == 200
    assert office_entries(browser.city)[-1].data()["by"] == "badge"
    assert browser.city.desk.guard_sign_in.by_pin(HERE, LI[0], LI[2]) is not None  # the wait is over as well


@pytest.mark.parametrize(
    "change",
    [
        lambda city: city.desk.roster.put(HERE, LI[0], LI[1], "111111", "leader"),
        lambda city: city.desk.roster.put(HERE, LI[0], LI[1], LI[2], "guard"),
        lambda city: city.desk.roster.remove(HERE, LI[0]),
    ],
)
def test_a_changed_account_is_signed_out_at_once(browser: GuardBrowser, change: Callable[[City], None]) -> None:
    """A new PIN, another role, gone: nobody goes on as who they were."""
    browser.sign_in()
    browser.open(CASE_PAGE)
    change(browser.city)
    assert is_at_sign_in(browser.send(CASE_PAGE, act="acknowledged"))
    assert is_at_sign_in(browser.open(BOARD))


def test_a_page_that_is_left_alone_shows_numbers_and_takes_no_act(browser: GuardBrowser) -> None:
    """It looks by itself for hours, so that an alarm is heard; for an act somebody signs in again."""
    browser.sign_in()
    page = browser.open(CASE_PAGE)
    for _ in range(3):
        browser.city.clock.advance(minutes=5)
        assert "CA01" in browser.open(BOARD, **{"X-Looks-By-Itself": "1"}).text
    looked = browser.open(f"{BOARD}?looks=1")
    assert "已锁定" in looked.text
    assert "我来处理" not in looked.text
    assert browser.open(CASE_PAGE).url.partition("?")[0].endswith(BOARD)
    browser.page = page
    answer = browser.send(CASE_PAGE, act="acknowledged")
    assert is_at_sign_in(answer)
    assert "请重新登录" in answer.text
    assert not case_now(browser.city).acts
    browser.sign_in()
    assert browser.act("acknowledged").status_code == 200


def test_a_session_ends_with_the_shift_and_with_signing_out(browser: GuardBrowser) -> None:
    """A cookie that was written down opens nothing afterwards."""
    browser.sign_in()
    cookie = str(browser.session.cookies.get("vb_guard", path="/guard"))
    browser.open(BOARD)
    assert is_at_sign_in(browser.send(f"{BOARD}/sign-out"))
    assert office_entries(browser.city)[-1].kind.value == "signed_out"
    again = requests.get(browser.city.url + BOARD, cookies={"vb_guard": cookie}, timeout=40)
    assert is_at_sign_in(again)
    browser.sign_in()
    browser.city.clock.advance(hours=9)
    assert is_at_sign_in(browser.open(BOARD))


def test_where_there_are_several_sites_one_is_chosen(browser: GuardBrowser) -> None:
    """And a site that is none is said in words."""
    page = browser.open("/guard").text
    assert f"/guard/{HERE}?" in page
    assert f"/guard/{THERE}?" in page
    nowhere = browser.open("/guard/nowhere")
    assert nowhere.status_code == 404
    assert "没有这一页" in nowhere.text
    browser.open(f"{BOARD}/sign-in")
    assert browser.send("/guard/nowhere/sign-in", guard_id=LI[0], pin=LI[2]).status_code == 404
