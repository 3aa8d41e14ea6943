"""The guards' thermometers on the screens: chosen before the pad and the lane, named there, and changed from there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from kiosk.screens.catalog import Panel
from kiosk.services.views import Face, View
from tests.screens.samples import BOARD, DETAIL, VISIT
from tests.screens.samples_cases import CASE, PLACED
from tests.screens.samples_guard import EAR, ENDED_CHOSEN, GUN, GUN_CHOSEN, INSTRUMENTS
from tests.screens.samples_lane import LANE
from tests.screens.showing import open_panel

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.domain.ids import CaseId
    from tests.screens.fake_kiosk import Bench


def test_of_several_thermometers_one_is_chosen_before_the_pad_opens(bench: Bench) -> None:
    """Then the pad says which one, and shows where that one measures."""
    bench.desk.answers |= {"detail": DETAIL, "instruments": INSTRUMENTS}
    bench.app.acts.open_reading(VISIT, None)
    bench.kiosk.work()
    assert bench.app.shown_name is Panel.GUARD_CHOICE
    assert [option.value for option in bench.app.screen.choice.options] == ["YT-20381", "HW-117", "YT-20380"]
    bench.desk.answers["instruments"] = GUN_CHOSEN
    bench.app.screen.on_chosen("HW-117")
    bench.kiosk.work()
    assert bench.desk.asked("choose_instrument") == [("choose_instrument", "HW-117")]
    pad = bench.app.screen
    assert bench.app.shown_name is Panel.GUARD_READING
    assert tuple(chip.value for chip in reversed(pad.ids.sites.children)) == ("forehead", "wrist", "neck")
    assert "HW-117" in pad.instrument_text


@pytest.mark.parametrize(
    ("begin", "page", "panel"),
    [
        (lambda acts: acts.open_reading(VISIT, None), "detail", Panel.GUARD_VISIT),
        (lambda acts: acts.open_reading(VISIT, CASE), "case", Panel.GUARD_CASE),
        (lambda acts: acts.open_lane(), "board", Panel.GUARD_BOARD),
    ],
)
def test_back_from_the_thermometers_leads_to_what_was_to_be_measured(
    bench: Bench, begin: Callable[[Any], None], page: str, panel: Panel
) -> None:
    """Of the lane, to the overview: the lane would ask the same again."""
    bench.desk.answers |= {"detail": DETAIL, "case": PLACED, "board": BOARD, "instruments": INSTRUMENTS}
    bench.desk.answers["view"] = replace(LANE, instruments=INSTRUMENTS)
    begin(bench.app.acts)
    bench.kiosk.work()
    assert bench.app.shown_name is Panel.GUARD_CHOICE
    bench.app.screen.on_cancel()
    bench.kiosk.work()
    assert bench.app.shown_name is panel
    assert bench.desk.asked(page)


@pytest.mark.parametrize("case_id", [None, CASE])
def test_another_thermometer_is_chosen_from_the_pad(bench: Bench, case_id: CaseId | None) -> None:
    """The pad then begins anew: what was typed was another one's."""
    bench.desk.answers |= {"detail": DETAIL, "case": PLACED, "instruments": GUN_CHOSEN}
    bench.app.acts.open_reading(VISIT, case_id)
    bench.kiosk.work()
    pad = bench.app.screen
    for digit in "368":
        pad.on_key(digit)
    pad.on_change()
    bench.kiosk.work()
    assert bench.app.shown_name is Panel.GUARD_CHOICE
    bench.desk.answers["instruments"] = ENDED_CHOSEN
    bench.app.screen.on_chosen("YT-20380")
    bench.kiosk.work()
    assert bench.app.shown_name is Panel.GUARD_READING
    assert (pad.digits, pad.site, pad.can_save, pad.case_id) == ("", "axilla", False, case_id)
    assert "2020-02-29" in pad.instrument_text


def test_a_choice_that_failed_shows_what_the_kiosk_says(bench: Bench) -> None:
    """Out of order, and no pad."""
    bench.desk.answers |= {"detail": DETAIL, "instruments": INSTRUMENTS}
    bench.desk.answers["choose_instrument"] = View(Face.OUT_OF_ORDER, facts={"code": "store_full", "kiosk": "B"})
    bench.app.acts.open_reading(VISIT, None)
    bench.kiosk.work()
    bench.app.screen.on_chosen("HW-117")
    bench.kiosk.work()
    assert bench.app.shown_name is Face.OUT_OF_ORDER


def test_without_a_guard_no_thermometer_is_asked_for(bench: Bench) -> None:
    """The idle screen comes."""
    bench.desk.answers |= {"instruments": None, "detail": DETAIL}
    bench.app.acts.open_reading(VISIT, None)
    bench.kiosk.work()
    assert bench.app.shown_name is Face.IDLE
    bench.app.acts.change_instrument(VISIT, None, is_in_lane=False)
    bench.kiosk.work()
    assert bench.app.shown_name is Face.IDLE


def test_the_lane_names_the_thermometer_and_measures_where_it_is_made_for(bench: Bench) -> None:
    """One for armpit and ear has no quick values: they are the wrist's and the neck's; the pad takes it."""
    open_panel(bench, Panel.GUARD_LANE)
    screen = bench.app.screen
    screen.present(replace(LANE, instruments=GUN_CHOSEN))
    assert screen.heading.endswith("HW-117")
    assert screen.sites == ["wrist", "neck"]
    screen.present(replace(LANE, instruments=replace(INSTRUMENTS, chosen=EAR)))
    screen.ids.grid.children[0].dispatch("on_release")
    assert (screen.value, screen.can_record, screen.how) == ("", False, bench.app.texts.t("lane.not_for_it"))
    bench.desk.answers["instruments"] = replace(INSTRUMENTS, chosen=EAR)
    screen.on_other()
    bench.kiosk.work()
    assert bench.app.screen.sites == ["axilla", "ear", "oral"]
    bench.app.screen.on_change()
    bench.kiosk.work()
    assert bench.app.shown_name is Panel.GUARD_CHOICE
    bench.desk.answers["view"] = replace(LANE, instruments=GUN_CHOSEN)
    bench.app.screen.on_chosen("HW-117")
    bench.kiosk.work()
    assert bench.app.shown_name is Panel.GUARD_LANE


def test_a_lane_of_one_place_goes_there_by_itself(bench: Bench) -> None:
    """A thermometer for the neck alone."""
    open_panel(bench, Panel.GUARD_LANE)
    only_neck = replace(GUN, sites=("forehead", "neck"))
    bench.app.screen.present(replace(LANE, instruments=replace(INSTRUMENTS, chosen=only_neck)))
    assert (bench.app.screen.site, bench.app.screen.sites) == ("neck", ["neck"])
