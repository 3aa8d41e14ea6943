"""What each button of the guard's screens promises: name, and what the host is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kiosk.domain.ids import CaseId, VisitId
from kiosk.domain.paper_sheets import PaperRow
from kiosk.domain.plan import Situation
from tests.screens.samples_base import VISIT, at
from tests.screens.samples_cases import CASE, CONTACTS, OTHER_CASE, PLAN

if TYPE_CHECKING:
    from datetime import datetime

    from tests.screens.taps import Acts

LOCK: Final[dict[str, Acts]] = {"锁定": (("sign_out",),)}
DIGITS: Final[dict[str, Acts]] = dict.fromkeys([*"0123456789", "back"], ())
TO_BOARD: Final[dict[str, Acts]] = {"返回": (("open_board",),)}
TO_MENU: Final[dict[str, Acts]] = {"返回": (("open_menu",),)}
GUARDS: Final[dict[str, Acts]] = dict.fromkeys(["李*国", "王*", "赵*敏"], ())
SEEN: Final[Acts] = (("seen",),)
BAND: Final[dict[str, Acts]] = {"C03 请处理": SEEN}
LOUD_BAND: Final[dict[str, Acts]] = {"C03 · CB02 +2 请处理": SEEN}


def _chosen(kind: str, subject: str, options: dict[str, str]) -> dict[str, Acts]:
    """Return the promise of a chooser: each option is the answer, and there is a way back."""
    answers: dict[str, Acts] = {words: (("choose", kind, subject, value),) for words, value in options.items()}
    return {**LOCK, **answers, "返回": (("choose_nothing", kind, subject),)}


def _item(words: str, name: str) -> dict[str, Acts]:
    return {words: (("open_item", name),)}


MENU: Final[dict[str, Acts]] = {
    **LOCK,
    **TO_BOARD,
    **_item("测温通道", "lane"),
    **_item("隔离区", "area"),
    **_item("特情预案", "plan"),
    **_item("登记异常个案", "open_case"),
    **_item("无预约进入", "walk_in"),
    **_item("班次", "shift"),
    **_item("清点厅内人数", "count"),
    **_item("今日概况", "today"),
    **_item("今日台账", "records"),
    **_item("补录纸质台账", "late"),
    **_item("空白台账", "blank"),
    **_item("导出到 U 盘", "export"),
    **_item("设备自检", "devices"),
    "登记离场": (("guard_act", "exit", None),),
    "迟到 +15 分": (("guard_act", "widen", None, "15"),),
    "冷天模式": (("guard_act", "cold", None),),
    "今日收工": (("guard_act", "close_day", None),),
    "English": (("switch_language",),),
    "大字": (("switch_large_text",),),
}


def _steps(situation: str, act: tuple[object, ...], *, ticked: int) -> dict[str, Acts]:
    """Return the promise of a situation's steps: each that is not done, and that a guard may do, is ticked."""
    steps = next(item.steps for item in PLAN.situations if item.situation == situation)
    able = [step for step in steps[ticked:] if step.role == "guard"]
    return {step.text.zh: ((*act, step.id),) for step in able}


def _late_entry(moment: datetime) -> Acts:
    return (("late_entry", PaperRow(moment, "36.4", "02031001", 7, admitted=True)),)


