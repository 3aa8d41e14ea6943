"""Both Melexis sensors through the real smbus2: error bit, packet error code, retries, lost buses, two faces."""

from __future__ import annotations

import errno
import math
from collections.abc import Iterator

import numpy as np
import pytest

from kiosk.adapters.thermometers import mlx90640_math as maths
from kiosk.adapters.thermometers.i2c import pec
from kiosk.adapters.thermometers.mlx90614 import seen_as, word_cc
from kiosk.domain.policy import BodySite, ReadingKind
from kiosk.domain.screening import Flag
from kiosk.errors import ConfigError, DeviceError, DeviceGarbled, DeviceTimeout, DeviceUnavailable, SensorFault
from tests.adapters.thermometers.emulate_i2c import FakeMlx90614, FakeMlx90640, Kernel, bus, recording, seen
from tests.adapters.thermometers.opening import face, ignore, opened

NO_FACE_S = 0.3  # how long these tests wait for a face that never comes


@pytest.fixture
def kernel() -> Iterator[Kernel]:
    """Return a bus without hardware."""
    with bus() as made:
        yield made


@pytest.fixture
def sensor(kernel: Kernel) -> FakeMlx90614:
    """Return a single-point sensor on it."""
    device = FakeMlx90614()
    kernel.devices[0x5A] = device
    return device


@pytest.fixture(scope="module")
def recorded() -> tuple[list[int], list[list[int]]]:
    """Return what was recorded of a real camera."""
    return recording()


# MLX90614


def test_the_data_sheets_vectors_hold() -> None:
    """The packet error code over the whole exchange, and the word in hundredths of a degree."""
    assert pec([0xB4, 0x07, 0xB5, 0xD2, 0x3A]) == 0x30
    assert word_cc(0x3AF7) == 2875


def test_a_reading_says_what_was_seen_and_how(sensor: FakeMlx90614) -> None:
    """A surface, its room, the emissivity, and the very bytes that a median can be computed from again."""
    device = opened("mlx90614", {"calibration_id": "C-12", "site": "wrist"})
    reading = device.measure(ignore)
    assert (reading.value_cc, reading.ambient_cc) == (3449, 2149)
    assert (reading.kind, reading.site, reading.n_samples) == (ReadingKind.SURFACE, BodySite.WRIST, 12)
    assert reading.emissivity == "0.98 (part 0.980)"
    assert (reading.calibration_id, reading.flags) == ("C-12", ())
    raw = bytes.fromhex(reading.raw)
    samples = [word_cc(raw[at] | raw[at + 1] << 8) for at in range(0, len(raw), 6)]
    assert samples == [3449] * 12
    assert reading.monotonic_ms is not None
    device.close()


def test_a_word_with_the_error_bit_is_a_fault_and_never_388_degrees(sensor: FakeMlx90614) -> None:
    """The widely used driver makes 388 °C of 0x8123."""
    sensor.words[0x07] = 0x8123
    with pytest.raises(SensorFault, match="0x8123"):
        opened("mlx90614", {}).measure(ignore)


@pytest.mark.parametrize(
    "spoilt", [lambda raw: raw[:2] + bytes([raw[2] ^ 1]), lambda raw: bytes([raw[0] ^ 8, *raw[1:]])]
)
def test_a_wrong_packet_error_code_is_no_value(sensor: FakeMlx90614, spoilt: object) -> None:
    """Neither a flipped code nor a flipped bit of the value becomes a temperature."""
    device = opened("mlx90614", {})
    device.self_test()
    sensor.spoil = spoilt  # pyright: ignore[reportAttributeAccessIssue]
    with pytest.raises(DeviceGarbled, match="packet error code"):
        device.measure(ignore)


def test_a_part_without_a_code_is_read_by_two_bytes_and_marked(sensor: FakeMlx90614) -> None:
    """Some parts send none; the reading says that nothing proved it."""
    sensor.spoil = lambda raw: raw[:2] + b"\xff"
    reading = opened("mlx90614", {"pec": False}).measure(ignore)
    assert (reading.value_cc, reading.flags) == (3449, (Flag.PEC_UNVERIFIED,))


