"""What the guard's page of a visit says, as rows: label and value."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from kiosk.screens.stage import Stage
    from kiosk.services.views import GuardDetail


def visit_rows(detail: GuardDetail, stage: Stage, now: datetime) -> list[tuple[str, ...]]:
    """Return what is known of a visit, in the first language."""
    texts = stage.texts
    rows: list[tuple[str, ...]] = [(texts.t("guard.cause_label"), _cause(detail, stage))]
    if detail.number:
        rows.append((texts.t("guard.number"), detail.number))
    if detail.first_arrival is not None:
        rows.append((texts.t("guard.first_arrival"), stage.clock(detail.first_arrival), "look"))
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


def _readings(detail: GuardDetail, stage: Stage) -> list[tuple[str, ...]]:
    texts = stage.texts
    rows: list[tuple[str, ...]] = []
    for when, celsius, outcome in detail.readings:
        said = f"{texts.t('guard.reading', celsius=celsius)} · {texts.t(f'guard.outcome.{outcome}')}"
        rows.append((f"{texts.t('guard.readings')} {stage.clock(when)}", said))
    return rows


def declared(question_id: str, stage: Stage) -> str:
    """Return a question in a word; one that the texts do not know by its id."""
    key = f"guard.declared.{question_id}"
    return stage.texts.t(key) if stage.texts.has(key) else question_id
