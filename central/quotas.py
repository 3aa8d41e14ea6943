"""Hourly quotas: a place in an hour is taken by one counted update, so two at once never get the last one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import insert, select, update

from central.refusals import QuotaFull, Unknown
from central.tables import services, slots

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection

_HOUR_MS: Final = 3_600_000


def hourly_quota(tx: Connection, site_id: str, service_id: str) -> int:
    """Return a service's quota an hour, 0 for no limit; raises Unknown for a service that the site does not have."""
    of_service = (services.c.site_id == site_id) & (services.c.service_id == service_id)
    quota = tx.scalar(select(services.c.hourly_quota).where(of_service))
    if quota is None:
        raise Unknown("no such service at this site")
    return quota


def take_place(tx: Connection, site_id: str, service_id: str, slot_start_ms: int) -> None:
    """Take a place in the hour of a slot; raises QuotaFull. The caller holds the site's lock."""
    quota = hourly_quota(tx, site_id, service_id)
    if not quota:
        return
    hour = _hour(site_id, service_id, slot_start_ms)
    if tx.scalar(select(slots.c.quota).where(hour)) is None:
        hour_ms = slot_start_ms - slot_start_ms % _HOUR_MS
        new = {"site_id": site_id, "service_id": service_id, "hour_ms": hour_ms}
        tx.execute(insert(slots).values(**new, quota=quota, taken=0))
    taken = update(slots).where(hour, slots.c.taken < slots.c.quota).values(taken=slots.c.taken + 1)
    if tx.execute(taken).rowcount == 0:
        raise QuotaFull("this hour is full")


def give_place(tx: Connection, site_id: str, service_id: str, slot_start_ms: int) -> None:
    """Give a place back; does nothing where the hour was never counted."""
    hour = _hour(site_id, service_id, slot_start_ms)
    tx.execute(update(slots).where(hour, slots.c.taken > 0).values(taken=slots.c.taken - 1))


def _hour(site_id: str, service_id: str, slot_start_ms: int) -> ColumnElement[bool]:
    # Hours of Unix time: every zone that this service knows is whole hours away from it.
    hour_ms = slot_start_ms - slot_start_ms % _HOUR_MS
    return (slots.c.site_id == site_id) & (slots.c.service_id == service_id) & (slots.c.hour_ms == hour_ms)
