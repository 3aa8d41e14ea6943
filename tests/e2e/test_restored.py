"""Disks and servers that come back from the past, twins, wrong clocks: the right finding, and no entry is lost."""

from __future__ import annotations

import io
import shutil
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import responses

from demo.world import HERE
from kiosk.adapters.log_reader import LogReader
from kiosk.check import check
from kiosk.domain.entry import GENESIS
from kiosk.enrolment import LOG_FILE, data_key, deliver, enrol
from kiosk.errors import StoreError, StoreForked
from kiosk.protocol.messages import PROTOCOL_HEADER
from kiosk.services.link import LinkTrouble
from kiosk.services.views import Face
from tests.e2e.city import City, let_in, measure, scan, to_measuring
from tests.e2e.test_keeping import config, log

if TYPE_CHECKING:
    from datetime import datetime

    from kiosk.bootstrap import Kiosk
    from kiosk.domain.entry import Entry
    from kiosk.ports import Clock

__all__ = ["config"]  # a fixture


class Shifted:
    """A clock that somebody set wrong."""

    def __init__(self, true: Clock, by: timedelta) -> None:
        self._true = true
        self._by = by

    def now(self) -> datetime:
        """Return the wrong time."""
        return self._true.now() + self._by

    def monotonic(self) -> float:
        """Return seconds, which nobody can set."""
        return self._true.monotonic()


def findings(city: City) -> set[str]:
    """Return the kinds of the open findings."""
    return {finding.kind.value for finding in city.server.desk.findings.of_site(HERE)}


def log_of(city: City, letter: str) -> list[Entry]:
    """Return a kiosk's own log."""
    reader = LogReader(city.data(letter) / LOG_FILE, data_key(city.settings(letter), city.data(letter)))
    try:
        return list(reader.entries())
    finally:
        reader.close()


def image(city: City, letter: str) -> Path:
    """Return a copy of a kiosk's disk, taken while it is off."""
    copy = city.folder / f"image-{letter}"
    shutil.copytree(city.data(letter), copy)
    return copy


def put_back(city: City, letter: str, copy: Path) -> None:
    """Put a copied disk into the kiosk."""
    shutil.rmtree(city.data(letter))
    shutil.copytree(copy, city.data(letter))


def copied(city: City) -> Path:
    """Return a copy of the server's data folder, taken while it is stopped."""
    copy = city.folder / "backup"
    city.server_goes_away()
    shutil.copytree(city.folder / "central", copy)
    city.server_comes_back()
    return copy


def restored(city: City, copy: Path) -> None:
    """Let the server go back to a copy of its data folder."""
    city.server_goes_away()
    shutil.rmtree(city.folder / "central")
    shutil.copytree(copy, city.folder / "central")
    city.server_comes_back()


def with_an_old_disk(city: City) -> Kiosk:
    """Return kiosk A, switched on again with the disk as it was two visitors ago."""
    city.kiosk("A")
    city.switch_off("A")
    old = image(city, "A")
    kiosk = city.switch_on("A")
    city.tell("A")
    for name in ("王芳", "李强"):
        let_in(kiosk, city.book(name).code_text)
    city.tell("A")
    city.switch_off("A")
    put_back(city, "A", old)
    return city.switch_on("A")


def test_case_62_an_old_disk_image_is_found_at_the_first_word_with_the_server(city: City) -> None:
    """It admits nobody with numbers that are taken, says whom to call, and goes on so after a restart."""
    kiosk = with_an_old_disk(city)
    before = len(city.stored("A"))
    city.tell("A")
    assert "old_copy" in findings(city)
    shown = scan(kiosk, city.book("赵敏").code_text)
    assert shown.face is Face.OUT_OF_ORDER
    assert shown.facts["code"] == StoreForked.code
    assert kiosk.call(kiosk.desk.rest_screen).face is Face.OUT_OF_ORDER
    city.switch_off("A")
    again = city.switch_on("A")
    assert again.call(again.desk.rest_screen).face is Face.OUT_OF_ORDER
    assert len(city.stored("A")) == before


