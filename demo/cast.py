"""Who comes to the demo's door, drawn by a seed: every kind of ending once, the rest by chance.

The names are drawn from common syllables and mean nobody.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

FIRST_CONTACT_LOCAL: Final = (8, 30)  # when the doors open, site time
_SPACING: Final = timedelta(seconds=100)
_LONGEST_DAY: Final = timedelta(hours=8)

KINDS: Final = (
    "admitted",
    "green",
    "too_early",
    "elevated_case",
    "cold_then_normal",
    "wrong_site",
    "walks_away",
    "typed_number",
    "cancelled",
    "already_arrived",
    "elevated_then_normal",
    "online_only",
    "declared",
    "unknown_booking",
    "typed_id",
    "too_late",
    "cold_not_back",
    "blacklisted",
    "forged_code",
    "not_my_booking",
    "not_served_here",
    "ambiguous_code",
    "asks_person",
    "wrong_day",
    "unknown_key",
    "revoked",
    "unreadable_code",
    "not_confirmed",
    "suspended_service",
    "by_hand",
    "thermometer_fault",
    "unsteady_then_normal",
)
"""Every kind of visitor. The first 24 stand in every demo of 24 visitors; a longer one adds the rest, then chance."""

_COMMON: Final = ("admitted",) * 12 + ("cold_then_normal", "typed_number", "green", "too_early", "wrong_site")
_SURNAMES: Final = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张"
_GIVEN: Final = "明华芳伟敏静丽强磊军洋勇艳杰娟涛超霞平刚桂英"


@dataclass(frozen=True, slots=True)
class Person:
    """One visitor of the demo: which kind, when they come, and what the server is told about them."""

    number: int
    kind: str
    comes_at: datetime
    name: str
    plate: str
    id_number: str

    def as_kind(self, kind: str) -> Person:
        """Return the same person with another errand."""
        return replace(self, kind=kind)


def draw_cast(visitors: int, seed: int, opening: datetime) -> list[Person]:
    """Return `visitors` people in the order in which they come; equal seeds give equal people."""
    rng = random.Random(seed)
    kinds = list(KINDS[:visitors])
    kinds += [rng.choice(_COMMON) for _ in range(visitors - len(kinds))]
    rng.shuffle(kinds)
    spacing = min(_SPACING, _LONGEST_DAY / max(1, visitors))
    return [
        Person(
            number=place,
            kind=kind,
            comes_at=opening + spacing * place,
            name=_name(rng),
            plate=f"冀A{rng.randrange(10_000, 99_999)}",
            id_number=_id_number(rng),
        )
        for place, kind in enumerate(kinds)
    ]


def _name(rng: random.Random) -> str:
    return rng.choice(_SURNAMES) + "".join(rng.choice(_GIVEN) for _ in range(rng.choice((1, 2))))


def _id_number(rng: random.Random) -> str:
    """Return a well-formed identity number of nobody: area 000000 is given to no place."""
    born = date(1950, 1, 1) + timedelta(days=rng.randrange(19_000))
    body = f"000000{born:%Y%m%d}{rng.randrange(1000):03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(w * int(d) for w, d in zip(weights, body, strict=True)) % 11]
