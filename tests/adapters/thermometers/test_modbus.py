"""Devices on Modbus against a real server of pymodbus, on TCP and on a serial line, wholly by table."""

from __future__ import annotations

import random
import socket
import struct
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from kiosk.adapters.thermometers import modbus as driver
from kiosk.errors import ConfigError, DeviceError, DeviceGarbled, DeviceTimeout, DeviceUnavailable, SensorFault
from tests.adapters.thermometers.emulate_lines import Cable, ModbusDevice, modbus
from tests.adapters.thermometers.opening import ignore, opened


@pytest.fixture
def device() -> Iterator[ModbusDevice]:
    """Return a server on loopback."""
    with modbus() as made:
        yield made


def on(device: ModbusDevice, **table: Any) -> dict[str, Any]:
    """Return the options for it."""
    return {"host": "127.0.0.1", "tcp_port": device.tcp_port, "timeout_s": 0.5, "deadline_s": 2.0, **table}


def test_the_infiray_map_is_read(device: ModbusDevice) -> None:
    """(3102 - 2732) / 10 is 37.0 °C, exactly."""
    device.holds(7, 3102)
    table = {"object": {"address": 7, "scale": "0.1", "offset": "-273.2"}, "kind": "body_estimate"}
    assert opened("modbus", on(device, **table)).measure(ignore).value_cc == 3700


FLOAT = struct.unpack(">HH", struct.pack(">f", 36.52))


@pytest.mark.parametrize(
    ("words", "table", "expected"),
    [
        ((3652,), {}, 3652),
        ((365,), {"scale": "0.1"}, 3650),
        ((9914,), {"unit": "fahrenheit"}, 3730),
        ((31045,), {"unit": "kelvin"}, 3730),
        ((0, 3652), {"type": "int32"}, 3652),
        ((3652, 0), {"type": "uint32", "word_order": "little"}, 3652),
        (FLOAT, {"type": "float32", "scale": "1"}, 3652),
        (FLOAT[::-1], {"type": "float32", "scale": "1", "word_order": "little"}, 3652),
        ((3652,), {"function": 3}, 3652),
    ],
)
def test_every_way_of_a_table_leads_to_hundredths(
    device: ModbusDevice, words: tuple[int, ...], table: dict[str, Any], expected: int
) -> None:
    """Type, word order, scale, unit and function; each number converts once."""
    device.holds(20, *words, function=table.get("function", 4))
    reading = opened("modbus", on(device, object={"address": 20, **table})).measure(ignore)
    assert reading.value_cc == expected
    assert reading.raw == b"".join(word.to_bytes(2, "big") for word in words).hex() * 12


def test_an_invalid_code_and_an_empty_place_are_nobody(device: ModbusDevice) -> None:
    """0x7FFF is no 327 °C; presence says that nobody stands there."""
    table = {"object": {"address": 7, "invalid": [32767]}, "deadline_s": 0.2}
    device.holds(7, 32767)
    sensor = opened("modbus", on(device, **table))
    with pytest.raises(DeviceTimeout, match="saw nobody"):
        sensor.measure(ignore)
    assert sensor.self_test() == "answers that nobody stands before it"
    device.holds(7, 3652)
    device.holds(9, 0b10)
    present = opened("modbus", on(device, **{**table, "presence": {"address": 9, "mask": 1}}))
    with pytest.raises(DeviceTimeout, match="saw nobody"):
        present.measure(ignore)
    device.holds(9, 0b11)
    assert present.measure(ignore).value_cc == 3652


def test_a_device_that_reports_a_fault_gives_no_value(device: ModbusDevice) -> None:
    """Whatever its temperature register holds."""
    device.holds(7, 3652)
    device.holds(10, 0x80)
    with pytest.raises(SensorFault):
        opened("modbus", on(device, object={"address": 7}, fault={"address": 10, "mask": 0x80})).measure(ignore)


def test_a_number_that_is_none_is_no_value(device: ModbusDevice) -> None:
    """NaN and infinity are how some devices say that they have nothing."""
    for number in (float("nan"), float("inf")):
        device.holds(20, *struct.unpack(">HH", struct.pack(">f", number)))
        sensor = opened("modbus", on(device, object={"address": 20, "type": "float32", "scale": "1"}))
        with pytest.raises(DeviceGarbled, match="no number"):
            sensor.measure(ignore)


def test_an_address_that_the_device_does_not_know_is_told(device: ModbusDevice) -> None:
    """A wrong map is found by `check`, not by a visitor."""
    with pytest.raises(DeviceGarbled, match=r"register 900: it refuses \(code 2\)"):
        opened("modbus", on(device, object={"address": 900})).self_test()


