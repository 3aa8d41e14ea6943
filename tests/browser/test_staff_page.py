"""The office at the staff's pages, in a real browser: what the kiosks go by is read, changed and found again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from central.site_documents import DocumentKind
from demo.world import HERE
from kiosk.domain.plan import Plan
from tests.browser.chromium import complaints
from tests.e2e.city import CONFIG

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.chromium import Window
    from tests.e2e.city import City

SITE = f"/staff/sites/{HERE}"
WORDS = {
    "zh": {"set": "历次启用的全文", "wrong": "plan.toml 有错", "second": "第 2 版"},
    "en": {"set": "Every text that was set", "wrong": "plan.toml has mistakes", "second": "version 2"},
}


def _sign_in(opened: Window, city: City, language: str) -> None:
    opened.open(f"/staff/sign-in?lang={language}")
    opened.type("input[name=token]", (city.folder / "central" / "admin.token").read_text())
    opened.press("main button")
    opened.find(f"a[href^='{SITE}']")


def _put(opened: Window, text: str) -> None:
    """Put a text into the field, as somebody who pastes it does."""
    opened.driver.execute_script("arguments[0].value = arguments[1]", opened.find("textarea"), text)
    opened.press("main button")


@pytest.mark.parametrize(("language", "size"), [("zh", "phone"), ("en", "desk")])
def test_a_plan_is_changed_on_its_page(city: City, browse: Callable[..., Window], language: str, size: str) -> None:
    """A mistake leaves what was typed in the field; the mended text counts; both versions can be read afterwards."""
    words, text = WORDS[language], (CONFIG / "plan.toml").read_text(encoding="utf-8")
    city.server.desk.catalogue.remove_document(HERE, DocumentKind.PLAN)
    opened = browse(size)
    _sign_in(opened, city, language)
    opened.open(f"{SITE}?lang={language}")
    opened.picture("site")
    opened.press(f"a[href^='{SITE}/documents/plan']")
    second = text.replace("version = 1\n", "version = 2\n").replace('phone = "120"', 'phone = "121"')
    _put(opened, text + "colour = 1\n")
    opened.says(words["wrong"])
    assert opened.find("textarea").get_property("value") == text + "colour = 1\n"
    opened.picture("wrong")
    for given in (text, second):
        _put(opened, given)
        opened.says(words["set"])
    opened.says(words["second"])
    assert opened.find("textarea").get_property("value") == second
    opened.picture("in-force")
    assert opened.overflow() == 0
    opened.press("main ul li:nth-child(2) a")
    assert opened.find("pre").get_property("textContent") == text
    opened.picture("first")
    opened.press("nav a")  # the other language, on the same page
    assert opened.find("pre").get_property("textContent") == text
    assert opened.overflow() == 0
    assert [said for said in complaints(opened) if "400 (Bad Request)" not in said] == []  # a text was not taken
    plan = city.server.desk.catalogue.document(HERE, Plan)
    assert plan is not None
    assert plan.version == 2
    assert [contact.phone for contact in plan.contacts if contact.id == "ambulance"] == ["121"]
