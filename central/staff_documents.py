"""The staff's pages of what the office sets for a site: the text in force, the earlier ones, and a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from central.refusals import Unknown
from central.site_documents import LONGEST, RECORDS, DocumentKind, name_of
from central.staff_html import Html, Words, joined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from central.core import Desk
    from central.document_texts import DocumentText

    _Name = tuple[str, int]


def document_rows(desk: Desk, words: Words, site_id: str) -> Html:
    """Return what is in force of each kind, with the way to its page."""
    return joined(
        [
            words.fill(
                "document_row",
                site=site_id,
                kind=kind.value,
                title=words.t(kind.value),
                said=_in_force(words, _name_in_force(desk, site_id, kind)),
            )
            for kind in DocumentKind
        ]
    )


def document_page(
    desk: Desk,
    words: Words,
    site_id: str,
    kind: DocumentKind,
    csrf: str,
    typed: str | None = None,
    mistakes: Sequence[str] = (),
) -> Html:
    """Return the page on which one is read and set; raises Unknown for no site.

    `typed`: a text that was not taken, with its `mistakes`; it stays in the field, so that it can be mended.
    """
    in_force = _name_in_force(desk, site_id, kind)
    known = desk.catalogue.document_texts(site_id, kind)
    zone = ZoneInfo(desk.catalogue.site(site_id).timezone)
    return words.fill(
        "document",
        title=words.t(kind.value),
        site=site_id,
        kind=kind.value,
        said=_in_force(words, in_force),
        wrong=words.t("document_is_wrong", file=kind.file_name) if mistakes else "",
        mistakes=joined([words.fill("mistake", words=item) for item in mistakes]),
        how=words.t("document_how", file=kind.file_name),
        file=kind.file_name,
        text=typed if typed is not None else next((item.text for item in known if item.name == in_force), ""),
        longest=LONGEST,
        csrf=csrf,
        earlier=words.t("document_texts") if known else "",
        texts=joined([_row(words, site_id, kind, item, zone) for item in known]),
    )


def _row(words: Words, site_id: str, kind: DocumentKind, item: DocumentText, zone: ZoneInfo) -> Html:
    when = _when(words, item, zone)
    if item.is_gone:
        return words.fill("document_gone_row", said=when)
    name = _said(words, item.name)
    return words.fill("document_text_row", number=item.number, site=site_id, kind=kind.value, name=name, when=when)


def document_text_page(desk: Desk, words: Words, site_id: str, kind: DocumentKind, number: str) -> Html:
    """Return the page of one text as it was set; raises Unknown where there is none."""
    known = [item for item in desk.catalogue.document_texts(site_id, kind) if not item.is_gone]
    found = next((item for item in known if str(item.number) == number), None)
    if found is None:
        raise Unknown("no such document")
    return words.fill(
        "document_text",
        title=words.t(kind.value),
        name=_said(words, found.name),
        site=site_id,
        kind=kind.value,
        text=found.text or words.t("document_without_text"),
    )


def _when(words: Words, item: DocumentText, zone: ZoneInfo) -> str:
    if item.set_at is None:
        return words.t("document_set_before")
    return words.t(
        "document_taken_away" if item.is_gone else "document_set", when=f"{item.set_at.astimezone(zone):%Y-%m-%d %H:%M}"
    )


def _name_in_force(desk: Desk, site_id: str, kind: DocumentKind) -> _Name | None:
    found = desk.catalogue.document(site_id, RECORDS[kind])
    return name_of(found) if found is not None else None


def _in_force(words: Words, name: _Name | None) -> str:
    return words.t("in_force", name=_said(words, name)) if name is not None else words.t("not_in_force")


def _said(words: Words, name: _Name) -> str:
    of_it, version = name
    return words.t("named_version", id=of_it, version=version) if of_it else words.t("version", version=version)
