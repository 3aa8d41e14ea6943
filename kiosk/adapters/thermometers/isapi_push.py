"""Network thermal terminals that push their measurements over HTTP (ISAPI event notification).

The kiosk listens; the terminal is set to push to it, with digest authentication. It gives one finished value per
person, so a reading of it is one value: the policy says whether such a one may be judged normal by a machine.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, cast

from pydantic import Field

from kiosk.adapters.thermometers.http_digest import Digest
from kiosk.adapters.thermometers.isapi_event import Event, read_events
from kiosk.adapters.thermometers.options import Options, checked
from kiosk.domain.screening import MOST_RAW_BYTES, RAW_HIGH_CC, RAW_LOW_CC, Flag, Reading
from kiosk.errors import ConfigError, DeviceTimeout, DeviceUnavailable
from kiosk.ports import THERMOMETER_API, Capabilities

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from kiosk.ports import Clock

logger = logging.getLogger(__name__)

MOST_BYTES: Final = 2_000_000  # a pushed event with its pictures
MOST_KEYS: Final = 1000  # of events that were heard, so that a repeated one is known
SOCKET_S: Final = 10.0
_SLICE_S: Final = 0.2


class IsapiOptions(Options):
    """Where to listen, and as whom the terminal signs on; the password stands in a file of its own."""

    host: str = "0.0.0.0"  # noqa: S104 - the terminal is another machine
    port: int = Field(default=8580, ge=0, le=65_535)
    user: Annotated[str, Field(min_length=1)]
    password_file: Annotated[str, Field(min_length=1)]


class Heard:
    """The events that came in, each once; shared by the server's threads and the one that measures."""

    def __init__(self) -> None:
        self._news = threading.Condition()
        self._waiting: list[Event] = []
        self._keys: OrderedDict[str, None] = OrderedDict()
        self.count = 0

    def put(self, event: Event) -> None:
        """Take an event in, unless it was heard before."""
        with self._news:
            if event.key in self._keys:
                return
            self._keys[event.key] = None
            while len(self._keys) > MOST_KEYS:
                self._keys.popitem(last=False)
            self.count += 1
            self._waiting.append(event)
            self._news.notify_all()

    def forget(self) -> None:
        """Drop what nobody asked for: it is of whoever stood there before."""
        with self._news:
            self._waiting.clear()

    def next(self, seconds: float) -> Event | None:
        """Return the oldest waiting event, or None when none came within `seconds`."""
        with self._news:
            self._news.wait_for(lambda: bool(self._waiting), seconds)
            return self._waiting.pop(0) if self._waiting else None