def test_what_an_old_disk_recorded_before_it_was_found_is_kept_on_the_server(city: City) -> None:
    """With the server away it cannot know; its entries are facts, kept aside under the numbers they took."""
    kiosk = with_an_old_disk(city)
    city.server_goes_away()
    for name in ("孙丽", "周杰", "吴刚", "郑爽"):
        # A code signed beforehand would do as well; what matters is that entries are made.
        kiosk.call(lambda name=name: kiosk.desk.note_device(f"lamp-{len(name)}", "ok"))
    mine = log_of(city, "A")
    city.server_comes_back()
    city.tell("A")
    assert {"old_copy", "fork"} & findings(city)
    held = {entry.hash for entry in city.stored("A")}
    aside = {row.hash for row in city.server.desk.intake.forks(HERE)}
    assert {entry.hash for entry in mine} <= held | aside
    assert scan(kiosk, "anything").face is Face.OUT_OF_ORDER


def test_a_kiosk_is_set_up_anew_after_a_fork_with_another_epoch(city: City) -> None:
    """The old log is put aside, whole; the new one starts at 1 and the door goes on."""
    with_an_old_disk(city)
    city.tell("A")
    city.switch_off("A")
    code = city.server.desk.fleet.enrolment_code(HERE, "door-A").code
    identity = enrol(city.settings("A"), city.data("A"), code)
    assert identity.epoch == 2
    kiosk = city.switch_on("A")
    city.tell("A")
    assert let_in(kiosk, city.book("赵敏").code_text).face is Face.ADMITTED
    city.tell("A")
    assert [entry.epoch for entry in city.stored("A")[:1]] == [2]
    assert (city.data("A") / "log-epoch-1.db").is_file()


def test_two_kiosks_with_one_identity_are_found(city: City) -> None:
    """A cloned disk: the second to speak is stopped, and nothing that either recorded is lost."""
    first = city.kiosk("A")
    city.tell("A")
    city.switch_off("A")
    shutil.copytree(city.data("A"), city.folder / "twin")
    first = city.switch_on("A")
    twin = city.switch_on("A", data=city.folder / "twin")
    city.kiosks = {"A": first, "twin": twin}
    first.refresher.step()
    let_in(first, city.book("王芳").code_text)
    twin.call(lambda: twin.desk.note_device("lamp", "ok"))
    city.tell("A")
    twin.drain()
    assert {"fork", "old_copy"} & findings(city)
    assert scan(twin, "anything").face is Face.OUT_OF_ORDER
    assert let_in(first, city.book("李强").code_text).face is Face.ADMITTED


def test_a_server_restored_from_a_backup_gets_again_what_it_lost(city: City) -> None:
    """Asked from its own last number; a finding says so, and every entry is there once."""
    kiosk = city.kiosk("A")
    city.tell("A")
    let_in(kiosk, city.book("王芳").code_text)
    city.tell("A")
    backup = copied(city)
    let_in(kiosk, city.book("李强").code_text)
    city.tell("A")
    assert kiosk.log.acknowledged() == kiosk.log.last()[0]
    restored(city, backup)
    held = len(city.stored("A"))
    assert held < kiosk.log.last()[0]
    kiosk.call(lambda: kiosk.desk.note_device("lamp", "ok"))
    city.tell("A")
    assert "server_behind" in findings(city)
    assert [entry.hash for entry in city.stored("A")] == [entry.hash for entry in log_of(city, "A")]
    assert kiosk.call(kiosk.desk.rest_screen).face is Face.IDLE


def with_newer_token(city: City) -> Path:
    """Return a copy of the server from before kiosk A renewed its token and recorded more."""
    kiosk = city.kiosk("A")
    city.tell("A")
    copy = copied(city)
    city.clock.advance(30 * 86400)
    city.tell("A")
    kiosk.call(lambda: kiosk.desk.note_device("lamp", "ok"))
    city.tell("A")
    assert kiosk.log.acknowledged() == kiosk.log.last()[0] > 1
    return copy


