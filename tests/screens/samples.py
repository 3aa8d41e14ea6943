"""One sample of each screen that a person may meet: what the gallery draws and the taps test touches."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from kiosk.adapters.log_reader import Identity
from kiosk.domain.admission import LOOKS_TO_GUARD, Reason
from kiosk.domain.declaration import Declaration, Notice, Question
from kiosk.domain.ids import KioskId, SiteId
from kiosk.domain.policy import BodySite
from kiosk.domain.site import Words
from kiosk.scanner import CameraState, Sight
from kiosk.scanner import Hint as Seen
from kiosk.screens.catalog import Panel, Setup
from kiosk.screens.poses import POSES
from kiosk.screens.whose import CARD as ID_CARD
from kiosk.screens.whose import CODE
from kiosk.services.enrolling import EnrolView, Stage, Trouble
from kiosk.services.link import LinkTrouble
from kiosk.services.views import BookingCard, Face, Hint, IdleFacts, RefusalFacts, Resting, View
from tests.screens.samples_base import CARD, CONFIG, GREEN, NOW, VISIT, Sample, at, settings
from tests.screens.samples_duty import DUTY_SAMPLES
from tests.screens.samples_guard import ACCOUNTS, ALARM, BOARD, DETAIL, GUARD_SAMPLES, ON_WAY
from tests.screens.samples_lane import LANE_SAMPLES

__all__ = [
    "ACCOUNTS",
    "BOARD",
    "CARD",
    "CONFIG",
    "DETAIL",
    "FACTS",
    "FORM",
    "NOW",
    "SAMPLES",
    "VISIT",
    "Sample",
    "frame",
    "settings",
]

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.screens.base import BaseScreen

FORM: Final = Declaration(
    version=3,
    title=Words("近 14 天内，您是否……", "In the last 14 days, have you …"),
    questions=(
        Question("symptoms", Words("有发热、咳嗽、乏力或腹泻", "had fever, a cough, fatigue or diarrhoea")),
        Question("places", Words("到过公告所列风险地区", "been to an area on the risk list")),
        Question("contact", Words("接触过确诊或疑似人员", "been near a confirmed or suspected case")),
    ),
    notice=Notice(
        version=3,
        short=Words(
            "申报由本场所处理，仅用于疫情防控，保存 30 天后自动删除。",
            "Handled by this site for epidemic control only, deleted after 30 days.",
        ),
        full=Words(
            "处理者：市公安局交通管理局车辆管理所第二分所。\n目的：疫情防控，判断能否入场。\n"
            "内容：健康申报的回答、体温读数、预约信息。不收集其他信息，不提供给与疫情防控无关的单位。\n"
            "期限：保存 30 天，到期由程序自动删除。\n"
            "您的权利：可请工作人员查看、更正您的申报，也可不使用本机，改由人工登记。",
            "Who: the second branch of the city's vehicle administration.\n"
            "What for: epidemic control; whether you may come in.\n"
            "What: your answers, the temperature reading, the booking. Nothing else, and not for others.\n"
            "How long: 30 days, then deleted by program.\n"
            "Your rights: staff will show or correct your answers; you may register by hand instead.",
        ),
    ),
)
FACTS: Final = IdleFacts(
    now=NOW,
    slot_start=at(10),
    slot_end=at(11),
    inside=86,
    cap=120,
    called=(),
    notices=(
        Words("可网上办理的业务，窗口不再受理", "Services offered online are not done at the counters"),
        Words("请佩戴口罩", "Please wear a mask"),
    ),
    waiting_for_guard=0,
    is_simulated=False,
    is_online=True,
    oldest_unsent_s=None,
)
REVOKED_FACTS: Final = replace(FACTS, link=LinkTrouble.REVOKED, is_online=False)
BUSY_FACTS: Final = replace(
    FACTS,
    called=("RB12", "WB03"),
    resting=(Resting("RB13", at(10, 14)), Resting("RB14", at(10, 17))),
    waiting_for_guard=2,
    is_simulated=True,
    cap=None,
)
RESTING_FACTS: Final = replace(FACTS, resting=(Resting("RB13", at(10, 14)),))
FULL_FACTS: Final = replace(
    FACTS,
    called=tuple(f"RB{number:02d}" for number in range(12, 1, -1)),
    resting=tuple(Resting(f"RC{number:02d}", at(10, 14 + number)) for number in range(1, 10)),
)


def frame() -> np.ndarray:
    """Return a drawn camera frame: a phone with squares on it, darker to the left, brighter below."""
    picture = np.full((480, 640, 3), 70, np.uint8)
    picture[300:] = 95  # a floor below, so that a picture upside down is seen
    picture[:, :160] = 50
    picture[120:360, 250:390] = (235, 240, 238)
    for row in range(8):
        for column in range(8):
            if (row * 5 + column * 3 + row * column) % 3:
                top, left = 170 + row * 13, 268 + column * 13
                picture[top : top + 13, left : left + 13] = (20, 30, 25)
    return picture


def _view(view: View) -> Callable[[BaseScreen], None]:
    return lambda screen: screen.show(view)


def _idle(facts: IdleFacts, hint: Hint = Hint.NONE, *, with_frame: bool = True) -> Callable[[BaseScreen], None]:
    def prepare(screen: BaseScreen) -> None:
        screen.show(View(Face.IDLE, hint=hint))
        screen.show_facts(facts)
        screen.waiting = facts.waiting_for_guard
        screen.show_sight(Sight(frame() if with_frame else None))

    return prepare


def _board(facts: IdleFacts) -> Callable[[BaseScreen], None]:
    def prepare(screen: BaseScreen) -> None:
        screen.show(View(Face.IDLE))
        screen.show_facts(facts)

    return prepare


CODE_CORNERS: Final = ((268, 170), (372, 170), (372, 274), (268, 274))


def _seen(hint: Seen, *, is_read: bool = False) -> Callable[[BaseScreen], None]:
    def prepare(screen: BaseScreen) -> None:
        _idle(FACTS)(screen)
        screen.show_sight(Sight(frame(), CODE_CORNERS, is_read, hint))

    return prepare


def _blind(state: CameraState, facts: IdleFacts = FACTS) -> Callable[[BaseScreen], None]:
    def prepare(screen: BaseScreen) -> None:
        _idle(facts)(screen)
        screen.show_sight(Sight(state=state))

    return prepare


def _enrol(stage: Stage, trouble: Trouble = Trouble.NONE, other: str = "") -> Callable[[BaseScreen], None]:
    who = Identity(SiteId("sjz-b2"), KioskId("sjz-b2-e1-k1"), 1, "B", "", "", "")
    view = EnrolView(stage, "https://central.sjz-cgs.cn:8480", trouble, other, who if stage is Stage.DONE else None)

    def prepare(screen: BaseScreen) -> None:
        screen.show_step(view)
        screen.show_frame(frame())

    return prepare


def _before_facts(screen: BaseScreen) -> None:
    screen.facts = None
    for name in ("slot_text", "inside_text", "cap_text", "called_text", "resting_text", "notice_text", "staff_text"):
        setattr(screen, name, "")
    screen.show(View(Face.IDLE))
    screen.show_sight(Sight(frame()))


def _form(screen: BaseScreen) -> None:
    screen.show_form(FORM)
    screen.show(View(Face.DECLARATION, VISIT, CARD))


def _which(screen: BaseScreen) -> None:
    _form(screen)
    screen.ids.choices.children[1].state = "down"


def _measuring(part: float, hint: Hint = Hint.NONE, site: BodySite = BodySite.FOREHEAD) -> Callable[[BaseScreen], None]:
    def prepare(screen: BaseScreen) -> None:
        screen.show(View(Face.MEASURING, VISIT, CARD, hint=hint, measured_at=site))
        screen.show_progress(part)

    return prepare


def _other(what: str, prepare: Callable[[BaseScreen], None]) -> Callable[[BaseScreen], None]:
    def told(screen: BaseScreen) -> None:
        prepare(screen)
        screen.tell_other(what)

    return told


def _walk_in(screen: BaseScreen) -> None:
    screen.show(View(Face.MEASURING, VISIT, number="4071", has_booking=False, measured_at=BodySite.FOREHEAD))
    screen.show_progress(0.6)


def _typed(kind: str, text: str, hint: Hint = Hint.NONE) -> Callable[[BaseScreen], None]:
    def prepare(screen: BaseScreen) -> None:
        screen.start()
        if kind == "id":
            screen.on_other()
        for sign in text:
            screen.on_key(sign)
        if hint is not Hint.NONE:
            screen.show(View(Face.IDLE, hint=hint))

    return prepare


def _refusal(facts: RefusalFacts, card: BookingCard | None = CARD) -> Callable[[BaseScreen], None]:
    return _view(View(Face.REFUSED, VISIT, card, refusal=facts))


FACTS_OF: Final[dict[Reason, RefusalFacts]] = {
    Reason.TOO_EARLY: RefusalFacts(Reason.TOO_EARLY, earliest=at(10, 45), now=NOW),
    Reason.TOO_LATE: RefusalFacts(Reason.TOO_LATE, now=NOW),
    Reason.WRONG_DAY: RefusalFacts(Reason.WRONG_DAY, earliest=at(9, 45, day=12), now=NOW),
    Reason.WRONG_SITE: RefusalFacts(
        Reason.WRONG_SITE,
        now=NOW,
        site_name=Words("车管一分所", "Branch 1"),
        site_address=Words("新华区中华北大街 298 号", "298 Zhonghua North Street, Xinhua"),
    ),
    Reason.ONLINE_ONLY: RefusalFacts(Reason.ONLINE_ONLY, url="https://he.122.gov.cn/m/business/reissue"),
    Reason.ALREADY_ARRIVED: RefusalFacts(Reason.ALREADY_ARRIVED, now=NOW, first_seen=at(9, 58)),
    Reason.SITE_CLOSED: RefusalFacts(Reason.SITE_CLOSED, now=NOW, opens=at(8, 30, day=11)),
}


def _card_of(reason: Reason) -> BookingCard | None:
    unknown = {Reason.UNREADABLE_CODE, Reason.AMBIGUOUS_CODE, Reason.UNKNOWN_BOOKING}
    if reason in unknown:
        return None
    if reason is Reason.WRONG_DAY:
        return replace(CARD, slot_start=at(10, day=12), slot_end=at(11, day=12))
    return replace(CARD, slot_start=at(11), slot_end=at(12))


DAY_OVER_CARD: Final = replace(CARD, slot_start=at(17, day=9), slot_end=at(18, day=9))
SEEN: Final = (Seen.COME_NEARER, Seen.HOLD_STILL, Seen.BRIGHTER, Seen.TOO_BRIGHT)
SAMPLES: Final[tuple[Sample, ...]] = (
    Sample("idle", Face.IDLE, _idle(FACTS)),
    Sample("idle-busy", Face.IDLE, _idle(BUSY_FACTS, Hint.NOT_A_BOOKING_CODE), is_simulated=True),
    Sample("idle-resting", Face.IDLE, _idle(RESTING_FACTS)),
    Sample("idle-many-called", Face.IDLE, _idle(FULL_FACTS)),
    *(
        Sample(name, Panel.REST_BOARD, _board(facts))
        for name, facts in (
            ("rest-board", BUSY_FACTS),
            ("rest-board-one", replace(FACTS, called=("RB12",))),
            ("rest-board-none", RESTING_FACTS),
            ("rest-board-full", FULL_FACTS),
        )
    ),
    Sample("idle-disowned", Face.IDLE, _idle(FACTS, Hint.DISOWNED)),
    Sample("idle-dark", Face.IDLE, _idle(FACTS, with_frame=False)),
    Sample("idle-revoked", Face.IDLE, _idle(REVOKED_FACTS)),
    *(Sample(f"idle-{hint.value}".replace("_", "-"), Face.IDLE, _seen(hint)) for hint in SEEN),
    Sample("idle-read", Face.IDLE, _seen(Seen.READ, is_read=True)),
    Sample("idle-camera-black", Face.IDLE, _blind(CameraState.BLACK)),
    Sample("idle-camera-and-link", Face.IDLE, _blind(CameraState.MISSING, REVOKED_FACTS)),
    Sample("idle-before-facts", Face.IDLE, _before_facts),
    Sample("idle-alarm", Face.IDLE, _idle(BUSY_FACTS), alarm=ALARM),
    Sample("idle-alarm-seen", Face.IDLE, _idle(BUSY_FACTS), is_training=True, alarm=ON_WAY),
    Sample("booking", Face.BOOKING, _view(View(Face.BOOKING, VISIT, CARD))),
    Sample("booking-green", Face.BOOKING, _view(View(Face.BOOKING, VISIT, GREEN)), is_simulated=True),
    Sample(
        "booking-other-card", Face.BOOKING, _other(ID_CARD, _view(View(Face.BOOKING, VISIT, CARD))), is_training=True
    ),
    Sample("declaration", Face.DECLARATION, _form),
    Sample("declaration-other-code", Face.DECLARATION, _other(CODE, _form), is_training=True),
    Sample("which", Panel.WHICH, _which),
    Sample("which-other-code", Panel.WHICH, _other(CODE, _which), is_simulated=True),
    Sample("notice", Panel.NOTICE, _form),
    Sample("measuring", Face.MEASURING, _measuring(0.6)),
    Sample("measuring-other-card", Face.MEASURING, _other(ID_CARD, _measuring(0.6)), is_simulated=True),
    Sample("measuring-walk-in", Face.MEASURING, _other(CODE, _walk_in)),
    Sample("measuring-again", Face.MEASURING, _measuring(0.0, Hint.HOLD_STILL), is_simulated=True),
    *(
        Sample(f"measuring-{site.value}".replace("_", "-"), Face.MEASURING, _measuring(0.3, site=site))
        for site in POSES
        if site is not BodySite.FOREHEAD
    ),
    Sample("admitted", Face.ADMITTED, _view(View(Face.ADMITTED, VISIT, CARD, number="B037"))),
    Sample("rest", Face.REST, _view(View(Face.REST, VISIT, CARD, number="R12", until=at(10, 22)))),
    Sample("guard", Face.GUARD, _view(View(Face.GUARD, VISIT, number="2CDA"))),
    Sample("wait-no-booking", Face.GUARD, _view(View(Face.GUARD, VISIT, number="2CDB", has_booking=False))),
    Sample("rest-no-code", Face.REST, _view(View(Face.REST, VISIT, number="RB02", until=at(10, 22)))),
    Sample("hall-line", Face.HALL_LINE, _view(View(Face.HALL_LINE, VISIT, CARD, number="W03", position=3))),
    Sample("hall-line-no-code", Face.HALL_LINE, _view(View(Face.HALL_LINE, VISIT, number="WB06", position=2))),
    Sample("goodbye", Face.GOODBYE, _view(View(Face.GOODBYE, VISIT))),
    Sample(
        "out-of-order",
        Face.OUT_OF_ORDER,
        _view(
            View(
                Face.OUT_OF_ORDER,
                facts={"code": "store_full", "kiosk": "sjz-b2-e1-k1", "call": "0311-85988888"},
            )
        ),
    ),
    Sample("enrol", Setup.ENROL, _enrol(Stage.SCAN)),
    Sample("enrol-other-server", Setup.ENROL, _enrol(Stage.SCAN, Trouble.OTHER_SERVER, "https://central.elsewhere.cn")),
    Sample("enrol-refused", Setup.ENROL, _enrol(Stage.SCAN, Trouble.REFUSED)),
    Sample("enrol-distrust", Setup.ENROL, _enrol(Stage.SCAN, Trouble.DISTRUST)),
    Sample("enrol-confirm", Setup.ENROL, _enrol(Stage.CONFIRM)),
    Sample("enrol-working", Setup.ENROL, _enrol(Stage.WORKING)),
    Sample("enrol-done", Setup.ENROL, _enrol(Stage.DONE)),
    Sample("keypad-booking", Panel.KEYPAD, _typed("booking", "7K3M9Q")),
    Sample("keypad-id", Panel.KEYPAD, _typed("id", "11010519491231002X")),
    Sample("keypad-id-wrong", Panel.KEYPAD, _typed("id", "110105194912310021"), is_simulated=True),
    Sample("keypad-not-found", Panel.KEYPAD, _typed("booking", "", Hint.NOT_FOUND), is_training=True),
    Sample("help", Panel.HELP, _view(View(Face.IDLE))),
    *(
        Sample(
            f"refused-{reason}".replace("_", "-"),
            Face.REFUSED,
            _refusal(FACTS_OF.get(reason, RefusalFacts(reason)), _card_of(reason)),
        )
        for reason in Reason
        if reason not in LOOKS_TO_GUARD
    ),
    Sample("refused-day-over", Face.REFUSED, _refusal(RefusalFacts(Reason.WRONG_DAY, now=NOW), DAY_OVER_CARD)),
    Sample(
        "refused-used-on-another-day",
        Face.REFUSED,
        _refusal(
            RefusalFacts(Reason.ALREADY_ARRIVED, now=NOW, first_seen=at(17, 27, day=9)),
            _card_of(Reason.ALREADY_ARRIVED),
        ),
    ),
    *GUARD_SAMPLES,
    *DUTY_SAMPLES,
    *LANE_SAMPLES,
)
