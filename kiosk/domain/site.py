"""Sites, their services and their hours: what the server's catalogue tells a kiosk."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.domain.ids import ServiceId, SiteId


@dataclass(frozen=True, slots=True)
class Words:
    """The same words in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Service:
    """A kind of business. `online_url`: where it is done when it is done online only."""

    id: ServiceId
    name: Words
    hall: Words
    online_only: bool = False
    online_url: str = ""


@dataclass(frozen=True, slots=True)
class Site:
    """A place with entrances.

    `districts` and `plate_prefixes`: whom the site serves; empty means everybody (architecture: nearest
    competent site). `opens` and `closes`: minutes after local midnight, half-open. `closed_days`: ISO dates.
    `cap`: how many may be inside at once; 0 means no limit.
    """

    id: SiteId
    name: Words
    address: Words
    timezone: str
    opens: int
    closes: int
    districts: tuple[str, ...] = ()
    plate_prefixes: tuple[str, ...] = ()
    closed_days: tuple[str, ...] = ()
    cap: int = 0
