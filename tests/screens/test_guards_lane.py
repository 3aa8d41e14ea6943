"""The manual lane as a guard touches it: two touches for each visitor, on the real window with a real log behind it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import pytest

from kiosk.config import KioskSettings, TimeoutSettings
from kiosk.domain import lane
from kiosk.domain.ids import VisitId
from kiosk.domain.policy import BodySite, ReadingKind
from kiosk.domain.visit import Step
from kiosk.launch import _timeouts
from kiosk.screens import guard_lane
from kiosk.screens.catalog import Panel
from kiosk.screens.deadline import Deadline
from kiosk.screens.stage import TIMEOUTS_S
from kiosk.services.views import Face, View
from tests.domain import builders as make
from tests.screens.samples import VISIT
from tests.screens.samples_lane import LANE, ROWS
from tests.screens.showing import open_panel
from tests.services.builders import GUARD, PIN, Door

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.screens.fake_kiosk import Bench

_LIMITS = tuple(make.limit(site, ReadingKind.BODY_ESTIMATE, 3730, 3550) for site in (BodySite.FOREHEAD, *lane.SITES))

LAST = VisitId("last")
"""Whom the sample's guard measured last."""

TOUCH_S = 2.0
"""One touch of a gloved finger, with the look that finds the button (a guess on the slow side)."""
MEASURING_S = 5.0
"""A hand-held thermometer at the wrist: makers ask for so long between two readings (temperature-facts.md)."""
SLEEVE_S = 4.0
"""To step up and push the sleeve back (a guess)."""


class Scene:
    """The window before a real door; `touch` counts what the guard touches, and lets its time pass."""

    def __init__(self, bench: Bench, door: Door) -> None:
        self.bench, self.door, self.touches = bench, door, 0
        bench.kiosk.desk = cast("Any", door.desk)
        bench.kiosk.clock = cast("Any", door.clock)
        bench.app._case._clock = door.clock
        bench.app._deadline = Deadline(bench.app._case, door.clock.monotonic)

    @property
    def screen(self) -> Any:  # noqa: ANN401 - each screen has methods of its own
        """The screen that is shown."""
        return self.bench.app.screen

    def touch(self, words: str) -> None:
        """Touch the button with these words as a finger does."""
        from tests.screens.window import settle, tap

        settle()
        tap(next(widget for widget in self.screen.walk() if getattr(widget, "content", "") == words))
        self.touches += 1
        self.door.clock.go_on(seconds=TOUCH_S)
        self.bench.kiosk.work()

    def opens_lane(self) -> None:
        """Sign in and go to the lane, as a guard does."""
        self.bench.app.acts.sign_in(GUARD.id, PIN)
        self.bench.kiosk.work()
        self.bench.app.acts.open_item("lane")
        self.bench.kiosk.work()
        assert self.bench.app.shown_name is Panel.GUARD_LANE

    def records(self, value: str) -> None:
        """Measure the one on top: the sleeve, the thermometer, two touches."""
        self.door.clock.go_on(seconds=SLEEVE_S + MEASURING_S)
        self.touch(value)
        self.touch(self.bench.app.texts.t("lane.record", celsius=value, label=self.screen.label))


@pytest.fixture
def scene(bench: Bench, tmp_path: Path) -> Iterator[Scene]:
    """The window before kiosk B in the cold."""
    door = Door(tmp_path, by=make.policy(screening=make.screening(limits=_LIMITS)))
    yield Scene(bench, door)
    door.close()


def _comes(door: Door) -> None:
    """Let a visitor come as far as a cold kiosk leads."""
    door.reads(door.to_measuring(door.books()), 3640, ambient_cc=1100)


