"""What tests of the guard's page share: guards, the plan, a case that a kiosk opened, a browser without a window."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import requests

from central.site_documents import DocumentKind, document_in
from tests.central.builders import HERE, City

if TYPE_CHECKING:
    from central.guard_scene import Scene
    from kiosk.domain.case import Case, Standing
    from kiosk.domain.entry import Entry
    from tests.central.builders import Caller

CONFIG: Final = Path(__file__).parents[2] / "config"
LI: Final = ("guard-li", "李建国", "274951")
WANG: Final = ("guard-wang", "王小红", "836402")
CHEN: Final = ("chief-chen", "陈志强", "591746")
VISIT: Final = "visit-1"
CASE: Final = "case-1"
CASE_PAGE: Final = f"/guard/{HERE}/cases/{CASE}"


def furnish(city: City, site: str = HERE) -> None:
    """Give a site the plan and policy of `config/`, and a guard, a leader and a supervisor.

    The server does nothing by itself then: a clock that is told the time makes much overdue at once.
    """
    city.server._housekeeper.stop()
    catalogue = city.desk.catalogue
    for kind in (DocumentKind.PLAN, DocumentKind.POLICY):
        text = (CONFIG / kind.file_name).read_text(encoding="utf-8")
        catalogue.put_document(site, kind, document_in(kind, text), text)
    city.desk.roster.put(site, *LI, "leader")
    city.desk.roster.put(site, *WANG, "guard")
    city.desk.roster.put(site, *CHEN, "supervisor")


def open_case(city: City, caller: Caller, number: int = 1, **more: object) -> None:
    """Let a kiosk open a case after an elevated reading, and send it."""
    visit = f"visit-{number}"
    caller.log.arrived(visit, city.booking(city.book()))
    reading = {"value_cc": 3760, "kind": "body_estimate", "site": "forehead", "device_id": "simulated:1", "flags": []}
    body = {"visit_id": visit, "reading": reading, "reading_no": 1, "outcome": "elevated", "reasons": ["limit"]}
    caller.log.add("reading", body)
    caller.log.add("held", {"visit_id": visit, "cause": "elevated"})
    opening = {"visit_id": visit, "case_id": f"case-{number}", "cause": "elevated", "was_elevated": True}
    letters = {"guard_id": "", "co_signed": [], "number": f"CA{number:02d}", "counter": "C:2020-03-10", "count": number}
    caller.log.add("case_opened", {**opening, **letters, **more})
    caller.ship()


def act_at_kiosk(caller: Caller, turn: int, event: str, **more: object) -> Entry:
    """Let a guard do something for the case at a kiosk; it is not sent yet."""
    body = {"visit_id": VISIT, "case_id": CASE, "turn": turn, "event": event, "guard_id": WANG[0], "role": "guard"}
    return caller.log.add("case_acted", {**body, **more})


def scene(city: City) -> Scene:
    """Return what the guard's page shows."""
    return city.desk.scenes.of(HERE)


def case_now(city: City, case_id: str = CASE) -> Case:
    """Return a case as all logs tell it."""
    found = city.desk.scenes.case(scene(city), case_id)
    assert found is not None
    return found[0].case


def standing(city: City) -> Standing:
    """Return what the case is now."""
    return case_now(city).standing()


def office_entries(city: City) -> list[Entry]:
    """Return the server's own log of the site."""
    return list(city.desk.intake.entries(HERE, "office", 1))


@dataclass
class GuardBrowser:
    """A browser at the guard's page, without a script; follows the server to the next page, as browsers do."""

    city: City
    session: requests.Session = field(default_factory=requests.Session)
    page: requests.Response | None = None

    def open(self, path: str, **headers: str) -> requests.Response:
        """Open a page."""
        self.page = self.session.get(self.city.url + path, headers=headers, timeout=40)
        return self.page

    def send(self, path: str, **fields: str) -> requests.Response:
        """Send a form of the page that is open, with its own secret unless another is given."""
        assert self.page is not None
        found = re.search(r'name="csrf" value="([^"]+)"', self.page.text)
        data = {"csrf": found[1] if found else "", **fields}
        self.page = self.session.post(self.city.url + path, data=data, timeout=40)
        return self.page

    def sign_in(self, who: tuple[str, str, str] = LI, *, pin: str | None = None, site: str = HERE) -> requests.Response:
        """Sign in at a site, with another PIN perhaps."""
        self.open(f"/guard/{site}/sign-in")
        return self.send(f"/guard/{site}/sign-in", guard_id=who[0], pin=who[2] if pin is None else pin)

    def act(self, act: str, path: str = CASE_PAGE, **fields: str) -> requests.Response:
        """Open the case and do one thing for it."""
        self.open(CASE_PAGE)
        return self.send(path, act=act, **fields)

    def measure(self, value: str, again: str = "", site: str = "axilla", **fields: str) -> requests.Response:
        """Type a clinical reading."""
        self.open(CASE_PAGE)
        return self.send(f"{CASE_PAGE}/reading", site=site, value=value, again=again, **fields)


def is_at_sign_in(answer: requests.Response) -> bool:
    """Tell whether a browser was sent to the sign-in."""
    return answer.url.partition("?")[0].endswith("/sign-in")
