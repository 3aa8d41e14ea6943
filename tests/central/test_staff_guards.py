"""The staff's page of a site, as far as guards go: cases, figures, badges, the plan."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

import pytest

from central.staff_html import qr
from tests.central.builders import HERE
from tests.central.guard_builders import CONFIG, LI, GuardBrowser, act_at_kiosk, furnish, open_case
from tests.central.test_staff import Browser

if TYPE_CHECKING:
    from tests.central.builders import City

PAGE = f"/staff/sites/{HERE}"
PLAN = (CONFIG / "plan.toml").read_text(encoding="utf-8")


@pytest.fixture
def browser(city: City) -> Browser:
    """The admin, signed in, at a site with guards."""
    furnish(city)
    found = Browser(city)
    found.sign_in()
    return found


def test_the_page_shows_open_cases_and_the_days_figures(city: City, browser: Browser) -> None:
    """Numbers and levels; what was done on the guard's page counts, the server's own log is no kiosk."""
    caller = city.kiosk("door-1", "A")
    open_case(city, caller)
    caller.log.add("overridden", {"visit_id": "visit-1", "guard_id": "guard-li", "reasons": ["too_late"]})
    act_at_kiosk(caller, 1, "seen")
    caller.ship()
    GuardBrowser(city).sign_in()
    city.clock.advance(seconds=200)
    page = browser.open(PAGE).text
    assert "CA01" in page
    assert "超时，第 2 级" in page
    assert re.findall(r"<li><b>(\d+)</b>", page) == ["1", "1", "0", "0"]
    assert "李*国" in page
    assert "李建国" not in page
    assert "office" not in page
    city.clock.advance(days=1)
    browser.sign_in()
    assert re.findall(r"<li><b>(\d+)</b>", browser.open(PAGE).text) == ["0", "0", "0", "0"]


def test_a_badge_is_shown_once_and_told_to_the_kiosks_as_a_hash(city: City, browser: Browser) -> None:
    """Its secret is nowhere kept; a new one makes the old one void."""
    caller = city.kiosk("door-1", "A")
    browser.open(PAGE)
    page = browser.send(f"{PAGE}/guards/{LI[0]}/badge").text
    assert "<svg" in page
    assert "<svg" not in browser.open(f"{PAGE}/guards/{LI[0]}/badge").text
    secret = city.desk.roster.make_badge(HERE, LI[0])
    assert qr(f"VBG1.{secret}") not in page
    assert len(secret) >= 32
    guards = {item["id"]: item for item in caller.get("/v1/documents").json()["documents"]["guards"]}
    assert guards[LI[0]]["badge_hash"] == hashlib.sha256(secret.encode()).hexdigest()
    city.desk.roster.put(HERE, *LI, "leader")  # a new PIN leaves the badge as it is
    assert [item.id for item in city.desk.roster.of_site(HERE) if item.badge_hash] == [LI[0]]
    browser.open(PAGE)
    assert browser.send(f"{PAGE}/guards/{LI[0]}/badge/remove").status_code == 200
    assert not any(item.badge_hash for item in city.desk.roster.of_site(HERE))


def test_the_office_makes_and_takes_badges(city: City, browser: Browser) -> None:
    """By the same rules, over its own calls; nobody gets one for a guard that is none."""
    told = city.office("POST", f"/sites/{HERE}/guards/{LI[0]}/badge").json()["badge"]
    assert told.startswith("VBG1.")
    assert city.desk.guard_sign_in.by_badge(HERE, told) is not None
    assert city.office("DELETE", f"/sites/{HERE}/guards/{LI[0]}/badge").status_code == 200
    assert city.desk.guard_sign_in.by_badge(HERE, told) is None
    assert city.desk.guard_sign_in.by_badge(HERE, "VBG1.") is None
    assert city.office("POST", f"/sites/{HERE}/guards/nobody/badge").status_code == 404
    browser.open(PAGE)
    assert browser.send(f"{PAGE}/guards/nobody/badge").status_code == 404
    browser.open(PAGE)
    assert browser.send(f"{PAGE}/guards/nobody/badge/remove").status_code == 404
