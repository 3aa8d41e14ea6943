"""What leads from one of the guard's screens to the next: cases and their choices, the shift, rows, records."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.domain.case import CaseEvent
from kiosk.domain.walk_in import WalkIn
from kiosk.screens import front
from kiosk.screens.act_row import ActRow
from kiosk.screens.catalog import GUARD_PANELS, Panel
from kiosk.services.device_views import InstrumentsView
from kiosk.services.guard_views import LateSaved
from kiosk.services.guards import GuardAct
from kiosk.services.sign_in import BADGE
from kiosk.services.views import Face, View
from tests.screens.fake_kiosk import Bench
from tests.screens.samples import BOARD, DETAIL, VISIT
from tests.screens.samples_cases import CASE, EARLIER, ENDED, PLACED
from tests.screens.samples_duty import BUSY_PLAN, NEW_SHIFT, ON_SHIFT, RECORDS, typed
from tests.screens.samples_guard import NEAR, REFUSED_DETAIL, SUPERVISORS
from tests.screens.window import settle, tap

SECRET = BADGE + "0123456789abcdef"


def _to(bench: Bench, panel: Panel, **answers: object) -> None:
    """Check which screen is shown once the worker is done."""
    bench.desk.answers |= answers
    bench.kiosk.work()
    assert bench.app.shown_name is panel


# what is asked twice


def test_one_thing_asks_at_a_time_and_a_bounce_is_no_answer(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A glove that bounces decides nothing, and no two buttons say "press again"."""
    done: list[str] = []
    rows = [ActRow(label=name, asks="again", is_hard=True, size_hint=(0.5, 0.2)) for name in ("first", "second")]
    for row, x in zip(rows, (0.0, 0.5), strict=True):
        row.pos_hint = {"x": x, "y": 0.4}
        row.fbind("on_pick", lambda picked: done.append(picked.label))
        bench.app.root.add_widget(row)
    settle()
    tap(rows[0])
    assert [row.is_armed for row in rows] == [True, False]
    tap(rows[1])
    assert [row.is_armed for row in rows] == [False, True]
    monkeypatch.setattr(front, "DEAF_S", 3600.0)
    tap(rows[0])
    tap(rows[0])
    assert ([row.is_armed for row in rows], done) == ([True, False], [])
    monkeypatch.setattr(front, "DEAF_S", 0.0)
    bench.app.root.deafen()
    settle()
    tap(rows[0])
    assert ([row.is_armed for row in rows], done) == ([False, False], ["first"])
    bench.app.root.clear_widgets(rows)


# cases


def test_an_act_without_a_choice_is_done_at_once(bench: Bench) -> None:
    """To take a case is one touch on the board."""
    bench.desk.answers |= {"case": PLACED, "case_act": PLACED}
    bench.app.acts.begin_case_act(CASE, "acknowledged")
    _to(bench, Panel.GUARD_CASE)
    assert bench.desk.asked("case_act") == [("case_act", CASE, "acknowledged", "")]


def test_a_place_is_chosen_and_then_taken(bench: Bench) -> None:
    """Two touches from the page of a case: place, then which."""
    bench.desk.answers |= {"case": PLACED, "case_act": PLACED}
    bench.app.acts.begin_case_act(CASE, "placed")
    _to(bench, Panel.GUARD_CHOICE)
    bench.app.screen.on_chosen("tent")
    _to(bench, Panel.GUARD_CASE)
    assert bench.desk.asked("case_act") == [("case_act", CASE, "placed", "tent")]


