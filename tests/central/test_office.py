"""The office's calls: with the admin's token only, checked, and told in our form."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests

from kiosk.domain.booking_code import Claims, read
from kiosk.texts import PRODUCT
from tests.central.builders import HERE, NAME, SERVICE, is_ours

if TYPE_CHECKING:
    from tests.central.builders import City

WORDS = {"zh": "南门", "en": "South gate"}


def _booking(**other: Any) -> dict[str, Any]:
    slot = {"slot_start": "2020-03-10T09:00:00+08:00", "slot_end": "2020-03-10T10:00:00+08:00"}
    return {"service": SERVICE, **slot, "name": NAME, "phone": "13987654321", **other}


@pytest.mark.parametrize("token", ["", "x", "branch-2~x"])
def test_nobody_else_gets_into_the_office(city: City, token: str) -> None:
    """Every door of the office is shut without the admin's token; a kiosk's token does not open it either."""
    tokens = [token, city.kiosk().token]
    paths = [path for path in requests.get(city.url + "/openapi.json", timeout=60).json()["paths"] if "/admin/" in path]
    assert len(paths) > 10
    for given in tokens:
        for path in paths:
            for method in ("GET", "PUT", "POST", "DELETE"):
                answer = city.office(method, path.removeprefix("/v1/admin"), {}, token=given)
                assert answer.status_code in (401, 404), (method, path)
                assert is_ours(answer)
    assert requests.get(f"{city.url}/v1/admin/sites/{HERE}/kiosks", timeout=60).status_code == 401


def test_a_site_is_set_up_through_the_office(city: City) -> None:
    """From nothing to a kiosk with a booking, by HTTP alone."""
    site = {"id": "court-1", "name": WORDS, "address": WORDS, "timezone": "Asia/Shanghai", "opens": 510, "closes": 1050}
    calls = [
        ("PUT", "/sites/court-1", site),
        ("PUT", "/sites/court-1/services/hearing", {"service": {"id": "hearing", "name": WORDS, "hall": WORDS}}),
        ("PUT", "/sites/court-1/documents/declaration", (PRODUCT / "declaration.toml").read_bytes()),
        ("DELETE", "/sites/court-1/documents/policy", None),
        ("PUT", "/sites/court-1/notices", [WORDS]),
        ("PUT", "/sites/court-1/guards/guard-1", {"name": "李", "pin": "274951"}),
        ("PUT", "/sites/court-1/kiosks/gate", {"letter": "G"}),
    ]
    for method, path, body in calls:
        answer = city.office(method, path, body)
        assert answer.status_code == 200, (path, answer.text)
        assert is_ours(answer)
    code = city.office("POST", "/sites/court-1/kiosks/gate/enrolment").json()["code"]
    caller = city.enrolled(code)
    booking = city.office("POST", "/sites/court-1/bookings", _booking(service="hearing")).json()
    documents = caller.get("/v1/documents").json()["documents"]
    keys = {key_id: bytes.fromhex(key) for key_id, key in documents["keys"].items()}
    claims = read(booking["code_text"], keys)
    assert isinstance(claims, Claims)
    assert claims.booking_id == booking["id"]
    assert documents["declaration"]["version"] == 1
    assert [item["number"] for item in caller.get("/v1/bookings").json()["bookings"]] == [booking["number"]]
    assert city.office("DELETE", "/sites/court-1/guards/guard-1").status_code == 200


def test_the_lines_of_the_operators_guide_set_up_a_site(city: City) -> None:
    """Word for word, from the first to a booking; and everything can be looked at afterwards."""
    guide = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
    lines = [line.strip() for line in guide.splitlines() if line.startswith("    curl -H @header -X") and "$S" in line]
    answers = []
    for line in lines:
        words = shlex.split(line)
        body = json.loads(words[words.index("<<<") + 1]) if "--json" in words else None
        path = next(word for word in words if word.startswith("$S")).replace("$S", f"/sites/{HERE}")
        answer = city.office(words[words.index("-X") + 1], path, body)
        assert answer.status_code == 200, (line, answer.text)
        answers.append(answer.json())
    assert len(answers) == 8  # the last two place a hold and lift it
    assert city.enrolled(answers[4]["code"]).get("/v1/documents").json()["documents"]["site"]["opens"] == 510
    assert answers[5]["code_text"].startswith("VB1:")
    told = city.office("GET", f"/sites/{HERE}").json()
    assert (told["site"]["closes"], told["site"]["closed_days"], told["site"]["cap"]) == (1050, ["2026-10-01"], 120)
    assert ("registration", 40) in [(one["service"]["id"], one["hourly_quota"]) for one in told["services"]]
    assert HERE in [site["id"] for site in city.office("GET", "/sites").json()["sites"]]
    assert city.office("GET", "/sites/nowhere").status_code == 404


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"opens": "8:75"}, "body.opens: must be a time of day"),
        ({"opens": "half past eight"}, "body.opens: must be a time of day"),
        ({"opens": "-1:30"}, "body.opens: must be a time of day"),
        ({"opens": "8:30 "}, "body.opens: must be a time of day"),
        ({"opens": "9" * 6000 + ":30"}, "body.opens: must be a time of day"),
        ({"opens": True}, "body.opens: must be a time of day"),
        ({"opens": 8.5}, "body.opens: must be a whole number"),
        ({"closes": "24:01"}, "body.closes: must be a time of day"),
        ({"closes": 1441}, "body.closes: must be 1440 or less"),
        ({"opens": -1}, "body.opens: must be 0 or more"),
        ({"opens": "17:30", "closes": "08:30"}, "closes: must be later than opens"),
        ({"opens": "08:30", "closes": "08:30"}, "closes: must be later than opens"),
        ({"closed_days": ["2026-02-30"]}, "body.closed_days.0: must be a date"),
        ({"closed_days": [0]}, "body.closed_days.0: must be a date"),
        ({"closed_days": ["0"]}, "body.closed_days.0: must be a date"),
        ({"name": {"zh": "  ", "en": "x"}}, "body.name.zh: must be longer: 1 or more signs"),
        ({"name": {"zh": "a\u0000b", "en": "x"}}, "body.name.zh: must have the form"),
        ({"cap": -1}, "body.cap: must be 0 or more"),
        ({"name": {"zh": "", "en": "x"}}, "body.name.zh: must be longer: 1 or more signs"),
        ({"name": {"zh": "车管"}}, "body.name.en: is missing"),
        ({"districts": ["x" * 201]}, "body.districts.0: must be shorter: 200 or fewer signs"),
        ({"colour": "red"}, "body.colour: is not a known key"),
    ],
)
def test_a_mistake_of_a_sites_hours_closes_no_door(city: City, change: dict[str, object], said: str) -> None:
    """It is told in words, and the site stays as it was."""
    before = city.office("GET", f"/sites/{HERE}").json()["site"]
    site = {"name": WORDS, "address": WORDS, "timezone": "Asia/Shanghai", "opens": "08:30", "closes": "17:30"}
    answer = city.office("PUT", f"/sites/{HERE}", site | change)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
    assert said in answer.json()["message"]
    assert city.office("GET", f"/sites/{HERE}").json()["site"] == before


@pytest.mark.parametrize("start", ["2026-12-01T09:00:00", "nine", True])
def test_a_slot_without_its_time_zone_is_told_in_words(city: City, start: object) -> None:
    """Whose nine o'clock is meant is not guessed, and what is asked for is shown."""
    wish = {"service": "inspection", "name": "x", "slot_end": "2026-12-01T10:00:00+08:00", "slot_start": start}
    answer = city.office("POST", f"/sites/{HERE}/bookings", wish)
    assert answer.status_code == 400
    assert "body.slot_start: must be a time with its zone, as 2026-12-01T09:00:00+08:00" in answer.json()["message"]


