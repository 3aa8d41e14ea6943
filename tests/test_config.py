"""Settings: every mistake at once with its file and key, and the files that come with the program are right."""

from __future__ import annotations

import re
import shutil
import tomllib
from datetime import date
from pathlib import Path

import pytest

from kiosk.config import Settings, load
from kiosk.domain.overriding import OWN_RULES
from kiosk.domain.policy import BodySite, Instrument, ReadingKind
from kiosk.errors import ConfigError

CONFIG = Path(__file__).parents[1] / "config"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the settings that come with the program."""
    for name in ("kiosk.toml", "policy.toml", "declaration.toml", "plan.toml"):
        shutil.copy(CONFIG / name, tmp_path / name)
    return tmp_path


def change(file: Path, old: str, new: str) -> None:
    """Change one place of a settings file."""
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def mistakes(folder: Path) -> list[str]:
    """Return the mistakes that a start would show, with the files' names alone."""
    with pytest.raises(ConfigError) as caught:
        load(folder / "kiosk.toml")
    return [line.replace(f"{folder}/", "") for line in caught.value.mistakes]


def test_the_settings_that_come_with_the_program_load() -> None:
    """And say what the documents say."""
    settings = load(CONFIG / "kiosk.toml")
    assert isinstance(settings, Settings)
    assert (settings.policy.early_min, settings.policy.late_min) == (15, 15)
    assert (settings.policy.screening.guard_band_cc, settings.policy.screening.rise_cc) == (20, 15)
    assert (settings.kiosk.direction, settings.kiosk.screen.first_language) == ("entry", "zh")
    assert settings.folder == CONFIG


def test_the_limit_is_37_30_to_the_hundredth_for_every_place_of_the_body() -> None:
    """No float rounds it, and no place is forgotten that a guard can measure at."""
    limits = load(CONFIG / "kiosk.toml").policy.screening.limits
    assert {limit.elevated_cc for limit in limits} == {3730}
    assert all(limit.low_cc in {3500, 3550} for limit in limits)
    assert all(limit.source for limit in limits)
    clinical = {limit.site for limit in limits if limit.kind is ReadingKind.CLINICAL}
    assert clinical == {BodySite.AXILLA, BodySite.EAR, BodySite.ORAL}
    assert ReadingKind.SURFACE not in {limit.kind for limit in limits}


def test_at_least_three_questions_are_asked_in_both_languages() -> None:
    """And the notice says who, what for and how long."""
    declaration = load(CONFIG / "kiosk.toml").declaration
    asked = declaration.asked("any-service")
    assert len(asked) >= 3
    assert len({question.id for question in declaration.questions}) == len(declaration.questions)
    assert all(question.text.zh and question.text.en for question in asked)
    assert "30" in declaration.notice.short.zh
    assert "30" in declaration.notice.short.en


def test_every_number_of_the_policy_has_its_basis_beside_it() -> None:
    """A comment on its line, or the source of its limit: a number without one cannot be defended."""
    bare: list[str] = []
    in_limit = False
    for line in (CONFIG / "policy.toml").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            in_limit = line.startswith("[[screening.limit]]")
        key = line.partition("=")[0].strip()
        if re.match(r"[a-z_]+ *= *[\d.]+", line) and key != "version" and not in_limit and "#" not in line:
            bare.append(key)
    assert bare == []
    limits = tomllib.loads((CONFIG / "policy.toml").read_text(encoding="utf-8"))["screening"]["limit"]
    assert all(limit["source"] for limit in limits)


def test_every_rule_of_overriding_says_its_basis_and_is_what_holds_without_a_file() -> None:
    """An older policy of the server says nothing of overriding; then the same holds."""
    rules = load(CONFIG / "kiosk.toml").policy.overrides
    assert all(rule.basis for rule in rules)
    assert {rule.reason: rule.by for rule in rules} == {rule.reason: rule.by for rule in OWN_RULES}


def test_all_mistakes_of_all_files_are_told_at_once_with_file_and_key(folder: Path) -> None:
    """One start, one list; nobody mends one mistake to meet the next."""
    change(folder / "kiosk.toml", 'mode = "demo"', 'mode = "party"')
    change(folder / "kiosk.toml", 'url = "http://', 'url = "//')
    change(folder / "kiosk.toml", "booking_s = 30", 'booking_s = "soon"')
    change(folder / "policy.toml", "early_min = 15", "early_min = -1")
    change(folder / "policy.toml", "guard_band = 0.20", "guard_band = 0.205")
    change(folder / "declaration.toml", "version = 3", "version = 0")
    found = mistakes(folder)
    expected = [
        "kiosk.toml: mode:",
        "kiosk.toml: server.url:",
        "kiosk.toml: timeouts.booking_s:",
        "policy.toml: admission.early_min:",
        "policy.toml: screening.guard_band:",
        "declaration.toml: notice.version:",
    ]
    assert [line.startswith(start) for line, start in zip(found, expected, strict=True)] == [True] * 6


