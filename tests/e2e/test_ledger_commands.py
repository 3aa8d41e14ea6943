"""`log export` and its companions on a real kiosk's log: files read back, and every export in the log itself."""

from __future__ import annotations

import csv
import getpass
import io
import json
import os
import shutil
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
        """Run any command; the umask, which it makes narrower for its process, is the tests' own again afterwards."""
        umask = os.umask(0o077)
        try:
            code = main([str(word) for word in words])
        except SystemExit as stop:  # argparse ends the program
            code = int(stop.code or 0)
        finally:
            os.umask(umask)
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
    assert json.loads(last["body"]) == {
        "form": "csv",
        "day": DAY,
        "full": False,
        "by": getpass.getuser(),  # who did not say a name is the machine's account
        "reason": "",
    }
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


def test_a_broken_log_whose_body_is_gone_counts_up_to_there(desk: Desk, tmp_path: Path) -> None:
    """Nobody says that it was erased; the chain goes on, the trust ends."""
    key = read_key(desk.city.folder / "keys" / "A.key", may_create=False)
    database = Database(desk.city.data("A") / "log.db", key, "schema.sql")
    database.run("UPDATE entry SET body = NULL, salt = NULL WHERE kind = 'declared'")
    seq = int(database.scalar("SELECT seq FROM entry WHERE kind = 'declared'"))
    before = database.scalar("SELECT hash FROM entry WHERE seq = ?", seq - 1)
    database.close()
    out = tmp_path / "ledger.csv"
    assert desk.log("export", "--day", DAY, "--format", "csv", "--out", out)[0] == 1
    assert f"{seq - 1}:{before}；自第 {seq} 条起不可信（未登记的删除）" in out.read_text(encoding="utf-8-sig")


def test_a_correction_is_an_entry_and_stands_on_the_ledger(desk: Desk, tmp_path: Path) -> None:
    """The state stays as it was, the sheet shows both figures."""
    seq = next(item["seq"] for item in desk.entries() if item["kind"] == "reading")
    why = ("--by", "王建国", "--reason", "看错了")
    code, line = desk.log("correct", "--seq", str(seq), "--what", "reading", "--value", "36.8", *why)
    made = desk.entries()[-2]
    assert (code, line) == (0, f"entry {made['seq']} corrects entry {seq}\n")
    assert made["kind"] == "corrected"
    assert json.loads(made["body"])["of_hash"] == desk.entries()[seq - 1]["hash"]
    assert desk.log("rebuild")[0] == 0
    out = tmp_path / "ledger.csv"
    desk.log("export", "--day", DAY, "--format", "csv", "--out", out)
    (row,) = [record for record in records(out) if "更正读数" in record[-1]]
    assert "36.8" in row
    assert f"→36.8（条目{seq}→{made['seq']}，王建国：看错了）" in row[-1]


@pytest.mark.parametrize(
    ("seq", "what", "value"),
    [("999", "name", "李雷"), ("0", "name", "李雷"), ("1", "name", "李雷"), ("2", "name", " "), ("2", "colour", "red")],
)
def test_what_is_not_there_cannot_be_corrected(desk: Desk, seq: str, what: str, value: str) -> None:
    """2, a sentence, and nothing recorded; entry 1 says that the kiosk was started."""
    before = len(desk.entries())
    words = ("--seq", seq, "--what", what, "--value", value, "--by", "王建国", "--reason", "看错了")
    code, said = desk.log("correct", *words)
    assert (code, said, bool(desk.err)) == (2, "", True)
    assert len(desk.entries()) == before + 1


@pytest.fixture
def brought(desk: Desk, tmp_path: Path) -> list[Path]:
    """Two doors' logs on a stick, one of them twice."""
    kiosk = desk.city.kiosk("C")
    code = desk.city.book("另一个人").code_text
    desk.city.tell("C")
    let_in(kiosk, code)
    desk.city.switch_off("C")
    files = [tmp_path / "noon.json", tmp_path / "evening.json", tmp_path / "door-C.json"]
    for path, letter in zip(files, "AAC", strict=True):
        assert desk.log("export", "--out", path, letter=letter) == (0, "")
    return files


def test_the_logs_of_several_doors_become_one_ledger(desk: Desk, brought: list[Path], tmp_path: Path) -> None:
    """Without any kiosk's data; the same entries twice are counted once; each file with its last hash."""
    out = tmp_path / "site.csv"
    code, said = desk.run("log", "merge", *brought, "--day", DAY, "--format", "csv", "--out", out, "--json")
    assert (code, desk.err) == (0, "")
    told = [json.loads(line) for line in said.splitlines()]
    assert [item["file"] for item in told] == ["noon.json", "evening.json", "door-C.json"]
    table = records(out)
    assert [record[0] for record in table[:5]] == ["序号", "1", "2", "3", ""]
    chains = [record[1] for record in table if record[0] == "日志链"]
    assert [f"{item['entries']}:{item['last_hash']}" in line for item, line in zip(told, chains, strict=True)] == [
        True
    ] * 3