@pytest.mark.parametrize("chosen", [("ticked:report",), ("placed", "placed:tent"), ("reported", "reported:community")])
def test_what_was_done_earlier_is_asked_for_with_its_time(bench: Bench, chosen: tuple[str, ...]) -> None:
    """What, where if need be, when; each by one touch, and the way back leads to where it was asked."""
    bench.desk.answers |= {"earlier": EARLIER, "case": PLACED, "case_act": PLACED}
    bench.app.acts.begin_earlier(CASE)
    for value in chosen:
        _to(bench, Panel.GUARD_CHOICE)
        bench.app.screen.on_chosen(value)
    _to(bench, Panel.GUARD_CHOICE)
    assert bench.app.screen.choice.kind == "earlier_when"
    bench.app.screen.on_cancel()
    _to(bench, Panel.GUARD_CHOICE)
    assert bench.app.screen.choice.kind == "earlier"
    bench.app.acts.choose("earlier_when", f"{CASE}|{chosen[-1]}", "20")
    _to(bench, Panel.GUARD_CASE)
    assert bench.desk.asked("case_act") == [("case_act", CASE, *chosen[-1].split(":"), 20)]


def test_a_step_of_a_situation_is_written_down_late_as_well(bench: Bench) -> None:
    """A crowd is no case: the plan's own screen comes back."""
    bench.desk.answers |= {"earlier": EARLIER, "case": None, "plan": BUSY_PLAN, "tick": BUSY_PLAN}
    bench.app.acts.choose("earlier_when", "run-1|ticked:slow", "5")
    _to(bench, Panel.GUARD_PLAN)
    assert bench.desk.asked("tick") == [("tick", "run-1", "slow", 5)]
    bench.app.acts.begin_earlier("run-1")
    _to(bench, Panel.GUARD_CHOICE)
    bench.app.screen.on_cancel()
    _to(bench, Panel.GUARD_PLAN)


def test_a_shift_that_was_begun_leads_to_the_board(bench: Bench) -> None:
    """What ends a shift must not stand where "begin" was touched; a checklist that is not whole stays."""
    bench.desk.answers |= {"begin_shift": NEW_SHIFT, "board": BOARD}
    bench.app.acts.begin_shift({})
    _to(bench, Panel.GUARD_SHIFT)
    bench.app.acts.begin_shift({"mask": True})
    _to(bench, Panel.GUARD_BOARD, begin_shift=ON_SHIFT)


def test_who_is_referred_is_referred_to_somebody(bench: Bench) -> None:
    """A disposition that needs to know to whom asks it before it is done."""
    bench.desk.answers |= {"case": PLACED, "case_act": PLACED}
    bench.app.acts.begin_case_act(CASE, "disposed")
    _to(bench, Panel.GUARD_CHOICE)
    bench.app.screen.on_chosen("referred")
    _to(bench, Panel.GUARD_CHOICE)
    assert bench.desk.asked("case_act") == []
    bench.app.screen.on_chosen("fever_clinic")
    _to(bench, Panel.GUARD_CASE)
    assert bench.desk.asked("case_act") == [("case_act", CASE, "disposed", "referred:fever_clinic")]


def test_the_one_place_to_clean_need_not_be_chosen(bench: Bench) -> None:
    """Of two, the guard says which."""
    one = replace(ENDED, dirty=ENDED.dirty[:1])
    bench.desk.answers |= {"case": one, "case_act": one}
    bench.app.acts.begin_case_act(CASE, "cleaned")
    _to(bench, Panel.GUARD_CASE)
    assert bench.desk.asked("case_act") == [("case_act", CASE, "cleaned", "room_1")]
    bench.desk.answers["case"] = ENDED
    bench.app.acts.begin_case_act(CASE, "cleaned")
    _to(bench, Panel.GUARD_CHOICE)


def test_a_remark_is_kept_as_its_words(bench: Bench) -> None:
    """Whoever reads the case later reads words, not a key."""
    bench.desk.answers |= {"case": PLACED, "case_act": PLACED}
    bench.app.acts.choose(CaseEvent.REMARKED, CASE, "alone")
    _to(bench, Panel.GUARD_CASE)
    assert bench.desk.asked("case_act") == [("case_act", CASE, "remarked", "alone")]


