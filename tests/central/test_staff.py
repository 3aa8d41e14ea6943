"""The staff's pages: who may see them, that nothing of a stranger's gets into them, and what they do."""

from __future__ import annotations

import html
import re
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
import requests

from central.findings import FindingKind
from central.settings import ServerSettings
from central.staff_html import LANGUAGES, Html, Words, file, qr
from kiosk.protocol import enrolment_text
from kiosk.texts import placeholders
from tests.central.builders import HERE, NAME, found_city

if TYPE_CHECKING:
    from pathlib import Path

    from tests.central.builders import City

PAGE = f"/staff/sites/{HERE}"


@dataclass
class Browser:
    """A browser at the staff's pages; follows the server to the next page, as browsers do."""

    city: City
    session: requests.Session = field(default_factory=requests.Session)
    page: requests.Response | None = None

    def open(self, path: str) -> requests.Response:
        """Open a page."""
        self.page = self.session.get(self.city.url + path, timeout=40)
        return self.page

    def send(self, path: str, **fields: str) -> requests.Response:
        """Send a form of the page that is open, with its own secret unless another is given."""
        assert self.page is not None
        found = re.search(r'name="csrf" value="([^"]+)"', self.page.text)
        data = {"csrf": found[1] if found else "", **fields}
        self.page = self.session.post(self.city.url + path, data=data, timeout=40)
        return self.page

    def sign_in(self, token: str | None = None) -> requests.Response:
        """Sign in as the admin."""
        self.open("/staff/sign-in")
        given = (self.city.data / "admin.token").read_text() if token is None else token
        return self.send("/staff/sign-in", token=given)


@pytest.fixture
def browser(city: City) -> Browser:
    """A browser that is not signed in."""
    return Browser(city)


def _conflict(city: City) -> None:
    one, two = city.kiosk("door-1", "A"), city.kiosk("door-2", "B")
    booking = city.booking(city.book())
    for caller, visit in ((one, "visit-1"), (two, "visit-2")):
        caller.log.admitted(visit, booking)
        caller.ship()


@pytest.mark.parametrize("path", ["/staff", PAGE, f"{PAGE}/kiosks/door-1/code"])
def test_nobody_sees_a_page_without_signing_in(browser: Browser, path: str) -> None:
    """Every page but the sign-in leads there."""
    answer = browser.open(path)
    assert answer.url.partition("?")[0].endswith("/staff/sign-in")
    assert "管理令牌" in answer.text


def test_a_form_without_a_session_does_nothing(city: City, browser: Browser) -> None:
    """Not even with the admin's token in a header: a page's form is the session's or nobody's."""
    city.kiosk()
    _ = browser.open("/staff/sign-in")
    token = (city.data / "admin.token").read_text()
    answer = browser.session.post(
        city.url + f"{PAGE}/kiosks/door-1/code", headers={"Authorization": f"Bearer {token}"}, timeout=40
    )
    assert answer.url.partition("?")[0].endswith("/staff/sign-in")


@pytest.mark.parametrize("token", ["", "wrong", "令牌"])
def test_a_wrong_token_signs_nobody_in(browser: Browser, token: str) -> None:
    """And what was typed is not said again."""
    answer = browser.sign_in(token)
    assert answer.status_code == 403
    assert "令牌不对" in answer.text
    assert not token or f'value="{token}"' not in answer.text
    assert browser.open("/staff").url.partition("?")[0].endswith("/staff/sign-in")


def test_a_sign_in_sent_from_another_page_is_refused(city: City, browser: Browser) -> None:
    """A stranger's page cannot sign a browser in, even by the right token."""
    token = (city.data / "admin.token").read_text()
    browser.open("/staff/sign-in")
    assert browser.send("/staff/sign-in", token=token, csrf="guessed").status_code == 403