CASE_PROMISES: Final[dict[str, dict[str, Acts]]] = {
    "guard-sign-in": {**DIGITS, **GUARDS, "返回": (("sign_out",),), "登录": (("sign_in", "g1", "2580"),)},
    "guard-board": {
        **LOCK,
        "C02": (("open_visit", VISIT),),
        "G07": (("open_visit", VisitId("b")),),
        "2CDA": (("open_visit", VisitId("d")),),
        "R09": (("open_visit", VisitId("c")),),
        "处理 C02": (("open_visit", VISIT),),
        "人工测温": (("open_reading", VISIT, None),),
        "更多": (("open_menu",),),
    },
    "guard-board-case": {
        **LOCK,
        "C03": (("open_case", CASE),),
        "接手 C03": (("begin_case_act", CASE, "acknowledged"),),
        "查看 C03": (("open_case", CASE),),
        "更多": (("open_menu",),),
    },
    "guard-visit": {
        **LOCK,
        **TO_BOARD,
        "人工测温": (("open_reading", VISIT, CASE),),
        "放行": (("guard_act", "admit", VISIT),),
        "不愿测温": (("guard_act", "refuses_measuring", VISIT),),
        "查看 C02": (("open_case", CASE),),
        "同行 +1": (("begin_walk_in", VISIT, "C02"),),
    },
    "guard-visit-to-kiosk": {
        **LOCK,
        **TO_BOARD,
        "登记异常个案": (("begin_visit_act", "cause", VisitId("d"), "2CDA"),),
        "同行 +1": (("begin_walk_in", VisitId("d"), "2CDA"),),
    },
    "guard-visit-refused": {
        **LOCK,
        **BAND,
        **TO_BOARD,
        "人工放行": (("begin_visit_act", "override", VisitId("d"), "2CDA"),),
        "劝返": (("guard_act", "turn_away", VisitId("d")),),
        "登记异常个案": (("begin_visit_act", "cause", VisitId("d"), "2CDA"),),
        "同行 +1": (("begin_walk_in", VisitId("d"), "2CDA"),),
    },
    "guard-visit-called": {
        **LOCK,
        **TO_BOARD,
        "已协助": (("guard_act", "helped", VisitId("f")),),
        "劝返": (("guard_act", "turn_away", VisitId("f")),),
        "登记异常个案": (("begin_visit_act", "cause", VisitId("f"), "4718"),),
        "同行 +1": (("begin_walk_in", VisitId("f"), "4718"),),
    },
    "guard-visit-called-at-rest": {
        **LOCK,
        **TO_BOARD,
        "已协助": (("guard_act", "helped", VisitId("c")),),
        "叫号未到": (("guard_act", "gone", VisitId("c")),),
        "继续留观": (("guard_act", "keep", VisitId("c")),),
        "登记异常个案": (("begin_visit_act", "cause", VisitId("c"), "R09"),),
        "同行 +1": (("begin_walk_in", VisitId("c"), "R09"),),
    },
    "guard-visit-barred": {
        **LOCK,
        **TO_BOARD,
        "劝返": (("guard_act", "turn_away", VisitId("d")),),
        "登记异常个案": (("begin_visit_act", "cause", VisitId("d"), "2CDA"),),
        "同行 +1": (("begin_walk_in", VisitId("d"), "2CDA"),),
    },
    "guard-reading": {
        **LOCK,
        **DIGITS,
        **dict.fromkeys(["额头", "手腕", "颈侧"], ()),
        "更换": (("change_instrument", VISIT, None, ("is_in_lane", False)),),
        "返回": (("open_visit", VISIT),),
        "记录": (("measure", VISIT, None, "forehead:37.4"),),
    },
    "guard-reading-nowhere": {
        **LOCK,
        **DIGITS,
        **dict.fromkeys(["腋下", "额头", "耳内", "手腕"], ()),
        "返回": (("open_visit", VISIT),),
    },
    "guard-reading-case": {
        **LOCK,
        **DIGITS,
        **LOUD_BAND,
        "腋下": (),
        "更换": (("change_instrument", VISIT, CASE, ("is_in_lane", False)),),
        "返回": (("open_case", CASE),),
        "记录": (("measure", VISIT, CASE, "axilla:36.8"),),
    },
    "guard-case": {
        **LOCK,
        "附近人员": (("open_near", CASE),),
        **TO_BOARD,
        "测体温": (("open_reading", VISIT, CASE),),
        "换位置": (("begin_case_act", CASE, "placed"),),
        "上报": (("begin_case_act", CASE, "reported"),),
        "处置": (("begin_case_act", CASE, "disposed"),),
        "备注": (("begin_case_act", CASE, "remarked"),),
        "看这位访客": (("open_visit", VISIT),),
        "补记：早些时候做的": (("begin_earlier", CASE),),
        "同时多人体温异常": (("begin_situation", "several_elevated"),),
        **_steps("elevated", ("case_act", CASE, "ticked"), ticked=2),
    },
    "guard-case-cleaned": {
        **LOCK,
        "附近人员": (("open_near", CASE),),
        **TO_BOARD,
        "结束个案": (("begin_case_act", CASE, "closed"),),
        "备注": (("begin_case_act", CASE, "remarked"),),
        "看这位访客": (("open_visit", VISIT),),
    },
    "guard-case-closed": {
        **LOCK,
        "附近人员": (("open_near", CASE),),
        **TO_BOARD,
        "看这位访客": (("open_visit", VISIT),),
        "补记：早些时候做的": (("begin_earlier", CASE),),
        **_steps("elevated", ("case_act", CASE, "ticked"), ticked=3),
    },
    "guard-choice-place": _chosen("placed", CASE, {"室外帐篷": "tent"}),
    "guard-choice-report": {
        **LOUD_BAND,
        **_chosen("reported", CASE, {item.name.zh: item.contact_id for item in CONTACTS}),
    },
    "guard-choice-end": _chosen(
        "disposed",
        CASE,
        {"劝返": "turned_away", "转诊": "referred", "护送离场": "escorted", "不听劝阻离开": "left_against_advice"},
    ),
    "guard-choice-receiver": _chosen("referred", CASE, {item.name.zh: item.contact_id for item in CONTACTS}),
    "guard-choice-earlier": _chosen(
        "earlier",
        CASE,
        {
            **{step.text.zh: f"ticked:{step.id}" for step in PLAN.steps(Situation.ELEVATED)[2:]},
            "安排位置": "placed",
            "上报": "reported",
        },
    ),
    "guard-choice-when": _chosen(
        "earlier_when",
        f"{CASE}|placed:room_2",
        {"5 分钟前": "5", "10 分钟前": "10", "20 分钟前": "20", "刚开始的时候": "25"},
    ),
    "guard-choice-full": {**LOCK, "返回": (("choose_nothing", "placed", CASE),)},
    "guard-choice-companion": _chosen("walk_in", VISIT, {"陪同人员": "companion", "儿童": "child"}),
    "guard-near": {**LOCK, "返回": (("open_case", CASE),)},
    "guard-near-consent": {
        **LOCK,
        **DIGITS,
        "周*": (),
        "吴*涛": (),
        "返回": (("open_case", CASE),),
        "同意并查看": (("near", CASE, "s1", "4826"),),
    },
    "guard-menu": {**MENU, "恢复输入": (("guard_act", "reopen_typing", None),), **_item("开始训练", "training")},
    "guard-menu-refused": {
        **MENU,
        "恢复输入": (("guard_act", "reopen_typing", None),),
        **_item("开始训练", "training"),
    },
    "guard-menu-calm": {**MENU, **_item("结束训练", "training")},
}