@pytest.mark.parametrize(("opens", "closes"), [("00:00", "24:00"), ("8:30", "17:30"), (510, 1050), ("08:30", 1050)])
def test_hours_are_written_as_people_write_them(city: City, opens: object, closes: object) -> None:
    """Or as minutes after midnight, as the kiosks are told."""
    site = {"name": WORDS, "address": WORDS, "timezone": "Asia/Shanghai", "opens": opens, "closes": closes}
    assert city.office("PUT", f"/sites/{HERE}", site).status_code == 200
    told = city.office("GET", f"/sites/{HERE}").json()["site"]
    assert (told["opens"], told["closes"]) in {(0, 1440), (510, 1050)}


def test_bookings_are_changed_through_the_office(city: City) -> None:
    """Each act of a booking's life has its call; an unknown act has none."""
    path = f"/sites/{HERE}/bookings"
    booking = city.office("POST", path, _booking(is_confirmed=False)).json()
    caller = city.kiosk()

    def told() -> dict[str, Any]:
        return caller.get("/v1/bookings").json()["bookings"][0]

    assert told()["status"] == "proposed"
    assert city.office("POST", f"{path}/{booking['id']}/confirm").status_code == 200
    assert city.office("POST", f"{path}/{booking['id']}/blacklist").status_code == 200
    assert (told()["status"], told()["is_blacklisted"]) == ("booked", True)
    city.office("POST", f"{path}/{booking['id']}/unblacklist")
    again = city.office("POST", f"{path}/{booking['id']}/reissue").json()
    assert again["code_text"] != booking["code_text"]
    assert told()["code_not_before"] == "2020-03-10T01:00:01Z"
    city.office("POST", f"{path}/{booking['id']}/cancel")
    assert (told()["status"], told()["is_blacklisted"]) == ("cancelled", False)
    assert city.office("POST", f"{path}/{booking['id']}/eat").status_code == 400
    assert city.office("POST", f"{path}/none/cancel").json()["code"] == "not_found"


