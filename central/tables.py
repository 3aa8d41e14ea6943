"""The tables. `site_id` comes first in every key, so that sites can be spread over several databases one day.

Times are whole Unix milliseconds, records are JSON text. No sequence gives out an identity, and nothing is unique
across sites. `kiosk.domain` owns what the records mean.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

SCHEMA_VERSION: Final = 1
metadata: Final = MetaData()


def _text(name: str, *, empty: bool = False) -> Column[str]:
    """Return a text column that must be given; `empty`: it may be left out."""
    return Column(name, Text, nullable=empty)


def _number(name: str, *, empty: bool = False) -> Column[int]:
    """Return a column of 64-bit numbers."""
    return Column(name, BigInteger, nullable=empty)


def _fact(name: str) -> Column[bool]:
    """Return a column of yes or no."""
    return Column(name, Boolean, nullable=False)


def _of_site() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["site_id"], ["sites.site_id"])


def _of_kiosk() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["site_id", "kiosk_id"], ["kiosks.site_id", "kiosks.kiosk_id"])


_CHAIN: Final = ("site_id", "kiosk_id", "epoch")


def _chain_columns() -> list[Column[str] | Column[int]]:
    return [_text("site_id"), _text("kiosk_id"), _number("epoch")]


schema: Final = Table("schema_version", metadata, Column("version", Integer, primary_key=True))

# The row of a site is also its lock: whoever numbers changes or applies entries holds it until the commit.
sites: Final = Table(
    "sites",
    metadata,
    _text("site_id"),
    _text("record"),
    _text("policy", empty=True),
    _text("declaration", empty=True),
    _number("booking_rev"),  # the last number given to a change of a booking
    _number("booking_floor"),  # tombstones up to this number are gone: an older cursor starts anew
    _text("window_day"),  # the local day for which `bookings.is_near` holds
    _number("view_version"),
    PrimaryKeyConstraint("site_id"),
)

services: Final = Table(
    "services",
    metadata,
    _text("site_id"),
    _text("service_id"),
    _text("record"),
    _number("hourly_quota"),  # 0: no limit
    PrimaryKeyConstraint("site_id", "service_id"),
    _of_site(),
)

notices: Final = Table(
    "notices",
    metadata,
    _text("site_id"),
    _number("place"),
    _text("record"),
    PrimaryKeyConstraint("site_id", "place"),
    _of_site(),
)

guards: Final = Table(
    "guards",
    metadata,
    _text("site_id"),
    _text("guard_id"),
    _text("record"),
    PrimaryKeyConstraint("site_id", "guard_id"),
    _of_site(),
)

kiosks: Final = Table(
    "kiosks",
    metadata,
    _text("site_id"),
    _text("kiosk_id"),
    _text("letter"),
    _fact("is_entry"),
    _number("epoch"),  # the last one issued; 0: never enrolled
    _number("revoked_ms", empty=True),
    PrimaryKeyConstraint("site_id", "kiosk_id"),
    UniqueConstraint("site_id", "letter"),
    _of_site(),
)

enrolments: Final = Table(
    "enrolments",
    metadata,
    _text("site_id"),
    _text("handle"),  # the part of the code that finds it
    _text("kiosk_id"),
    _text("secret_hash"),
    _number("expires_ms"),
    _number("tries_left"),
    _number("used_ms", empty=True),
    PrimaryKeyConstraint("site_id", "handle"),
    Index("enrolments_by_handle", "handle"),
    _of_kiosk(),
)

tokens: Final = Table(
    "tokens",
    metadata,
    _text("site_id"),
    _text("token_hash"),
    _text("kiosk_id"),
    _number("epoch"),
    _text("public_key"),
    _text("software"),
    _number("issued_ms"),
    _number("ended_ms", empty=True),
    PrimaryKeyConstraint("site_id", "token_hash"),
    UniqueConstraint("site_id", "kiosk_id", "epoch"),
    _of_kiosk(),
)

bookings: Final = Table(
    "bookings",
    metadata,
    _text("site_id"),
    _text("booking_id"),
    _number("rev"),
    _text("number"),
    _text("service_id"),
    _number("slot_start_ms"),
    _number("slot_end_ms"),
    _text("status"),
    _fact("is_green"),
    _text("name"),
    _text("phone"),
    _text("plate"),
    _text("district"),
    _text("id_hash"),
    _fact("is_blacklisted"),
    _number("code_not_before_ms", empty=True),
    _fact("is_near"),
    PrimaryKeyConstraint("site_id", "booking_id"),
    UniqueConstraint("site_id", "number"),
    ForeignKeyConstraint(["site_id", "service_id"], ["services.site_id", "services.service_id"]),
    Index("bookings_by_rev", "site_id", "rev", unique=True),
    Index("bookings_by_slot", "site_id", "slot_start_ms"),
)

slots: Final = Table(
    "slots",
    metadata,
    _text("site_id"),
    _text("service_id"),
    _number("hour_ms"),
    _number("quota"),
    _number("taken"),
    PrimaryKeyConstraint("site_id", "service_id", "hour_ms"),
    CheckConstraint("taken >= 0 AND taken <= quota", name="slot_not_overfull"),
    ForeignKeyConstraint(["site_id", "service_id"], ["services.site_id", "services.service_id"]),
)

# One kiosk's log as far as it is here without a gap, and what it adds up to.
chains: Final = Table(
    "chains",
    metadata,
    *_chain_columns(),
    _number("high_seq"),
    _text("high_hash"),  # "" where the highest number is in quarantine
    _number("last_recorded_ms"),
    _number("inside"),  # let in minus let out since its day was opened; below 0 at an exit
    _text("inside_day"),
    _number("view_version"),
    PrimaryKeyConstraint(*_CHAIN),
    _of_kiosk(),
)

entries: Final = Table(
    "entries",
    metadata,
    *_chain_columns(),
    _number("seq"),
    _text("kind"),
    _number("happened_ms"),
    _number("recorded_ms"),
    _number("received_ms"),
    _number("clock_offset_ms", empty=True),
    _text("body", empty=True),
    _text("salt", empty=True),
    _text("digest"),
    _text("prev_hash"),
    _text("hash"),
    PrimaryKeyConstraint(*_CHAIN, "seq"),
    _of_kiosk(),
)

quarantine: Final = Table(
    "quarantine",
    metadata,
    *_chain_columns(),
    _text("item_hash"),
    _number("seq", empty=True),
    _text("why"),
    Column("raw", LargeBinary, nullable=False),
    _number("received_ms"),
    PrimaryKeyConstraint(*_CHAIN, "item_hash"),
    Index("quarantine_by_seq", *_CHAIN, "seq"),
    _of_kiosk(),
)

forks: Final = Table(
    "forks",
    metadata,
    *_chain_columns(),
    _number("seq"),
    _text("hash"),
    Column("raw", LargeBinary, nullable=False),
    _number("received_ms"),
    PrimaryKeyConstraint(*_CHAIN, "seq", "hash"),
    _of_kiosk(),
)

verdicts: Final = Table(
    "verdicts",
    metadata,
    *_chain_columns(),
    _number("seq"),
    _text("verdict"),
    _text("detail"),
    _number("judged_ms"),
    PrimaryKeyConstraint(*_CHAIN, "seq", "verdict"),
    _of_kiosk(),
)

findings: Final = Table(
    "findings",
    metadata,
    _text("site_id"),
    _text("finding_id"),
    _text("kind"),
    _text("detail"),
    _number("first_ms"),
    _number("last_ms"),
    _number("times"),
    _number("closed_ms", empty=True),
    _text("closed_by"),
    _text("note"),
    PrimaryKeyConstraint("site_id", "finding_id"),
    _of_site(),
)

# What each kiosk's log says, by `kiosk.domain.state.apply`; kept per kiosk, so that each can be rebuilt alone.
visits: Final = Table(
    "visits",
    metadata,
    *_chain_columns(),
    _text("visit_id"),
    _text("booking_id", empty=True),
    _fact("is_open"),
    _number("arrived_ms", empty=True),
    _number("touched_ms"),  # by the server's clock: the kiosk's time plus its offset
    _text("record"),
    PrimaryKeyConstraint(*_CHAIN, "visit_id"),
    Index("visits_by_booking", "site_id", "booking_id"),
    Index("visits_by_time", "site_id", "touched_ms"),
    _of_kiosk(),
)

cases: Final = Table(
    "cases",
    metadata,
    *_chain_columns(),
    _text("case_id"),
    _fact("is_open"),
    _text("record"),
    PrimaryKeyConstraint(*_CHAIN, "case_id"),
    _of_kiosk(),
)

counters: Final = Table(
    "counters",
    metadata,
    *_chain_columns(),
    _text("name"),
    _number("value"),
    PrimaryKeyConstraint(*_CHAIN, "name"),
    _of_kiosk(),
)
