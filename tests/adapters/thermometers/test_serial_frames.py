"""Modules on a serial line through the real pyserial: split, torn, garbled, silent, hung up and back again."""

from __future__ import annotations

import os
import random
import threading
import tty
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.adapters.thermometers.serial_frames import KINDS, Frames, word
from kiosk.domain.policy import ReadingKind
from kiosk.errors import ConfigError, DeviceGarbled, DeviceTimeout, DeviceUnavailable
from tests.adapters.thermometers.emulate_lines import Line, frame_a, frame_b, frame_c, line, sealed
from tests.adapters.thermometers.opening import ignore, opened

GOLDEN = bytes.fromhex("5A5A45040C780D19A7")  # w.electrodragon.com, Contactless Temperature


def test_the_published_frame_is_read() -> None:
    """31.92 and 33.53 °C."""
    (frame,) = Frames(KINDS["A"]).feed(GOLDEN)
    assert (word(frame, 4), word(frame, 6)) == (3192, 3353)


@pytest.mark.parametrize(
    ("kind", "frame"), [("A", frame_a(3450)), ("B", frame_b(3450)), ("C", frame_c(3450)), ("A", frame_a(-550, -3999))]
)
@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 100])
def test_a_frame_is_found_however_it_is_cut(kind: str, frame: bytes, size: int) -> None:
    """In single bytes, across reads, several in one."""
    stream = frame * 3
    frames = Frames(KINDS[kind])
    found = [item for at in range(0, len(stream), size) for item in frames.feed(stream[at : at + size])]
    assert found == [frame] * 3
    assert frames.dropped == 0


@pytest.mark.parametrize(
    "rubbish",
    [
        b"\x00\xff\x13",
        b"\x5a",
        b"\x5a\x5a\x45",
        GOLDEN[:-1],
        GOLDEN[:-1] + b"\x00",
        sealed(bytes.fromhex("5A5A45047FFF0D19")),  # a sound sum over 327.67 °C
        b"\x5a\x5a\x45\x04" + GOLDEN[:4],
    ],
)
def test_after_rubbish_the_next_frame_is_found_byte_by_byte(rubbish: bytes) -> None:
    """None is lost, none is made up, also where rubbish looks like a beginning."""
    frames = Frames(KINDS["A"])
    assert frames.feed(rubbish + GOLDEN + GOLDEN) == [GOLDEN, GOLDEN]
    assert frames.dropped == len(rubbish)


def test_twenty_thousand_frames_in_noise_are_all_found_and_none_is_made_up() -> None:
    """In chunks of any size, with runs of noise between a third of them."""
    chance = random.Random(20200310)
    sent = [frame_a(chance.randrange(2800, 4500), chance.randrange(1600, 3500)) for _ in range(20_000)]
    stream = b"".join(
        frame + (chance.randbytes(chance.randrange(1, 30)).replace(b"\x5a", b"\x5b") if chance.random() < 0.3 else b"")
        for frame in sent
    )
    frames, found, at = Frames(KINDS["A"]), [], 0
    while at < len(stream):
        size = chance.randrange(1, 64)
        found += frames.feed(stream[at : at + size])
        at += size
    assert found == sent


def port(path: str, **more: object) -> dict[str, object]:
    """Return the options for a line."""
    return {"port": path, "timeout_s": 0.3, **more}


@pytest.mark.parametrize(
    ("kind", "make", "reads", "expected"),
    [
        ("A", frame_a, "surface", 3450),
        ("B", frame_b, "surface", 3450),
        ("B", frame_b, "body_estimate", 3450),
        ("C", frame_c, "surface", 3450),
        ("C", frame_c, "body_estimate", 3650),
    ],
)
def test_each_kind_of_module_is_read_over_a_line(
    kind: str, make: Callable[[int], bytes], reads: str, expected: int
) -> None:
    """Kind C gives both, and says which one was taken."""
    with line() as module:
        module.keep_sending(lambda number: make(3450 + (number % 2 if expected == 3450 else 0)))
        reading = opened("serial_frames", port(module.path, frames=kind, kind=reads)).measure(ignore)
    assert reading.value_cc in {expected, expected + 1}
    assert (reading.kind, reading.ambient_cc, reading.n_samples) == (ReadingKind(reads), 2150, 12)


