"""A kiosk that starts with a wrong clock beside a right server: nothing is forgotten, nothing is given twice."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from demo.clock import SimulatedClock
from kiosk.domain.entry import EntryKind
from kiosk.services.views import Face
from tests.e2e.city import let_in, scan

if TYPE_CHECKING:
    from kiosk.bootstrap import Kiosk
    from tests.e2e.city import City


def works(kiosk: Kiosk, city: City) -> None:
    """Do what its threads do by themselves in the first seconds."""
    city.tell("A")
    kiosk.call(kiosk.real_desk.day.turn)
    kiosk.retention.step()
    kiosk.call(kiosk.look_after)
    city.tell("A")


@pytest.mark.parametrize("days", [1, 32, 365, -365])
def test_a_start_with_a_wrong_clock_opens_no_door_twice(city: City, days: int) -> None:
    """Day and month swapped by hand is enough: seen in a trial, all bodies erased and B001 given again."""
    kiosk = city.kiosk("A")
    works(kiosk, city)
    code = city.book().code_text
    first = let_in(kiosk, code)
    works(kiosk, city)
    city.switch_off("A")
    kiosk = city.switch_on("A", clock=SimulatedClock(city.clock.now() + timedelta(days=days)))
    works(kiosk, city)
    assert scan(kiosk, city.book().code_text).face is Face.GUARD
    assert ("clock", False) in kiosk.real_desk.health.all_devices()
    works(kiosk, city)
    city.switch_off("A")
    kiosk = city.switch_on("A")
    works(kiosk, city)
    assert ("clock", True) in kiosk.real_desk.health.all_devices() or "clock" not in kiosk.real_desk.health.devices
    shown = scan(kiosk, code)
    assert shown.refusal is not None
    assert shown.refusal.reason == "already_arrived"
    assert let_in(kiosk, city.book().code_text).number != first.number
    entries = city.stored("A")
    assert [entry for entry in entries if entry.kind is EntryKind.ERASED] == []
    assert kiosk.log.rebuild()
