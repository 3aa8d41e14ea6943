"""The plan's file: read whole, and refused with file, key and reason when it is broken."""

from pathlib import Path

import pytest

from kiosk.documents.plan_file import plan_in
from kiosk.domain.case import Disposition, Role
from kiosk.domain.plan import Situation
from kiosk.toml_file import read

PLAN = Path(__file__).parents[1] / "config" / "plan.toml"


def test_the_plan_that_comes_with_the_kiosk_is_read_whole() -> None:
    """Every situation with its steps, contacts with their numbers, places, limits."""
    wrong: list[str] = []
    plan = read(PLAN, plan_in, wrong)
    assert (wrong, plan is not None) == ([], True)
    assert plan is not None
    assert {item.situation for item in plan.situations} == set(Situation)
    assert all(item.steps for item in plan.situations)
    assert plan.place("tent") is not None
    assert plan.limits.acknowledge_s == 60
    assert [contact.phone for contact in plan.contacts if contact.id == "ambulance"] == ["120"]
    assert plan.steps(Situation.SEVERAL_ELEVATED)[-1].role is Role.LEADER
    assert (plan.near_minutes, plan.near_hours, plan.co_signed) == (15, 24, ())


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("acknowledge_s = 60 ", "acknowledge_s = 1 ", "limits.acknowledge_s"),
        ("place_s = 300 ", "", "limits.place_s"),
        ("version = 1", "version = 0", "version"),
        ('escalation = ["guard_room"', 'escalation = ["night_watch"', "escalation"),
        ("holds = 4", "holds = 0", "place.2.holds"),
        ('phone = "120"', 'phone = ""', "contact.5.phone"),
        ('id = "room_2"', 'id = "room_1"', "place"),
        ("[situation.crowd]", "[situation.parade]", "situation.parade"),
        ("[situation.crowd]", "[other.crowd]", "other"),
        ('contact = "police"', 'contact = "sheriff"', "situation.aggression.step.police.contact"),
        ('role = "leader", text', 'role = "boss", text', "situation.several_elevated.step.3.role"),
        ("co_signed = []", 'co_signed = ["forgotten"]', "co_signed.0"),
        ("minutes = 15 ", "minutes = 0 ", "near.minutes"),
        ('id = "mask"', 'id = "goggles"', "checklist"),
    ],
)
def test_a_broken_plan_is_refused_with_file_key_and_reason(tmp_path: Path, old: str, new: str, key: str) -> None:
    """Whoever wrote it finds the place; nothing of it is used."""
    text = PLAN.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "plan.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    wrong: list[str] = []
    assert read(path, plan_in, wrong) is None
    told = [line for line in wrong if line.startswith(f"{path}: ") and line.removeprefix(f"{path}: ").startswith(key)]
    assert told, wrong
    assert all(line.rpartition(": ")[2].strip() for line in told)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    """One round of mending is enough."""
    text = PLAN.read_text(encoding="utf-8").replace("version = 1", "version = 0").replace("holds = 4", "holds = 0")
    path = tmp_path / "plan.toml"
    path.write_text(text, encoding="utf-8")
    wrong: list[str] = []
    assert read(path, plan_in, wrong) is None
    assert len(wrong) == 2


@pytest.mark.parametrize("text", ["", "id = ", "[[place]]\nid = 'x'\n"])
def test_a_file_that_is_no_plan_is_refused(tmp_path: Path, text: str) -> None:
    """Also one that was cut off in the middle."""
    path = tmp_path / "plan.toml"
    path.write_text(text, encoding="utf-8")
    wrong: list[str] = []
    assert read(path, plan_in, wrong) is None
    assert wrong
    assert all(str(path) in line for line in wrong)


def test_dispositions_that_need_two_signatures_are_read(tmp_path: Path) -> None:
    """By their own names."""
    path = tmp_path / "plan.toml"
    text = PLAN.read_text(encoding="utf-8").replace("co_signed = []", 'co_signed = ["released"]')
    path.write_text(text, encoding="utf-8")
    plan = read(path, plan_in, [])
    assert plan is not None
    assert plan.co_signed == (Disposition.RELEASED,)