def test_a_reading_of_a_case_leads_back_to_the_case(bench: Bench) -> None:
    """Of a visit it leads to the visit."""
    bench.desk.answers |= {"case": PLACED, "guard_act": DETAIL}
    bench.app.acts.measure(VISIT, CASE, "axilla:36.8")
    _to(bench, Panel.GUARD_CASE)
    bench.desk.answers["guard_act"] = replace(DETAIL, row=replace(DETAIL.row, case_id=None))
    bench.app.acts.measure(VISIT, None, "axilla:36.8")
    _to(bench, Panel.GUARD_VISIT)


def test_a_reading_that_lets_the_visitor_in_shows_the_visitors_screen(bench: Bench) -> None:
    """The page of the case must not hide the welcome."""
    bench.desk.answers |= {"case": PLACED, "guard_act": View(Face.ADMITTED, VISIT, number="B037")}
    bench.app.acts.measure(VISIT, CASE, "axilla:36.8")
    bench.kiosk.work()
    assert bench.app.shown_name is Face.ADMITTED


def test_an_override_asks_why(bench: Bench) -> None:
    """Without a reason nothing is overridden."""
    bench.desk.answers |= {"detail": REFUSED_DETAIL, "guard_act": View(Face.BOOKING, VISIT)}
    bench.app.acts.begin_visit_act("override", VISIT, "2CDA")
    _to(bench, Panel.GUARD_CHOICE)
    assert bench.desk.asked("guard_act") == []
    bench.app.screen.on_chosen("documents")
    bench.kiosk.work()
    assert bench.desk.asked("guard_act") == [("guard_act", GuardAct.OVERRIDE, VISIT, "documents")]


@pytest.mark.parametrize(("subject", "visit"), [("", None), (VISIT, VISIT)], ids=["nobody's", "a visit's"])
def test_a_case_is_opened_for_a_visit_or_for_somebody_without(bench: Bench, subject: str, visit: object) -> None:
    """Somebody who faints beside the kiosk has no visit."""
    bench.desk.answers["open_case"] = PLACED
    bench.app.acts.choose("cause", subject, "collapse")
    _to(bench, Panel.GUARD_CASE)
    assert bench.desk.asked("open_case") == [("open_case", visit, "collapse")]


@pytest.mark.parametrize(
    ("kind", "subject", "panel"),
    [
        ("placed", CASE, Panel.GUARD_CASE),
        ("referred", CASE, Panel.GUARD_CHOICE),
        ("override", VISIT, Panel.GUARD_VISIT),
        ("cause", VISIT, Panel.GUARD_VISIT),
        ("cause", "", Panel.GUARD_MENU),
        ("walk_in", "", Panel.GUARD_MENU),
        ("with_whom", "companion", Panel.GUARD_CHOICE),
        ("hand_over", "", Panel.GUARD_SHIFT),
        ("hand_over_remark", "王*", Panel.GUARD_CHOICE),
    ],
)
def test_no_answer_leads_back_to_where_the_question_came_from(
    bench: Bench, kind: str, subject: str, panel: Panel
) -> None:
    """Nobody is lost in a chooser."""
    bench.desk.answers |= {"case": PLACED, "detail": DETAIL, "board": BOARD, "shift": ON_SHIFT}
    bench.desk.answers["walk_in_hindrances"] = {}
    bench.app.acts.choose_nothing(kind, subject)
    _to(bench, panel)


def test_who_was_near_is_listed_with_a_supervisors_consent(bench: Bench) -> None:
    """Without it the screen says so and asks once more; whoever was signed out meanwhile sees nothing."""
    bench.desk.answers |= {"case": PLACED, "accounts": SUPERVISORS, "near": None}
    bench.app.acts.open_near(CASE)
    _to(bench, Panel.GUARD_NEAR)
    assert [account.guard_id for account in bench.app.screen.supervisors] == ["s1", "s2"]
    bench.app.acts.near(CASE, "s1", "1111")
    _to(bench, Panel.GUARD_NEAR)
    assert (bench.app.screen.near, bench.app.screen.hint) == (None, bench.app.texts.t("near.wrong"))
    bench.app.acts.near(CASE, "s1", "4826")
    _to(bench, Panel.GUARD_NEAR, near=NEAR)
    assert bench.app.screen.near is NEAR
    bench.desk.answers |= {"near": None, "case": None}
    bench.app.acts.near(CASE, "s1", "4826")
    bench.kiosk.work()
    assert bench.app.shown_name is Face.IDLE