def test_a_device_that_was_gone_is_found_again(device: ModbusDevice) -> None:
    """Within five seconds, by a new connection."""
    sensor = opened("modbus", on(device, object={"address": 7}))
    device.holds(7, 3652)
    assert sensor.measure(ignore).value_cc == 3652
    other = ModbusDevice(tcp_port=0)
    other.stop()
    gone = opened("modbus", {**on(other, object={"address": 7}), "tcp_port": other.tcp_port, "deadline_s": 0.3})
    with pytest.raises(DeviceUnavailable):
        gone.measure(ignore)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"object": {"address": 1}}, "either host"),
        ({"host": "x", "port": "/dev/x", "object": {"address": 1}}, "either host"),
        ({"host": "x"}, r"options\.object"),
        ({"host": "x", "object": {"address": 1, "type": "int8"}}, r"object\.type"),
        ({"host": "x", "object": {"address": 1, "scale": 0}}, r"object\.scale"),
        ({"host": "x", "object": {"address": 1}, "sample": 9}, r"options\.sample:"),
        ({"host": "x", "object": {"address": 1}, "samples": 9}, r"options\.samples"),
    ],
)
def test_a_mistake_in_the_table_is_told_with_its_key(options: dict[str, Any], words: str) -> None:
    """Before the first visitor."""
    with pytest.raises(ConfigError, match=words):
        opened("modbus", options)


# a serial line


@pytest.fixture
def cable() -> Iterator[Cable]:
    """Return a line with a server at its far end."""
    made = Cable()
    yield made
    made.close()


def test_a_device_on_a_serial_line_is_read_and_noise_is_no_value(cable: Cable) -> None:
    """Split, spoilt and lost answers; the next one is fine."""
    with modbus(cable.device) as device:
        device.holds(7, 3652)
        sensor = opened("modbus", {"port": cable.kiosk, "timeout_s": 0.3, "object": {"address": 7}})
        assert sensor.measure(ignore).value_cc == 3652
        for spoil in (
            lambda data: bytes([*data[:-1], data[-1] ^ 0x55]),
            lambda data: data[:-2],
            lambda _data: b"",
            lambda data: bytes([data[0], data[1], data[2], data[3] ^ 1, *data[4:]]) if len(data) > 4 else data,
        ):
            cable.spoil = spoil
            with pytest.raises(DeviceTimeout):
                sensor.measure(ignore)
            cable.spoil = lambda data: data
            assert sensor.measure(ignore).value_cc == 3652
        sensor.close()


# fuzzed answers


class Garbling:
    """A server that answers each request at once with a frame of its own making, never with the right one."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self.answered = 0
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            with client:
                while request := client.recv(260):
                    client.sendall(self._answer(request))
                    self.answered += 1

    def _answer(self, request: bytes) -> bytes:
        """Return a frame that is well-formed to its transport and wrong in its content."""
        head, unit = request[:2], request[6:7]
        codes = [1, 2, 3, 4, 5, 6, 8, 10, 11]
        bodies = (
            bytes([0x84, self._chance.choice(codes)]),
            bytes([4, 4]) + self._chance.randbytes(4),  # two words where one was asked for
            bytes([4, 0]),
            bytes([4, 2]) + (0x7FFF).to_bytes(2, "big"),  # the invalid code
            bytes([4, 2]) + self._chance.choice([0, 1, 2799, 4501, 60000]).to_bytes(2, "big"),  # no face
        )
        body = unit + self._chance.choice(bodies)
        return head + b"\x00\x00" + len(body).to_bytes(2, "big") + body

    def close(self) -> None:
        """End it."""
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join()


@pytest.mark.parametrize("count", [2_000, pytest.param(100_000, marks=[pytest.mark.long, pytest.mark.timeout(900)])])
def test_a_thermometer_makes_up_no_value_from_fuzzed_modbus_answers(count: int) -> None:
    """Refusals, torn answers, invalid codes, what is no face: never a sample of somebody."""
    server = Garbling(20200310)
    table = {"object": {"address": 7, "invalid": [32767]}, "serial": "7", "host": "127.0.0.1"}
    options = driver.ModbusOptions.model_validate({**table, "tcp_port": server.port, "timeout_s": 0.5})
    sensor = driver.ModbusSensor(options)
    while server.answered < count:
        try:
            assert not sensor.sample().is_face
        except DeviceError:
            sensor.begin()
    sensor.close()
    server.close()