_LANE_ROWS: Final[dict[str, Acts]] = dict.fromkeys(["2CDA", "7F10", "RB02", "91AB"], ())
_QUICK: Final[dict[str, Acts]] = {f"{tenths / 10}": () for tenths in range(355, 375)}

_LANE: Final[dict[str, dict[str, Acts]]] = {
    "guard-lane": {
        **LOCK,
        **TO_BOARD,
        **_LANE_ROWS,
        **_QUICK,
        "手腕": (),
        "颈侧": (),
        "记录 36.4 · 2CDA": (("measure_in_lane", VISIT, "wrist:36.4"),),
        "其他读数": (("open_lane_pad", VISIT, "2CDA", "wrist", ("corrects", False)),),
        "请下一位": (("give_lane",),),
        "改正": (),
    },
    "guard-lane-wrong": {
        **LOCK,
        **TO_BOARD,
        **_LANE_ROWS,
        **_QUICK,
        "手腕": (),
        "颈侧": (),
        "不改了": (),
        "其他读数": (("open_lane_pad", "last", "0731", "wrist", ("corrects", True)),),
        "改为 36.9 · 0731": (("correct_in_lane", "last", "wrist:36.9"),),
        "请下一位": (("give_lane",),),
    },
    "guard-lane-other": {
        **LOCK,
        **DIGITS,
        **dict.fromkeys(["手腕", "颈侧", "额头"], ()),
        "更换": (("change_instrument", VISIT, None, ("is_in_lane", True)),),
        "返回": (("open_lane", VISIT),),
        "记录": (("measure_in_lane", VISIT, "neck:37.8"),),
    },
}

