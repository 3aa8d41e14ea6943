"""Running the server: as a program, or in a thread for a demo and for tests."""

from __future__ import annotations

import fcntl
import gc
import logging
import secrets
import signal
import socket
import ssl
import time
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Final

import uvicorn
from sqlalchemy.exc import SQLAlchemyError

from central.app import create_app
from central.clock import Clock, SystemClock
from central.core import KEYS_FILE, Desk
from central.housekeeping import Housekeeper
from central.keyring import Keyring
from central.refusals import CannotWrite
from central.settings import Settings, TlsSettings, load
from kiosk.errors import ConfigError, StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

logger = logging.getLogger(__name__)

_START_S: Final = 30.0
_STOP_S: Final = 5  # then calls that still hang are cut
_LOOK_S: Final = 1.0
_BACKLOG: Final = 128


class RunningServer:
    """A server on loopback in a thread of its own, with whatever clock it is given.

    `desk` may be used before, while and after it serves, until `stop`.
    """

    def __init__(
        self,
        settings: Settings,
        data_dir: Path,
        clock: Clock,
        randbits: Callable[[int], int] = secrets.randbits,
    ) -> None:
        """Open the data in `data_dir`; `settings.server.port` 0 takes any free port."""
        self.desk = Desk(settings, data_dir, clock, randbits)
        self._settings = settings
        self._app = create_app(self.desk)
        self._housekeeper = Housekeeper(self.desk)
        self._socket: socket.socket | None = None
        self._server: uvicorn.Server | None = None
        self._thread: Thread | None = None

    def start(self) -> str:
        """Begin to serve and return the base URL; raises OSError when the port is taken."""
        listening = _listen(self._settings)
        server = uvicorn.Server(_uvicorn_config(self._app, self._settings.tls))
        thread = Thread(target=server.run, kwargs={"sockets": [listening]}, name="central")
        self._socket, self._server, self._thread = listening, server, thread
        thread.start()
        self._housekeeper.start()
        until = time.monotonic() + _START_S
        while not server.started and thread.is_alive() and time.monotonic() < until:
            time.sleep(0.005)
        if not server.started:
            self.stop()
            raise OSError("the server did not start")
        return _url_of(listening, "https" if self._settings.tls.cert_file else "http")

    @property
    def is_serving(self) -> bool:
        """Whether the server's thread lives."""
        return self._thread is not None and self._thread.is_alive()

    def stop(self) -> None:
        """Stop serving, wait for the thread, and close the data; a second time does nothing."""
        self._app.state.is_stopping.set()
        self._housekeeper.stop()
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join()
            self._server = None
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        self.desk.close()


def _listen(settings: Settings) -> socket.socket:
    """Return a socket that listens where the settings say; raises OSError."""
    family = socket.AF_INET6 if ":" in settings.server.host else socket.AF_INET
    # asyncio sends at once (TCP_NODELAY) only on sockets that say they are TCP; else each answer waits for 40 ms.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.server.host, settings.server.port))
        listening.listen(_BACKLOG)
    except OSError:
        listening.close()
        raise
    return listening


def _url_of(listening: socket.socket, scheme: str) -> str:
    """Return the base URL of a listening socket."""
    host, port = listening.getsockname()[:2]
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def _uvicorn_config(app: object, tls: TlsSettings) -> uvicorn.Config:
    """Return how uvicorn runs `app`: no access log, since a log of who called when is a log of persons.

    With a `client_ca_file` nobody speaks to the server without a certificate of that authority.
    """
    return uvicorn.Config(
        app,  # pyright: ignore[reportArgumentType]
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=_STOP_S,
        ssl_certfile=tls.cert_file or None,
        ssl_keyfile=tls.key_file or None,
        ssl_ca_certs=tls.client_ca_file or None,
        ssl_cert_reqs=ssl.CERT_REQUIRED if tls.client_ca_file else ssl.CERT_NONE,
    )


def main(config: Path, data: Path) -> int:
    """Serve until SIGTERM or SIGINT.

    Returns 0; 3 for broken settings, 2 when data or port cannot be used, with the reason in the log.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    end = Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, lambda _signum, _frame: end.set())
    try:
        settings = load(config)
        with _held(data):
            return _serve(RunningServer(settings, data, SystemClock()), settings, end)
    except (ConfigError, StoreError, CannotWrite, SQLAlchemyError, OSError) as error:
        logger.error("cannot start: %s", error)  # noqa: TRY400 - a mistake of the settings needs no traceback
        return 3 if isinstance(error, ConfigError) else 2


def _serve(server: RunningServer, settings: Settings, end: Event) -> int:
    """Serve until `end`; return 0, or 2 when the port cannot be used."""
    try:
        # The command's one line of output, for whoever started it with port 0.
        print(server.start(), flush=True)  # noqa: T201
        # What stands for good is left out of the looks for garbage, each of which holds up every call meanwhile.
        gc.collect()
        gc.freeze()
    except OSError as error:
        logger.error("cannot listen on %s port %s: %s", settings.server.host, settings.server.port, error)  # noqa: TRY400
        server.stop()
        return 2
    while server.is_serving and not end.wait(_LOOK_S):
        pass
    server.stop()
    return 0


def new_keys(data: Path) -> int:
    """Make keys where they were lost; return 0, or 2 when they are there: those in use are rotated, not replaced."""
    path = data / KEYS_FILE
    if path.exists():
        logger.error("%s: is there; keys are rotated by the admin's API", path)
        return 2
    Keyring(path)
    return 0


@contextmanager
def _held(data: Path) -> Generator[None]:
    """Hold the data folder; raises StoreError when another server has it."""
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (data / "in-use").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StoreError(f"{data}: in use by another server; stop that one first") from error
        yield
