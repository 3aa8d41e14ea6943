"""The way from the reporter's thread to the log, which the worker's thread alone writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.adapters.log_store import LogStore


@dataclass(frozen=True, slots=True)
class OnWorker:
    """The reporter's words to the log, said on the worker's thread, which alone writes it."""

    log: LogStore
    call: Callable[[Callable[[], None]], None]

    def acknowledge(self, seq: int) -> None:
        """Remember that the server holds everything up to `seq`."""
        self.call(lambda: self.log.acknowledge(seq))

    def send_again_after(self, seq: int) -> None:
        """Remember that the server holds no more than up to `seq`."""
        self.call(lambda: self.log.send_again_after(seq))

    def set_fork(self, why: str) -> None:
        """Remember for good that this log must not be written on."""
        self.call(lambda: self.log.set_fork(why))
