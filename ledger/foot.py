"""The foot of the sheet: totals, open cases, what is missing, and the ends of the chains that it can be checked by."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from kiosk.domain.correction import celsius
from ledger import words
from ledger.table import spelt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kiosk.domain.ledger import ChainEnd, Ledger, Missing, Place, Totals


def title(ledger: Ledger) -> str:
    """Return the sheet's title: what, where, which day."""
    return spelt(f"{words.TITLE}　{ledger.site_name or ledger.site_id}　{ledger.day:%Y-%m-%d}")


def foot(ledger: Ledger) -> list[tuple[str, str]]:
    """Return the lines of the foot, each with what it is about."""
    zone = ZoneInfo(ledger.timezone)
    cases = [
        f"{case.label}（终端{case.kiosk_id}，{case.opened_at.astimezone(zone):%m-%d %H:%M}起，"
        f"{words.CAUSES.get(case.cause, case.cause)}）"
        for case in ledger.open_cases
    ]
    return [
        *_totals(ledger.totals),
        ("未结个案", "、".join(cases) or words.NONE),
        *_missing(ledger.missing, ledger.chains),
        *[("日志链", _chain(chain)) for chain in ledger.chains],
        ("制表", _made(ledger, zone)),
    ]


def _totals(totals: Totals) -> list[tuple[str, str]]:
    verdicts = "，".join(f"{words.VERDICTS[verdict]} {count}" for verdict, count in totals.by_verdict)
    highest = f"{celsius(totals.highest_cc)} °C" if totals.highest_cc is not None else words.UNKNOWN
    return [
        ("合计", f"{totals.rows} 人次：{verdicts}"),
        ("测温", f"读数 {totals.readings} 次，超限 {totals.above_limit} 次，最高 {highest}"),
        ("设备", f"{'、'.join(totals.devices) or words.NONE}（检定：{words.UNKNOWN}）"),
    ]


def _missing(missing: Missing, chains: Sequence[ChainEnd]) -> list[tuple[str, str]]:
    if missing.silent is None:
        here = "、".join(sorted({chain.kiosk_id for chain in chains})) or words.NONE
        silent = f"仅含终端 {here}；本站其他终端的名称及记录：不详"
    else:
        silent = "当日无记录的终端：" + ("、".join(missing.silent) or words.NONE)
    return [
        ("缺失", silent),
        ("缺失", f"无姓名 {missing.nameless} 行，内容已删除 {missing.erased} 条，无法识读 {missing.unreadable} 条"),
        *[("缺号", _place(gap)) for gap in missing.gaps],
        *[("分叉", _place(fork)) for fork in missing.forks],
    ]


def _place(place: Place) -> str:
    numbers = f"{place.first}" if place.first == place.last else f"{place.first}–{place.last}"
    return f"终端 {place.kiosk_id}，纪元 {place.epoch}，第 {numbers} 条"


def _chain(chain: ChainEnd) -> str:
    source = f"{chain.source}：" if chain.source else ""
    flaw = chain.flaw
    broken = (
        f"；自第 {flaw.seq} 条起不可信（{words.FLAWS.get(flaw.why, flaw.why)}），未列入" if flaw is not None else ""
    )
    return f"{source}终端 {chain.kiosk_id}，纪元 {chain.epoch}，校验 {chain.seq}:{chain.hash or words.UNKNOWN}{broken}"


def _made(ledger: Ledger, zone: ZoneInfo) -> str:
    by = f"，{ledger.by}：{ledger.reason}" if ledger.by else ""
    form = words.FULL if ledger.full else words.MASKED
    return f"{ledger.made_at.astimezone(zone):%Y-%m-%d %H:%M}，{form}{by}"