def test_a_companion_is_let_in_with_whom_they_come_with(bench: Bench) -> None:
    """From that visitor's page, or from the list behind "more" by the number of who passed."""
    bench.desk.answers |= {
        "walk_in_hindrances": {},
        "with_whom": ((VISIT, "B037"),),
        "walk_in": View(Face.DECLARATION, VISIT),
    }
    bench.app.acts.begin_walk_in(VISIT, "B037")
    bench.kiosk.work()
    assert [option.value for option in bench.app.screen.choice.options] == ["companion", "child"]
    bench.app.screen.on_chosen("child")
    bench.kiosk.work()
    bench.app.acts.open_item("walk_in")
    bench.kiosk.work()
    bench.app.screen.on_chosen("companion")
    bench.kiosk.work()
    assert [option.words for option in bench.app.screen.choice.options] == ["B037"]
    bench.app.screen.on_chosen(VISIT)
    bench.kiosk.work()
    assert bench.desk.asked("walk_in") == [("walk_in", "child", VISIT), ("walk_in", "companion", VISIT)]


def test_who_may_not_come_in_says_why(bench: Bench) -> None:
    """No touch that leads nowhere: a leader's matter is grey, and one whose adult has not passed yet."""
    bench.desk.answers["walk_in_hindrances"] = {WalkIn.APPROVED: "leader", WalkIn.CHILD: "not_passed"}
    bench.app.acts.begin_walk_in()
    bench.kiosk.work()
    barred = {option.value: option.hindrance for option in bench.app.screen.choice.options if option.hindrance}
    assert barred == {"approved": "walk_in.why_not.leader", "child": "walk_in.why_not.not_passed"}


# the day


def test_a_shift_is_handed_over_with_words(bench: Bench) -> None:
    """To whom, then what to say; the lock follows by the services."""
    bench.desk.answers |= {"shift": ON_SHIFT, "end_shift": BOARD}
    bench.app.acts.hand_over()
    _to(bench, Panel.GUARD_CHOICE)
    bench.app.screen.on_chosen("王*")
    _to(bench, Panel.GUARD_CHOICE)
    bench.app.screen.on_chosen("busy")
    _to(bench, Panel.GUARD_BOARD)
    assert bench.desk.asked("end_shift") == [("end_shift", "王*", bench.app.texts.t("shift.remark.busy"))]


def test_a_walk_in_goes_on_at_this_screen(bench: Bench) -> None:
    """Every kind has words, and the visitor's questions come next."""
    bench.desk.answers |= {"walk_in": View(Face.DECLARATION, VISIT), "walk_in_hindrances": {}}
    bench.app.acts.open_item("walk_in")
    _to(bench, Panel.GUARD_CHOICE)
    assert [option.value for option in bench.app.screen.choice.options] == list(WalkIn)
    bench.app.screen.on_chosen("medical")
    bench.kiosk.work()
    assert bench.app.shown_name is Face.DECLARATION


def test_a_paper_row_that_is_wrong_stays_to_be_mended(bench: Bench) -> None:
    """Nobody types a row twice because of one figure; a good row empties the form but for its sheet."""
    bench.app.acts.open_item("late")
    screen = bench.app.screen
    typed(screen)
    bench.desk.answers["late_entry"] = "late.future"
    screen.on_save()
    bench.kiosk.work()
    assert (screen.hint, screen.typed["time"]) == (bench.app.texts.t("late.future"), "0941")
    bench.desk.answers["late_entry"] = LateSaved("CB03")
    screen.on_save()
    bench.kiosk.work()
    assert screen.typed == {"sheet": "02031001", "row": "8", "time": "", "celsius": ""}
    assert (screen.field, screen.admitted) == ("time", "")
    assert "CB03" in screen.hint


