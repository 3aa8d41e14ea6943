"""Sites, services, policy, notices: what the authority decides, and kiosks are told as documents. Guards: roster.py."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Table, delete, insert, select, update

from central import document_texts
from central.database import lock_site
from central.fleet import entry_kiosks
from central.holds import standing
from central.refusals import BadRequest, Unknown
from central.site_documents import (
    RECORDS,
    Document,
    DocumentKind,
    name_of,
    refuse_second_meaning,
    refuse_unknown_services,
)
from central.tables import guards, notices, services, sites
from kiosk.domain.declaration import Declaration
from kiosk.domain.plan import CaseLimits, Plan
from kiosk.domain.policy import Policy
from kiosk.domain.site import Service, Site, Words
from kiosk.domain.wire import from_json, to_json
from kiosk.protocol.messages import Documents

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Connection

    from central.clock import Clock
    from central.database import Database
    from central.document_texts import DocumentText
    from central.keyring import Keyring

_D = TypeVar("_D", bound=Policy | Declaration | Plan)
_COLUMNS: Final = {record: sites.c[kind.value] for kind, record in RECORDS.items()}

_NO_PLAN: Final = Plan(
    id="",
    version=0,
    limits=CaseLimits(),
    places=(),
    contacts=(),
    escalation=(),
    checklist=(),
    situations=(),
)


class Catalogue:
    """Keeps what the authority decides for each site, and puts it together for a kiosk."""

    def __init__(self, database: Database, clock: Clock, keyring: Keyring) -> None:
        """`keyring` gives the public keys that kiosks check codes with."""
        self._db = database
        self._clock = clock
        self._keyring = keyring

    def put_site(self, site: Site) -> None:
        """Make a site, or change it; raises BadRequest for a time zone that nobody knows."""
        try:
            ZoneInfo(site.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise BadRequest("no such time zone") from error
        with self._db.write() as tx:
            if change_row(tx, sites, sites.c.site_id == site.id, {"record": _dump(site)}):
                return
            counters = {"booking_rev": 0, "booking_floor": 0, "view_version": 0, "window_day": ""}
            tx.execute(insert(sites).values(site_id=site.id, record=_dump(site), **counters))

    def site(self, site_id: str) -> Site:
        """Return a site; raises Unknown."""
        with self._db.read() as tx:
            return site_of(tx, site_id)

    def sites(self) -> list[Site]:
        """Return all sites."""
        with self._db.read() as tx:
            return [from_json(Site, record) for record in _records(tx, select(sites.c.record))]

    def put_service(self, site_id: str, service: Service, hourly_quota: int = 0) -> None:
        """Make or change a service of a site.

        `hourly_quota`: bookings an hour, 0 for no limit; an hour that holds bookings already keeps its own.
        """
        with self._db.write() as tx:
            need_site(tx, site_id)
            values = {"record": _dump(service), "hourly_quota": hourly_quota}
            where = (services.c.site_id == site_id) & (services.c.service_id == service.id)
            if not change_row(tx, services, where, values):
                tx.execute(insert(services).values(site_id=site_id, service_id=service.id, **values))

    def services(self, site_id: str) -> list[tuple[Service, int]]:
        """Return the services of a site, each with its bookings an hour, 0 for no limit; raises Unknown for no site."""
        with self._db.read() as tx:
            site_of(tx, site_id)
            query = select(services).where(services.c.site_id == site_id).order_by(services.c.service_id)
            return [(from_json(Service, json.loads(row.record)), row.hourly_quota) for row in tx.execute(query)]

    def put_document(self, site_id: str, kind: DocumentKind, document: Document, text: str = "") -> None:
        """Set one of a site's documents, and keep the `text` that it was read from for as long as there is the site.

        Raises Unknown for no site, Mistaken for another content under a version that was ever set, or an older one, and
        for a suspended service that nobody offers.
        """
        with self._db.write() as tx:
            need_site(tx, site_id)
            in_force, done = _history(tx, site_id, kind)
            before = document_texts.newest(tx, site_id, kind, name_of(document)[0])
            if before is not None:
                refuse_second_meaning(kind, before, document)
            if isinstance(document, Policy):
                known = set(tx.scalars(select(services.c.service_id)))
                refuse_unknown_services(document, known)
            record = _dump(document)
            if in_force != document or done[0].text != text:
                document_texts.keep(tx, site_id, kind, document, text, self._clock.now())
            change_row(tx, sites, sites.c.site_id == site_id, {kind.value: record})

    def remove_document(self, site_id: str, kind: DocumentKind) -> None:
        """Leave the kiosks to their own file; what was set is still kept. Raises Unknown for no site."""
        with self._db.write() as tx:
            need_site(tx, site_id)
            in_force, _done = _history(tx, site_id, kind)
            if in_force is not None:
                document_texts.keep(tx, site_id, kind, None, "", self._clock.now())
            change_row(tx, sites, sites.c.site_id == site_id, {kind.value: None})

    def document_texts(self, site_id: str, kind: DocumentKind) -> list[DocumentText]:
        """Return all that was set for a site and taken away, the last first; raises Unknown for no site."""
        with self._db.read() as tx:
            site_of(tx, site_id)
            return document_texts.kept(tx, site_id, kind)

    def document(self, site_id: str, record: type[_D]) -> _D | None:
        """Return one of a site's documents, or None where none was set; raises Unknown for no site."""
        with self._db.read() as tx:
            return document_of(tx, site_id, record)

    def put_notices(self, site_id: str, words: Sequence[Words]) -> None:
        """Replace the notices that a site's idle screens roll."""
        with self._db.write() as tx:
            need_site(tx, site_id)
            tx.execute(delete(notices).where(notices.c.site_id == site_id))
            for place, item in enumerate(words):
                tx.execute(insert(notices).values(site_id=site_id, place=place, record=_dump(item)))

    def documents(self, site_id: str) -> Documents:
        """Return what a site's kiosks work by; its version is the hash of its content."""
        with self._db.read() as tx:
            row = tx.execute(select(sites).where(sites.c.site_id == site_id)).first()
            if row is None:
                raise Unknown("no such site")
            site = from_json(Site, json.loads(row.record))
            content: dict[str, Any] = {
                "site": to_json(site),
                "sites": _records(tx, select(sites.c.record).order_by(sites.c.site_id)),
                "services": records_of_site(tx, services, site_id),
                "policy": json.loads(row.policy) if row.policy else None,
                "plan": json.loads(row.plan) if row.plan else None,
                "declaration": json.loads(row.declaration) if row.declaration else None,
                "notices": records_of_site(tx, notices, site_id),
                "keys": self._keyring.public(),
                "revoked_keys": self._keyring.revoked(),
                "guards": records_of_site(tx, guards, site_id),
                "holds": [to_json(hold) for hold in standing(tx, site_id)],
                "cap_share": _cap_share(site.cap, entry_kiosks(tx, site_id)),
            }
        spelling = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return Documents.model_validate({"version": hashlib.sha256(spelling.encode()).hexdigest(), **content})


