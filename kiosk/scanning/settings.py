"""How long the scanner waits for what."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ScannerSettings:
    """Times in seconds. A camera's fault is noticed within 5 s (issue 4), so what waits for one waits less."""

    out_of_sight: float = 2.0
    """A code is reported again after it has not been seen for so long."""
    black_after: float = 2.0
    """A black picture is a fault when it has lasted so long."""
    frozen_after: float = 3.0
    """So is a picture that does not change at all, or does not come."""
    reopen_first: float = 0.5
    """The wait before a camera is opened again; it doubles up to `reopen_last`."""
    reopen_last: float = 3.0
    hint_after: float = 0.5
    """A code that is not read for so long gives rise to a hint: 97 of 100 are read sooner (docs/scanner.md)."""
    hint_lasts: float = 1.0
    """A hint stays for so long after what gave rise to it, so that it can be read."""