@pytest.mark.parametrize(
    ("file", "old", "new", "key"),
    [
        ("kiosk.toml", "booking_s = 30", "bookings_s = 30", "timeouts.bookings_s"),
        ("kiosk.toml", "[camera]", "[kamera]", "kamera"),
        ("policy.toml", "late_min = 15", "late_min = 15\nlate_minutes = 20", "admission.late_minutes"),
        ("declaration.toml", 'id = "contact"', 'id = "contact"\nserviced = ["vehicle"]', "question.2.serviced"),
        ("declaration.toml", 'en = "met', 'fr = "rien", en = "met', "question.2.text"),
    ],
)
def test_a_key_that_nobody_knows_is_a_mistake(folder: Path, file: str, old: str, new: str, key: str) -> None:
    """A misspelt one would pass unseen and the default would hold."""
    change(folder / file, old, new)
    found = [line for line in mistakes(folder) if line.startswith(f"{file}: {key}")]
    assert found
    assert "is not a known key" in found[0]


@pytest.mark.parametrize(
    ("file", "old", "new", "key"),
    [
        ("policy.toml", "elevated = 37.30", "elevated = 37.305", "screening.limit.0.elevated"),
        ("policy.toml", "elevated = 37.30", 'elevated = "37,30"', "screening.limit.0.elevated"),
        ("policy.toml", "elevated = 37.30", "elevated = 99.1", "screening.limit.0.elevated"),
        ("policy.toml", "elevated = 37.30", "elevated = nan", "screening.limit.0.elevated"),
        ("policy.toml", 'site = "forehead"', 'site = "nose"', "screening.limit.0.site"),
        ("policy.toml", "low = 35.50", "low = 37.30", "screening.limit.0"),
        ("policy.toml", 'site = "canthus"', 'site = "forehead"', "screening"),
        ("policy.toml", "ambient_low = 16.0", "ambient_low = 36.0", "screening"),
        ("policy.toml", "warm_up_s = 300", "warm_up_s = 5", "screening.warm_up_s"),
        (
            "policy.toml",
            'forged_code       = { by = "never"',
            'forged_code = { by = "supervisor"',
            "override.forged_code.by",
        ),
        (
            "policy.toml",
            'unknown_booking   = { by = "never"',
            'unknown_booking = { by = "leader"',
            "override.unknown_booking.by",
        ),
        ("policy.toml", 'too_late          = { by = "guard"', 'too_late = { by = "anybody"', "override.too_late.by"),
        ("policy.toml", "too_early         =", "#", "override.too_early"),
        ("declaration.toml", 'id = "contact"', 'id = "symptoms"', "question"),
        ("declaration.toml", 'id = "contact"', 'id = "Con tact"', "question.2.id"),
        ("kiosk.toml", 'driver = "simulated"', "", "thermometer.driver"),
    ],
)
def test_a_value_that_makes_no_sense_is_a_mistake(folder: Path, file: str, old: str, new: str, key: str) -> None:
    """A third decimal, a comma, limits the wrong way round, one place twice: nothing is guessed or rounded."""
    change(folder / file, old, new)
    assert mistakes(folder)[0].startswith(f"{file}: {key}:")


def test_a_file_that_is_not_there_is_told_beside_the_other_mistakes(folder: Path) -> None:
    """By its path."""
    (folder / "policy.toml").unlink()
    change(folder / "kiosk.toml", 'mode = "demo"', 'mode = "party"')
    found = mistakes(folder)
    assert found[0].startswith("kiosk.toml: mode:")
    assert found[1].startswith("policy.toml: cannot be read")


@pytest.mark.parametrize("content", [b"mode = ", b"\xff\xfe", b"[a]\n[a]\n"])
def test_a_file_that_is_not_toml_is_told_with_the_place(folder: Path, content: bytes) -> None:
    """A forgotten quote, another encoding."""
    (folder / "kiosk.toml").write_bytes(content)
    found = mistakes(folder)
    assert [line.startswith("kiosk.toml: is not TOML") for line in found] == [True]


def test_an_empty_file_says_what_is_missing(folder: Path) -> None:
    """Everything that has no default."""
    (folder / "kiosk.toml").write_text("")
    found = mistakes(folder)
    assert {line.split(":")[1].strip() for line in found} == {"mode", "server", "log", "thermometer"}


