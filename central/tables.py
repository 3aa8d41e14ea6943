"""The tables of what the authority decides; `log_tables.py` has those of what kiosks report.

`site_id` comes first in every key, so that sites can be spread over several databases one day. Times are whole Unix
milliseconds, records are JSON text. No sequence gives out an identity, and nothing is unique across sites.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

SCHEMA_VERSION: Final = 3
OFFICE: Final = "office"  # the id of the server's own log at each site; no kiosk can have it
metadata: Final = MetaData()


def text(name: str, *, empty: bool = False) -> Column[str]:
    """Return a text column that must be given; `empty`: it may be left out."""
    return Column(name, Text, nullable=empty)


def number(name: str, *, empty: bool = False) -> Column[int]:
    """Return a column of 64-bit numbers."""
    return Column(name, BigInteger, nullable=empty)


def fact(name: str) -> Column[bool]:
    """Return a column of yes or no."""
    return Column(name, Boolean, nullable=False)


def of_site() -> ForeignKeyConstraint:
    """Return the bond of a row to its site."""
    return ForeignKeyConstraint(["site_id"], ["sites.site_id"])


def of_kiosk() -> ForeignKeyConstraint:
    """Return the bond of a row to its kiosk."""
    return ForeignKeyConstraint(["site_id", "kiosk_id"], ["kiosks.site_id", "kiosks.kiosk_id"])


def of_epoch(table: Table, site_id: str, kiosk_id: str, epoch: int) -> ColumnElement[bool]:
    """Return the condition for a table's rows of one kiosk's epoch, which is one log."""
    return (table.c.site_id == site_id) & (table.c.kiosk_id == kiosk_id) & (table.c.epoch == epoch)


schema: Final = Table("schema_version", metadata, Column("version", Integer, primary_key=True))

# The row of a site is also its lock: whoever numbers changes or applies entries holds it until the commit.
sites: Final = Table(
    "sites",
    metadata,
    text("site_id"),
    text("record"),
    text("policy", empty=True),
    text("declaration", empty=True),
    text("plan", empty=True),
    number("booking_rev"),  # the last number given to a change of a booking
    number("booking_floor"),  # tombstones up to this number are gone: an older cursor starts anew
    text("window_day"),  # the local day for which `bookings.is_near` holds
    number("view_version"),
    PrimaryKeyConstraint("site_id"),
)

# What was set, and taken away (no record), is kept for good: the log names documents by id and version. A declaration's
# id is "". What an earlier program set has no time and no text.
document_texts: Final = Table(
    "document_texts",
    metadata,
    text("site_id"),
    text("kind"),
    number("number"),
    text("document_id"),
    number("version"),
    number("set_ms", empty=True),
    text("record", empty=True),
    text("text"),
    PrimaryKeyConstraint("site_id", "kind", "number"),
    of_site(),
)

services: Final = Table(
    "services",
    metadata,
    text("site_id"),
    text("service_id"),
    text("record"),
    number("hourly_quota"),  # 0: no limit
    PrimaryKeyConstraint("site_id", "service_id"),
    of_site(),
)

notices: Final = Table(
    "notices",
    metadata,
    text("site_id"),
    number("place"),
    text("record"),
    PrimaryKeyConstraint("site_id", "place"),
    of_site(),
)

guards: Final = Table(
    "guards",
    metadata,
    text("site_id"),
    text("guard_id"),
    text("record"),
    PrimaryKeyConstraint("site_id", "guard_id"),
    of_site(),
)

kiosks: Final = Table(
    "kiosks",
    metadata,
    text("site_id"),
    text("kiosk_id"),
    text("letter"),  # "" for the server's own log, which is no kiosk's
    fact("is_entry"),
    number("epoch"),  # the last one issued; 0: never enrolled
    number("revoked_ms", empty=True),
    PrimaryKeyConstraint("site_id", "kiosk_id"),
    UniqueConstraint("site_id", "letter"),
    of_site(),
)

enrolments: Final = Table(
    "enrolments",
    metadata,
    text("site_id"),
    text("handle"),  # the part of the code that finds it
    text("kiosk_id"),
    text("secret_hash"),
    number("expires_ms"),
    number("tries_left"),
    number("used_ms", empty=True),
    PrimaryKeyConstraint("site_id", "handle"),
    Index("enrolments_by_handle", "handle"),
    of_kiosk(),
)

# The device key of each epoch: it comes with the enrolment, and no other can take its place.
device_keys: Final = Table(
    "device_keys",
    metadata,
    text("site_id"),
    text("kiosk_id"),
    number("epoch"),
    text("public_key"),
    text("software"),
    number("enrolled_ms"),
    number("rolled_ms"),  # the time in the last wish for a new token that was granted; 0: none was
    PrimaryKeyConstraint("site_id", "kiosk_id", "epoch"),
    of_kiosk(),
)

tokens: Final = Table(
    "tokens",
    metadata,
    text("site_id"),
    text("token_hash"),
    text("kiosk_id"),
    number("epoch"),
    number("issued_ms"),
    number("used_ms", empty=True),  # until then the token before it holds as well
    number("replaced_ms", empty=True),  # a newer one was used, or given out in its place
    number("ended_ms", empty=True),  # its kiosk was revoked or set up anew
    PrimaryKeyConstraint("site_id", "token_hash"),
    Index("tokens_by_kiosk", "site_id", "kiosk_id", "epoch"),
    of_kiosk(),
)

bookings: Final = Table(
    "bookings",
    metadata,
    text("site_id"),
    text("booking_id"),
    number("rev"),
    text("number"),
    text("service_id"),
    number("slot_start_ms"),
    number("slot_end_ms"),
    text("status"),
    fact("is_green"),
    text("name"),
    text("phone"),
    text("plate"),
    text("district"),
    text("id_hash"),
    fact("is_blacklisted"),
    number("code_not_before_ms", empty=True),
    fact("is_near"),
    PrimaryKeyConstraint("site_id", "booking_id"),
    UniqueConstraint("site_id", "number"),
    ForeignKeyConstraint(["site_id", "service_id"], ["services.site_id", "services.service_id"]),
    Index("bookings_by_rev", "site_id", "rev", unique=True),
    Index("bookings_by_slot", "site_id", "slot_start_ms"),
)

# Wrong PINs at the guard's page, by account; those at a kiosk are that kiosk's matter.
lockouts: Final = Table(
    "lockouts",
    metadata,
    text("site_id"),
    text("guard_id"),
    number("wrong"),  # in a row
    number("until_ms"),
    PrimaryKeyConstraint("site_id", "guard_id"),
    of_site(),
)

slots: Final = Table(
    "slots",
    metadata,
    text("site_id"),
    text("service_id"),
    number("hour_ms"),
    number("quota"),
    number("taken"),
    PrimaryKeyConstraint("site_id", "service_id", "hour_ms"),
    CheckConstraint("taken >= 0 AND taken <= quota", name="slot_not_overfull"),
    ForeignKeyConstraint(["site_id", "service_id"], ["services.site_id", "services.service_id"]),
)