@pytest.mark.parametrize("is_restarted", [False, True])
def test_a_server_restored_from_before_a_token_was_renewed_gets_again_what_it_lost(
    city: City, is_restarted: bool
) -> None:
    """It does not know the token in use; the one before opens it, and the next renewal is its own again."""
    copy = with_newer_token(city)
    if is_restarted:
        city.switch_off("A")
    restored(city, copy)
    kiosk = city.switch_on("A") if is_restarted else city.kiosks["A"]
    kiosk.call(lambda: kiosk.desk.note_device("lamp", "fault"))
    city.tell("A")
    assert kiosk.desk.health.link.trouble is LinkTrouble.NONE
    assert [entry.hash for entry in city.stored("A")] == [entry.hash for entry in log_of(city, "A")]
    city.clock.advance(3600)
    city.tell("A")
    kept = kiosk.log.identity
    assert kept is not None
    assert city.server.desk.tokens.identify(kept.token).is_active


def test_what_a_restored_server_lacks_is_told_by_a_stopped_kiosk_too(city: City, config: Path) -> None:
    """Neither `verify` nor `check` calls a kiosk unknown whose token is only newer than the server."""
    copy = with_newer_token(city)
    city.switch_off("A")
    restored(city, copy)
    code, (told,) = log(config, "verify", "--server", data=city.data("A"))
    assert (code, told["why"], told["server_holds"] < told["acknowledged"]) == (1, "", True)
    out = io.StringIO()
    check(config, out, city.data("A"))
    assert "ok   access" in out.getvalue()


def test_a_kiosk_set_up_anew_within_the_day_goes_on_where_it_was(city: City) -> None:
    """Nobody comes in by the same code again, no two people hold the same number, and all are counted."""
    kiosk = city.kiosk("A")
    city.tell("A")
    before = city.book("王芳").code_text
    city.tell("A")
    assert let_in(kiosk, before).number == "A001"
    city.tell("A")
    city.switch_off("A")
    kiosk = city.kiosk("A")
    city.tell("A")
    assert kiosk.identity.epoch == 2
    assert scan(kiosk, before).face is Face.REFUSED
    assert let_in(kiosk, city.book("李强").code_text).number == "A002"
    assert kiosk.call(kiosk.desk.idle_facts).inside == 2


def test_setting_up_anew_first_sends_what_a_restored_server_lost(city: City) -> None:
    """Acknowledged is not held: the entries since the backup are nowhere else once the log is put aside."""
    copy = with_newer_token(city)
    who = city.kiosks["A"].identity
    city.switch_off("A")
    before = [entry.hash for entry in log_of(city, "A")]
    restored(city, copy)
    enrol(city.settings("A"), city.data("A"), city.server.desk.fleet.enrolment_code(HERE, "door-A").code)
    stored = city.server.desk.intake.entries(who.site_id, who.kiosk_id, who.epoch)
    assert [entry.hash for entry in stored] == before


def test_setting_up_anew_is_refused_by_a_server_that_cannot_say_what_it_holds(city: City) -> None:
    """It knows no token of this kiosk, so everything in the log counts as unsent, acknowledged or not."""
    copy = copied(city)
    kiosk = city.kiosk("A")
    city.tell("A")
    city.switch_off("A")
    deliver(city.settings("A"), city.data("A"), data_key(city.settings("A"), city.data("A")))
    restored(city, copy)
    city.server.desk.fleet.put_kiosk(HERE, "door-A", "A")
    code = city.server.desk.fleet.enrolment_code(HERE, "door-A").code
    with pytest.raises(StoreError, match=r"unsent.*log export"):
        enrol(city.settings("A"), city.data("A"), code)
    assert log_of(city, "A")[0].epoch == kiosk.identity.epoch


