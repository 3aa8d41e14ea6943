"""The guard's page of devices on a real kiosk: it says what `check` says, asked on the thermometer's own thread."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from central.site_documents import DocumentKind
from demo.world import GUARD_ID, PIN
from kiosk.check import check
from kiosk.config import load
from kiosk.device_lines import clock_line
from kiosk.domain.ids import GuardId
from kiosk.domain.policy import BodySite, Instrument
from kiosk.services.device_views import DevicesView
from tests.e2e.city import CONFIG, HERE, City

if TYPE_CHECKING:
    from pathlib import Path

    from kiosk.bootstrap import Kiosk


def asked(kiosk: Kiosk) -> DevicesView:
    """Sign in, and ask the devices as the window does: begun on the worker, done beside it."""
    kiosk.call(lambda: kiosk.desk.guarding.sign_in(GuardId(GUARD_ID), PIN))
    work = kiosk.call(kiosk.desk.guarding.duty.begin_devices)
    assert callable(work)
    found = kiosk.submit_slow(work).result(timeout=30)
    assert isinstance(found, DevicesView)
    return found


def test_the_guards_page_says_of_the_thermometer_what_check_says(city: City) -> None:
    """Word for word; what is watched all the time stands beside it."""
    kiosk = city.kiosk("A")
    city.tell("A")
    lines = {line.name: line for line in asked(kiosk).lines}
    assert set(lines) == {"thermometer", "clock", "by_hand", "reference"}
    out = io.StringIO()
    check(kiosk.settings.folder / "kiosk.toml", out)
    assert f"ok   thermometer: {lines['thermometer'].words}" in out.getvalue().splitlines()
    assert ("log", True) in asked(kiosk).others


def test_the_clock_is_named_and_how_far_it_is_off() -> None:
    """Nobody at the door can see it otherwise: the bar shows the hour only."""
    assert clock_line(None).is_well
    assert clock_line(-90_000).is_well
    behind, ahead = clock_line(366 * 24 * 3_600_000), clock_line(-3 * 3_600_000 - 5)
    assert (behind.is_well, ahead.is_well) == (False, False)
    assert behind.words.startswith("366 days, 0:00:00 behind the server's")
    assert ahead.words.startswith("3:00:00 ahead of the server's")


def test_an_ended_calibration_of_the_servers_policy_is_not_well(city: City) -> None:
    """The page follows the policy in force."""
    kiosk = city.kiosk("A")
    policy = replace(kiosk.settings.policy, instruments=(Instrument("HW-2", (BodySite.FOREHEAD,), date(2020, 1, 1)),))
    city.server.desk.catalogue.put_document(HERE, DocumentKind.POLICY, policy)
    city.tell("A")
    by_hand = next(line for line in asked(kiosk).lines if line.name == "by_hand")
    assert not by_hand.is_well
    assert "HW-2 (forehead) ENDED 2020-01-01" in by_hand.words


def test_without_a_guard_no_device_is_asked(city: City) -> None:
    """And in training there is none to ask."""
    kiosk = city.kiosk("A")
    city.tell("A")
    assert kiosk.call(kiosk.desk.guarding.duty.begin_devices) is None
    asked(kiosk)
    kiosk.call(kiosk.begin_training)
    assert asked(kiosk).lines == ()


def test_check_says_which_policy_counts_and_finds_what_nobody_offers(city: City) -> None:
    """The server's comes before the file; a misspelt service in the file would be served on, and nobody knew why."""
    city.kiosk("A")
    city.tell("A")
    folder = city.folder / "config-A"
    folder.mkdir()
    key = str(city.folder / "keys" / "A.key")
    for path in CONFIG.glob("*.toml"):
        text = path.read_text(encoding="utf-8").replace("~/.config/vb-kiosk/log.key", key)
        (folder / path.name).write_text(text, encoding="utf-8")
    policy = folder / "policy.toml"
    first = _policy_line(city, folder)
    assert first.startswith("ok   policy: ")
    assert first.endswith(", version 1, of policy.toml")
    own = policy.read_text(encoding="utf-8")
    for named, expected in (
        ("licence_rennewal", "FAIL policy: own"),
        ("transfer", "ok   policy: own"),
    ):
        policy.write_text(own.replace("suspended_services = []", f'suspended_services = ["{named}"]'), encoding="utf-8")
        line = _policy_line(city, folder)
        assert (line.startswith(expected), named in line) == (True, True), line
    sent = replace(load(CONFIG / "kiosk.toml").policy, id="of the city", version=7, suspended_services=())
    city.server.desk.catalogue.put_document(HERE, DocumentKind.POLICY, sent)
    city.tell("A")
    assert _policy_line(city, folder) == "ok   policy: of the city, version 7, from the server"


def _policy_line(city: City, folder: Path) -> str:
    out = io.StringIO()
    check(folder / "kiosk.toml", out, city.data("A"))
    return next(line for line in out.getvalue().splitlines() if " policy: " in line)
