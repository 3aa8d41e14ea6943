"""`log export` and its companions on a real kiosk's log: files read back, and every export in the log itself."""

from __future__ import annotations

import csv
import io
import json
import stat
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from demo.world import DAY as OPENING
from kiosk.adapters.database import Database, read_key
from kiosk.cli import main
from tests.e2e.city import CONFIG, City, let_in

DAY = OPENING.date().isoformat()
NAME = "难忘的名字"


class Desk:
    """An operator's command line on the log of one kiosk or of several."""

    def __init__(self, city: City, capsys: pytest.CaptureFixture[str]) -> None:
        self.city = city
        self._capsys = capsys
        self.err = ""

    def settings(self, letter: str) -> Path:
        """Return a kiosk's settings as a file."""
        folder = self.city.folder / f"config-{letter}"
        folder.mkdir(exist_ok=True)
        for path in CONFIG.glob("*.toml"):
            text = path.read_text(encoding="utf-8")
            text = text.replace("~/.config/vb-kiosk/log.key", str(self.city.folder / "keys" / f"{letter}.key"))
            (folder / path.name).write_text(text, encoding="utf-8")
        return folder / "kiosk.toml"

    def log(self, act: str, *more: str | Path, letter: str = "A") -> tuple[int, str]:
        """Run one of the log's commands; return its exit code and what it said."""
        words = ["log", act, "--config", self.settings(letter), "--data", self.city.data(letter), *more]
        return self.run(*words)

    def run(self, *words: str | Path) -> tuple[int, str]:
        """Run any command."""
        try:
            code = main([str(word) for word in words])
        except SystemExit as stop:  # argparse ends the program
            code = int(stop.code or 0)
        said = self._capsys.readouterr()
        self.err = said.err
        return code, said.out

    def entries(self, letter: str = "A") -> list[dict[str, Any]]:
        """Return the log's entries, exported whole."""
        return [json.loads(line) for line in self.log("export", "--json", letter=letter)[1].splitlines()]

    def spoil(self, kind: str, letter: str = "A") -> int:
        """Change the body of an entry behind the program's back; return its number."""
        key = read_key(self.city.folder / "keys" / f"{letter}.key", may_create=False)
        database = Database(self.city.data(letter) / "log.db", key, "schema.sql")
        seq = int(database.scalar("SELECT seq FROM entry WHERE kind = ?", kind))
        database.run("UPDATE entry SET body = replace(body, '0', '1') WHERE seq = ?", seq)
        database.close()
        return seq


def records(path: Path) -> list[list[str]]:
    """Return what stands in a CSV file."""
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))


@pytest.fixture
def desk(city: City, capsys: pytest.CaptureFixture[str]) -> Desk:
    """A kiosk's log with a visitor let in and one who only looked, and who reads it."""
    kiosk = city.kiosk("A")
    codes = [city.book(NAME, phone="13987654321").code_text, city.book().code_text]
    city.tell("A")
    let_in(kiosk, codes[0])
    kiosk.desk.scan([codes[1]])
    city.switch_off("A")
    return Desk(city, capsys)


def test_a_days_ledger_is_written_and_registered(desk: Desk, tmp_path: Path) -> None:
    """The last hash on it is the one of the entry that says so."""
    out = tmp_path / "ledger.csv"
    run = desk.log("export", "--day", DAY, "--format", "csv", "--out", out)
    assert (run[0], desk.err) == (0, "")
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    table = records(out)
    assert [record[0] for record in table[:4]] == ["序号", "1", "2", ""]
    assert {table[1][3], table[2][3]} == {"难*字", "张*明"}
    last = desk.entries()[-2]
    assert last["kind"] == "exported"
    assert json.loads(last["body"]) == {"form": "csv", "day": DAY, "full": False, "by": "", "reason": ""}
    chain = next(record[1] for record in table if record[0] == "日志链")
    seen = f"{last['seq']}:{last['hash']}"
    assert seen in chain
    assert desk.log("verify", "--against", seen)[0] == 0


def test_the_xlsx_ledger_opens_in_another_program(desk: Desk, tmp_path: Path) -> None:
    """`--full` is registered with who and why, and shows no more than this kiosk knows."""
    out = tmp_path / "ledger.xlsx"
    why = ("--full", "--by", "李主任", "--reason", "专项检查")
    run = desk.log("export", "--day", DAY, "--format", "xlsx", "--out", out, *why)
    assert run[0] == 0, desk.err
    sheet = load_workbook(out).worksheets[0]
    assert [cell.value for cell in sheet[1]][:4] == ["序号", "日期", "到达时间", "姓名"]
    assert "难*字" in [sheet.cell(2, 4).value, sheet.cell(3, 4).value]
    body = json.loads(desk.entries()[-2]["body"])
    assert body == {"form": "xlsx", "day": DAY, "full": True, "by": "李主任", "reason": "专项检查"}


def test_the_ledger_so_far_is_printed(desk: Desk, tmp_path: Path) -> None:
    """Without a day: of today, which in the year of these tests is long after the demo's."""
    out = tmp_path / "ledger.pdf"
    code, _ = desk.log("export", "--format", "pdf", "--out", out)
    assert (code, out.read_bytes()[:5]) == (0, b"%PDF-")
    assert json.loads(desk.entries()[-2]["body"])["form"] == "pdf"


def test_what_is_not_asked_for_rightly_writes_nothing(desk: Desk, tmp_path: Path) -> None:
    """2, a sentence, no file, no entry."""
    before = len(desk.entries())
    out = tmp_path / "ledger.xlsx"
    wrong: list[tuple[str | Path, ...]] = [
        ("--format", "xlsx"),
        ("--format", "xlsx", "--out", out, "--full", "--by", "李主任"),
        ("--format", "xlsx", "--out", tmp_path / "nowhere" / "ledger.xlsx"),
        ("--format", "xlsx", "--out", out, "--day", "yesterday"),
        ("--format", "csv", "--out", out, "--timezone", "Mars/Olympus"),
        ("--format", "doc", "--out", out),
    ]
    for words in wrong:
        run = desk.log("export", *words)
        assert (run[0], bool(desk.err)) == (2, True), words
    assert list(tmp_path.glob("ledger*")) == []
    assert len(desk.entries()) == before + 1


def test_a_broken_log_still_gives_a_ledger_of_what_holds(desk: Desk, tmp_path: Path) -> None:
    """And says, on the sheet and as exit code 1, from where on it is not to be trusted."""
    seq = desk.spoil("declared")
    out = tmp_path / "ledger.csv"
    run = desk.log("export", "--day", DAY, "--format", "csv", "--out", out)
    assert run[0] == 1
    assert f"自第 {seq} 条起不可信（内容被改）" in out.read_text(encoding="utf-8-sig")