def test_whole_entries_are_of_no_day(desk: Desk, tmp_path: Path) -> None:
    """Whoever asks for one day's must not get a month's, and register that it was taken out."""
    before = len(desk.entries())
    code, said = desk.log("export", "--day", DAY, "--format", "json", "--out", tmp_path / "day.json")
    assert (code, said, "--day is for xlsx, csv and pdf" in desk.err) == (2, "", True)
    assert not (tmp_path / "day.json").exists()
    assert len(desk.entries()) == before + 1  # the first look, which was an export


def test_a_broken_file_and_a_fork_are_named(desk: Desk, brought: list[Path], tmp_path: Path) -> None:
    """1, on the terminal and on the sheet; what holds is there all the same."""
    lines = brought[0].read_text(encoding="utf-8").splitlines()
    spoilt = [line.replace('\\"by\\":\\"code\\"', '\\"by\\":\\"number\\"') for line in lines]
    broken = next(place for place, (one, other) in enumerate(zip(lines, spoilt, strict=True), start=1) if one != other)
    brought[0].write_text("\n".join(spoilt), encoding="utf-8")
    cut = brought[2].read_text(encoding="utf-8")
    brought[2].write_text(cut[:-40], encoding="utf-8")
    out = tmp_path / "site.csv"
    code, said = desk.run("log", "merge", *brought, "--day", DAY, "--format", "csv", "--out", out)
    assert code == 1
    assert f"noon.json: kiosk door-A, epoch 1, {broken - 1} entries hold" in said
    assert f"broken at entry {broken}: body: what it recorded was changed" in said
    count = len(cut.splitlines())
    assert f"door-C.json: kiosk door-C, epoch 1, {count - 1} entries hold" in said
    assert f"broken at entry {count}: form" in said
    assert f"自第 {broken} 条起不可信（内容被改）" in out.read_text(encoding="utf-8-sig")
    _code, said = desk.run(
        "log", "merge", brought[1], out, "--day", DAY, "--format", "csv", "--out", tmp_path / "b.csv"
    )
    assert "site.csv: it holds no entry, as `log export --json` writes them" in said


def test_a_log_that_went_two_ways_is_named(desk: Desk, tmp_path: Path) -> None:
    """Two copies of one disk: each export added an entry of its own under the same number."""
    twin = tmp_path / "twin"
    shutil.copytree(desk.city.data("A"), twin)
    (twin / "copy.db").unlink()
    files = [tmp_path / "first.json", tmp_path / "second.json"]
    desk.log("export", "--out", files[0])
    desk.run("log", "export", "--config", desk.settings("A"), "--data", twin, "--out", files[1])
    last = json.loads(files[0].read_text(encoding="utf-8").splitlines()[-1])["seq"]
    out = tmp_path / "site.csv"
    code, said = desk.run("log", "merge", *files, "--day", DAY, "--format", "csv", "--out", out)
    assert code == 1
    assert f"fork: kiosk door-A, epoch 1 has two entries with number {last}" in said
    assert ["分叉", f"终端 door-A，纪元 1，第 {last} 条"] in [record[:2] for record in records(out)]


def test_a_kiosk_that_lost_its_local_copy_still_gives_a_ledger(desk: Desk, tmp_path: Path) -> None:
    """Ids stand in the place of names; the zone may be told."""
    for path in desk.city.data("A").glob("copy.db*"):
        path.unlink()
    out = tmp_path / "ledger.csv"
    words = ("--day", DAY, "--format", "csv", "--out", out, "--timezone", "Asia/Shanghai")
    assert desk.log("export", *words)[0] == 0
    assert ["台账", f"防控排查台账　branch-2　{DAY}"] in [record[:2] for record in records(out)]


def test_a_merge_that_cannot_be_says_why(desk: Desk, brought: list[Path], tmp_path: Path) -> None:
    """2: no such file, nothing in it, a full one without a reason."""
    out = tmp_path / "site.csv"
    empty = tmp_path / "empty.json"
    empty.touch()
    for words in ([tmp_path / "gone.json"], [empty], [*brought, "--full"]):
        code, _ = desk.run("log", "merge", *words, "--format", "csv", "--out", out)
        assert (code, bool(desk.err), out.exists()) == (2, True, False), words