class IsapiThermometer:
    """Listens for one terminal."""

    is_simulated = False

    def __init__(self, options: IsapiOptions, password: str, clock: Clock) -> None:
        """Begin to listen; a port that is taken is told when somebody is measured, and tried again then."""
        self.name = f"isapi_push:{options.serial}"
        self._options = options
        self._clock = clock
        self._digest = Digest("kiosk", options.user, password)
        self._heard = Heard()
        self._server: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None
        self._closed = threading.Event()
        self._opening = threading.Lock()
        self._problem = ""
        self._listen()

    @property
    def port(self) -> int:
        """Return the port that is listened on; raises DeviceUnavailable when none is."""
        return self._listening().server_address[1]

    def _listen(self) -> ThreadingHTTPServer | None:
        with self._opening:
            if self._server is None and not self._closed.is_set():
                try:
                    self._server = _Server((self._options.host, self._options.port), self._heard, self._digest)
                except OSError as error:
                    self._problem = f"cannot listen on port {self._options.port}: {error.strerror}"
                    return None
                self._thread = threading.Thread(target=self._server.serve_forever, args=(_SLICE_S,), daemon=True)
                self._thread.start()
            return self._server

    def _listening(self) -> ThreadingHTTPServer:
        server = self._listen()
        if server is None:
            raise DeviceUnavailable(self.name, self._problem or "was closed")
        return server

    def measure(self, progress: Callable[[float], None]) -> Reading:
        """Return the terminal's next measurement; raises DeviceTimeout when none of a face comes in time."""
        self._listening()
        self._heard.forget()
        end = self._clock.monotonic() + self._options.deadline_s
        while self._clock.monotonic() < end:
            if self._closed.is_set():
                raise DeviceUnavailable(self.name, "was closed")
            event = self._heard.next(_SLICE_S)
            if event is not None and RAW_LOW_CC <= event.value_cc <= RAW_HIGH_CC:
                progress(1.0)
                return self._reading(event)
        raise DeviceTimeout(self.name, "the terminal pushed no measurement in time")

    def _reading(self, event: Event) -> Reading:
        flags = [Flag.ONE_VALUE, *([Flag.DEVICE_ALARM] if event.is_alarm else [])]
        due = self._options.calibration_due
        if due is not None and self._clock.now().date() > due:
            flags.append(Flag.CALIBRATION_OVERDUE)
        return Reading(
            value_cc=event.value_cc,
            kind=self._options.kind,
            site=self._options.site,
            device_id=self.name,
            taken_at=self._clock.now(),
            calibration_id=self._options.calibration_id,
            calibration_due=due,
            firmware=self._options.firmware,
            flags=tuple(sorted(flags)),
            raw=event.raw.encode()[:MOST_RAW_BYTES].hex(),
            monotonic_ms=int(1000 * self._clock.monotonic()),
        )

    def describe(self) -> Capabilities:
        """Return what such terminals can do."""
        return Capabilities(
            api=THERMOMETER_API,
            kind=self._options.kind,
            site=self._options.site,
            low_cc=3000,
            high_cc=4500,
            resolution_cc=10,
            accuracy="±0.5 °C (makers of such terminals)",
        )

    def self_test(self) -> str:
        """Return where it listens and how much came; a terminal that nobody stands before pushes nothing."""
        self._listening()
        return f"listens on port {self.port}; {self._heard.count} measurements so far"

    def close(self) -> None:
        """Stop listening and end a measurement."""
        self._closed.set()
        with self._opening:
            server, self._server = self._server, None
        if server is not None and self._thread is not None:
            server.shutdown()
            self._thread.join()
            server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], heard: Heard, digest: Digest) -> None:
        self.heard = heard
        self.digest = digest
        super().__init__(address, _Handler)


class _Handler(BaseHTTPRequestHandler):
    timeout = SOCKET_S
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Hear a pushed event, from whoever proves the password."""
        server = cast("_Server", self.server)
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > MOST_BYTES:
            self._answer(413)
            return
        body = self.rfile.read(int(length))
        if not server.digest.allows("POST", self.path, self.headers.get("Authorization", "")):
            self._answer(401, server.digest.challenge())
            return
        try:
            events = read_events(self.headers.get("Content-Type", ""), body)
        except (ValueError, LookupError):
            logger.warning("thermometer: a pushed event was not understood")
            self._answer(400)
            return
        for event in events:
            server.heard.put(event)
        self._answer(200)

    def _answer(self, code: int, challenge: str = "") -> None:
        self.send_response(code)
        if challenge:
            self.send_header("WWW-Authenticate", challenge)
        self.send_header("Content-Length", "0")
        self.send_header("Connection", "close" if code == 413 else "keep-alive")  # noqa: PLR2004 - the body was not read
        self.close_connection = code == 413  # noqa: PLR2004
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Keep quiet: a request's line names a terminal's address and nothing that helps."""


def open_device(options: Mapping[str, Any], clock: Clock) -> IsapiThermometer:
    """Return the device for `kiosk.toml`."""
    chosen = checked(IsapiOptions, options)
    try:
        password = Path(chosen.password_file).expanduser().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError([f"thermometer.options.password_file: cannot be read: {error}"]) from error
    if not password:
        raise ConfigError(["thermometer.options.password_file: is empty"])
    return IsapiThermometer(chosen, password, clock)
