"""Texts: both languages say the same things, nothing that code asks for is missing, and the font draws it all."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kiosk.domain.admission import Reason
from kiosk.domain.screening import Outcome
from kiosk.domain.site import Words
from kiosk.errors import ConfigError, KioskError
from kiosk.screens.board_words import server_words
from kiosk.screens.catalog import required_texts
from kiosk.screens.fonts import font_path
from kiosk.screens.stage import Stage
from kiosk.services import guard_board
from kiosk.services.guards import GuardAct
from kiosk.texts import LANGUAGES, Texts, check_own
from tests.screens.glyphs import missing
from tests.screens.samples_base import settings
from tests.screens.samples_duty import TODAY
from tests.screens.samples_guard import CALM_BOARD

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "config"
SCREENS = ROOT / "kiosk" / "screens"
ASKED = re.compile(r"""\b(?:texts\.(?:t|second|has)|say)\(\s*f?["']([a-z0-9_.{]+)["']""")
CAUSES = re.compile(r"""(?:"cause": |_hold\([^"\n)]+|open_case\([^"\n]+|Course\([^"]+|doubt = )"([a-z_]+)\"""")


@pytest.fixture
def texts() -> Texts:
    """The texts of the product, checked as at start."""
    return Texts.load(CONFIG, "zh", required_texts())


def _all_errors(root: type[KioskError] = KioskError) -> Iterator[type[KioskError]]:
    yield root
    for child in root.__subclasses__():
        yield from _all_errors(child)


def test_every_key_that_a_screen_names_has_a_text(texts: Texts) -> None:
    """A missing text is found here, not by a visitor."""
    files = [*SCREENS.glob("*.py"), *SCREENS.glob("*.kv")]
    asked = {key for file in files for key in ASKED.findall(file.read_text("utf-8"))}
    whole = {key for key in asked if not key.endswith((".", "_")) and "{" not in key}
    assert len(whole) > 50
    # A layout adds to a key what the screen is for ("idle.title" + suffix); then the bare key stands as well.
    assert sorted(key for key in whole if not texts.has(key)) == []


def test_every_error_has_a_text_of_its_own(texts: Texts) -> None:
    """The out-of-order screen tells an operator in words what the code means, and two codes never share words."""
    codes = {error.code for error in _all_errors()}
    said = [texts.t(f"error.{code}") for code in codes if texts.has(f"error.{code}")]
    assert len(said) == len(codes)
    assert len(set(said)) == len(said)


def test_every_refusal_says_what_holds_and_what_to_do(texts: Texts) -> None:
    """A refusal without a next step leaves a visitor standing."""
    for reason in Reason:
        for part in ("title", "text", "todo"):
            assert texts.has(f"refused.{reason}.{part}"), reason


def test_every_cause_and_state_that_a_guard_meets_has_a_text(texts: Texts) -> None:
    """The guard's screen makes its keys from values; each of them must lead to words."""
    sources = [*(ROOT / "kiosk" / "services").glob("*.py"), ROOT / "kiosk" / "domain" / "course.py"]
    causes = {cause for file in sources for cause in CAUSES.findall(file.read_text("utf-8"))}
    causes |= set(guard_board._CAUSES.values()) | {reason.value for reason in Reason} | {"unexpected"}
    assert {"elevated", "declaration", "by_hand", "too_cold"} <= causes
    states = {*guard_board._STATES.values(), *guard_board._CALLED.values(), "waiting", "visit", "on_paper"}
    keys = [
        *(f"guard.cause.{cause}" for cause in causes),
        *(f"guard.state.{state}" for state in states),
        *(f"guard.act.{act}" for act in GuardAct),
        *(f"guard.outcome.{outcome}" for outcome in Outcome),
    ]
    assert sorted(key for key in keys if not texts.has(key)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_font_draws_every_sign_of_the_texts(texts: Texts, language: str) -> None:
    """Kivy draws a box or nothing for what the one font lacks, and says nothing."""
    assert missing(font_path(), set("".join(texts.tables[language].values()))) == set()


def test_the_check_for_missing_signs_finds_one() -> None:
    """A rare character is not in the font, a common one is: the check above can fail."""
    assert missing(font_path(), "您\U00020bb7") == {"\U00020bb7"}


def test_degrees_are_written_as_two_signs(texts: Texts) -> None:
    """Some fonts leave the single sign for degrees Celsius blank, without a word (kivy-facts.md, section 2)."""
    for language in LANGUAGES:
        assert "\u2103" not in "".join(texts.tables[language].values())


def test_a_guards_wait_reads_the_same_whatever_its_cause(texts: Texts) -> None:
    """A refusal that must not be told has the very words of every other wait for the guard."""
    for language in (texts, texts.swapped()):
        for reason in ("blacklisted", "forged_code", "unknown_key"):
            assert language.t(f"refused.{reason}.title") == language.t("guard_wait.title")
            assert language.t(f"refused.{reason}.text") == language.t("guard_wait.text")


def test_no_text_to_a_visitor_names_a_fever(texts: Texts) -> None:
    """A screening reading says "elevated", never "fever": only the questions, which are data, may name symptoms."""
    for language, words in (("zh", ("发烧", "发热")), ("en", ("fever",))):
        for text in texts.tables[language].values():
            assert not any(word in text.lower() for word in words)


NOT_FOR_VISITORS = (
    *("guard.", "case.", "area.", "plan.", "shift.", "today.", "records.", "record.", "late.", "override."),
    *("export.", "error.", "device."),
)
BLAMES = {
    "zh": ("拒绝", "失败", "错误", "非法", "无效", "禁止", "可疑", "黑名单"),
    "en": ("denied", "refused", "failed", "illegal", "invalid", "forbidden", "suspect", "blacklist"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_to_a_visitor_blames(texts: Texts, language: str) -> None:
    """Wording is calm and polite; what an operator or a guard reads may name a thing bluntly."""
    for key, text in texts.tables[language].items():
        if not key.startswith(NOT_FOR_VISITORS):
            assert not any(word in text.lower() for word in BLAMES[language]), key


def test_no_text_is_empty(texts: Texts) -> None:
    """A button always says something."""
    assert [key for language in LANGUAGES for key, text in texts.tables[language].items() if not text.strip()] == []


def test_chinese_has_chinese_punctuation(texts: Texts) -> None:
    """Half-width commas and stops between Chinese signs look like a mistake."""
    assert [key for key, text in texts.tables["zh"].items() if set(text) & set(",;!?")] == []


def test_english_has_no_signs_as_wide_as_chinese_ones(texts: Texts) -> None:
    """In this font curly quotation marks are as wide as a Chinese sign, and tear English words apart."""
    named = {"bar.language"}
    assert [key for key, text in texts.tables["en"].items() if key not in named and set(text) & set("“”‘’，。：")] == []


def test_the_font_draws_the_questions() -> None:
    """The declaration's words come from its own file, and from the server."""
    assert missing(font_path(), (CONFIG / "declaration.toml").read_text("utf-8")) == set()


def test_words_of_the_server_are_said_in_the_language_that_comes_first(texts: Texts) -> None:
    """A service has two names; a text takes the one of its own language."""
    hall = Words("2 号厅", "Hall 2")
    assert "2 号厅" in texts.t("admitted.hall", hall=hall)
    assert "Hall 2" in texts.second("admitted.hall", hall=hall)
    assert texts.swapped().t("admitted.hall", hall=hall) == texts.second("admitted.hall", hall=hall)
    assert (texts.pick(hall), texts.pick_second(hall)) == ("2 号厅", "Hall 2")


def test_all_mistakes_in_the_files_are_told_at_once(tmp_path: Path) -> None:
    """Whoever changes the texts hears of every missing key and placeholder in one start."""
    (tmp_path / "texts.zh.toml").write_text('only_zh = "一"\nboth = "{a} 和 {b}"\n', "utf-8")
    (tmp_path / "texts.en.toml").write_text('only_en = "one"\nboth = "{a} and {c}"\n', "utf-8")
    with pytest.raises(ConfigError) as caught:
        Texts.load(CONFIG, required=["wanted"], product=tmp_path)
    told = "\n".join(caught.value.mistakes)
    for key in ("only_zh", "only_en", "both", "wanted"):
        assert key in told
    assert "texts.en.toml" in told


@pytest.mark.parametrize("content", [b"a = ", b'a = "\xff"'], ids=["no TOML", "no UTF-8"])
def test_a_broken_file_is_named(tmp_path: Path, content: bytes) -> None:
    """The message names the file, not only the line."""
    for language in LANGUAGES:
        (tmp_path / f"texts.{language}.toml").write_bytes(content)
    with pytest.raises(ConfigError, match=r"texts\.zh\.toml"):
        Texts.load(CONFIG, product=tmp_path)


def test_a_site_has_texts_of_its_own_and_the_rest_from_the_product(tmp_path: Path, texts: Texts) -> None:
    """After an update an older file lacks the new texts: they are the product's."""
    (tmp_path / "texts.zh.toml").write_text('[idle]\ntitle = "请扫码"\n', "utf-8")
    own = Texts.load(tmp_path, "zh", required_texts())
    assert own.t("idle.title") == "请扫码"
    assert own.second("idle.title") == texts.second("idle.title")
    assert own.tables["zh"].keys() == texts.tables["zh"].keys()
    assert check_own(tmp_path) == (1, [])


MISFITS = {
    "no such text": ("[idle]\nnever_heard_of = 'x'", "idle.never_heard_of: no such text"),
    "a placeholder too few": ("[admitted]\nhall = 'x'", "admitted.hall: its placeholders must be: {hall}"),
    "another placeholder": ("[admitted]\nhall = '{hall} {name}'", "admitted.hall"),
    "a part of it": ("[admitted]\nhall = '{hall.zh}'", "admitted.hall"),
    "a format": ("[admitted]\nhall = '{hall:>zz}'", "admitted.hall"),
    "by place": ("[admitted]\nhall = '{}'", "admitted.hall"),
    "a lonely brace": ("[admitted]\nhall = '{hall'", "admitted.hall"),
    "no TOML": ("a = ", "texts.en.toml"),
    "no UTF-8": ("a = '\udcff'", "texts.en.toml"),
}


@pytest.mark.parametrize(("content", "told"), MISFITS.values(), ids=MISFITS)
def test_a_text_of_the_site_that_does_not_fit_keeps_no_kiosk_from_its_visitors(
    tmp_path: Path, texts: Texts, caplog: pytest.LogCaptureFixture, content: str, told: str
) -> None:
    """The product's stands in its place; the log and `check` say which and why."""
    (tmp_path / "texts.en.toml").write_text(content, "utf-8", errors="surrogateescape")
    assert Texts.load(tmp_path, "zh", required_texts()).tables == texts.tables
    assert told in caplog.text
    count, (mistake,) = check_own(tmp_path)
    assert (count, told in mistake) == (0, True)


def test_an_unknown_key_never_takes_the_screen_away(texts: Texts, caplog: pytest.LogCaptureFixture) -> None:
    """While a visitor stands there the key itself is shown, and the log has the mistake."""
    assert texts.t("guard.cause.never_heard_of") == "guard.cause.never_heard_of"
    assert "guard.cause.never_heard_of" in caplog.text


def test_the_guard_reads_how_long_the_server_is_silent_and_how_old_the_oldest_unsent_entry_is(texts: Texts) -> None:
    """A quiet kiosk has nothing unsent: an hour without the server must not read as no minute."""
    stage = Stage(texts, settings(1280, 800))

    def told(view_age_s: int | None, unsent: int = 0, oldest_s: int | None = None, *, is_online: bool = False) -> str:
        known = {"view_age_s": view_age_s, "unsent": unsent, "oldest_unsent_s": oldest_s, "is_online": is_online}
        said = {server_words(stage, replace(view, **known)) for view in (CALM_BOARD, TODAY)}
        assert len(said) == 1
        return said.pop()

    assert told(3600) == "离线 60 分钟"
    assert told(31, 2, 31) == "离线 1 分钟 · 待报 2 条"
    assert told(790, 31, 760) == "离线 13 分钟 · 待报 31 条，最久 12 分钟"
    assert told(None, 2, 130) == "尚未连上 · 待报 2 条，最久 2 分钟"
    assert told(9, is_online=True) == "已连接"
    assert told(9, 2, 3, is_online=True) == "已连接 · 待报 2 条"
    assert told(9, 400, 130, is_online=True) == "已连接 · 待报 400 条，最久 2 分钟"
