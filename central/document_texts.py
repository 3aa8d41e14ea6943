"""Every text that the office has set for a site: what the log names by id and version can always be read here."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from central.clock import from_ms
from central.site_documents import RECORDS, Document, DocumentKind, name_of
from central.tables import document_texts
from kiosk.domain.times import to_ms
from kiosk.domain.wire import from_json, to_json

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection


@dataclass(frozen=True, slots=True)
class DocumentText:
    """A document as it was set last by its name. `text` is empty for what a program made without one."""

    name: tuple[str, int]
    set_at: datetime
    text: str


def keep(tx: Connection, site_id: str, kind: DocumentKind, document: Document, text: str, now: datetime) -> None:
    """Keep the text of a document that is set `now`; the same document set again is kept as it was sent last."""
    document_id, version = name_of(document)
    is_same = (document_texts.c.document_id == document_id) & (document_texts.c.version == version)
    tx.execute(delete(document_texts).where(_of(site_id, kind) & is_same))
    row = {"document_id": document_id, "version": version, "set_ms": to_ms(now), "text": text}
    record = json.dumps(to_json(document), ensure_ascii=False)
    tx.execute(insert(document_texts).values(site_id=site_id, kind=kind.value, record=record, **row))


def newest(tx: Connection, site_id: str, kind: DocumentKind, document_id: str) -> Document | None:
    """Return the document with the highest version that was ever set by this id, or None."""
    query = select(document_texts.c.record).where(_of(site_id, kind) & (document_texts.c.document_id == document_id))
    record = tx.scalar(query.order_by(document_texts.c.version.desc()).limit(1))
    return from_json(RECORDS[kind], json.loads(record)) if record is not None else None


def kept(tx: Connection, site_id: str, kind: DocumentKind) -> list[DocumentText]:
    """Return what was set for a site, the last first."""
    last_first = document_texts.c.set_ms.desc(), document_texts.c.document_id, document_texts.c.version.desc()
    rows = tx.execute(select(document_texts).where(_of(site_id, kind)).order_by(*last_first))
    return [DocumentText((row.document_id, row.version), from_ms(row.set_ms), row.text) for row in rows]


def _of(site_id: str, kind: DocumentKind) -> ColumnElement[bool]:
    return (document_texts.c.site_id == site_id) & (document_texts.c.kind == kind.value)
