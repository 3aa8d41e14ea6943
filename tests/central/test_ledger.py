"""The office's ledger: all kiosks of a site on one sheet, what is missing named, every export registered."""

from __future__ import annotations

import csv
import io
from typing import Any

import requests

from tests.central.builders import HERE, NAME, PHONE, PLATE, THERE, City

DAY = "2020-03-10"
WHY = {"full": True, "by": "李主任", "reason": "专项检查"}


def ask(city: City, *, site: str = HERE, form: str = "csv", **wish: object) -> requests.Response:
    """Ask for a ledger as the office does."""
    token = (city.data / "admin.token").read_text()
    asked = {"day": DAY, "format": form, **wish}
    headers = {"Authorization": f"Bearer {token}"}
    return requests.post(f"{city.url}/v1/admin/sites/{site}/ledger", json=asked, headers=headers, timeout=40)


def records(response: requests.Response) -> list[list[str]]:
    """Return what stands in a CSV answer."""
    assert response.status_code == 200, response.text
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))


def foot(table: list[list[str]], what: str) -> list[str]:
    """Return the lines of the foot that are about `what`."""
    return [record[1] for record in table if record[0] == what]


def exports(city: City) -> list[dict[str, Any]]:
    """Return what the server says was taken out."""
    return city.office("GET", f"/sites/{HERE}/exports").json()["exports"]


def test_all_kiosks_of_a_site_stand_on_one_sheet(city: City) -> None:
    """Each visit once, numbered through; each kiosk's last hash below."""
    one, other = city.kiosk("door-1", "A"), city.kiosk("door-2", "B")
    one.log.admitted("v1", city.booking(city.book()))
    other.log.admitted("v2", city.booking(city.book()))
    one.ship()
    other.ship()
    table = records(ask(city))
    assert [record[0] for record in table[:4]] == ["序号", "1", "2", ""]
    assert "2 人次" in foot(table, "合计")[0]
    last = [f"{caller.log.entries[-1].seq}:{caller.log.entries[-1].hash}" for caller in (one, other)]
    assert all(any(seen in line for line in foot(table, "日志链")) for seen in last)
    assert foot(table, "缺失")[0] == "当日无记录的终端：无"


def test_names_are_masked_unless_asked_for_by_somebody_for_a_reason(city: City) -> None:
    """The server knows them whole, the sheet does not, unless told."""
    one = city.kiosk()
    one.log.admitted("v1", city.booking(city.book()))
    one.ship()
    masked, full = ask(city).content.decode(), ask(city, **WHY).content.decode()
    assert not any(secret in masked for secret in (NAME, PHONE, PLATE))
    assert all(secret in full for secret in (NAME, PHONE, PLATE, "李主任：专项检查"))
    for lacking in ("by", "reason"):
        refused = ask(city, **{**WHY, lacking: " "})
        assert (refused.status_code, refused.json()["code"]) == (400, "bad_request")


def test_every_ledger_is_registered_with_who_and_why(city: City) -> None:
    """Masked ones as well; what was refused is none."""
    city.kiosk()
    ask(city)
    city.clock.advance(seconds=1)
    ask(city, form="xlsx", **WHY)
    ask(city, full=True)
    told = [(item["day"], item["form"], item["full"], item["by"], item["reason"]) for item in exports(city)]
    assert told == [(DAY, "csv", False, "", ""), (DAY, "xlsx", True, "李主任", "专项检查")]
    assert exports(city)[0]["made_at"] == "2020-03-10T01:00:00Z"


