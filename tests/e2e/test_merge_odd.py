"""`log merge` of a sound export and one of a broken or hostile kiosk: the sheet is made, and the bad file is named."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kiosk.domain.ids import KioskId
from kiosk.log_commands import parser
from kiosk.protocol.messages import to_wire_entry
from ledger.forms import FORMS
from tests.central.builders import HERE, LogMaker, ToldClock

if TYPE_CHECKING:
    from collections.abc import Iterable


def export(folder: Path, log: LogMaker, lines: Iterable[dict[str, Any]] | None = None) -> Path:
    """Write what `log export` would have written."""
    path = folder / f"{log.kiosk_id}.json"
    items = lines if lines is not None else [to_wire_entry(entry) for entry in log.entries]
    path.write_text("\n".join(json.dumps(item) for item in items), encoding="utf-8")
    return path


def maker(kiosk_id: str) -> LogMaker:
    """Return the empty log of a kiosk."""
    return LogMaker(HERE, KioskId(kiosk_id), 1, ToldClock())


def merged(folder: Path, odd: Path, form: str = "csv") -> tuple[int, dict[str, dict[str, Any]], bytes]:
    """Merge a file with that of an honest kiosk; return the exit code, what is said of each file, and the sheet."""
    good = maker("door-2")
    good.add("walked_in", {"visit_id": "v-honest", "why": "child", "guard_id": "g1"})
    sheet, out = folder / "sheet", io.StringIO()
    words = ["merge", export(folder, good), odd, "--format", form, "--out", sheet, "--day", "2020-03-10", "--json"]
    options = parser(Path("config/kiosk.toml"), "").parse_args([str(word) for word in words])
    code = options.run(options, out)
    told = [json.loads(line) for line in out.getvalue().splitlines()]
    return code, {item["file"]: item for item in told}, sheet.read_bytes()


@pytest.mark.parametrize(
    "change",
    [
        {"recorded_at": "9999-12-31T23:59:59.999-08:00"},
        {"recorded_at": "0001-01-01T00:00:00+08:00"},
        {"happened_at": "2020-03-10T01:00:00"},
    ],
)
def test_a_time_that_is_none_ends_what_holds_of_its_file(tmp_path: Path, change: dict[str, str]) -> None:
    """The other file's row is on the sheet."""
    log = maker("door-1")
    first, second = [to_wire_entry(entry) for entry in log.devices(2)]
    code, told, sheet = merged(tmp_path, export(tmp_path, log, [first, second | change]))
    assert (code, told["door-1.json"]["why"], told["door-1.json"]["broken_seq"]) == (1, "form", 2)
    assert "1 人次" in sheet.decode("utf-8-sig")


@pytest.mark.parametrize("ranges", ["5", "[5]", "[[1]]", '[["a","b"]]', '{"ab":1}', "[[1,1e999]]", "[" * 8000, "null"])
def test_an_erasure_that_says_no_numbers_ends_what_holds_of_its_file(tmp_path: Path, ranges: str) -> None:
    """And so does a body that is no object."""
    log = maker("door-1")
    log.devices(1)
    log.add("erased", f'{{"ranges":{ranges}}}' if ranges != "null" else "[]")
    log.devices(1)
    code, told, sheet = merged(tmp_path, export(tmp_path, log))
    assert (code, told["door-1.json"]["why"], told["door-1.json"]["broken_seq"]) == (1, "form", 2)
    assert "1 人次" in sheet.decode("utf-8-sig")


@pytest.mark.parametrize("form", FORMS)
def test_bodies_that_nobody_understands_stop_no_sheet(tmp_path: Path, form: str) -> None:
    """Their seals are true, so the file holds; they are counted."""
    log = maker("door-1")
    log.add("walked_in", {"visit_id": "v-odd", "why": ["x"], "guard_id": "g1"})
    log.add("case_opened", {"visit_id": "v-odd", "case_id": "c1", "number": 5, "cause": [1]})
    log.add("held", '{"visit_id":"v-odd","n":' + "[" * 8000 + "]" * 8000 + "}")
    log.add("refused", '{"visit_id":"v-odd","first_contact":"2020-03-10T01:00:00Z","reasons":["\\ud800"]}')
    code, told, sheet = merged(tmp_path, export(tmp_path, log), form)
    assert (code, told["door-1.json"]["entries"]) == (0, 4)
    assert form != "csv" or "无法识读 4 条" in sheet.decode("utf-8-sig")
