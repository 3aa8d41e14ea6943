"""Terminals that push over HTTP: digest, both units, the misspelt field, repeats, and what is no message."""

from __future__ import annotations

import json
import random
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from requests.auth import HTTPDigestAuth

from kiosk.adapters.thermometers.http_digest import MOST_NONCES, Digest
from kiosk.adapters.thermometers.isapi_event import read_events
from kiosk.adapters.thermometers.isapi_push import MOST_BYTES, MOST_KEYS, Heard, IsapiThermometer
from kiosk.domain.screening import Flag, Outcome, Reading, assess
from kiosk.errors import ConfigError, DeviceTimeout, DeviceUnavailable
from tests.adapters.thermometers.emulate_lines import pushed
from tests.adapters.thermometers.opening import ignore, opened
from tests.domain.builders import screening

FACE = {"currTemperature": 36.5, "thermometryUnit": "celsius", "isAbnomalTemperature": False, "serialNo": 1}


@pytest.fixture
def password(tmp_path: Path) -> Path:
    """Return the file with the terminal's password."""
    file = tmp_path / "password"
    file.write_text("secret\n", encoding="utf-8")
    return file


def listening(password: Path, **more: object) -> IsapiThermometer:
    """Return a thermometer that listens on some free port of loopback."""
    options = {"host": "127.0.0.1", "port": 0, "user": "kiosk", "password_file": str(password)}
    made = opened("isapi_push", {**options, "kind": "body_estimate", "deadline_s": 5.0, **more})
    assert isinstance(made, IsapiThermometer)
    return made


@pytest.fixture
def device(password: Path) -> Iterator[IsapiThermometer]:
    """Return a thermometer that is closed at the end."""
    made = listening(password)
    yield made
    made.close()


def measured(device: IsapiThermometer, *events: dict[str, Any]) -> tuple[Reading, list[int]]:
    """Return what is measured while these events are pushed, and what each push was answered."""
    found: list[Reading] = []
    begun = threading.Event()

    def measure() -> None:
        begun.set()
        found.append(device.measure(ignore))

    thread = threading.Thread(target=measure)
    thread.start()
    begun.wait(5)
    codes: list[int] = []
    # The measurement forgets what came before it began: the first event is pushed until it is heard.
    for number in range(200):
        codes = [pushed(device.port, {**event, "serialNo": f"{number}-{place}"}) for place, event in enumerate(events)]
        thread.join(0.02)
        if not thread.is_alive():
            break
    return found[0], codes


@pytest.mark.parametrize(
    ("said", "value_cc"),
    [
        ({"currTemperature": 36.5, "thermometryUnit": "celsius"}, 3650),
        ({"currTemperature": "36.5", "thermometryUnit": "Celsius"}, 3650),
        ({"currTemperature": 99.14, "thermometryUnit": "fahrenheit"}, 3730),
        ({"currTemperature": 99.12, "thermometryUnit": "fahrenheit"}, 3729),
        ({"currTemperature": 310.45, "thermometryUnit": "kelvin"}, 3730),
        ({"currTemperature": 37.29}, 3729),
    ],
)
def test_a_pushed_value_becomes_hundredths_once(device: IsapiThermometer, said: dict[str, Any], value_cc: int) -> None:
    """In whichever unit; 37.29 stays below 37.30."""
    reading, codes = measured(device, said)
    assert reading.value_cc == value_cc
    assert reading.flags == (Flag.ONE_VALUE,)
    assert (reading.n_samples, codes) == (1, [200])


def test_one_finished_value_is_normal_for_no_machine_unless_the_policy_trusts_it(device: IsapiThermometer) -> None:
    """There are no ten samples behind it; an elevated one is elevated all the same."""
    reading, _ = measured(device, FACE)
    assert assess(reading, screening()).outcome is Outcome.MANUAL_REQUIRED
    hot, _ = measured(device, {**FACE, "currTemperature": 37.3})
    assert assess(hot, screening()).outcome is Outcome.ELEVATED