def test_cookies_and_headers_keep_the_pages_to_themselves(city: City, browser: Browser) -> None:
    """HttpOnly, SameSite=Strict; no page is cached, framed, or runs anything from elsewhere."""
    browser.open("/staff/sign-in")
    browser.page = browser.session.get(city.url + "/staff/sign-in", timeout=40)
    data = {
        "csrf": browser.session.cookies["vb_staff_form"],
        "token": (city.data / "admin.token").read_text(),
    }
    answer = browser.session.post(city.url + "/staff/sign-in", data=data, timeout=40, allow_redirects=False)
    cookie = answer.headers["Set-Cookie"]
    assert answer.status_code == 303
    for part in ("vb_staff=", "HttpOnly", "SameSite=strict", "Path=/staff"):
        assert part in cookie
    page = browser.open(PAGE)
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    # What the policy forbids does not stand in the page: it would be left out in silence.
    assert not re.search(r"<script|<style|style=|onclick=|javascript:", page.text)
    assert "max-width" in browser.open("/staff/style.css").text


def test_a_form_of_another_page_is_nobodys(city: City, browser: Browser) -> None:
    """Without this session's own secret nothing is closed and no code is made."""
    _conflict(city)
    browser.sign_in()
    browser.open(PAGE)
    (finding,) = city.desk.findings.of_site(HERE)
    fields = {"finding": finding.finding_id, "by": "x", "note": "y"}
    for csrf in ("", "guessed"):
        browser.send(f"{PAGE}/findings", csrf=csrf, **fields)
        browser.send(f"{PAGE}/kiosks/door-1/code", csrf=csrf)
    assert city.findings() == ["conflict"]


def test_a_session_ends_by_signing_out_by_silence_and_by_age(city: City, browser: Browser) -> None:
    """A browser that was left open in the office is not open the next morning."""
    browser.sign_in()
    cookie = browser.session.cookies["vb_staff"]
    assert browser.open(PAGE).status_code == 200
    browser.send("/staff/sign-out")
    browser.session.cookies.set("vb_staff", cookie, path="/staff")
    assert "/staff/sign-in" in browser.open(PAGE).url
    browser.session.cookies.clear()
    browser.sign_in()
    city.clock.advance(minutes=29)
    assert "/staff/sign-in" not in browser.open(PAGE).url
    city.clock.advance(minutes=30)
    assert "/staff/sign-in" in browser.open(PAGE).url
    browser.sign_in()
    for _ in range(23):
        city.clock.advance(minutes=20)
        assert "/staff/sign-in" not in browser.open(PAGE).url
    city.clock.advance(minutes=20)
    assert "/staff/sign-in" in browser.open(PAGE).url


def test_the_board_shows_kiosks_and_findings_in_plain_words(city: City, browser: Browser) -> None:
    """Both languages; nobody's name."""
    _conflict(city)
    city.desk.fleet.revoke(HERE, "door-2")
    browser.sign_in()
    page = browser.open(PAGE).text
    for words in ("door-1", "door-2", "已取消权限", "同一预约在两台自助机使用过", "已到 4 条", "03-10 09:00:00"):
        assert words in page
    assert NAME not in page
    english = html.unescape(browser.open(f"{PAGE}?lang=en").text)
    for words in ("access revoked", "One booking was used at two kiosks", "4 entries here", 'lang="en"'):
        assert words in english
    assert "Last heard from" in english


def test_a_kiosk_that_fell_silent_is_not_called_well(city: City, browser: Browser) -> None:
    """At night nobody stands before it: who looks at the page must see that it says nothing any more."""
    one = city.kiosk("door-1", "A")
    browser.sign_in()
    assert "没有消息" in browser.open(PAGE).text  # enrolled, and not started
    assert one.get("/v1/documents").status_code == 200
    assert "没有消息" not in browser.open(PAGE).text
    city.clock.advance(minutes=5)
    assert "没有消息" in browser.open(PAGE).text
    assert "silent" in browser.open(f"{PAGE}?lang=en").text
    assert one.get("/v1/documents").status_code == 200
    assert "没有消息" not in browser.open(PAGE).text


