"""Reads pictures by every decoder in turn, in one run, and counts what was read, what wrongly, and how fast."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from bench.scanner_rig.peers import PEERS
from bench.scanner_rig.pictures import fitted, load, plain, with_truths

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from bench.scanner_rig.peers import Read
    from bench.scanner_rig.pictures import Truth
    from kiosk.scanner import Cascade
    from kiosk.scanning.frames import Pixels


class Tally:
    """What one decoder made of the pictures."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.read = 0
        self.wrong = 0
        self.times_ms: list[float] = []

    def count(self, texts: Sequence[str], truth: Truth, milliseconds: float) -> None:
        """Read: one of the texts is true. Wrong: there are texts and none is; a picture may show several codes."""
        right = any(plain(text) in truth.texts for text in texts)
        self.read += right
        self.wrong += bool(texts) and not right
        self.times_ms.append(milliseconds)

    def summary(self) -> dict[str, float]:
        """The decoder's row."""
        images = len(self.times_ms)
        return {
            "read": self.read,
            "wrong": self.wrong,
            "rate": round(self.read / images, 4) if images else 0.0,
            "p50_ms": percentile(self.times_ms, 0.5),
            "p95_ms": percentile(self.times_ms, 0.95),
        }


def percentile(times: Sequence[float], share: float) -> float:
    """The time that so large a share of the times does not exceed."""
    return round(sorted(times)[min(len(times) - 1, int(len(times) * share))], 2) if times else 0.0


def decoders(cascade: Cascade) -> dict[str, Read]:
    """This scanner and its peers, for pictures that do not come again."""
    return {"kiosk": lambda picture: [code.text for code in cascade.decode_still(picture)], **PEERS}


def read_pictures(paths: Sequence[Path], cascade: Cascade) -> dict[str, object]:
    """The counts by decoder. `images` are the pictures whose truth is known; `unresolved` stand apart."""
    known: list[tuple[Path, Truth]] = []
    unresolved = 0
    for path, truth in with_truths(paths):
        if truth.unresolved:
            unresolved += 1
        else:
            known.append((path, truth))
    tallies = {name: Tally() for name in decoders(cascade)}
    for path, truth in known:
        picture = load(path)
        if picture is not None:
            _read_one(fitted(picture), truth, decoders(cascade), tallies)
    rows = {name: tally.summary() for name, tally in tallies.items()}
    return {"images": len(tallies["kiosk"].times_ms), "unresolved": unresolved, "decoders": rows}


def _read_one(picture: Pixels, truth: Truth, readers: Mapping[str, Read], tallies: Mapping[str, Tally]) -> None:
    for name, read in readers.items():
        start = time.perf_counter()
        texts = read(picture)
        tallies[name].count(texts, truth, (time.perf_counter() - start) * 1000)
