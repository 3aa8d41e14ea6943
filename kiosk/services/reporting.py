"""Reporting: the log's unsent entries go to the server in order, again and again until acknowledged.

There is no queue beside the log. A refusal never deletes anything, and nothing but our server's own answer for
exactly what was sent counts as an acknowledgement. Every answer also tells how far the server's copy goes: one that
came back from a backup gets again what it lost, and a log that the server's copy does not continue is an old disk or a
twin, and is not written on any more.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from itertools import takewhile
from typing import TYPE_CHECKING, Final, Protocol

from kiosk.errors import ServerError, ServerGarbled, ServerRejected
from kiosk.protocol.messages import MAX_BATCH
from kiosk.services.link import Link

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kiosk.domain.entry import Entry
    from kiosk.ports import Central
    from kiosk.protocol.messages import UploadAnswer

logger = logging.getLogger(__name__)

FLUSH_S: Final = 1.0  # an entry waits at most so long for others (server-facts.md, section 2)
ASK_S: Final = 60.0  # so long without anything to send, and the server is asked again how far its copy goes
_REJECTED_S: Final = 300.0  # a server that says no is asked again seldom: a person must act
_FIRST_S: Final = 1.0
_LONGEST_S: Final = 60.0


@dataclass(slots=True)
class Backoff:
    """Exponential back-off with full jitter; `draw` gives a number in [0, 1)."""

    draw: Callable[[], float]
    failures: int = 0

    def wait(self) -> float:
        """Return how long to wait after one more failure, in seconds."""
        self.failures += 1
        ceiling = min(_LONGEST_S, _FIRST_S * 2 ** min(self.failures - 1, 10))
        return ceiling * (0.1 + 0.9 * self.draw())

    def well(self) -> None:
        """Hear that a call went well."""
        self.failures = 0


class Outbox(Protocol):
    """The log, read on the reporter's own connection."""

    def unsent(self, limit: int) -> Sequence[Entry]:
        """Return at most `limit` entries after the last acknowledged one, in order."""
        ...

    def acknowledged(self) -> int:
        """Return the last acknowledged number."""
        ...

    def last(self) -> tuple[int, str]:
        """Return the number and hash of the last entry; (0, genesis) when empty."""
        ...

    def hash_of(self, seq: int) -> str | None:
        """Return the hash of an entry, of the genesis for 0; None when there is no such number."""
        ...


class Shipping(Protocol):
    """What the log's writer remembers of the shipping; each call returns when it is kept."""

    def acknowledge(self, seq: int) -> None:
        """Remember that the server holds everything up to `seq`."""
        ...

    def send_again_after(self, seq: int) -> None:
        """Remember that the server holds no more than up to `seq`."""
        ...

    def set_fork(self, why: str) -> None:
        """Remember for good that this log must not be written on."""
        ...


@dataclass(slots=True)
class Reporter:
    """Ships entries."""

    outbox: Outbox
    central: Central
    shipping: Shipping
    backoff: Backoff
    link: Link = field(default_factory=Link)
    is_compared: bool = field(default=False, init=False)
    """Whether the server has said how far its copy goes since this began."""
    _was_well: bool = field(default=True, init=False)
    _quiet_s: float = field(default=0.0, init=False)  # since the server last said so

    def step(self) -> float:
        """Ship one batch, if there is one; return how many seconds to wait before the next step."""
        entries = self.outbox.unsent(MAX_BATCH)
        if not entries and self.is_compared and self._quiet_s < ASK_S:
            self._quiet_s += FLUSH_S
            return FLUSH_S
        try:
            if not entries or not self.is_compared:
                # Before anything is sent: numbers that the server holds already may be somebody else's. And where
                # nobody comes: a server that came back from a backup must not wait for the next visitor.
                self._compare(self._send(()))
                self.is_compared = True
                entries = self.outbox.unsent(MAX_BATCH)
            if entries:
                self._take(entries, self._send(entries))
                self.link.delivered()
        except ServerRejected as error:
            self.link.failed(error)
            self._say(well=False, why=error.code)
            return _REJECTED_S
        except ServerError as error:
            self.link.failed(error)
            self._say(well=False, why=error.code)
            return self.backoff.wait()
        self.backoff.well()
        self._say(well=True)
        self._quiet_s = 0.0
        return 0.0 if len(entries) == MAX_BATCH else FLUSH_S

    def _send(self, entries: Sequence[Entry]) -> UploadAnswer:
        return self.central.send(entries, last=self.outbox.last()[0], acknowledged=self.outbox.acknowledged())

    def _take(self, entries: Sequence[Entry], answer: UploadAnswer) -> None:
        """Take the server's word for what it answered, entry by entry, and no further than its copy has no gap."""
        answered = entries[_answered(entries, answer) - 1].seq
        if self._compare(answer):
            self.shipping.acknowledge(min(answered, answer.high_seq))
        else:
            # A fork: the server keeps these entries aside, and there is nowhere else for them to go.
            self.shipping.acknowledge(answered)

    def _compare(self, answer: UploadAnswer) -> bool:
        """Compare the server's copy with the log; return whether the log still continues it."""
        last, acknowledged = self.outbox.last()[0], self.outbox.acknowledged()
        if answer.high_seq > last:
            self._forked(f"older: the server holds {answer.high_seq} entries, this log has {last}")
            return False
        # No hash: the server has that number in quarantine, as bytes that it could not read.
        if answer.high_hash and self.outbox.hash_of(answer.high_seq) != answer.high_hash:
            self._forked(f"other: the server holds another entry {answer.high_seq}")
            return False
        if answer.high_seq < acknowledged:
            logger.warning("the server lost entries %d to %d: they go again", answer.high_seq + 1, acknowledged)
            self.shipping.send_again_after(answer.high_seq)
        return True

    def _forked(self, why: str) -> None:
        logger.error("this log is not the one that the server knows: %s", why)
        self.shipping.set_fork(why)

    def _say(self, *, well: bool, why: str = "") -> None:
        """Log once when reporting stops and once when it is back, and nothing in between."""
        if well != self._was_well:
            self._was_well = well
            logger.warning("reporting is back" if well else "reporting waits: %s", *(() if well else (why,)))


def _answered(entries: Sequence[Entry], answer: UploadAnswer) -> int:
    """Return how many of `entries`, from the first, the server answered for; raises ServerGarbled for none of them.

    A result without a number is about bytes in which the server could read none.
    """
    fits = (result.seq in {None, entry.seq} for entry, result in zip(entries, answer.results, strict=False))
    answered = len(list(takewhile(bool, fits)))
    if not answered:
        message = "an answer for other entries than were sent"
        raise ServerGarbled(message)
    return answered
