"""A site's page for the staff: its kiosks, how they stand, and what a person must look at."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from central.findings import FindingKind
from central.staff_documents import document_rows
from central.staff_guards import figures, guard_rows, open_cases
from central.staff_html import Html, Words, joined

if TYPE_CHECKING:
    from datetime import datetime

    from central.core import Desk
    from central.findings import Finding
    from central.fleet import KioskRow

_SILENT: Final = timedelta(minutes=5)  # a kiosk calls at least every half minute; one that is started anew takes less


def board(desk: Desk, words: Words, site_id: str, csrf: str, wrong: str) -> Html:
    """Return the page of a site; raises Unknown when there is none. `csrf` goes into every form."""
    site = desk.catalogue.site(site_id)
    zone = ZoneInfo(site.timezone)
    found = desk.findings.of_site(site_id)
    high = {(item.kiosk_id, item.epoch): item.high_seq for item in desk.views.progress(site_id)}
    gaps = {item.finding_id.partition(":")[2] for item in found if item.kind is FindingKind.GAP}
    kiosks = [(row, desk.tokens.heard_at(site_id, row.kiosk_id)) for row in desk.fleet.kiosks(site_id)]
    now = desk.clock.now()
    cases = open_cases(desk, words, site_id)
    rows = [
        words.fill(
            "kiosk_row",
            site=site_id,
            kiosk=row.kiosk_id,
            letter=row.letter,
            epoch=row.epoch or "—",
            standing=words.t(_standing(row, heard, now)),
            tone="well" if _standing(row, heard, now) == "well" else "look",
            heard=_time(heard, zone, words),
            log=_log(words, high.get((row.kiosk_id, row.epoch), 0), has_gap=f"{row.kiosk_id}/{row.epoch}" in gaps),
            csrf=csrf,
        )
        for row, heard in kiosks
    ]
    return words.fill(
        "board",
        name=getattr(site.name, words.language),
        site=site_id,
        wrong=wrong,
        figures=figures(desk, words, site_id),
        no_cases="" if cases else words.t("no_cases"),
        cases=cases,
        guards=guard_rows(desk, words, site_id, csrf),
        documents=document_rows(desk, words, site_id),
        no_findings="" if found else words.t("no_findings"),
        findings=joined([_finding(words, site_id, item, zone, csrf) for item in found]),
        no_kiosks="" if kiosks else words.t("no_kiosks"),
        kiosks=joined(rows),
    )


def _standing(row: KioskRow, heard: datetime | None, now: datetime) -> str:
    if row.revoked_at is not None:
        return "revoked"
    if not row.epoch:
        return "not_enrolled"
    return "well" if heard is not None and now - heard < _SILENT else "silent"


def _log(words: Words, high_seq: int, *, has_gap: bool) -> str:
    said = words.t("arrived", seq=high_seq)
    return f"{said} · {words.t('lacks')}" if has_gap else said


def _time(moment: datetime | None, zone: ZoneInfo, words: Words) -> str:
    return f"{moment.astimezone(zone):%m-%d %H:%M:%S}" if moment is not None else words.t("never")


def _finding(words: Words, site_id: str, item: Finding, zone: ZoneInfo, csrf: str) -> Html:
    key = f"finding.{item.kind}"
    return words.fill(
        "finding",
        site=site_id,
        finding=item.finding_id,
        words=words.t(key if words.has(key) else "finding.other"),
        detail=item.detail,
        first=_time(item.first_at, zone, words),
        times=words.t("times", count=item.times),
        csrf=csrf,
    )
