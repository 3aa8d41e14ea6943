"""What stands beside a row: why refused, by which policy, decided without the server, written in later, corrected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ledger import words

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from kiosk.domain.ledger_row import Row

_IN_COLUMNS: Final = frozenset({words.SYMPTOMS, words.TRAVELLED, words.CONTACT})


def remarks(row: Row, _zone: ZoneInfo) -> list[str]:
    """Return the remarks of a row."""
    reasons = "、".join(words.REASONS.get(reason, reason) for reason in row.reasons)
    others = "、".join(item for item in row.yes if item not in _IN_COLUMNS)
    corrections = [
        f"更正{words.CORRECTED[item.what]}：{item.old or words.UNKNOWN}→{item.new}"
        f"（条目{item.of_seq}→{item.seq}，{item.by}：{item.reason}）"
        for item in row.corrections
    ]
    said = [
        f"不予受理：{reasons}" if reasons else "",
        _overridden(row),
        _walked_in(row),
        f"申报：{others}" if others else "",
        row.remark,
        *corrections,
        f"补录{f'（纸页 {row.sheet_no}）' if row.sheet_no else ''}" if row.is_late else "",
        "离线判定" if row.is_offline else "",
        f"政策{'、'.join(row.policies)}" if row.policies else "",
        f"终端{'、'.join(row.kiosks)}",
    ]
    return [item for item in said if item]


def _overridden(row: Row) -> str:
    """Return that a guard let somebody go on despite a refusal, and why."""
    if not row.is_overridden:
        return ""
    return f"人工放行：{words.OVERRIDES.get(row.override_why, row.override_why)}" if row.override_why else "人工放行"


def _walked_in(row: Row) -> str:
    """Return why somebody came without a booking, and with whom."""
    if not row.walk_in:
        return ""
    beside = f"，同第 {row.with_no} 行" if row.with_no is not None else ""
    return f"无预约：{words.WALK_INS.get(row.walk_in, row.walk_in)}{beside}"
