"""What the guard's page of a visit says, as rows: label and value."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from kiosk.screens.stage import Stage
    from kiosk.services.views import EarlierVisit, GuardDetail


def visit_rows(detail: GuardDetail, stage: Stage, now: datetime) -> list[tuple[str, ...]]:
    """Return what is known of a visit, in the first language."""
    texts = stage.texts
    rows: list[tuple[str, ...]] = [(texts.t("guard.cause_label"), _cause(detail, stage))]
    walk_in = texts.t(f"walk_in.{detail.walk_in}") if detail.walk_in else ""
    way = (("guard.number", detail.number), ("guard.no_booking", walk_in), ("guard.comes_with", detail.comes_with))
    rows += [(texts.t(key), said) for key, said in way if said]
    if detail.first_arrival is not None:
        rows.append((texts.t("guard.first_arrival"), stage.dated_clock(detail.first_arrival, now), "look"))
    if detail.earlier is not None:
        rows += _earlier(detail.earlier, stage, now)
    if detail.card is not None:
        card = detail.card
        rows += [
            (texts.t("guard.name"), card.name_masked or texts.t("guard.not_known")),
            (texts.t("booking.service"), texts.pick(card.service)),
            (texts.t("booking.slot"), stage.dated_slot(card.slot_start, card.slot_end, now)),
            (texts.t("booking.plate"), card.plate_masked or texts.t("common.none")),
        ]
    if detail.case_label is not None:
        rows.append((texts.t("guard.case"), detail.case_label))
    if detail.declared_keys:
        said = [declared(key, stage) for key in detail.declared_keys]
        rows.append((texts.t("guard.answered_yes"), " · ".join(said)))
    return [*rows, *_readings(detail, stage)]


def _cause(detail: GuardDetail, stage: Stage) -> str:
    cause = stage.texts.t(f"guard.cause.{detail.cause_key}")
    if detail.reason is None or detail.reason.value == detail.cause_key:
        return cause
    return f"{cause} · {stage.texts.t(f'guard.cause.{detail.reason}')}"


def _earlier(earlier: EarlierVisit, stage: Stage, now: datetime) -> list[tuple[str, ...]]:
    """Return what the booking's earlier visit left behind: it may be why its holder was not let in."""
    ended = stage.texts.t(f"guard.ended.{earlier.ended}")
    said = f"{stage.texts.t(f'guard.cause.{earlier.cause}')} · {ended}" if earlier.cause else ended
    rows: list[tuple[str, ...]] = [(stage.texts.t("guard.earlier_end"), said, "look")]
    if earlier.number:
        since = stage.dated_clock(earlier.admitted_at, now) if earlier.admitted_at is not None else ""
        rows.append((stage.texts.t("guard.earlier_number"), f"{earlier.number} · {since}", "look"))
    return [*rows, *((*row, "look") for row in _readings(earlier, stage, "guard.earlier_readings"))]


def _readings(of: GuardDetail | EarlierVisit, stage: Stage, key: str = "guard.readings") -> list[tuple[str, ...]]:
    texts = stage.texts
    rows: list[tuple[str, ...]] = []
    for when, celsius, outcome in of.readings:
        said = f"{texts.t('guard.reading', celsius=celsius)} · {texts.t(f'guard.outcome.{outcome}')}"
        rows.append((f"{texts.t(key)} {stage.clock(when)}", said))
    return rows


def declared(question_id: str, stage: Stage) -> str:
    """Return a question in a word; one that the texts do not know by its id."""
    key = f"guard.declared.{question_id}"
    return stage.texts.t(key) if stage.texts.has(key) else question_id