def test_what_has_not_come_is_named(city: City) -> None:
    """A kiosk that was not heard from, a gap, a fork, a number in quarantine; a revoked or new one is not missed."""
    one, _silent = city.kiosk("door-1", "A"), city.kiosk("door-2", "B")
    city.kiosk("door-3", "C")
    city.desk.fleet.put_kiosk(HERE, "door-4", "D", is_entry=True)
    city.clock.advance(days=-1)
    city.desk.fleet.revoke(HERE, "door-3")
    city.clock.advance(days=1)
    entries = one.log.admitted("v1", city.booking(city.book()))
    more = one.log.devices(4)
    one.upload([*entries, more[0], more[3]])
    table = records(ask(city))
    assert foot(table, "缺失")[0] == "当日无记录的终端：door-2"
    assert foot(table, "缺号") == ["终端 door-1，纪元 1，第 6–7 条"]
    one.log.entries[5:] = []
    one.upload([one.log.add("device", {"device": "camera"}), more[2]])
    one.log.entries[7:] = []
    one.upload([one.log.add("device", {"device": "other"}, seq=8)])
    assert foot(records(ask(city)), "分叉") == ["终端 door-1，纪元 1，第 8 条"]


def test_a_number_in_quarantine_is_missing(city: City) -> None:
    """It counts as received, and is not on the sheet."""
    one = city.kiosk()
    entries = one.log.admitted("v1", city.booking(city.book()))
    one.upload([entries[0], {"seq": 2, "kind": "arrived"}, *entries[2:]])
    table = records(ask(city))
    assert foot(table, "缺号") == ["终端 door-1，纪元 1，第 2 条"]
    assert table[1][0] == "1"


def test_the_sites_zone_decides_the_day_and_a_visit_stays_on_its_own(city: City) -> None:
    """Midnight at the site is 16:00 UTC; what happens after it belongs to the visit's row, not to the new day."""
    one = city.kiosk()
    city.clock.advance(hours=14, minutes=58)
    one.log.arrived("v1", city.booking(city.book()))
    city.clock.advance(minutes=5)
    one.log.add("admitted", {"visit_id": "v1", "number": "A001"})
    one.log.admitted("v2", city.booking(city.book()))
    one.ship()
    first, second = records(ask(city)), records(ask(city, day="2020-03-11"))
    assert [len([row for row in table if row[0].isdecimal()]) for table in (first, second)] == [1, 1]
    assert first[1][first[0].index("处置")] == "放行"
    assert (first[1][2], second[1][2]) == ("23:58", "00:03")


def test_another_sites_log_is_not_on_the_sheet(city: City) -> None:
    """Nor is there a ledger of a site that there is not, nor one for anybody but the admin."""
    there = city.kiosk("door-9", "A", site=THERE)
    there.log.admitted("v1", city.booking(city.book(site=THERE), site=THERE))
    there.ship()
    assert "0 人次" in foot(records(ask(city)), "合计")[0]
    assert ask(city, site="nowhere").status_code == 404
    assert requests.post(f"{city.url}/v1/admin/sites/{HERE}/ledger", json={"day": DAY}, timeout=40).status_code == 401


def test_the_file_says_what_it_is(city: City) -> None:
    """A name to save it by, no caching, our header."""
    answer = ask(city, form="xlsx")
    assert answer.content.startswith(b"PK")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="ledger-{HERE}-{DAY}.xlsx"'
    assert (answer.headers["Cache-Control"], answer.headers["X-VB-Protocol"]) == ("no-store", "1")
    assert ask(city, form="doc").status_code == 400


def test_a_corrected_figure_travels_and_changes_no_verdict(city: City) -> None:
    """The new kind is applied like any other."""
    one = city.kiosk()
    entries = one.log.admitted("v1", city.booking(city.book()))
    body = {"visit_id": "v1", "of_seq": 1, "of_hash": entries[0].hash, "what": "name", "value": "欧阳小明"}
    one.log.add("corrected", {**body, "guard_id": "g1", "reason": "错别字"})
    one.ship()
    assert city.verdicts() == []
    table = records(ask(city))
    assert table[1][3] == "欧*明"
    assert "更正姓名：欧*密→欧*明（条目1→5，g1：错别字）" in table[1][-1]
