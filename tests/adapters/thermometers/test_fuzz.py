"""No value is ever made up: 100,000 spoilt answers for each driver, a short form of it in the ordinary run.

`test_modbus.py` and `test_isapi_push.py` hold their drivers' own.
"""

from __future__ import annotations

import random

import pytest

from kiosk.adapters.thermometers.mlx90614 import Mlx90614, Mlx90614Options
from kiosk.adapters.thermometers.mlx90640 import Mlx90640, Mlx90640Options
from kiosk.adapters.thermometers.serial_frames import KINDS, Frames, SerialOptions, SerialSensor
from kiosk.domain.screening import RAW_HIGH_CC, RAW_LOW_CC
from kiosk.errors import DeviceError, DeviceGarbled
from tests.adapters.thermometers.emulate_i2c import FakeMlx90614, FakeMlx90640, bus, recording
from tests.adapters.thermometers.emulate_lines import frame_a, frame_b, frame_c, line

SHORT = 3_000
WHOLE = pytest.param(100_000, marks=[pytest.mark.long, pytest.mark.timeout(3600)])
SEED = 20200310


@pytest.mark.parametrize("count", [SHORT, WHOLE])
def test_a_single_point_sensor_makes_up_no_value(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every word of the face with one to three flipped bits: the packet error code finds them all."""
    monkeypatch.setattr("kiosk.adapters.thermometers.mlx90614.PAUSE_S", 0.0)
    chance = random.Random(SEED)
    spoilt = 0

    def flip(raw: bytes) -> bytes:
        nonlocal spoilt
        whole = int.from_bytes(raw, "big")
        for place in chance.sample(range(24), chance.randrange(1, 4)):
            whole ^= 1 << place
        spoilt += 1
        return whole.to_bytes(3, "big")

    with bus() as kernel:
        device = FakeMlx90614()
        kernel.devices[0x5A] = device
        sensor = Mlx90614(Mlx90614Options(serial="7"))
        assert sensor.sample().value_cc == 3449
        device.spoil = flip
        while spoilt < count:
            with pytest.raises(DeviceGarbled):
                sensor.sample()
        sensor.close()


@pytest.mark.parametrize("count", [SHORT // 30, WHOLE])
def test_a_thermal_camera_makes_up_no_value(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bits flipped on the bus: the words carry no sum, so each is read twice alike, or is no word."""
    monkeypatch.setattr("kiosk.adapters.thermometers.mlx90640.LOOK", 0.0)
    eeprom, frames = recording()
    chance = random.Random(SEED)

    spoilt: dict[int, int] = {}  # which exchange of a sample, and which of its bits
    exchange = 0

    def flip(raw: bytes) -> bytes:
        nonlocal exchange
        exchange += 1
        bit = spoilt.get(exchange)
        whole = int.from_bytes(raw, "big") ^ (1 << bit % (8 * len(raw)) if bit is not None else 0)
        return whole.to_bytes(len(raw), "big")

    with bus() as kernel:
        device = FakeMlx90640(eeprom, frames)
        kernel.devices[0x33] = device
        sensor = Mlx90640(Mlx90640Options(serial="7", timeout_s=0.5, refresh=16))
        clean = {sensor.sample().value_cc for _ in range(4)}
        device.spoil = flip
        refused = 0
        for _ in range(count):
            # One or two spoilt reads, never the same bit: that would be one chance in millions, and no test of a rule.
            spoilt = dict(
                zip(chance.sample(range(1, 35), 2), chance.sample(range(16), chance.randrange(1, 3)), strict=False)
            )
            exchange = 0
            try:
                assert sensor.sample().value_cc in clean
            except DeviceError:
                refused += 1
        sensor.close()
    assert refused > count // 2


@pytest.mark.parametrize("count", [SHORT, WHOLE])
@pytest.mark.parametrize(("kind", "make"), [("A", frame_a), ("B", frame_b), ("C", frame_c)])
def test_frames_with_a_wrong_sum_are_all_refused(count: int, kind: str, make: object) -> None:
    """In one stream, byte after byte, whatever stands in them: nothing comes out but what was sent whole."""
    chance = random.Random(SEED)
    frames = Frames(KINDS[kind])
    for _ in range(count):
        frame = bytearray(make(chance.randrange(2800, 4500)))  # pyright: ignore[reportCallIssue]
        frame[-1] = (frame[-1] + chance.randrange(1, 256)) & 0xFF
        assert frames.feed(bytes(frame)) == []


@pytest.mark.parametrize("count", [SHORT, WHOLE])
def test_a_module_on_a_line_makes_up_no_value(count: int) -> None:
    """Spoilt and sound frames in turn over a real line: each sample is a frame that was sent, and its neighbour's."""
    chance = random.Random(SEED)
    sent: set[bytes] = set()
    with line() as module:
        sensor = SerialSensor(SerialOptions(serial="7", port=module.path, timeout_s=0.05))
        spoilt = 0
        while spoilt < count:
            stream = b""
            for _ in range(40):
                frame = frame_a(chance.randrange(RAW_LOW_CC, RAW_HIGH_CC))
                if chance.random() < 0.8:
                    broken = bytearray(frame)
                    broken[chance.randrange(9)] ^= 1 << chance.randrange(8)
                    stream, spoilt = stream + bytes(broken), spoilt + 1
                else:
                    sent.add(frame)
                    stream += frame
            module.send(stream)
            while True:
                try:
                    sample = sensor.sample()
                except DeviceGarbled as error:
                    if "do not agree" in str(error):
                        continue
                    break
                except DeviceError:
                    break
                assert sample.raw in sent
        sensor.close()
