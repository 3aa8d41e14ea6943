"""Everything that the office has set for a site: what the log names by id and version can be read for good."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select

from central.clock import from_ms
from central.site_documents import RECORDS, Document, DocumentKind, name_of
from central.tables import document_texts
from kiosk.domain.times import to_ms
from kiosk.domain.wire import from_json, to_json

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection

_GONE = ("", 0)


@dataclass(frozen=True, slots=True)
class DocumentText:
    """What the office did: it set a document, or took it away (`is_gone`).

    `number` counts from 1. `set_at` is None for what an earlier program set, which noted no time; `text` is empty for
    that, and for what a program made without one.
    """

    number: int
    name: tuple[str, int]
    set_at: datetime | None
    text: str
    is_gone: bool


def keep(
    tx: Connection, site_id: str, kind: DocumentKind, document: Document | None, text: str, now: datetime | None
) -> None:
    """Note what is set `now`, or taken away (None). The site's lock must be held; nothing noted is ever changed."""
    number = (tx.scalar(select(func.max(document_texts.c.number)).where(_of(site_id, kind))) or 0) + 1
    document_id, version = name_of(document) if document is not None else _GONE
    record = json.dumps(to_json(document), ensure_ascii=False) if document is not None else None
    row = {"number": number, "document_id": document_id, "version": version, "record": record, "text": text}
    set_ms = to_ms(now) if now is not None else None
    tx.execute(insert(document_texts).values(site_id=site_id, kind=kind.value, set_ms=set_ms, **row))


def newest(tx: Connection, site_id: str, kind: DocumentKind, document_id: str) -> Document | None:
    """Return the document with the highest version that was ever set by this id, or None."""
    is_set = document_texts.c.record.is_not(None) & (document_texts.c.document_id == document_id)
    query = select(document_texts.c.record).where(_of(site_id, kind) & is_set)
    record = tx.scalar(query.order_by(document_texts.c.version.desc(), document_texts.c.number.desc()).limit(1))
    return from_json(RECORDS[kind], json.loads(record)) if record is not None else None


def kept(tx: Connection, site_id: str, kind: DocumentKind) -> list[DocumentText]:
    """Return what was done for a site, the last first."""
    rows = tx.execute(select(document_texts).where(_of(site_id, kind)).order_by(document_texts.c.number.desc()))
    return [
        DocumentText(
            number=row.number,
            name=(row.document_id, row.version),
            set_at=from_ms(row.set_ms) if row.set_ms is not None else None,
            text=row.text,
            is_gone=row.record is None,
        )
        for row in rows
    ]


def _of(site_id: str, kind: DocumentKind) -> ColumnElement[bool]:
    return (document_texts.c.site_id == site_id) & (document_texts.c.kind == kind.value)
