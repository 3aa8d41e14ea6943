"""Reporting: the log's unsent entries go to the server in order, again and again until acknowledged.

There is no queue beside the log. A refusal never deletes anything, and nothing but our server's own answer for
exactly what was sent counts as an acknowledgement.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from itertools import takewhile
from typing import TYPE_CHECKING, Final, Protocol

from kiosk.errors import ServerError, ServerGarbled, ServerRejected
from kiosk.protocol.messages import MAX_BATCH

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kiosk.domain.entry import Entry
    from kiosk.ports import Central
    from kiosk.protocol.messages import UploadAnswer

logger = logging.getLogger(__name__)

FLUSH_S: Final = 1.0  # an entry waits at most so long for others (server-facts.md, section 2)
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
    """The unsent part of the log, read on the reporter's own connection."""

    def unsent(self, limit: int) -> Sequence[Entry]:
        """Return at most `limit` entries after the last acknowledged one, in order."""
        ...


@dataclass(slots=True)
class Reporter:
    """Ships entries. `acknowledge` hands a number to the log's writer and returns when it is kept."""

    outbox: Outbox
    central: Central
    acknowledge: Callable[[int], None]
    backoff: Backoff
    _was_well: bool = field(default=True, init=False)

    def step(self) -> float:
        """Ship one batch, if there is one; return how many seconds to wait before the next step."""
        entries = self.outbox.unsent(MAX_BATCH)
        if not entries:
            return FLUSH_S
        try:
            answered = _answered(entries, self.central.send(entries))
        except ServerRejected as error:
            self._say(well=False, why=error.code)
            return _REJECTED_S
        except ServerError as error:
            self._say(well=False, why=error.code)
            return self.backoff.wait()
        self.backoff.well()
        self._say(well=True)
        self.acknowledge(entries[answered - 1].seq)
        return 0.0 if len(entries) == MAX_BATCH else FLUSH_S

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
