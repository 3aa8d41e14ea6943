"""Every word on the sheet, in one place. The ledger is for the authority's files, so it has one language: Chinese."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kiosk.domain.admission import Reason
from kiosk.domain.correction import What
from kiosk.domain.ledger_row import Ending, Lane, Verdict
from kiosk.domain.overriding import OverrideWhy
from kiosk.domain.policy import BodySite
from kiosk.domain.screening import Outcome
from kiosk.domain.walk_in import WalkIn

if TYPE_CHECKING:
    from collections.abc import Mapping

TITLE: Final = "防控排查台账"
UNKNOWN: Final = "—"  # what the log does not say
NONE: Final = "无"
MASKED: Final = "遮盖"
FULL: Final = "明文"
YES: Final = "是"
NO: Final = "否"

VERDICTS: Final[Mapping[Verdict, str]] = {
    Verdict.NORMAL: "正常",
    Verdict.NORMAL_AFTER: "复测正常",
    Verdict.ELEVATED: "异常",
    Verdict.UNDECIDED: "未判定",
    Verdict.UNMEASURED: "未测",
}
ENDINGS: Final[Mapping[Ending, str]] = {
    Ending.ADMITTED: "放行",
    Ending.TURNED_AWAY: "劝返",
    Ending.ISOLATED: "隔离",
    Ending.REFERRED: "转送",
    Ending.ESCORTED: "护送离场",
    Ending.LEFT_AGAINST_ADVICE: "不听劝阻离开",
    Ending.RELEASED: "解除隔离",
    Ending.REFUSED: "未予放行",
    Ending.DISOWNED: "非本人预约",
    Ending.ABANDONED: "中途离开",
    Ending.LINED_UP: "候场",
    Ending.HELPED: "已协助",
    Ending.LEFT: "离场",
    Ending.OPEN: "未结",
}
WALK_INS: Final[Mapping[str, str]] = {
    WalkIn.EPIDEMIC_CONTROL: "疫情防控公务",
    WalkIn.MEDICAL: "医护与急救",
    WalkIn.CONTROL_SUPPLIES: "防疫物资",
    WalkIn.LIVELIHOOD_GOODS: "民生物资",
    WalkIn.CITY_OPERATION: "城市运行保障",
    WalkIn.HARDSHIP: "特殊困难",
    WalkIn.TELEPHONE: "电话预约",
    WalkIn.NO_PHONE: "没有手机",
    WalkIn.COMPANION: "陪同人员",
    WalkIn.CHILD: "儿童",
    WalkIn.APPROVED: "班长或负责人同意",
}
OVERRIDES: Final[Mapping[str, str]] = {
    OverrideWhy.DOCUMENTS: "证件齐全，情况核实",
    OverrideWhy.BOOKING_ERROR: "预约信息有误",
    OverrideWhy.SLOT_MISSED: "有正当原因错过时段",
    OverrideWhy.FRAIL: "老幼病残孕，不宜久候",
    OverrideWhy.LEADER: "班长同意",
    OverrideWhy.SYSTEM: "系统或设备原因",
}
LANES: Final[Mapping[Lane, str]] = {Lane.ORDINARY: "普通", Lane.GREEN: "绿色"}
SITES: Final[Mapping[str, str]] = {
    BodySite.FOREHEAD: "额头",
    BodySite.CANTHUS: "内眦",
    BodySite.FACE_MAX: "面部",
    BodySite.WRIST: "手腕",
    BodySite.NECK: "颈部",
    BodySite.EAR: "耳温",
    BodySite.AXILLA: "腋下",
    BodySite.ORAL: "口腔",
}
OUTCOMES: Final[Mapping[Outcome, str]] = {
    Outcome.NORMAL: "",  # nothing is said of what is in order
    Outcome.ELEVATED: "超限",
    Outcome.TOO_COLD_WAIT: "偏低",
    Outcome.UNSTABLE: "不稳",
    Outcome.DEVICE_FAULT: "设备故障",
    Outcome.MANUAL_REQUIRED: "须人工",
}
REASONS: Final[Mapping[str, str]] = {
    Reason.UNREADABLE_CODE: "码无法识读",
    Reason.UNKNOWN_BOOKING: "无此预约",
    Reason.FORGED_CODE: "码为伪造",
    Reason.UNKNOWN_KEY: "签名密钥不明",
    Reason.AMBIGUOUS_CODE: "多个不同的码",
    Reason.REVOKED: "码已作废",
    Reason.CANCELLED: "预约已取消",
    Reason.BLACKLISTED: "列入名单",
    Reason.NOT_CONFIRMED: "预约未确认",
    Reason.WRONG_SITE: "非本站预约",
    Reason.NOT_SERVED_HERE: "本站不办",
    Reason.ONLINE_ONLY: "仅网上办理",
    Reason.SUSPENDED_SERVICE: "业务暂停",
    Reason.SITE_CLOSED: "未开放",
    Reason.WRONG_DAY: "非当日预约",
    Reason.TOO_EARLY: "过早",
    Reason.TOO_LATE: "过时",
    Reason.ALREADY_ARRIVED: "已到过",
}
CAUSES: Final[Mapping[str, str]] = {
    "elevated": "体温超限",
    "declaration": "申报异常",
    "guard": "值守人判断",
    "risk_area": "来自风险地区",
    "collapse": "身体不适、晕倒",
}
CORRECTED: Final[Mapping[What, str]] = {
    What.NAME: "姓名",
    What.PHONE: "电话",
    What.PLATE: "车牌号",
    What.DISTRICT: "来自区县",
    What.MASK: "口罩",
    What.READING: "读数",
    What.REMARK: "备注",
}
FLAWS: Final[Mapping[str, str]] = {
    "form": "无法识读",
    "gap": "缺号",
    "link": "链接不符",
    "hash": "哈希不符",
    "body": "内容被改",
    "salt": "盐值不符",
    "erased": "未登记的删除",
    "anchor": "与已见哈希不符",
    "tail": "末尾缺失",
    "foreign": "混入其他终端的条目",
}
# The questions that have a column of their own (config/declaration.toml); others that were answered yes are remarked.
SYMPTOMS: Final = "symptoms"
TRAVELLED: Final = "risk_area"
CONTACT: Final = "contact"
SIGNATURES: Final = ("值守人", "负责人", "日期")
