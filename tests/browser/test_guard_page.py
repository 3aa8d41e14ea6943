"""A guard at the server's page, in a real browser beside a real kiosk: from the alarm to the end of a case."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from demo.world import GUARD_ID, HERE, PIN
from kiosk.domain.case import CaseStep
from kiosk.domain.ids import CaseId
from tests.browser.chromium import complaints
from tests.browser.conftest import WANG
from tests.e2e.city import scan

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.bootstrap import Kiosk
    from kiosk.domain.case import Case
    from tests.browser.chromium import Window
    from tests.e2e.city import City

BOARD = f"/guard/{HERE}"
WORDS = {
    "zh": {
        "nothing": "没有待处理的个案",
        "new": "请接手",
        "place": "请带到隔离区",
        "measure": "请测体温",
        "clean": "请消毒",
        "closed": "已结束",
        "reported": "✓ 已报告",
    },
    "en": {
        "nothing": "No open cases",
        "new": "Take it",
        "place": "Bring them to the area",
        "measure": "Measure",
        "clean": "Disinfect",
        "closed": "Closed",
        "reported": "✓ Reported",
    },
}


def _sign_in(opened: Window, language: str = "zh", who: tuple[str, str] = (GUARD_ID, PIN)) -> None:
    opened.open(f"{BOARD}/sign-in?lang={language}")
    opened.type("input[name=guard_id]", who[0])
    opened.type("input[name=pin]", who[1])
    opened.press("main button")
    opened.find("main.board")


def _declares_something(city: City, kiosk: Kiosk) -> CaseId:
    """Let a visitor say yes to a question at the kiosk, which opens a case; return it. Nothing is sent yet."""
    code = city.book().code_text
    city.tell()
    visit_id = scan(kiosk, code).visit_id
    assert visit_id is not None
    kiosk.call(lambda: kiosk.desk.confirm(visit_id))
    question = kiosk.call(lambda: kiosk.desk.form(visit_id)).questions[0].id
    kiosk.call(lambda: kiosk.desk.declare(visit_id, (question,)))
    case = kiosk.call(lambda: kiosk.log.state.case_of(visit_id))
    assert case is not None
    return case.id


def _at_kiosk(kiosk: Kiosk, case_id: CaseId) -> Case:
    cases = kiosk.desk.guarding.visits.cases
    case = kiosk.call(lambda: cases.case(kiosk.log.state, case_id))
    assert case is not None
    return case


def _at_server(city: City, case_id: CaseId) -> Case:
    scenes = city.server.desk.scenes
    found = scenes.case(scenes.of(HERE), case_id)
    assert found is not None
    return found[0].case


def _reports_in_two_touches(opened: Window, said: str) -> None:
    assert not opened.find("button[value='reported:community']").is_displayed()
    opened.press("#report-community summary")
    opened.picture("reporting")
    opened.press("button[value='reported:community']")
    opened.says(said)


@pytest.mark.parametrize(
    ("language", "size"),
    [
        ("zh", "phone"),
        ("en", "desk"),
        pytest.param("en", "phone", marks=pytest.mark.long),
        pytest.param("zh", "desk", marks=pytest.mark.long),
    ],
)
def test_a_case_from_alarm_to_end(city: City, browse: Callable[..., Window], language: str, size: str) -> None:
    """It appears by itself with its alarm, is taken, placed, measured, ended and cleaned; the kiosk agrees."""
    words = WORDS[language]
    kiosk = city.kiosk("A")
    opened = browse(size)
    _sign_in(opened, language)
    opened.says(words["nothing"])
    plain = opened.driver.title
    opened.picture("quiet")

    case_id = _declares_something(city, kiosk)
    kiosk.drain()
    opened.says(words["new"])  # nobody touched the page
    opened.until(lambda: opened.driver.title == f"(1) ⚠ {plain}", "the alarm in the title")
    assert int(opened.value("body", "data-rang")) >= 1
    assert "张小明" not in opened.driver.page_source
    opened.picture("alarm")

    opened.press("button[value=acknowledged]")
    opened.says(words["place"])
    opened.until(lambda: opened.driver.title == plain, "no alarm in the title")
    opened.press("button[value='placed:room_1']")
    opened.says(words["measure"])
    opened.picture("placed")
    opened.type("input[name=value]", "39.6")
    opened.press("form[action$='/reading?lang=" + language + "'] button")
    opened.type("input[name=again]", "36.5")  # not what was typed before
    opened.press("form[action*='/reading'] button")
    opened.find("p.wrong:not(:empty)")
    opened.picture("typed-differently")
    opened.open(f"{BOARD}/cases/{case_id}?lang={language}")
    opened.type("input[name=value]", "36.5")
    opened.press("form[action*='/reading'] button")
    opened.says("36.5 °C")
    _reports_in_two_touches(opened, words["reported"])
    opened.press("#end-released summary")
    opened.picture("ending")
    opened.press("button[value='disposed:released']")
    opened.says(words["clean"])
    opened.press("button[value='cleaned:room_1']")
    opened.says(words["closed"])
    opened.picture("closed")
    assert opened.overflow() == 0
    assert complaints(opened) == []

    city.tell("A")
    there, here = _at_server(city, case_id), _at_kiosk(kiosk, case_id)
    assert there.standing().step is here.standing().step is CaseStep.CLOSED
    assert {act.entry for act in there.acts} == {act.entry for act in here.acts}
    assert not there.standing().void
    assert len(list(opened.pictures.glob("*.png"))) == 7


def test_the_page_and_a_kiosk_that_was_cut_off_agree_afterwards(city: City, browse: Callable[..., Window]) -> None:
    """Both acted for one case; both acts are kept, the later one is void on both sides, and the page shows it."""
    kiosk = city.kiosk("A")
    case_id = _declares_something(city, kiosk)
    kiosk.drain()
    opened = browse("desk")
    _sign_in(opened, who=WANG)
    opened.press("button[value=acknowledged]")
    opened.find("button[value^='placed:']")
    # The kiosk has not heard of it.
    city.clock.advance(20)
    kiosk.call(lambda: kiosk.desk.guarding.sign_in(GUARD_ID, PIN))
    kiosk.call(lambda: kiosk.desk.guarding.case_act(case_id, "acknowledged"))
    assert _at_kiosk(kiosk, case_id).standing().guard_id == GUARD_ID
    city.tell("A")
    opened.says("未生效")
    for case in (_at_server(city, case_id), _at_kiosk(kiosk, case_id)):
        standing = case.standing()
        assert standing.guard_id == WANG[0]
        assert [act.guard_id for act in standing.void] == [GUARD_ID]
    assert complaints(opened) == []


def test_the_page_says_when_it_is_cut_off_and_goes_on_afterwards(city: City, browse: Callable[..., Window]) -> None:
    """What it shows is old then, and it says since when; a restart of the server signs everybody out."""
    opened = browse("phone")
    kiosk = city.kiosk("A")
    city.tell("A")
    _sign_in(opened)
    opened.says("A · door-A")
    city.server_goes_away()
    opened.says("与服务器断开，画面停在")
    opened.picture("cut-off")
    city.server_comes_back()
    opened.until(lambda: opened.path.endswith("/sign-in"), "the sign-in")
    _sign_in(opened)
    _declares_something(city, kiosk)
    kiosk.drain()
    opened.says("请接手")


def test_what_somebody_is_typing_is_not_drawn_over(city: City, browse: Callable[..., Window]) -> None:
    """A change elsewhere is announced instead, and shown at a touch."""
    kiosk = city.kiosk("A")
    case_id = _declares_something(city, kiosk)
    kiosk.drain()
    opened = browse("desk")
    _sign_in(opened)
    opened.open(f"{BOARD}/cases/{case_id}")
    opened.type("input[name=words]", "有陪同")
    kiosk.call(lambda: kiosk.desk.guarding.seen(case_id))
    kiosk.drain()
    opened.until(lambda: opened.find("#changed").is_displayed(), "the word that something changed")
    assert opened.value("input[name=words]", "value") == "有陪同"
    opened.picture("changed")
    opened.press("#changed button")
    opened.says("已看到")
    assert complaints(opened) == []