def test_two_words_that_nothing_acknowledged_are_asked_again(sensor: FakeMlx90614) -> None:
    """Read back to back, a Pi gets no answer in 43 of 50 cases."""
    sensor.fail_next = 2
    assert opened("mlx90614", {}).measure(ignore).value_cc == 3449
    sensor.fail_next = 10**6
    with pytest.raises(DeviceGarbled, match="nothing answers at address 0x5A"):
        opened("mlx90614", {}).self_test()


def test_a_part_at_its_factory_emissivity_is_read_as_skin(sensor: FakeMlx90614) -> None:
    """It would read 0.27 °C low at 20 °C surroundings."""
    sensor.words[0x24] = 0xFFFF
    sensor.is_at(3449, 1999)
    reading = opened("mlx90614", {}).measure(ignore)
    assert reading.value_cc == pytest.approx(3449 + 27, abs=1)
    assert reading.emissivity == "0.98 (part 1.000)"
    assert seen_as(3450, 2000, 0.98, 0.98) == 3450
    assert seen_as(-27000, 9000, 0.98, 0.5) == -27000


@pytest.mark.parametrize("word", [0, 100])
def test_a_part_with_an_emissivity_that_cannot_be_is_broken(sensor: FakeMlx90614, word: int) -> None:
    """Its EEPROM is lost; its numbers are."""
    sensor.words[0x24] = word
    with pytest.raises(SensorFault, match="emissivity"):
        opened("mlx90614", {}).measure(ignore)


def test_a_bus_that_comes_back_within_five_seconds_loses_nobody(kernel: Kernel, sensor: FakeMlx90614) -> None:
    """A loose plug while somebody stands there."""
    device = opened("mlx90614", {})
    assert device.measure(ignore).value_cc == 3449
    asked = 0

    def lost(raw: bytes) -> bytes:
        nonlocal asked
        asked += 1
        if asked in {3, 4}:
            raise OSError(errno.ENXIO, "No such device or address")
        return raw

    sensor.spoil = lost
    before = kernel.opened
    assert device.measure(ignore).value_cc == 3449
    assert kernel.opened > before


def test_a_bus_that_is_not_there_is_told_with_its_number(kernel: Kernel) -> None:
    """So that somebody looks at the right plug."""
    kernel.missing = True
    with pytest.raises(DeviceUnavailable, match="I2C bus 3 cannot be used"):
        opened("mlx90614", {"bus": 3, "deadline_s": NO_FACE_S}).measure(ignore)


def test_a_bus_that_hangs_is_a_device_that_does_not_answer(sensor: FakeMlx90614) -> None:
    """The kernel gives up after a second."""

    def hang(_raw: bytes) -> bytes:
        raise OSError(errno.ETIMEDOUT, "Connection timed out")

    sensor.spoil = hang
    with pytest.raises(DeviceTimeout, match="hangs"):
        opened("mlx90614", {}).measure(ignore)


@pytest.mark.parametrize("cc", [2000, 2799, 4501, 6000])
def test_what_is_no_face_is_waited_out_and_never_a_reading(sensor: FakeMlx90614, cc: int) -> None:
    """A wall, a hand with a cup of tea."""
    sensor.is_at(cc)
    with pytest.raises(DeviceTimeout, match="saw nobody"):
        opened("mlx90614", {"deadline_s": NO_FACE_S}).measure(ignore)


@pytest.mark.parametrize("driver", ["mlx90614", "mlx90640"])
def test_a_sensor_of_surfaces_estimates_no_body(driver: str) -> None:
    """A body estimate would be made up."""
    with pytest.raises(ConfigError, match="sees a surface"):
        opened(driver, {"kind": "body_estimate"})


# MLX90640


@pytest.mark.parametrize(("emissivity", "celsius"), [(0.95, 49.64), (0.98, 48.79), (1.0, 48.24)])
def test_the_recorded_picture_has_the_temperatures_of_the_reference(
    recorded: tuple[list[int], list[list[int]]], emissivity: float, celsius: float
) -> None:
    """As the maker's equations give them, by the emissivity that is asked for."""
    eeprom, frames = recorded
    out = np.full(maths.PIXELS, np.nan)
    for frame in frames:
        maths.temperatures(frame, maths.calibration(eeprom), emissivity, out)
    assert out[100] == pytest.approx(celsius, abs=0.005)
    assert np.nanargmax(out) == 100
    assert np.nanmin(out) == pytest.approx(20.9, abs=0.15)
    assert not np.isnan(out).any()