@pytest.mark.parametrize("hours", [-1, -3, 24])
def test_case_60_a_clock_that_is_set_is_found_and_everything_arrives(city: City, hours: int) -> None:
    """An hour or three back, a day forward: a fact with a wrong time is still a fact, and marked."""
    city.kiosk("A")
    city.tell("A")
    city.switch_off("A")
    kiosk = city.switch_on("A", clock=Shifted(city.clock, timedelta(hours=hours)))
    kiosk.call(lambda: kiosk.desk.note_device("lamp", "ok"))
    city.tell("A")
    assert "clock_skew" in findings(city)
    assert [entry.hash for entry in city.stored("A")] == [entry.hash for entry in log_of(city, "A")]


def test_setting_up_anew_is_refused_while_entries_are_unsent(city: City) -> None:
    """It names how many, and offers the export; nothing is touched."""
    kiosk = city.kiosk("A")
    city.tell("A")
    kiosk.call(lambda: kiosk.desk.note_device("lamp", "ok"))
    city.switch_off("A")
    before = [entry.hash for entry in log_of(city, "A")]
    code = city.server.desk.fleet.enrolment_code(HERE, "door-A").code
    city.server_goes_away()
    with pytest.raises(StoreError, match=r"unsent.*log export"):
        enrol(city.settings("A"), city.data("A"), code)
    city.server_comes_back()
    assert [entry.hash for entry in log_of(city, "A")] == before


def test_setting_up_anew_sends_first_what_an_orderly_stop_left(city: City) -> None:
    """The word that it was stopped is never sent by the kiosk that stops; nobody has to export it by hand."""
    kiosk = city.kiosk("A")
    city.tell("A")
    kiosk.call(lambda: kiosk.desk.note_device("lamp", "ok"))
    who = kiosk.identity
    city.switch_off("A")
    before = [entry.hash for entry in log_of(city, "A")]
    enrol(city.settings("A"), city.data("A"), city.server.desk.fleet.enrolment_code(HERE, "door-A").code)
    stored = city.server.desk.intake.entries(who.site_id, who.kiosk_id, who.epoch)
    assert [entry.hash for entry in stored] == before
    assert log_of(city, "A") == []


@pytest.mark.parametrize(("epoch", "high_seq"), [(2, 500), (7, 2)])
def test_an_answer_for_another_epoch_takes_no_kiosk_out_of_order(city: City, epoch: int, high_seq: int) -> None:
    """To the question how far the copy goes, which names no entry: nothing changes, and the next answer counts."""
    kiosk = city.kiosk("A")
    answer = {"protocol": 1, "server_time_ms": 1583802000000, "results": [], "epoch": epoch, "high_seq": high_seq}
    with responses.RequestsMock() as net:
        net.post(f"{city.url}/v1/entries", json=answer | {"high_hash": "ab" * 32}, headers={PROTOCOL_HEADER: "1"})
        kiosk.reporter.step()
    assert kiosk.reader.acknowledged() == 0
    kiosk.call(lambda: kiosk.desk.note_device("lamp", "ok"))
    kiosk.drain()
    assert kiosk.reader.acknowledged() == kiosk.reader.last()[0] > 0


@pytest.mark.parametrize("server_time_ms", [-1, 10**30, 2**60, 2**53 - 1, 253402300800000])
def test_a_time_of_the_server_that_is_none_stops_no_act(city: City, server_time_ms: int) -> None:
    """An elevated reading opens a case, at the server's time as far as it is known; an impossible one is not."""
    kiosk = city.kiosk("A")
    city.tell("A")
    visit_id = to_measuring(kiosk, city.book().code_text)
    measured = kiosk.central.clock_offset_ms
    answer = {"protocol": 1, "server_time_ms": server_time_ms, "results": [], "epoch": 1, "high_seq": 0}
    with responses.RequestsMock() as net:
        net.post(f"{city.url}/v1/entries", json=answer | {"high_hash": GENESIS}, headers={PROTOCOL_HEADER: "1"})
        kiosk.reporter.step()
    assert kiosk.central.clock_offset_ms == measured
    assert measure(kiosk, visit_id, 3850).face is not Face.ADMITTED
    kiosk.drain()
    assert {entry.clock_offset_ms for entry in city.stored("A")} <= {None, measured}
    assert len(city.stored("A")) == kiosk.reader.last()[0]