def test_after_the_last_row_of_a_sheet_no_row_is_guessed(bench: Bench) -> None:
    """The next sheet begins; where nobody was measured and nobody let in, no temperature need be typed."""
    bench.app.acts.open_item("late")
    screen = bench.app.screen
    typed(screen)
    screen.typed = {**screen.typed, "row": "20", "celsius": ""}
    assert not screen.can_save
    screen.admitted = "no"
    assert screen.can_save
    bench.desk.answers["late_entry"] = LateSaved()
    screen.on_save()
    bench.kiosk.work()
    assert (screen.typed["row"], screen.field) == ("", "row")


def test_records_keep_their_filter_from_page_to_page(bench: Bench) -> None:
    """And a number that was typed is looked for on every page, until a filter is touched."""
    bench.desk.answers["records"] = replace(RECORDS, filter="45A")
    bench.app.acts.open_records("all", 1, "45A")
    _to(bench, Panel.GUARD_RECORDS)
    bench.app.screen.on_turn(1)
    bench.kiosk.work()
    assert bench.desk.asked("records")[-1] == ("records", "all", 2, "45A")
    bench.desk.answers["records"] = RECORDS
    bench.app.acts.open_item("records")
    bench.kiosk.work()
    assert bench.app.screen.wanted == ""


@pytest.mark.parametrize("panel", sorted(GUARD_PANELS - {Panel.GUARD_SIGN_IN, Panel.GUARD_LATE, Panel.GUARD_READING}))
def test_nothing_is_shown_to_who_is_not_signed_in(bench: Bench, panel: Panel) -> None:
    """Every answer of "nobody is signed in" leads to the idle screen, whatever was touched."""
    bench.desk.answers |= dict.fromkeys(
        ("board", "detail", "case", "area", "plan", "shift", "today", "records", "view")
    )
    acts = bench.app.acts
    touched = {
        Panel.GUARD_BOARD: acts.open_board,
        Panel.GUARD_MENU: acts.open_menu,
        Panel.GUARD_VISIT: lambda: acts.open_visit(VISIT),
        Panel.GUARD_CASE: lambda: acts.open_case(CASE),
        Panel.GUARD_CHOICE: lambda: acts.begin_case_act(CASE, "placed"),
        Panel.GUARD_NEAR: lambda: acts.open_near(CASE),
    }
    touched.get(panel, lambda: acts.open_item(panel.removeprefix("guard_")))()
    bench.kiosk.work()
    assert bench.app.shown_name is Face.IDLE


def test_at_the_door_no_place_is_chosen_before_the_guard_says_where_it_was_measured(bench: Bench) -> None:
    """A hurried guard with a forehead thermometer must not record an armpit's reading; a case takes armpit or ear."""
    pad = bench.app.turn_to(Panel.GUARD_READING)
    pad.start(VISIT, "2CDA", None, InstrumentsView())
    for digit in "368":
        pad.on_key(digit)
    assert (pad.site, pad.can_save, pad.hint) == ("", False, bench.app.texts.t("guard.pad_where"))
    pad.on_site_chosen("forehead")
    assert (pad.can_save, pad.hint) == (True, bench.app.texts.t("guard.pad_hint"))
    pad.start(VISIT, "C02", CASE, InstrumentsView())
    assert (pad.site, pad.can_save) == ("axilla", False)


def test_a_double_touch_answers_once(bench: Bench) -> None:
    """A glove that bounces opens one case, not two; asked anew, it answers anew."""
    bench.app.acts.open_item("open_case")
    bench.kiosk.work()
    for _ in range(2):
        bench.app.screen.on_chosen("collapse")
    _to(bench, Panel.GUARD_CASE, open_case=PLACED)
    assert bench.desk.asked("open_case") == [("open_case", None, "collapse")]
    bench.app.acts.open_item("open_case")
    bench.kiosk.work()
    bench.app.screen.on_chosen("guard")
    bench.kiosk.work()
    assert len(bench.desk.asked("open_case")) == 2