def test_a_finding_is_closed_with_a_name_and_a_note_only(city: City, browser: Browser) -> None:
    """Who looked, and what came of it, stays with the finding."""
    _conflict(city)
    browser.sign_in()
    (finding,) = city.desk.findings.of_site(HERE)
    for by, note in (("", "note"), ("李建国", "  "), ("x" * 65, "note")):
        browser.open(PAGE)
        answer = browser.send(f"{PAGE}/findings", finding=finding.finding_id, by=by, note=note)
        assert answer.status_code == 400
        assert "请填写姓名和处理说明" in answer.text
    answer = browser.send(f"{PAGE}/findings", finding=finding.finding_id, by="李建国", note="同一人，走了两个门")
    assert answer.status_code == 200
    assert "没有待处理事项" in answer.text
    (closed,) = city.desk.findings.of_site(HERE, is_open=False)
    assert (closed.closed_by, closed.note) == ("李建国", "同一人，走了两个门")


def test_a_code_is_shown_until_it_is_used(city: City, browser: Browser) -> None:
    """As text and as a QR that a kiosk reads; afterwards the page says that it is gone."""
    city.desk.fleet.put_kiosk(HERE, "door-1", "A")
    browser.sign_in()
    browser.open(PAGE)
    page = browser.send(f"{PAGE}/kiosks/door-1/code")
    found = re.search(r'class="code">([^<]+)<', page.text)
    assert found is not None
    assert "15 分钟" in page.text
    assert "<svg" in page.text
    assert qr(enrolment_text.write(city.url, found[1])) in page.text
    assert city.enrol(found[1]).status_code == 200
    gone = browser.open(f"{PAGE}/kiosks/door-1/code").text
    assert found[1] not in gone
    assert "已用过" in gone


def test_a_code_that_grew_old_or_was_replaced_leaves_the_page(city: City, browser: Browser) -> None:
    """What no longer works is not shown as if it did."""
    city.desk.fleet.put_kiosk(HERE, "door-1", "A")
    browser.sign_in()
    browser.open(PAGE)
    browser.send(f"{PAGE}/kiosks/door-1/code")
    city.desk.fleet.enrolment_code(HERE, "door-1")
    assert "已作废" in browser.open(f"{PAGE}/kiosks/door-1/code").text
    browser.send(f"{PAGE}/kiosks/door-1/code")
    city.clock.advance(minutes=15)
    assert "<svg" not in browser.open(f"{PAGE}/kiosks/door-1/code").text


@pytest.mark.parametrize("path", ["/staff/sites/nowhere", "/staff/sites/nowhere/kiosks/x/code"])
def test_a_site_that_is_none_is_said_in_words(browser: Browser, path: str) -> None:
    """No trace of a failure, no JSON in a browser."""
    browser.sign_in()
    page = browser.open(path)
    assert page.headers["Content-Type"].startswith("text/html")


def test_whatever_is_filled_in_is_escaped() -> None:
    """A name with a tag in it stays a name."""
    words = Words("zh")
    row = words.fill("site_row", site="a", name='<script>alert("1")</script>')
    assert "<script>" not in row
    assert isinstance(row, Html)


def test_both_languages_say_the_same() -> None:
    """Every key in both, with the same placeholders, and words for every kind of finding."""
    zh, en = (tomllib.loads(file(f"staff.{language}.toml")) for language in LANGUAGES)
    assert zh.keys() == en.keys()
    assert zh["finding"].keys() == en["finding"].keys()
    assert {str(kind) for kind in FindingKind} <= zh["finding"].keys()
    for key in zh.keys() - {"finding"}:
        assert placeholders(zh[key]) == placeholders(en[key]), key


def test_the_address_in_the_qr_can_be_set(tmp_path: Path) -> None:
    """Behind a proxy the browser's address is not the one that kiosks have in their settings."""
    url = "https://central.example.cn"
    city = found_city(tmp_path / "data", server=ServerSettings(port=0, public_url=url))
    try:
        city.desk.fleet.put_kiosk(HERE, "door-1", "A")
        browser = Browser(city)
        browser.sign_in()
        browser.open(PAGE)
        page = browser.send(f"{PAGE}/kiosks/door-1/code").text
        found = re.search(r'class="code">([^<]+)<', page)
        assert found is not None
        assert qr(enrolment_text.write(url, found[1])) in page
    finally:
        city.server.stop()