def document_of(tx: Connection, site_id: str, record: type[_D]) -> _D | None:
    """Return one of the documents that the office set for a site, or None; raises Unknown for no site."""
    row = tx.execute(select(_COLUMNS[record]).where(sites.c.site_id == site_id)).first()
    if row is None:
        raise Unknown("no such site")
    return from_json(record, json.loads(row[0])) if row[0] else None


def plan_of(tx: Connection, site_id: str) -> Plan:
    """Return the plan that the office set for a site; where it set none, one with the usual limits and nothing else.

    Raises Unknown for no site.
    """
    return document_of(tx, site_id, Plan) or _NO_PLAN


def questions_of(tx: Connection, site_id: str) -> dict[str, Words]:
    """Return the words of the health questions that the office set for a site, by id; none where it set none."""
    declaration = document_of(tx, site_id, Declaration)
    return {question.id: question.text for question in declaration.questions} if declaration is not None else {}


def site_of(tx: Connection, site_id: str) -> Site:
    """Return a site within a transaction; raises Unknown."""
    record = tx.scalar(select(sites.c.record).where(sites.c.site_id == site_id))
    if record is None:
        raise Unknown("no such site")
    return from_json(Site, json.loads(record))


def _history(tx: Connection, site_id: str, kind: DocumentKind) -> tuple[Document | None, list[DocumentText]]:
    """Return the document in force and all that was done, the last first.

    What an earlier program set, which kept nothing else, is noted before.
    """
    found, done = document_of(tx, site_id, RECORDS[kind]), document_texts.kept(tx, site_id, kind)
    if found is not None and all(item.name != name_of(found) for item in done):
        document_texts.keep(tx, site_id, kind, found, "", None)
        done = document_texts.kept(tx, site_id, kind)
    return found, done


def _cap_share(cap: int, kiosks: int) -> int:
    """Return one kiosk's part of the hall; 0 means no limit, so a limited hall gives each at least one place."""
    return max(1, cap // max(1, kiosks)) if cap else 0


def need_site(tx: Connection, site_id: str) -> None:
    """Hold the site's row until the commit; raises Unknown for no site."""
    if not lock_site(tx, site_id):
        raise Unknown("no such site")


def change_row(tx: Connection, table: Table, where: ColumnElement[bool], values: dict[str, Any]) -> bool:
    """Change a row that is there; returns whether it was."""
    return tx.execute(update(table).where(where).values(**values)).rowcount == 1


def _dump(record: Site | Service | Policy | Declaration | Plan | Words) -> str:
    """Return a record as JSON text; raises ValueError for one that kiosks could not read back."""
    return json.dumps(to_json(from_json(type(record), asdict(record))), ensure_ascii=False)


def records_of_site(tx: Connection, table: Table, site_id: str) -> list[Any]:
    """Return the records in the rows of a site, by the table's key."""
    query = select(table.c.record).where(table.c.site_id == site_id).order_by(*table.primary_key.columns)
    return _records(tx, query)


def _records(tx: Connection, query: Any) -> list[Any]:  # noqa: ANN401 - a select of one column of JSON text
    return [json.loads(record) for record in tx.scalars(query)]