def test_a_number_that_the_hall_does_not_hold_is_asked_for_once_more(bench: Bench) -> None:
    """44 typed for 4 is a slip of the finger; one that is right goes in at the second touch."""
    bench.app.acts.open_item("count")
    _to(bench, Panel.GUARD_COUNT, board=replace(BOARD, cap=40))
    screen = bench.app.screen
    for digit in "44":
        screen.on_key(digit)
    screen.on_save()
    assert screen.now_text == bench.app.texts.t("count.over", cap=40)
    assert bench.desk.asked("count") == []
    screen.on_save()
    bench.kiosk.work()
    assert bench.desk.asked("count") == [("count", 44)]


def test_a_step_that_says_somebody_was_told_is_asked_for_twice(bench: Bench) -> None:
    """It stands in the log for good; a step without a contact takes one touch."""
    bench.app.acts.open_case(CASE)
    _to(bench, Panel.GUARD_CASE, case=PLACED)
    rows = {row.value: row for row in bench.app.screen.walk() if isinstance(row, ActRow)}
    assert PLACED.run is not None
    steps = [step for step in PLACED.run.steps if step.ticked_at is None]
    assert {step.contact is not None for step in steps} == {True, False}
    assert all(rows[step.step_id].is_hard is (step.contact is not None) for step in steps)


def test_a_reading_in_the_records_is_looked_at_or_corrected(bench: Bench) -> None:
    """A touch asks which; the pad asks for nothing but the figure, and leads back to the readings."""
    line = replace(RECORDS.lines[0], seq=31, visit_id=VISIT, label="C02", can_correct=True)
    bench.app.acts.open_records("readings", 0, "")
    _to(bench, Panel.GUARD_RECORDS, records=replace(RECORDS, lines=(line,)))
    row = next(one for one in bench.app.screen.walk() if isinstance(one, ActRow))
    row.dispatch("on_pick")
    assert bench.app.shown_name is Panel.GUARD_CHOICE
    assert [option.value for option in bench.app.screen.choice.options] == ["look", "correct"]
    bench.app.screen.on_chosen("correct")
    bench.kiosk.work()
    assert bench.app.shown_name is Panel.GUARD_READING
    for digit in "365":
        bench.app.screen.on_key(digit)
    assert bench.app.screen.can_save
    bench.desk.answers["correct_reading"] = replace(RECORDS, filter="readings")
    bench.app.screen.on_save()
    bench.kiosk.work()
    why = bench.app.texts.t("records.correct_why")
    assert bench.desk.asked("correct_reading") == [("correct_reading", 31, "36.5", why)]
    assert (bench.app.shown_name, bench.app.screen.which) == (Panel.GUARD_RECORDS, "readings")


def test_a_correction_that_is_left_goes_back_to_the_readings(bench: Bench) -> None:
    """Nothing is recorded; and who never stood at a kiosk has nothing to be looked at."""
    line = replace(RECORDS.lines[0], seq=31, visit_id=None, can_correct=True)
    bench.desk.answers["records"] = RECORDS
    for leave in ("choose_nothing", "on_cancel"):
        bench.app.acts.begin_record(line)
        bench.kiosk.work()
        screen = bench.app.screen
        assert [option.value for option in screen.choice.options] == ["correct"]
        if leave == "on_cancel":
            screen.on_chosen("correct")
            bench.app.screen.on_cancel()
        else:
            bench.app.acts.choose_nothing(screen.choice.kind, screen.choice.subject)
        bench.kiosk.work()
        assert bench.app.shown_name is Panel.GUARD_RECORDS
    assert bench.desk.asked("correct_reading") == []