def test_a_full_hour_is_told_with_a_code_that_a_program_can_read(city: City) -> None:
    """The booking channel offers another hour."""
    service = {"service": {"id": SERVICE, "name": WORDS, "hall": WORDS}, "hourly_quota": 1}
    city.office("PUT", f"/sites/{HERE}/services/{SERVICE}", service)
    path = f"/sites/{HERE}/bookings"
    assert city.office("POST", path, _booking()).status_code == 200
    answer = city.office("POST", path, _booking())
    assert (answer.status_code, answer.json()["code"]) == (409, "quota_full")


def test_the_office_sees_kiosks_arrivals_findings_and_verdicts(city: City) -> None:
    """What happened is told by ids, numbers and times, without anybody's name."""
    caller = city.kiosk()
    issued = city.book()
    caller.log.admitted("visit-1", city.booking(issued))
    city.desk.bookings.cancel(HERE, issued.id)
    caller.log.add("device", {}, seq=9)
    caller.ship()
    kiosks = city.office("GET", f"/sites/{HERE}/kiosks").json()
    assert (kiosks["kiosks"][0]["letter"], kiosks["kiosks"][0]["epoch"], kiosks["logs"][0]["high_seq"]) == ("A", 1, 4)
    arrivals = city.office("GET", f"/sites/{HERE}/arrivals?day=2020-03-10").json()["arrivals"]
    assert (arrivals[0]["number"], arrivals[0]["step"]) == (issued.number, "admitted")
    assert city.office("GET", f"/sites/{HERE}/arrivals?day=2020-03-11").json()["arrivals"] == []
    (finding,) = city.office("GET", f"/sites/{HERE}/findings").json()["findings"]
    assert (finding["kind"], finding["detail"]) == ("gap", "door-1/1 lacks 5 to 8")
    verdicts = city.office("GET", f"/sites/{HERE}/kiosks/door-1/verdicts").json()["verdicts"]
    assert [item[:3] for item in verdicts] == [[1, 2, "cancelled_meanwhile"]]
    assert city.office("POST", f"/sites/{HERE}/kiosks/door-1/revoke").status_code == 200
    assert city.office("GET", f"/sites/{HERE}/kiosks").json()["kiosks"][0]["revoked_at"] == "2020-03-10T01:00:00Z"
    assert city.office("POST", f"/sites/{HERE}/forget", {"before": "2020-03-01T00:00:00Z"}).json()["deleted"] == 0


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        (
            "PUT",
            f"/sites/{HERE}",
            {"id": "other", "name": WORDS, "address": WORDS, "timezone": "x", "opens": 1, "closes": 2},
        ),
        (
            "PUT",
            f"/sites/{HERE}",
            {"id": HERE, "name": WORDS, "address": WORDS, "timezone": "../etc/passwd", "opens": 1, "closes": 2},
        ),
        ("PUT", f"/sites/{HERE}/services/a", {"service": {"id": "b", "name": WORDS, "hall": WORDS}}),
        ("PUT", f"/sites/{HERE}/guards/g", {"name": "李", "pin": "12"}),
        ("PUT", f"/sites/{HERE}/guards/g", {"name": "李", "pin": "1234"}),
        ("PUT", f"/sites/{HERE}/guards/g", {"name": "李", "pin": "876543"}),
        ("PUT", f"/sites/{HERE}/guards/g", {"name": "李", "pin": "000000"}),
        ("PUT", f"/sites/{HERE}/kiosks/k", {"letter": "AB"}),
        ("PUT", f"/sites/{HERE}/kiosks/k", {"letter": "A", "colour": "red"}),
        ("PUT", "/sites/bad%20id/notices", []),
        ("POST", f"/sites/{HERE}/bookings", _booking(slot_start="2020-03-10T09:00:00")),
        ("POST", f"/sites/{HERE}/bookings", _booking(name="")),
        ("POST", f"/sites/{HERE}/bookings", "text"),
        ("GET", f"/sites/{HERE}/arrivals?day=yesterday", None),
    ],
)
def test_a_mistaken_request_is_told_where_it_is_wrong(city: City, method: str, path: str, body: object) -> None:
    """The answer names the field, and never repeats what was sent: that may be somebody's name."""
    answer = city.office(method, path, body)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
    assert NAME not in answer.text
    assert is_ours(answer)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/sites/nowhere/kiosks/k", {"letter": "A"}),
        ("PUT", "/sites/nowhere/notices", []),
        ("PUT", "/sites/nowhere/documents/policy", (PRODUCT / "policy.toml").read_bytes()),
        ("POST", f"/sites/{HERE}/kiosks/none/enrolment", None),
        ("POST", f"/sites/{HERE}/kiosks/none/revoke", None),
        ("POST", f"/sites/{HERE}/findings/none/close", {"by": "a", "note": "b"}),
        ("POST", "/sites/nowhere/bookings", _booking()),
        ("GET", "/sites/nowhere/arrivals?day=2020-03-10", None),
    ],
)
def test_what_is_not_there_is_told_so(city: City, method: str, path: str, body: object) -> None:
    """A misspelt id makes nothing."""
    answer = city.office(method, path, body)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_answers_are_ours_wherever_one_asks(city: City) -> None:
    """A wrong path or method is answered in our form as well, so that a portal's page is never mistaken for it."""
    for answer in (
        requests.get(city.url + "/", timeout=60),
        requests.delete(city.url + "/v1/enrol", timeout=60),
        requests.get(city.url + "/healthz", timeout=60),
        requests.post(city.url + "/v1/enrol", data=b"{", timeout=60),
    ):
        assert is_ours(answer), answer.text
        assert answer.headers["Cache-Control"] == "no-store"
    described = requests.get(city.url + "/openapi.json", timeout=60).json()
    assert {"/v1/enrol", "/v1/entries", "/v1/bookings", "/v1/documents", "/v1/site", "/healthz"} <= set(
        described["paths"]
    )
    assert json.dumps(described).count("UploadAnswer")
    assert requests.get(city.url + "/docs", timeout=60).status_code == 200
