"""The central server of a demo: started, away for a while, and back with the same data under the same address."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from central.server import RunningServer
from central.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from central.core import Desk
    from demo.clock import SimulatedClock


class Town:
    """A server on loopback that can go away and come back."""

    def __init__(self, data: Path, clock: SimulatedClock) -> None:
        """Make it on `data`; it does not serve yet."""
        self._data = data
        self._clock = clock
        self._port = 0
        self._server = self._made()

    def _made(self) -> RunningServer:
        settings = Settings.model_validate({"server": {"port": self._port}})
        return RunningServer(settings, self._data, self._clock)

    @property
    def desk(self) -> Desk:
        """The server's acts, while it is there."""
        return self._server.desk

    def start(self) -> str:
        """Begin to serve; return the base URL."""
        url = self._server.start()
        self._port = urlsplit(url).port or 0
        return url

    def leave(self) -> None:
        """Be away: nothing answers at the address."""
        self._server.stop()

    def come_back(self) -> None:
        """Serve again what was there before, under the same address."""
        self._server = self._made()
        self._server.start()

    def stop(self) -> None:
        """Stop for good."""
        self._server.stop()