@pytest.mark.parametrize("alarm", [True, "true", 1, "yes", "abnormal"])
def test_what_the_terminal_calls_abnormal_is_never_normal(device: IsapiThermometer, alarm: object) -> None:
    """The field is really spelt isAbnomalTemperature; an unknown value is no "no"."""
    reading, _ = measured(device, {**FACE, "isAbnomalTemperature": alarm})
    assert Flag.DEVICE_ALARM in reading.flags
    trusting = screening(trust_one_value=True)
    assert assess(reading, trusting).reasons == ("device_alarm",)


def test_a_repeated_push_counts_once(device: IsapiThermometer) -> None:
    """A terminal that got no answer sends again; the next visitor is not measured by it."""
    assert pushed(device.port, FACE) == 200
    assert pushed(device.port, FACE) == 200
    assert device.self_test() == f"listens on port {device.port}; 1 measurements so far"
    plain = {key: value for key, value in FACE.items() if key != "serialNo"}
    pushed(device.port, plain)
    pushed(device.port, plain)
    pushed(device.port, plain, dateTime="2020-03-10T10:00:01+08:00")
    assert "3 measurements" in device.self_test()


def test_what_was_pushed_before_somebody_was_measured_is_not_theirs(password: Path) -> None:
    """It is of whoever stood there before."""
    device = listening(password, deadline_s=0.3)
    pushed(device.port, {**FACE, "currTemperature": 38.9})
    with pytest.raises(DeviceTimeout, match="no measurement in time"):
        device.measure(ignore)
    device.close()


def test_only_who_knows_the_password_is_heard(device: IsapiThermometer) -> None:
    """No neighbour on the network measures our visitors; no request is played back."""
    assert pushed(device.port, FACE, password="guess") == 401
    assert "0 measurements" in device.self_test()
    url = f"http://127.0.0.1:{device.port}/events"
    with requests.Session() as session:
        session.trust_env = False
        auth = HTTPDigestAuth("kiosk", "secret")
        first = session.post(url, json={"AccessControllerEvent": FACE}, auth=auth, timeout=5)
        said = first.request.headers["Authorization"]
        again = session.post(url, json={}, headers={"Authorization": said}, timeout=5)
        basic = session.post(url, json={}, auth=("kiosk", "secret"), timeout=5)
        plain = session.post(url, json={}, timeout=5)
    assert (first.status_code, again.status_code, basic.status_code, plain.status_code) == (200, 401, 401, 401)


def test_a_digest_for_another_address_or_by_another_name_proves_nothing() -> None:
    """And old nonces are forgotten, so that strangers cannot fill the memory."""
    digest = Digest("kiosk", "kiosk", "secret")
    auth = HTTPDigestAuth("kiosk", "secret")
    auth.init_per_thread_state()
    challenge = digest.challenge().removeprefix("Digest ")
    auth._thread_local.chal = requests.utils.parse_dict_header(challenge)
    proof = auth.build_digest_header("POST", "http://127.0.0.1/events")
    assert proof is not None
    assert not digest.allows("POST", "/other", proof)
    assert not digest.allows("GET", "/events", proof)
    assert not digest.allows("POST", "/events", proof.replace('username="kiosk"', 'username="root"'))
    assert not digest.allows("POST", "/events", "Digest nonsense")
    assert digest.allows("POST", "/events", proof)
    assert not digest.allows("POST", "/events", proof)
    old = HTTPDigestAuth("kiosk", "secret")
    old.init_per_thread_state()
    old._thread_local.chal = requests.utils.parse_dict_header(digest.challenge().removeprefix("Digest "))
    for _ in range(MOST_NONCES):
        digest.challenge()
    late = old.build_digest_header("POST", "http://127.0.0.1/events")
    assert late is not None
    assert not digest.allows("POST", "/events", late)


