"""The scanner's benchmark: what it reads, how truths are agreed on, and what it prints."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest

from bench.scanner import run
from bench.scanner_rig.pictures import Truth, agreed, fitted, walk
from bench.scanner_rig.reading import Tally
from bench.scanner_rig.visits import Visit, watch

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.scanning.frames import Gray

DATA = Path(__file__).parent / "data"
DECODERS = ["kiosk", "pyzbar", "zxing-cpp", "cv2", "cv2-aruco"]


def answer_of(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> dict[str, Any]:
    """What the benchmark prints as its last line."""
    assert run(arguments) == code
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def test_pictures_are_read_by_every_decoder_in_one_run(capsys: pytest.CaptureFixture[str]) -> None:
    """One row for each peer, with what it read, read wrongly, and how long it took."""
    answer = answer_of(capsys, str(DATA), "--json")
    assert (answer["images"], answer["unresolved"]) == (7, 0)
    assert list(answer["decoders"]) == DECODERS
    kiosk = answer["decoders"]["kiosk"]
    assert (kiosk["read"], kiosk["wrong"], kiosk["rate"]) == (7, 0, 1.0)
    assert all(set(row) == {"read", "wrong", "rate", "p50_ms", "p95_ms"} for row in answer["decoders"].values())


def test_folders_are_searched_and_pictures_without_a_text_get_one_or_stand_apart(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, draw_qr: Callable[..., Gray]
) -> None:
    """A clear code is agreed on by the families; a blank picture counts for nobody and against nobody."""
    (tmp_path / "in" / "deep").mkdir(parents=True)
    cv2.imwrite(str(tmp_path / "in" / "deep" / "clear.png"), draw_qr("CLEAR", 6))
    cv2.imwrite(str(tmp_path / "blank.png"), np.full((90, 90), 200, np.uint8))
    cv2.imwrite(str(tmp_path / "told.png"), draw_qr("told", 6))
    (tmp_path / "told.txt").write_text("another text\n")
    answer = answer_of(capsys, str(tmp_path))
    assert (answer["images"], answer["unresolved"]) == (2, 1)
    assert (answer["decoders"]["kiosk"]["read"], answer["decoders"]["kiosk"]["wrong"]) == (1, 1)


def test_a_text_counts_when_two_families_or_two_pictures_of_a_group_agree() -> None:
    """One decoder alone, once, proves nothing; another group's pictures prove nothing either."""
    paths = [Path(name) for name in "abcde"]
    groups = dict(zip(paths, [Path("one")] * 3 + [Path("two")] * 2, strict=True))
    readings = {
        paths[0]: {"zbar": frozenset({"both"}), "zxing": frozenset({"both", "alone"})},
        paths[1]: {"zxing": frozenset({"twice"})},
        paths[2]: {"zxing": frozenset({"twice"}), "OpenCV": frozenset({"twice?"})},
        paths[3]: {"zxing": frozenset({"alone"})},
        paths[4]: {"zbar": frozenset[str]()},
    }
    found = agreed(groups, readings)
    assert [sorted(found[path].texts) for path in paths] == [["both"], ["twice"], ["twice"], [], []]
    assert [found[path].unresolved for path in paths] == [False, False, False, True, True]


def test_a_picture_is_read_once_and_wrong_only_without_a_true_text() -> None:
    """A second code in the picture is no mistake; a text that nobody shows is one."""
    tally = Tally()
    for texts in (["true"], ["other", "true\r\n"], ["false"], []):
        tally.count(texts, Truth(frozenset({"true"})), 2.0)
    row = tally.summary()
    assert (row["read"], row["wrong"], row["rate"], row["p50_ms"]) == (2, 1, 0.5, 2.0)


def test_large_pictures_are_fitted_to_the_cameras_size_and_small_ones_stay() -> None:
    """Every decoder gets what a camera of 1280 × 720 would give."""
    assert fitted(np.zeros((1440, 1000, 3), np.uint8)).shape == (720, 500, 3)
    assert fitted(np.zeros((100, 2560, 3), np.uint8)).shape == (50, 1280, 3)
    assert fitted(np.zeros((50, 60, 3), np.uint8)).shape == (50, 60, 3)


def test_each_picture_is_taken_once(tmp_path: Path) -> None:
    """A folder and a picture in it may both be named."""
    picture = tmp_path / "A.PNG"
    picture.write_bytes(b"")
    (tmp_path / "A.txt").write_text("no picture")
    assert walk([tmp_path, picture]) == [picture]


def test_no_picture_is_a_mistake_of_the_call(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """An empty folder is said so, not measured."""
    assert run([str(tmp_path)]) == 2
    assert "no pictures" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        run([str(tmp_path), "--blank", "3"])
    with pytest.raises(SystemExit):
        run(["--visits", "0"])


def test_blank_frames_stand_beside_plain_pyzbar(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is read in them; how fast is not judged on a shared machine."""
    answer = answer_of(capsys, "--blank", "6", "--json")
    assert (answer["frames"], answer["read"]) == (6, 0)
    assert {"mean_ms", "p95_ms", "ratio", "unchanged_ratio"} <= set(answer)
    assert min(answer["ratio"], answer["unchanged_ratio"]) > 0


def test_without_arguments_each_stage_has_its_cost(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a stage costs decides on its place."""
    monkeypatch.setattr("bench.scanner._BLANK", 3)
    answer = answer_of(capsys)
    assert {"zxing", "zbar half", "zbar full"} <= set(answer["stages_ms"])
    assert answer["blank"]["frames"] == 3


def test_visits_are_scored_by_decoder(capsys: pytest.CaptureFixture[str]) -> None:
    """Shares of the visits, never falling with the time."""
    answer = answer_of(capsys, "--visits", "1", "--seed", "3")
    assert list(answer) == DECODERS
    for row in answer.values():
        assert 0 <= row["within_0_5_s"] <= row["within_1_s"] <= row["within_2_s"] <= 1
        assert row["wrong"] == 0


def test_visits_are_the_same_for_the_same_seed() -> None:
    """A run can be done again, and another seed shows other visitors."""
    again, same, other = Visit((7, 1)), Visit((7, 1)), Visit((8, 1))
    assert again.text == same.text != other.text
    assert np.array_equal(again.frame(9), same.frame(9))
    assert not np.array_equal(again.frame(9), again.frame(10))


def test_a_decoder_gets_the_newest_frame_only() -> None:
    """A slow decoder skips frames, a quick one waits for the next; a text that is not shown is wrong."""
    visit = Visit((7, 2))
    asked: list[float] = []
    assert watch(visit, lambda _frame: [], asked.append) == (None, False)
    assert len(asked) == 60
    assert asked == sorted(asked)
    assert watch(visit, lambda _frame: ["made up"], asked.append) == (None, True)
    at, wrong = watch(visit, lambda _frame: [visit.text], asked.append)
    assert at is not None
    assert not wrong
