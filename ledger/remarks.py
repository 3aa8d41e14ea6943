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
        "人工放行" if row.is_overridden else "",
        f"申报：{others}" if others else "",
        row.remark,
        *corrections,
        "补录" if row.is_late else "",
        "离线判定" if row.is_offline else "",
        f"政策{'、'.join(row.policies)}" if row.policies else "",
        f"终端{'、'.join(row.kiosks)}",
    ]
    return [item for item in said if item]