def test_an_event_in_a_multipart_message_is_read_beside_its_picture() -> None:
    """As terminals send it with a picture."""
    body = json.dumps({"eventType": "AccessControllerEvent", "AccessControllerEvent": FACE})
    message = (
        '--MIME\r\nContent-Disposition: form-data; name="event_log"\r\nContent-Type: application/json\r\n\r\n'
        f"{body}\r\n--MIME\r\nContent-Type: image/jpeg\r\n\r\n\xff\xd8\xff\r\n--MIME--\r\n"
    ).encode("latin-1")
    (event,) = read_events("multipart/form-data; boundary=MIME", message)
    assert (event.value_cc, event.key, event.is_alarm) == (3650, "1", False)


@pytest.mark.parametrize(
    "event",
    [None, {}, {"currTemperature": None}, {"currTemperature": ""}, {"cardNo": "1"}],
)
def test_an_event_without_a_temperature_is_heard_and_measures_nobody(
    device: IsapiThermometer, event: dict[str, Any] | None
) -> None:
    """A heartbeat, a card."""
    assert pushed(device.port, event) == 200
    assert "0 measurements" in device.self_test()


@pytest.mark.parametrize(
    "said",
    [
        {"currTemperature": "36,5"},
        {"currTemperature": "warm"},
        {"currTemperature": "1e9"},
        {"currTemperature": [36.5]},
        {"currTemperature": True},
        {"currTemperature": 36.5, "thermometryUnit": "reaumur"},
    ],
)
def test_a_temperature_that_cannot_be_read_is_refused(device: IsapiThermometer, said: dict[str, Any]) -> None:
    """A comma is never misread as thousands, and no unit is guessed."""
    assert pushed(device.port, said) == 400
    assert "0 measurements" in device.self_test()


@pytest.mark.parametrize("length", [str(MOST_BYTES + 1), "-1", "1e3", ""])
def test_a_message_that_is_too_long_is_not_read(device: IsapiThermometer, length: str) -> None:
    """Nor one that does not say how long it is."""
    with socket.create_connection(("127.0.0.1", device.port), timeout=5) as client:
        client.sendall(f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n".encode())
        assert client.makefile("rb").readline().startswith(b"HTTP/1.1 413")


def test_a_port_that_is_taken_is_told_and_tried_again(password: Path, device: IsapiThermometer) -> None:
    """The kiosk starts all the same, and the guard measures meanwhile."""
    second = listening(password, port=device.port)
    with pytest.raises(DeviceUnavailable, match="cannot listen on port"):
        second.measure(ignore)
    second.close()


def test_a_password_file_must_be_there_and_hold_one(tmp_path: Path) -> None:
    """An empty one would let everybody in."""
    with pytest.raises(ConfigError, match="cannot be read"):
        listening(tmp_path / "gone")
    (tmp_path / "empty").write_text("\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="is empty"):
        listening(tmp_path / "empty")


def test_the_memory_of_what_was_heard_has_an_end() -> None:
    """A terminal that runs for years."""
    heard = Heard()
    (event,) = read_events("application/json", json.dumps({"AccessControllerEvent": FACE}).encode())
    for number in range(MOST_KEYS + 5):
        heard.put(type(event)(3650, str(number), is_alarm=False, raw=""))
    heard.put(type(event)(3650, "0", is_alarm=False, raw=""))
    assert heard.count == MOST_KEYS + 6


@pytest.mark.parametrize("count", [5_000, pytest.param(100_000, marks=pytest.mark.long)])
def test_a_thermometer_makes_up_no_value_from_fuzzed_messages(count: int) -> None:
    """A byte flipped in a message: it is refused, or says what a value that was really sent would say."""
    chance = random.Random(20200310)
    good = json.dumps({"eventType": "AccessControllerEvent", "AccessControllerEvent": FACE}).encode()
    start = good.index(b'"currTemperature"')
    end = good.index(b"celsius") + len(b"celsius")
    for _ in range(count):
        body = bytearray(good)
        for _ in range(chance.randrange(1, 4)):
            # The number itself and its unit are left whole: JSON over HTTP has no sum that would tell.
            place = chance.choice([*range(start), *range(end, len(good))])
            body[place] = chance.randrange(256)
        try:
            events = read_events("application/json", bytes(body))
        except ValueError:
            continue
        assert [event.value_cc for event in events] in ([], [3650])
