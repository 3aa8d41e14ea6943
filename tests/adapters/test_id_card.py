"""The ID card reader, emulated at a pseudo-terminal: each card once, every fault passed over, nothing left in logs."""

from __future__ import annotations

import logging
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from serial_lines import (
    FIND,
    FOUND_CARD,
    NO_CARD,
    PULLED,
    READ,
    SELECT,
    Line,
    Reader,
    card_text,
    wait_until,
    whole_card,
)

from kiosk.adapters import id_card
from kiosk.adapters.id_card import Card, IdCardReader, checked, parse_card
from kiosk.errors import DeviceGarbled

if TYPE_CHECKING:
    from collections.abc import Iterator

NUMBER = "11010519491231002X"  # the example of GB 11643-1999
GOOD = whole_card(card_text(NUMBER))


class Bench:
    """A kiosk's side and a reader's, joined."""

    def __init__(self, line: Line) -> None:
        self.line = line
        line.plug_in()
        self.reader = Reader(line)
        self.cards: list[Card] = []
        self.states: list[bool] = []
        self.kiosk = IdCardReader(line.port, self.cards.append, self.states.append)
        self.kiosk.start()

    def asked(self, command: bytes, times: int) -> None:
        """Wait until a command was asked so often."""
        wait_until(lambda: self.reader.asked.count(command) >= times)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Iterator[Bench]:
    """A running pair, with short waits; at the end nothing of a card may be in the log."""
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(id_card, "LOOK_S", 0.01)
    monkeypatch.setattr(id_card, "ANSWER_S", 0.5)
    one = Bench(Line(tmp_path / "usb-Example_Reader-if00"))
    yield one
    one.kiosk.stop()
    one.reader.stop()
    one.line.unplug()
    assert NUMBER not in caplog.text
    assert "张三" not in caplog.text


def test_the_commands_are_those_of_the_protocol() -> None:
    """Source: temperature-facts.md, section 4."""
    assert checked(bytes.fromhex("00032001")) == FIND
    assert checked(bytes.fromhex("00033001")) == READ
    assert len(GOOD) == 1295


def test_a_card_is_read_once_when_it_is_laid_on(bench: Bench) -> None:
    """Number, name and validity; laid on again, it is read again."""
    bench.reader.answers[READ] = GOOD
    for times in (1, 2):
        bench.reader.card_laid = True
        wait_until(lambda times=times: len(bench.cards) == times)
        bench.asked(FIND, len(bench.reader.asked) + 3)
    assert bench.cards == [Card(NUMBER, "张三", date(2030, 1, 1))] * 2
    assert bench.states == [True]


def test_no_card_is_no_fault(bench: Bench) -> None:
    """A reader that waits is well."""
    bench.asked(FIND, 20)
    assert bench.cards == []
    assert bench.states == [True]


def test_a_slow_reader_is_waited_for(bench: Bench) -> None:
    """The answer comes in pieces; half a card is never read."""
    bench.reader.dribble = True
    bench.reader.answers[READ] = GOOD
    bench.reader.card_laid = True
    wait_until(lambda: bench.cards)
    assert bench.cards[0].number == NUMBER


FAULTS = {
    "pulled before it is selected": {SELECT: PULLED},
    "pulled before it is read": {READ: PULLED},
    "a wrong sum": {READ: GOOD[:-1] + bytes((GOOD[-1] ^ 1,))},
    "a bit of the number turned over": {READ: GOOD[:150] + bytes((GOOD[150] ^ 1,)) + GOOD[151:]},
    "a length that is too long": {READ: GOOD[:5] + b"\xff\xff" + GOOD[7:]},
    "a length that is too short": {READ: GOOD[:5] + b"\x00\x02" + GOOD[7:]},
    "a wrong length inside": {READ: whole_card(card_text(NUMBER)[:-2])},
    "half an answer": {READ: GOOD[:700]},
    "a wrong check digit": {READ: whole_card(card_text("110105194912310021"))},
    "an impossible day": {READ: whole_card(card_text(NUMBER, until="20301301"))},
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_card_that_is_not_read_soundly_is_not_read(bench: Bench, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is guessed; laid on again it is read, and the reader is well all the time."""
    monkeypatch.setattr(id_card, "CARD_S", 0.5)
    sound = dict(bench.reader.answers)
    bench.reader.answers |= FAULTS[fault]
    bench.reader.card_laid = True
    bench.asked(READ if READ in FAULTS[fault] else SELECT, 1)
    bench.asked(FIND, bench.reader.asked.count(FIND) + 3)
    assert bench.cards == []
    bench.reader.answers = sound | {READ: GOOD}
    bench.reader.card_laid = True
    wait_until(lambda: bench.cards)
    assert bench.states == [True]


def test_noise_before_an_answer_is_passed_over(bench: Bench) -> None:
    """A reader that was just plugged in may send anything first."""
    bench.reader.answers[SELECT] = b"\x00\xaa\xaa\x13" + bench.reader.answers[SELECT]
    bench.reader.answers[READ] = GOOD
    bench.reader.card_laid = True
    wait_until(lambda: bench.cards)


@pytest.mark.parametrize("said", [b"", b"\x55" * 40], ids=["nothing", "garbage"])
def test_a_reader_that_says_nothing_sound_is_missing_until_it_does(
    bench: Bench, said: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dead reader is told once, not at every look, and comes back by itself."""
    monkeypatch.setattr(id_card, "ANSWER_S", 0.05)
    wait_until(lambda: bench.states == [True])
    bench.reader.answers[FIND] = said
    wait_until(lambda: bench.states == [True, False])
    bench.reader.answers[FIND] = NO_CARD
    wait_until(lambda: bench.states == [True, False, True])


def test_nothing_of_a_card_shows_when_it_is_printed() -> None:
    """Neither in a log nor in a traceback."""
    card = parse_card(GOOD[10:-1])
    assert NUMBER not in repr(card)
    assert "张三" not in repr(card)
    assert parse_card(whole_card(card_text(NUMBER, until="长期"))[10:-1]).valid_until is None


def test_what_is_no_text_is_garbled_without_its_bytes() -> None:
    """An error is logged; it must not carry what was read."""
    with pytest.raises(DeviceGarbled) as caught:
        parse_card(whole_card(b"\x00\xd8" + card_text(NUMBER)[2:])[10:-1])
    assert caught.value.__cause__ is None
    assert FOUND_CARD.startswith(id_card.PREAMBLE)