@pytest.mark.parametrize("commissioned", ['commissioned = ""', 'commissioned = "  "', ""])
def test_a_surface_limit_without_who_found_it_is_refused(folder: Path, commissioned: str) -> None:
    """Bare skin at 33 °C would pass under a limit that was copied from a body mode."""
    limit = '\n[[screening.limit]]\nsite = "forehead"\nkind = "surface"\nelevated = 36.0\nlow = 34.0\nsource = "x"\n'
    with (folder / "policy.toml").open("a", encoding="utf-8") as file:
        file.write(limit + commissioned + "\n")
    assert "commissioned" in mistakes(folder)[0]


def test_a_guards_station_needs_neither_camera_nor_thermometer(folder: Path) -> None:
    """A tablet on a desk: its guard measures by hand, and codes are typed."""
    file = folder / "kiosk.toml"
    change(file, 'role = "visitor"', 'role = "guard"')
    change(file, '[camera]\nsource = "0"', "[camera]")
    text = file.read_text(encoding="utf-8")
    file.write_text(text[: text.index("[thermometer]")] + text[text.index("[alarm]") :], encoding="utf-8")
    assert load(file).kiosk.is_station
    assert load(file).kiosk.thermometer.driver == "manual"
    text = file.read_text(encoding="utf-8")
    file.write_text(text[: text.index("[camera]")] + text[text.index("[alarm]") :], encoding="utf-8")
    assert load(file).kiosk.camera.source == "none"


def test_a_board_needs_no_devices_and_takes_no_camera(folder: Path) -> None:
    """A display in the rest room reads no codes: there is no live picture to aim by."""
    file = folder / "kiosk.toml"
    change(file, 'role = "visitor"', 'role = "board"')
    assert any("board" in line and "camera.source" in line for line in mistakes(folder))
    text = file.read_text(encoding="utf-8")
    file.write_text(text[: text.index("[camera]")] + text[text.index("[alarm]") :], encoding="utf-8")
    assert load(file).kiosk.is_board
    assert load(file).kiosk.thermometer.driver == "manual"


def test_a_visitors_kiosk_says_what_measures(folder: Path) -> None:
    """Nothing is taken for granted where visitors stand."""
    file = folder / "kiosk.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text[: text.index("[thermometer]")] + text[text.index("[alarm]") :], encoding="utf-8")
    assert any("thermometer" in line for line in mistakes(folder))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('driver = "none" ', 'driver = "serial_relay" '),
        ('driver = "none" ', 'driver = "command" '),
        ('driver = "none" ', 'driver = "gpio" '),
        ("sounder = 2", "sounder = 9"),
    ],
)
def test_an_alarm_that_cannot_sound_is_refused(folder: Path, old: str, new: str) -> None:
    """Found at the start, not at the first case."""
    change(folder / "kiosk.toml", old, new)
    assert any("alarm" in line for line in mistakes(folder))


def test_lamp_and_sounder_are_not_wired_to_one_channel(folder: Path) -> None:
    """A lamp that buzzes, or a buzzer that shines all night."""
    file = folder / "kiosk.toml"
    change(file, 'driver = "none"                # none, serial', 'driver = "serial_relay"  # none, serial')
    change(file, 'port = ""', 'port = "/dev/serial/by-id/relay"')
    assert load(file).kiosk.alarm.lamp == 1
    change(file, "lamp = 1", "lamp = 2")
    assert any("alarm" in line for line in mistakes(folder))


_INSTRUMENT = '\n[[instrument]]\nserial = "YT-1"\nsites = ["axilla", "ear"]\nchecked_until = 2020-12-31\n'


def test_the_guards_thermometers_are_read(folder: Path) -> None:
    """With where each measures and until when it is checked."""
    with (folder / "policy.toml").open("a", encoding="utf-8") as file:
        file.write(_INSTRUMENT)
    listed = load(folder / "kiosk.toml").policy.instruments
    assert listed == (Instrument("YT-1", (BodySite.AXILLA, BodySite.EAR), date(2020, 12, 31)),)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"YT-1"', '""', "policy.toml: instrument.0.serial:"),
        ('"YT-1"', '"a:b"', "policy.toml: instrument.0.serial:"),
        ('"axilla", "ear"', "", "policy.toml: instrument.0.sites:"),
        ('"axilla"', '"canthus"', "policy.toml: instrument.0.sites: nothing is measured there by hand: canthus"),
        ("2020-12-31", '"soon"', "policy.toml: instrument.0.checked_until:"),
        ("2020-12-31\n", "2020-12-31\n" + _INSTRUMENT, "policy.toml: (file): two instruments with the same serial"),
    ],
)
def test_a_guards_thermometer_that_makes_no_sense_is_a_mistake(folder: Path, old: str, new: str, said: str) -> None:
    """A serial number twice would leave open which one was meant; no hand measures the corner of an eye."""
    with (folder / "policy.toml").open("a", encoding="utf-8") as file:
        file.write(_INSTRUMENT.replace(old, new))
    assert said in mistakes(folder)[0]