def test_four_visitors_a_minute_pass_with_two_touches_each(scene: Scene) -> None:
    """Of the guard's minute: step up, measure, two touches. What the kiosk does meanwhile costs the guard nothing.

    The touches are counted on the real window; their time is assumed above, on the slow side, and told to the clock.
    """
    for _ in range(4):
        _comes(scene.door)
    scene.opens_lane()
    began = scene.door.clock.monotonic()
    for value in ("36.4", "36.5", "35.9", "36.4"):
        scene.records(value)
    assert scene.touches == 8
    assert scene.door.clock.monotonic() - began <= 60
    counted = scene.door.counted()
    assert (counted["admitted"], counted["signed_in"], counted["signed_out"]) == (4, 1, 0)
    assert [body["reading"]["value_cc"] for body in scene.door.bodies("reading")[4:]] == [3640, 3650, 3590, 3640]


def test_at_the_kiosks_own_window_visitor_and_guard_take_turns(scene: Scene) -> None:
    """Questions, then at once the guard's screen for that visitor, then their number; the next code is read from it."""
    app, door = scene.bench.app, scene.door
    scene.opens_lane()
    scene.touch(app.texts.t("lane.next"))
    assert app.shown_name is Face.IDLE
    scene.touches = 0
    for number in ("B001", "B002", "B003"):
        app.codes.seen([door.books()])
        scene.bench.kiosk.work()
        app.acts.confirm()
        scene.bench.kiosk.work()
        app.acts.declare(())
        scene.bench.kiosk.work()
        assert app.shown_name is Panel.GUARD_LANE
        scene.records("36.6")
        assert (app.shown_name, app.view.number) == (Face.ADMITTED, number)
    assert scene.touches == 6
    assert door.counted()["signed_in"] == 1


def test_a_lane_that_nobody_touches_leaves_the_door_free(scene: Scene) -> None:
    """The window goes back to the visitors; only the lane stays open, and that not for long."""
    app, door = scene.bench.app, scene.door
    scene.opens_lane()
    door.clock.go_on(seconds=TIMEOUTS_S[Panel.GUARD_LANE] + 1)
    app._tick(0)
    scene.bench.kiosk.work()
    assert app.shown_name is Face.IDLE
    assert door.desk.guarding.board() is None
    visit_id = door.to_questions(door.books())
    app.show_view(View(Face.DECLARATION, visit_id))
    scene.bench.kiosk.work()
    app.acts.declare(())
    scene.bench.kiosk.work()
    assert app.shown_name is Panel.GUARD_LANE
    door.clock.go_on(seconds=lane.OPEN_S + 1)
    scene.touch("36.6")
    app.screen.on_record()
    scene.bench.kiosk.work()
    assert app.shown_name is Face.IDLE
    assert door.visit(visit_id).step is Step.GUARD


def test_a_lane_that_closed_in_between_shows_the_visitors_wait(bench: Bench) -> None:
    """Fail closed: the visit waits for a guard like any other."""
    bench.desk.answers["view"] = None
    bench.show(View(Face.GUARD, VISIT, number="2CDA", to_lane=True))
    assert (bench.app.shown_name, bench.app.screen.number) == (Face.GUARD, "编号 2CDA")


def test_a_value_is_never_recorded_for_another_than_it_was_touched_for(bench: Bench) -> None:
    """Whoever joins the lane does not move under the finger; with another visitor the value is gone."""
    open_panel(bench, Panel.GUARD_LANE)
    screen = bench.app.screen
    screen.value = "36.4"
    screen.renew(replace(LANE, waiting=(ROWS[3], *ROWS[:3])))
    assert (screen.chosen, screen.value) == (VISIT, "36.4")
    screen.renew(replace(LANE, waiting=ROWS[1:]))
    assert (screen.chosen, screen.value, screen.can_record) == (ROWS[1].visit_id, "", False)


def test_who_stands_at_the_kiosk_comes_before_who_waits_longer(bench: Bench) -> None:
    """The guard measures whoever stands there."""
    bench.desk.answers["view"] = LANE
    bench.show(View(Face.GUARD, ROWS[2].visit_id, to_lane=True))
    assert (bench.app.shown_name, bench.app.screen.label) == (Panel.GUARD_LANE, "RB02")