DAY_PROMISES: Final[dict[str, dict[str, Acts]]] = {
    **_LANE,
    "guard-area": {
        **LOCK,
        **TO_BOARD,
        "C05": (("begin_case_act", CaseId("c8"), "placed"),),
        "留观室 2 已消毒": (("case_act", CaseId("c01"), "cleaned", "room_2"),),
        "C02 · 10:05 起": (("open_case", CASE),),
        "CB02 · 09:58 起": (("open_case", OTHER_CASE),),
        "C04 · 10:10 起": (("open_case", CaseId("c9")),),
    },
    "guard-plan": {
        **LOCK,
        **TO_BOARD,
        **_steps("crowd", ("tick", "run-1"), ticked=1),
        **_steps("several_elevated", ("case_act", CASE, "ticked"), ticked=2),
        "结束：人员聚集": (("end_situation", "run-1"),),
        "补记：早些时候做的": (("begin_earlier", "run-1"),),
        "查看 C02": (("open_case", CASE),),
        **{item.name.zh: (("begin_situation", item.situation),) for item in PLAN.situations},
    },
    "guard-shift-checked": {
        **LOCK,
        **TO_BOARD,
        "上岗": (("begin_shift", {item.id: item.id != "goggles" for item in PLAN.checklist}),),
        **{f"{item.text.zh} {answer}": () for item in PLAN.checklist for answer in ("是", "否")},
    },
    "guard-shift-duty": {
        **LOCK,
        **TO_BOARD,
        "交班": (("hand_over",),),
        "C02": (("open_case", CASE),),
        "CB02": (("open_case", OTHER_CASE),),
        "C01": (("open_case", CaseId("c01")),),
    },
    "guard-choice-hand-over": _chosen("hand_over", "", {"王*": "王*", "赵*敏": "赵*敏", "交给接班人员": ""}),
    "guard-today": {**LOCK, **TO_MENU},
    "guard-devices": {**LOCK, **TO_MENU},
    "guard-records": {
        **LOCK,
        **TO_MENU,
        "全部": (("open_records", "all", 0, ""),),
        "值守": (("open_records", "guards", 0, ""),),
        "个案": (("open_records", "cases", 0, ""),),
        "未放行": (("open_records", "refusals", 0, ""),),
        "测温": (("open_records", "readings", 0, ""),),
        "导出查看": (("open_records", "exports", 0, ""),),
        "上一页": (("open_records", "all", 0, ""),),
        "下一页": (("open_records", "all", 2, ""),),
        "按号码查": (),
        "个案处置 · 安排位置": (("open_visit", VISIT),),
        "测温 · 37.8": (("open_visit", VISIT),),
        "人工放行 · 证件齐全，情况核实": (("open_visit", VisitId("d")),),
        "未放行 · 预约在另一场所": (("open_visit", VisitId("d")),),
        "入场": (("open_visit", VisitId("e")),),
    },
    "guard-late": {
        **LOCK,
        **TO_MENU,
        **DIGITS,
        **dict.fromkeys(["纸页", "行", "时间", "体温", "已放行", "未放行"], ()),
        "保存": _late_entry(at(9, 41)),
    },
    "guard-count": {**LOCK, **TO_MENU, **DIGITS, "记录人数": (("count", 83),)},
}
