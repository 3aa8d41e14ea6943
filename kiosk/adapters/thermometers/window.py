"""From samples to one reading: the median of a window, with its spread and its drift."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_MAD_TO_SIGMA: Final = 1.4826  # makes the median absolute deviation estimate a normal distribution's sigma


@dataclass(frozen=True, slots=True)
class Window:
    """A window of samples in hundredths of a degree Celsius."""

    value_cc: int
    spread_cc: int
    trend_cc: int
    n: int


def summarise(samples: Sequence[int]) -> Window:
    """Return median, spread (1.4826 × MAD) and the change from the first to the last third of `samples`.

    Raises ValueError for no samples.
    """
    if not samples:
        message = "no samples"
        raise ValueError(message)
    middle = median(samples)
    spread = _MAD_TO_SIGMA * median(abs(sample - middle) for sample in samples)
    third = max(1, len(samples) // 3)
    trend = median(samples[-third:]) - median(samples[:third])
    return Window(round(middle), round(spread), round(trend), len(samples))
