"""Several kiosks' exports as one: each file's chain proved, the same entry counted once, a fork named. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kiosk.domain.chain import Flaw, verify
from kiosk.domain.entry import GENESIS, Entry
from kiosk.domain.ids import KioskId, SiteId
from kiosk.domain.ledger import ChainEnd, Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

NOBODY: Final = KioskId("?")  # whose log a file is from which nothing could be read


@dataclass(frozen=True, slots=True)
class Brought:
    """A file as it was read; `is_whole` is False when what follows `entries` could not be read."""

    source: str
    entries: tuple[Entry, ...]
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class Merged:
    """The entries that hold, each once, and of each file how far it holds."""

    site_id: SiteId
    entries: tuple[Entry, ...]
    chains: tuple[ChainEnd, ...]
    forks: tuple[Place, ...]

    @property
    def is_sound(self) -> bool:
        """Whether every file holds to its end and none contradicts another."""
        return not self.forks and all(chain.flaw is None for chain in self.chains)


def merge(files: Iterable[Brought]) -> Merged:
    """Return what the files hold together; raises ValueError when they are of several sites, or of none.

    Of two logs with the same kiosk and epoch that went apart, the longer one counts, and the fork is named.
    """
    proved = [_proved(file) for file in files]
    sites = {entry.site_id for entries, _ in proved for entry in entries[:1]}
    if len(sites) != 1:
        raise ValueError(f"one ledger is of one site; these files are of {', '.join(sorted(sites)) or 'none'}")
    longest: dict[tuple[KioskId, int], Sequence[Entry]] = {}
    forks: set[Place] = set()
    for entries, end in sorted(proved, key=lambda item: -len(item[0])):
        known = longest.setdefault((end.kiosk_id, end.epoch), entries)
        fork = next((mine.seq for mine, other in zip(entries, known, strict=False) if mine.hash != other.hash), None)
        if fork is not None:
            forks.add(Place(end.kiosk_id, end.epoch, fork, fork))
    return Merged(
        site_id=sites.pop(),
        entries=tuple(entry for key in sorted(longest) for entry in longest[key]),
        chains=tuple(end for _, end in proved),
        forks=tuple(sorted(forks, key=lambda place: (place.kiosk_id, place.epoch, place.first))),
    )


def _proved(file: Brought) -> tuple[Sequence[Entry], ChainEnd]:
    """Return the entries of a file that hold, all of one log, and how far they go."""
    if not file.entries:
        return (), ChainEnd(NOBODY, 0, 0, "", Flaw(1, "form"), file.source)
    first = file.entries[0]
    whose = (first.site_id, first.kiosk_id, first.epoch)
    own = next(
        (place for place, entry in enumerate(file.entries) if (entry.site_id, entry.kiosk_id, entry.epoch) != whose),
        len(file.entries),
    )
    held, last, flaw = verify(file.entries[:own])
    if flaw is not None and flaw.seq <= held:  # a body that is gone without a word: the chain goes on, the trust ends
        held = flaw.seq - 1
        last = file.entries[held - 1].hash if held else GENESIS
    if flaw is None and own < len(file.entries):
        flaw = Flaw(held + 1, "foreign")
    elif flaw is None and not file.is_whole:
        flaw = Flaw(held + 1, "form")
    return file.entries[:held], ChainEnd(first.kiosk_id, first.epoch, held, last, flaw, file.source)