def test_a_module_is_told_to_send_and_one_that_only_answers_is_asked() -> None:
    """By the bytes of its kind."""
    with line() as module:
        device = opened("serial_frames", port(module.path))
        with pytest.raises(DeviceTimeout, match="sends nothing"):
            device.measure(ignore)
        assert module.hear(3) == bytes.fromhex("A545EA")
        device.close()
        asked = opened("serial_frames", port(module.path, frames="C"))
        with pytest.raises(DeviceTimeout, match="sends nothing"):
            asked.measure(ignore)
        assert module.hear(5) == bytes.fromhex("A4030806B5")


def test_frames_of_which_every_sum_is_wrong_are_no_reading() -> None:
    """An 8-bit sum that does not fit."""
    with line() as module:
        module.keep_sending(lambda _number: GOLDEN[:-1] + b"\x00")
        with pytest.raises(DeviceGarbled, match="no sound frame"):
            opened("serial_frames", {**port(module.path), "deadline_s": 1.0}).measure(ignore)


def test_two_frames_that_do_not_agree_are_no_sample() -> None:
    """Each sound by its sum, and a degree apart: one of them is noise."""
    with line() as module:
        module.keep_sending(lambda number: frame_a(3400 + 100 * (number % 2)))
        with pytest.raises(DeviceGarbled, match="do not agree"):
            opened("serial_frames", port(module.path)).measure(ignore)


def test_what_was_sent_before_somebody_came_is_not_theirs() -> None:
    """A module that sends by itself fills the line with the last visitor."""
    with line() as module:
        device = opened("serial_frames", port(module.path))
        with pytest.raises(DeviceTimeout):
            device.measure(ignore)
        for _ in range(40):
            module.send(frame_a(3800))
        module.keep_sending(lambda _number: frame_a(3450))
        assert device.measure(ignore).value_cc == 3450


class Replugged:
    """A stable name (as in /dev/serial/by-id) for whichever line is plugged in."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "thermometer"

    def plug(self, module: Line) -> None:
        """Let the name lead to this line."""
        self.path.unlink(missing_ok=True)
        self.path.symlink_to(module.path)


def test_a_line_that_was_pulled_and_put_back_is_found_again_within_five_seconds(tmp_path: Path) -> None:
    """By its stable name, while somebody stands there."""
    name = Replugged(tmp_path)
    first, second = Line(), Line()
    name.plug(first)
    first.keep_sending(lambda _number: frame_a(3450))
    device = opened("serial_frames", port(str(name.path), samples=30, interval_s=0.02))
    half = threading.Event()

    def pull() -> None:
        half.wait(10)
        first.hang_up()
        name.plug(second)
        second.keep_sending(lambda _number: frame_a(3455))

    puller = threading.Thread(target=pull)
    puller.start()
    reading = device.measure(lambda share: half.set() if share > 0.3 else None)
    puller.join()
    assert 3450 <= reading.value_cc <= 3455
    assert reading.n_samples == 30
    device.close()
    second.hang_up()


def test_a_line_that_is_gone_is_told_with_its_path(tmp_path: Path) -> None:
    """Not there at all, or hung up for good."""
    with pytest.raises(DeviceUnavailable, match="nothing-here"):
        opened("serial_frames", {**port(str(tmp_path / "nothing-here")), "deadline_s": 0.2}).measure(ignore)


def test_a_line_that_another_program_holds_is_not_shared() -> None:
    """Two readers would each get half of the frames."""
    with line() as module:
        module.keep_sending(lambda _number: frame_a(3450))
        first = opened("serial_frames", port(module.path))
        first.measure(ignore)
        with pytest.raises(DeviceUnavailable):
            opened("serial_frames", {**port(module.path), "deadline_s": 0.2}).measure(ignore)
        first.close()


def test_a_module_that_sees_surfaces_only_is_not_set_to_a_body() -> None:
    """Kind A has no body's estimate in its frame."""
    with pytest.raises(ConfigError, match="frames A hold a surface temperature only"):
        opened("serial_frames", port("/dev/null", kind="body_estimate"))


def test_the_pseudo_terminal_of_these_tests_is_a_real_line() -> None:
    """Bytes come through as they were sent: none of these tests would mean anything otherwise."""
    master, slave = os.openpty()
    tty.setraw(slave)
    os.write(master, bytes(range(256)))
    assert os.read(slave, 256) == bytes(range(256))
    os.close(master)
    os.close(slave)
