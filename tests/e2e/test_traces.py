"""Nothing personal where it does not belong: a day with unmistakable people, and then a search through all it left."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest
import requests

from demo.world import GUARD_ID
from kiosk.services.guards import GuardAct
from tests.e2e.city import City, let_in, measure, scan, to_measuring

NAME = "欧阳无双"
PLATE = "冀A7W8X9"
PHONE = "13900011122"
ID = "11010519491231002X"
CELSIUS = ("37.83", "3783")


def needles(code: str, number: str) -> list[str]:
    """Return everything that may stand nowhere but in the databases."""
    return [NAME, PLATE, PHONE, ID, code, code[4:40], number, *CELSIUS]


def day(city: City) -> tuple[str, str]:
    """Play a day with everything that can go wrong in it; return the code and the number of the visitor looked for."""
    kiosk = city.kiosk("A")
    visitor = city.book(NAME, plate=PLATE, phone=PHONE, id_number=ID)
    other = city.book("李四")
    city.tell()
    desk = kiosk.desk
    kiosk.call(lambda: desk.look_up("id", ID))
    kiosk.call(lambda: desk.look_up("id", "110105194912310021"))
    kiosk.call(lambda: desk.look_up("booking", visitor.number))
    visit_id = to_measuring(kiosk, visitor.code_text)
    measure(kiosk, visit_id, "fault")
    kiosk.call(lambda: desk.guarding.sign_in(GUARD_ID, "000000"))
    kiosk.call(lambda: desk.guarding.sign_in(GUARD_ID, "274951"))
    kiosk.call(lambda: desk.guarding.guard_act(GuardAct.MEASURE, visit_id, "axilla:37.83"))
    let_in(kiosk, other.code_text)
    scan(kiosk, visitor.code_text[:-9] + "AAAAAAAAA")
    city.tell()
    city.server_goes_away()
    scan(kiosk, city_code := other.code_text)
    assert city_code
    kiosk.drain()
    city.server_comes_back()
    city.tell()
    city.switch_off("A")
    return visitor.code_text, visitor.number


def test_a_whole_day_leaves_nothing_personal_in_logs_urls_headers_or_file_names(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Log lines at their most talkative, every request's line and headers, and the name of every file."""
    calls: list[str] = []
    sent = requests.Session.send

    def recorded(session: requests.Session, request: requests.PreparedRequest, **more: Any) -> requests.Response:
        calls.append(f"{request.method} {request.url} {dict(request.headers)}")
        return sent(session, request, **more)

    monkeypatch.setattr(requests.Session, "send", recorded)
    city = City(tmp_path)
    with caplog.at_level(logging.DEBUG):
        code, number = day(city)
    city.stop()
    names = [str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")]
    for needle in needles(code, number):
        assert needle not in caplog.text, needle
        assert not [call for call in calls if needle in call], needle
        assert not [name for name in names if needle in name], needle
    assert calls
    assert names


def test_a_copied_disk_of_a_kiosk_shows_nothing(tmp_path: Path) -> None:
    """Every byte of every file in its data folder; the control finds the same words in a file that is not encrypted."""
    city = City(tmp_path)
    code, number = day(city)
    city.stop()
    (tmp_path / "control.txt").write_text(f"{NAME} {number}", encoding="utf-8")
    assert NAME.encode() in (tmp_path / "control.txt").read_bytes()
    files = [path for path in city.data("A").rglob("*") if path.is_file()]
    assert len(files) >= 2
    words = [*needles(code, number), "欧*双", "冀A***X9", "SQLite format 3", "admitted"]
    for path in files:
        raw = path.read_bytes()
        assert not [word for word in words if word.encode() in raw], path.name


def test_the_kiosk_is_told_no_more_than_a_door_needs(tmp_path: Path) -> None:
    """Whole names, phones, plates and identity numbers stay on the server: not even the decrypted copy has them."""
    city = City(tmp_path)
    kiosk = city.kiosk("A")
    city.book(NAME, plate=PLATE, phone=PHONE, id_number=ID)
    city.tell()
    rows: list[Any] = kiosk.copy._database.rows("SELECT data FROM booking")
    text = str([json.loads(row[0]) for row in rows])
    assert "欧*双" in text
    for needle in (NAME, PLATE, PHONE, ID):
        assert needle not in text
    city.stop()