def camera(kernel: Kernel, recorded: tuple[list[int], list[list[int]]], picture: maths.Floats) -> FakeMlx90640:
    """Put a camera on the bus that sees `picture`."""
    eeprom, frames = recorded
    device = FakeMlx90640(eeprom, seen(picture, eeprom, frames))
    kernel.devices[0x33] = device
    return device


def test_a_face_is_its_hottest_patch_and_no_picture_leaves_the_driver(
    kernel: Kernel, recorded: tuple[list[int], list[list[int]]]
) -> None:
    """Four pixels' mean; the entry keeps their words and where they were."""
    device = camera(kernel, recorded, face(34.5))
    reading = opened("mlx90640", {}).measure(ignore)
    assert reading.value_cc == pytest.approx(3450, abs=35)  # one step of a pixel is up to 0.3 °C
    assert (reading.site, reading.kind, reading.emissivity) == (BodySite.FACE_MAX, ReadingKind.SURFACE, "0.98")
    assert reading.flags == ()
    assert int.from_bytes(bytes.fromhex(reading.raw)[:2], "big") == 10 * 32 + 15
    assert len(reading.raw) // 2 == 12 * 20
    assert device.control >> 7 & 7 == 4


def test_two_faces_are_noticed(kernel: Kernel, recorded: tuple[list[int], list[list[int]]]) -> None:
    """Whose temperature it is cannot be told."""
    both = face(34.5).reshape(24, 32)
    both[4:9, 25:29] = 33.0
    camera(kernel, recorded, both.ravel())
    assert opened("mlx90640", {}).measure(ignore).flags == (Flag.TWO_FACES,)


@pytest.mark.parametrize("spoilt", ["supply", "gain", "chip"])
def test_a_torn_frame_is_no_picture(kernel: Kernel, recorded: tuple[list[int], list[list[int]]], spoilt: str) -> None:
    """Its own voltage or temperature cannot be."""
    device = camera(kernel, recorded, face())
    place, word = {"supply": (810, 0), "gain": (778, 0), "chip": (800, 32767)}[spoilt]
    for frame in device.frames:
        frame[place] = word
    with pytest.raises(DeviceGarbled):
        opened("mlx90640", {}).measure(ignore)


def test_a_camera_that_makes_no_new_picture_is_not_read_twice(
    kernel: Kernel, recorded: tuple[list[int], list[list[int]]]
) -> None:
    """An old picture is of whoever stood there before."""
    device = camera(kernel, recorded, face())
    thermometer = opened("mlx90640", {"timeout_s": 0.05})
    thermometer.measure(ignore)
    device.makes_pictures = False
    with pytest.raises(DeviceTimeout, match="no new picture"):
        thermometer.measure(ignore)


@pytest.mark.parametrize("eeprom", [[0] * 832, [0xFFFF] * 831])
def test_an_eeprom_that_is_none_is_refused(eeprom: list[int]) -> None:
    """Another chip at this address, or a part that lost its calibration."""
    with pytest.raises(ValueError, match="EEPROM"):
        maths.calibration(eeprom)


def test_a_broken_pixel_has_no_temperature(recorded: tuple[list[int], list[list[int]]]) -> None:
    """Its calibration word says so."""
    eeprom, frames = [*recorded[0]], recorded[1]
    eeprom[64 + 100] = 0
    out = np.full(maths.PIXELS, np.nan)
    for frame in frames:
        maths.temperatures(frame, maths.calibration(eeprom), 0.98, out)
    assert math.isnan(out[100])
    assert np.isnan(out).sum() == 1


def test_a_camera_that_is_not_there_is_told(kernel: Kernel) -> None:
    """By its address."""
    with pytest.raises(DeviceError, match="0x33"):
        opened("mlx90640", {}).self_test()
    assert kernel.opened