def test_the_lane_follows_who_comes(bench: Bench) -> None:
    """On the station nobody touches anything for that."""
    open_panel(bench, Panel.GUARD_LANE)
    bench.desk.answers["view"] = replace(LANE, waiting=ROWS[:1], last=None)
    bench.app.pulse.ask_live()
    bench.kiosk.work()
    assert len(bench.app.screen.ids.queue.children) == 1


def test_another_value_is_typed_and_leads_back_to_the_lane(bench: Bench) -> None:
    """Also without one."""
    open_panel(bench, Panel.GUARD_LANE)
    bench.app.screen.on_other()
    bench.kiosk.work()
    assert bench.app.shown_name is Panel.GUARD_READING
    for digit in "378":
        bench.app.screen.on_key(digit)
    bench.desk.answers["measure"] = LANE
    bench.app.screen.on_save()
    bench.kiosk.work()
    assert bench.app.shown_name is Panel.GUARD_LANE
    assert bench.desk.asked("measure") == [("measure", VISIT, "wrist:37.8")]
    bench.app.screen.on_other()
    bench.kiosk.work()
    bench.app.screen.on_cancel()
    bench.kiosk.work()
    assert bench.app.shown_name is Panel.GUARD_LANE


def test_with_nobody_waiting_no_touch_does_anything(bench: Bench) -> None:
    """Neither a value nor a record nor the pad."""
    open_panel(bench, Panel.GUARD_LANE)
    screen = bench.app.screen
    screen.present(replace(LANE, waiting=()))
    screen.ids.grid.children[0].dispatch("on_release")
    screen.on_record()
    screen.on_other()
    assert (screen.value, bench.kiosk.jobs, bench.app.shown_name) == ("", [], Panel.GUARD_LANE)


def test_on_the_station_the_lane_stays_between_two_visitors_and_then_locks(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There it is nobody's door; the lock is the same as on the guard's other screens."""
    kiosk = KioskSettings.model_construct(role="guard", timeouts=TimeoutSettings())  # pyright: ignore[reportCallIssue]
    assert _timeouts(kiosk)[Panel.GUARD_LANE] == lane.OPEN_S
    kiosk = KioskSettings.model_construct(role="visitor", timeouts=TimeoutSettings())  # pyright: ignore[reportCallIssue]
    assert _timeouts(kiosk)[Panel.GUARD_LANE] == TimeoutSettings().guard_s  # pyright: ignore[reportCallIssue]
    open_panel(bench, Panel.GUARD_LANE)
    first = bench.app._case._first_stage
    monkeypatch.setattr(
        bench.app._case, "_first_stage", replace(first, settings=replace(first.settings, is_station=True))
    )
    bench.wait(TIMEOUTS_S[Panel.GUARD_LANE] + 1)
    assert bench.desk.asked("sign_out")
    assert not bench.desk.asked("give")


def test_a_double_touch_on_correct_does_not_leave_it_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The value that follows would go to the next visitor, unmeasured."""
    open_panel(bench, Panel.GUARD_LANE)
    screen = bench.app.screen
    monkeypatch.setattr(guard_lane, "DEAF_S", 3600.0)
    screen.on_correct()
    screen.on_correct()
    assert (screen.is_correcting, screen.chosen) == (True, LAST)
    monkeypatch.setattr(guard_lane, "DEAF_S", 0.0)
    screen.on_correct()
    assert not screen.is_correcting


def test_a_wrong_touch_is_corrected_to_a_value_that_has_no_button(bench: Bench) -> None:
    """By the pad, as a correction and not as a reading."""
    open_panel(bench, Panel.GUARD_LANE)
    bench.app.screen.on_correct()
    bench.app.screen.on_other()
    bench.kiosk.work()
    assert bench.app.shown_name is Panel.GUARD_READING
    for digit in "378":
        bench.app.screen.on_key(digit)
    bench.desk.answers["correct"] = LANE
    bench.app.screen.on_save()
    bench.kiosk.work()
    assert bench.desk.asked("measure") == []
    assert [call[:3] for call in bench.desk.asked("correct")] == [("correct", LAST, "wrist:37.8")]
