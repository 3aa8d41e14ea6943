"""The tables of what kiosks report, and of what follows from it; the rules of `tables.py` hold here as well."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Index, LargeBinary, PrimaryKeyConstraint, Table

from central.tables import fact, metadata, number, of_kiosk, of_site, text

_CHAIN: Final = ("site_id", "kiosk_id", "epoch")


def _chain_columns() -> list[Column[str] | Column[int]]:
    return [text("site_id"), text("kiosk_id"), number("epoch")]


# One kiosk's log as far as it is here without a gap, and what it adds up to.
chains: Final = Table(
    "chains",
    metadata,
    *_chain_columns(),
    number("high_seq"),
    text("high_hash"),  # "" where the highest number is in quarantine
    number("last_recorded_ms"),
    number("inside"),  # let in minus let out since its day was opened; below 0 at an exit
    text("inside_day"),
    number("view_version"),
    PrimaryKeyConstraint(*_CHAIN),
    of_kiosk(),
)

entries: Final = Table(
    "entries",
    metadata,
    *_chain_columns(),
    number("seq"),
    text("kind"),
    number("happened_ms"),
    number("recorded_ms"),
    number("received_ms"),
    number("clock_offset_ms", empty=True),
    text("body", empty=True),
    text("salt", empty=True),
    text("digest"),
    text("prev_hash"),
    text("hash"),
    PrimaryKeyConstraint(*_CHAIN, "seq"),
    of_kiosk(),
)

quarantine: Final = Table(
    "quarantine",
    metadata,
    *_chain_columns(),
    text("item_hash"),
    number("seq", empty=True),
    text("why"),
    Column("raw", LargeBinary, nullable=False),
    number("received_ms"),
    PrimaryKeyConstraint(*_CHAIN, "item_hash"),
    Index("quarantine_by_seq", *_CHAIN, "seq"),
    of_kiosk(),
)

forks: Final = Table(
    "forks",
    metadata,
    *_chain_columns(),
    number("seq"),
    text("hash"),
    Column("raw", LargeBinary, nullable=False),
    number("received_ms"),
    PrimaryKeyConstraint(*_CHAIN, "seq", "hash"),
    of_kiosk(),
)

verdicts: Final = Table(
    "verdicts",
    metadata,
    *_chain_columns(),
    number("seq"),
    text("verdict"),
    text("detail"),
    number("judged_ms"),
    PrimaryKeyConstraint(*_CHAIN, "seq", "verdict"),
    of_kiosk(),
)

findings: Final = Table(
    "findings",
    metadata,
    text("site_id"),
    text("finding_id"),
    text("kind"),
    text("detail"),
    number("first_ms"),
    number("last_ms"),
    number("times"),
    number("closed_ms", empty=True),
    text("closed_by"),
    text("note"),
    number("view_version"),  # of a conflict: when it last changed for the kiosks, in the site's count; 0 otherwise
    PrimaryKeyConstraint("site_id", "finding_id"),
    Index("findings_by_view", "site_id", "view_version"),
    of_site(),
)

holds: Final = Table(
    "holds",
    metadata,
    text("site_id"),
    text("hold_id"),
    text("from_day"),
    text("until_day"),
    text("placed_by"),
    text("reason"),
    number("placed_ms"),
    number("lifted_ms", empty=True),
    text("lifted_by"),
    PrimaryKeyConstraint("site_id", "hold_id"),
    of_site(),
)

# What each kiosk's log says, by `kiosk.domain.state.apply`; kept per kiosk, so that each can be rebuilt alone.
visits: Final = Table(
    "visits",
    metadata,
    *_chain_columns(),
    text("visit_id"),
    text("booking_id", empty=True),
    fact("is_open"),
    number("arrived_ms", empty=True),
    number("touched_ms"),  # by the server's clock: the kiosk's time plus its offset, and not after it was heard of
    text("record"),
    PrimaryKeyConstraint(*_CHAIN, "visit_id"),
    Index("visits_by_booking", "site_id", "booking_id"),
    Index("visits_by_time", "site_id", "touched_ms"),
    of_kiosk(),
)

cases: Final = Table(
    "cases",
    metadata,
    *_chain_columns(),
    text("case_id"),
    text("visit_id"),
    fact("is_open"),
    number("touched_ms"),  # by the server's clock, as the visits'
    text("record"),
    PrimaryKeyConstraint(*_CHAIN, "case_id"),
    Index("cases_by_id", "site_id", "case_id"),
    Index("cases_by_time", "site_id", "touched_ms"),
    of_kiosk(),
)

counters: Final = Table(
    "counters",
    metadata,
    *_chain_columns(),
    text("name"),
    number("value"),
    PrimaryKeyConstraint(*_CHAIN, "name"),
    of_kiosk(),
)

# Ledgers that were taken out: an audit's record, kept as long as the site.
exports: Final = Table(
    "exports",
    metadata,
    text("site_id"),
    text("export_id"),
    text("day"),
    text("form"),
    fact("is_full"),
    text("made_by"),
    text("reason"),
    number("made_ms"),
    PrimaryKeyConstraint("site_id", "export_id"),
    of_site(),
)
