"""Whatever is held up, plugged out or misconfigured: a clear message, and nothing lost."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any, cast

import pytest
import requests
import segno
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from central.site_documents import DocumentKind
from demo.drawn_camera import WIFI_POSTER, DrawnCamera
from demo.world import HERE
from kiosk.adapters.log_reader import LogReader
from kiosk.domain.booking_code import Claims, issue
from kiosk.domain.entry import EntryKind
from kiosk.domain.ids import BookingId, ServiceId, uuid7
from kiosk.enrolment import LOG_FILE, data_key
from kiosk.errors import StoreDamaged, StoreError
from kiosk.scanner import CameraState, FrameSource, Scanner
from kiosk.services.views import Face, Hint, View
from kiosk.texts import Texts
from tests.central.guard_builders import GuardBrowser
from tests.e2e.city import CONFIG, City, let_in, measure, scan

if TYPE_CHECKING:
    from kiosk.bootstrap import Kiosk

TEXTS = Texts.load(CONFIG)


def reason(view: View) -> str | None:
    """Return the reason that a view shows, once there are words for it in both languages."""
    if view.refusal is None:
        return None
    key = f"refused.{view.refusal.reason}.title"
    assert TEXTS.has(key)
    return view.refusal.reason.value


def entries(kiosk: Kiosk) -> list[str]:
    """Return the kinds of all entries, of a log that verifies."""
    assert kiosk.reader.verify()[2] is None
    return [entry.kind.value for entry in kiosk.reader.entries()]


def scanned(source: str | FrameSource, show: Callable[[], object] = lambda: None) -> list[str]:
    """Return what the real scanner tells of the first frame with a code; `show` is called once it runs."""
    found: list[str] = []
    seen = Event()

    def tell(codes: list[Any]) -> None:
        found.extend(code.text for code in codes)
        seen.set()

    scanner = Scanner(source, tell, lambda _state: None)
    scanner.start()
    try:
        show()
        seen.wait(15)
    finally:
        scanner.stop()
    return found


def seen_by_scanner(*texts: str) -> list[str]:
    """Hold codes up to the drawn camera, and return what the real scanner tells of them."""
    camera = DrawnCamera(5, fps=60)
    if len(texts) == 1:
        return scanned(camera, lambda: camera.show(texts[0]))
    return scanned(camera, lambda: camera.show_many(texts))


def test_a_damaged_code_says_to_try_again_or_type(city: City) -> None:
    """Half a code is read as far as it goes, kept raw, and nobody comes in."""
    kiosk = city.kiosk("A")
    damaged = city.book().code_text[:100]
    texts = seen_by_scanner(damaged)
    assert texts == [damaged]
    assert reason(scan(kiosk, *texts)) == "unreadable_code"
    assert entries(kiosk)[-1] == "refused"


def test_a_foreign_code_is_named_and_leaves_no_trace(city: City) -> None:
    """A Wi-Fi poster behind the visitor."""
    kiosk = city.kiosk("A")
    before = entries(kiosk)
    shown = scan(kiosk, *seen_by_scanner(WIFI_POSTER))
    assert (shown.face, shown.hint) == (Face.IDLE, Hint.NOT_A_BOOKING_CODE)
    assert TEXTS.t(f"hint.{shown.hint}") == "这不是预约码"
    assert entries(kiosk) == before


def test_four_kilobytes_of_random_bytes_do_no_harm(city: City) -> None:
    """Typed by a wedge, or as the largest codes that a QR can hold."""
    kiosk = city.kiosk("A")
    rng = random.Random(3)
    noise = rng.randbytes(4096)
    assert scan(kiosk, noise.decode("latin-1")).face is Face.IDLE
    assert reason(scan(kiosk, "VB1:" + noise.decode("latin-1"))) == "unreadable_code"
    symbol = segno.make(rng.randbytes(2900), error="l", micro=False)
    assert symbol.version == 40
    symbol.save(str(city.folder / "largest.png"), scale=4)
    texts = scanned(str(city.folder / "largest.png"))
    assert len(texts) == 1
    assert scan(kiosk, *texts).hint is Hint.NOT_A_BOOKING_CODE
    good = city.book().code_text
    assert scan(kiosk, good).face is Face.BOOKING
    assert entries(kiosk).count("refused") == 1


def _signed(city: City, key_id: str, key: Ed25519PrivateKey, days: int = 0) -> str:
    start = city.clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=days)
    claims = Claims(
        booking_id=BookingId(uuid7(1, 2)),
        site=HERE,
        service=ServiceId("inspection"),
        slot_start=start,
        slot_end=start + timedelta(hours=1),
        issued_at=start - timedelta(days=30),
        is_green=False,
        key_id=key_id,
    )
    return issue(claims, key)


def test_a_code_of_an_unknown_key_waits_for_the_guard_without_shame(city: City) -> None:
    """It cannot be checked, so a person looks; the screen is the same as for every other wait."""
    kiosk = city.kiosk("A")
    shown = scan(kiosk, _signed(city, "elsewhere", Ed25519PrivateKey.generate()))
    assert reason(shown) == "unknown_key"
    assert shown.looks_to_guard


def test_a_slot_of_last_week_says_which_day(city: City) -> None:
    """Signed by us and true, for another day."""
    kiosk = city.kiosk("A")
    key_id, key = city.server.desk.keyring.signing()
    shown = scan(kiosk, _signed(city, key_id, key, days=-7))
    assert reason(shown) == "wrong_day"
    assert shown.card is not None
    assert shown.card.slot_start.day == 3


def test_two_codes_in_a_frame_are_ambiguous(city: City) -> None:
    """Two phones before one camera: never a guess."""
    kiosk = city.kiosk("A")
    codes = (city.book("甲某").code_text, city.book("乙某").code_text)
    texts = seen_by_scanner(*codes)
    assert set(texts) == set(codes)
    assert reason(scan(kiosk, *texts)) == "ambiguous_code"


def test_without_a_camera_the_state_is_told_and_typing_goes_on(city: City) -> None:
    """The kiosk says so, records it, and still takes numbers."""
    kiosk = city.kiosk("A")
    states: list[CameraState] = []
    seen = Event()

    def tell(state: CameraState) -> None:
        states.append(state)
        seen.set()

    scanner = Scanner("99", lambda _codes: None, tell)
    scanner.start()
    try:
        assert seen.wait(15)
    finally:
        scanner.stop()
    assert states[0] is CameraState.MISSING
    kiosk.set_device("camera", is_well=False, state=states[0].value)
    booking = city.book()
    city.tell("A")
    assert kiosk.call(lambda: kiosk.desk.look_up("booking", booking.number)).face is Face.BOOKING
    assert "device" in entries(kiosk)
    assert TEXTS.has("idle.no_picture")


def test_a_full_disk_stops_admitting_and_goes_on_when_there_is_room(city: City) -> None:
    """A real SQLITE_FULL: out of order with a code, nothing kept by half, and back by itself."""
    kiosk = city.kiosk("A")
    city.tell("A")
    assert let_in(kiosk, city.book("之前").code_text).face is Face.ADMITTED
    before = entries(kiosk)
    connection: Any = kiosk.log._database._connection
    pages = kiosk.call(lambda: connection.pragma("page_count"))
    kiosk.call(lambda: connection.pragma("max_page_count", pages))
    shown = View(Face.IDLE)
    taken = 0
    while shown.face is not Face.OUT_OF_ORDER and taken < 200:
        taken += 1
        shown = scan(kiosk, city.book(f"访客{taken}").code_text)
    assert shown.facts["code"] == "store_full"
    assert TEXTS.has("error.store_full")
    kinds = entries(kiosk)
    assert kinds[: len(before)] == before
    while kiosk.call(kiosk.desk.rest_screen).face is Face.IDLE:  # its entry is small and takes what room is left
        taken += 1
        assert taken < 400
        scan(kiosk, city.book(f"访客{taken}").code_text)
    assert kiosk.call(kiosk.desk.rest_screen).face is Face.OUT_OF_ORDER
    kiosk.call(lambda: connection.pragma("max_page_count", 1_000_000))
    assert kiosk.call(kiosk.desk.rest_screen).face is Face.IDLE
    assert let_in(kiosk, city.book("之后").code_text).face is Face.ADMITTED
    assert kiosk.drain() == 0


def test_a_damaged_log_is_not_opened_as_if_it_were_new(city: City) -> None:
    """A log whose file was overwritten says so; no kiosk starts on it, and the file stays as it is."""
    city.kiosk("A")
    city.switch_off("A")
    path = city.data("A") / "log.db"
    raw = bytearray(path.read_bytes())
    raw[0:4096] = random.Random(1).randbytes(4096)
    path.write_bytes(raw)
    with pytest.raises(StoreDamaged, match="damaged"):
        city.switch_on("A")
    assert path.read_bytes() == bytes(raw)


def test_a_policy_that_gives_no_limit_never_says_normal(city: City) -> None:
    """A site that was not commissioned for this kind of reading: a guard measures."""
    kiosk = city.kiosk("A")
    city.tell("A")
    policy = kiosk.settings.policy
    bare = replace(policy, screening=replace(policy.screening, limits=policy.screening.limits[-1:]))
    city.server.desk.catalogue.put_document(HERE, DocumentKind.POLICY, bare)
    city.tell("A")
    assert let_in(kiosk, city.book().code_text).face is Face.GUARD
    assert EntryKind.ADMITTED.value not in entries(kiosk)


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """Put a disk of 16 MB under `folder`; skip where this machine does not let us."""
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(folder)], check=False)
    if mounted.returncode != 0:
        pytest.skip("a disk can be mounted by root only")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill_up(folder: Path) -> Path:
    """Leave no byte free on the disk of `folder`, and return the file that takes them."""
    ballast = folder / "ballast"
    with suppress(OSError), ballast.open("ab", buffering=0) as file:
        while file.write(bytes(4096)):
            pass
    assert shutil.disk_usage(folder).free == 0
    return ballast


def admit_until_full(kiosk: Kiosk, city: City) -> int:
    """Let visitors in until the kiosk lets nobody in any more; return how many came in."""
    admitted = 0
    while (visit_id := scan(kiosk, city.book("访客").code_text).visit_id) is not None:
        kiosk.call(partial(kiosk.desk.confirm, visit_id))
        kiosk.call(partial(kiosk.desk.declare, visit_id, ()))
        admitted += measure(kiosk, visit_id).face is Face.ADMITTED
        assert admitted < 500
    return admitted


@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("mount") is None, reason="a disk can be mounted by root only")
def test_a_really_full_disk_loses_nothing_also_over_a_restart(city: City) -> None:
    """A disk with no byte left: the log's room ahead, then out of order, also over restarts; then as if nothing was."""
    with small_disk(city.data("A")):
        kiosk = city.kiosk("A")
        assert let_in(kiosk, city.book().code_text).face is Face.ADMITTED
        admitted, ballast = 1, fill_up(city.data("A"))
        for _ in range(2):
            admitted += admit_until_full(kiosk, city)
            kinds = entries(kiosk)
            assert kinds.count("admitted") == admitted
            city.switch_off("A")
            # What closing the log has given back is taken as well, so that nothing is left for the next start.
            fill_up(city.data("A"))
            kiosk = city.switch_on("A")
            assert entries(kiosk)[: len(kinds)] == kinds
        assert admitted > 1
        admitted += admit_until_full(kiosk, city)
        assert kiosk.call(kiosk.desk.rest_screen).facts["code"] == "store_full"
        kinds = entries(kiosk)
        ballast.unlink()
        assert kiosk.call(kiosk.desk.rest_screen).face is Face.IDLE
        assert let_in(kiosk, city.book("之后").code_text).face is Face.ADMITTED
        city.tell()
        assert [entry.kind.value for entry in city.stored("A")] == entries(kiosk)
        assert entries(kiosk)[: len(kinds)] == kinds
        assert kiosk.call(kiosk.log.rebuild)
        city.switch_off("A")


@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("mount") is None, reason="a disk can be mounted by root only")
def test_a_dead_kiosks_disk_that_nobody_may_write_says_how_it_is_read(city: City, tmp_path: Path) -> None:
    """As somebody who keeps evidence mounts it: the copy that the words ask for is read."""
    disk = tmp_path / "disk"
    with small_disk(disk):
        city.kiosk("A")
        city.switch_off("A")
        shutil.copytree(city.data("A"), disk / "kiosk-A")
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        key = data_key(city.settings("A"), city.data("A"))
        with pytest.raises(StoreError, match="copy the folder to a disk that is, and name the copy"):
            LogReader(disk / "kiosk-A" / LOG_FILE, key)
        shutil.copytree(disk / "kiosk-A", tmp_path / "copied")
        reader = LogReader(tmp_path / "copied" / LOG_FILE, key)
        assert reader.verify()[2] is None
        assert reader.last()[0] > 0
        reader.close()


@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("mount") is None, reason="a disk can be mounted by root only")
def test_a_full_disk_under_the_server_loses_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It says so and to whom it may matter, takes nothing by half, and has everything once there is room again."""
    folder = tmp_path / "city"
    folder.mkdir()
    with small_disk(folder / "central"):
        city = City(folder)
        kiosk = city.kiosk("A")
        codes = [city.book("访客").code_text for _ in range(40)]
        city.tell("A")
        ballast = fill_up(folder / "central")
        for code in codes:
            assert let_in(kiosk, code).face is Face.ADMITTED
            kiosk.drain()
        kept = [entry.kind.value for entry in city.stored("A")]
        assert kept == entries(kiosk)[: len(kept)]
        assert len(kept) < len(entries(kiosk)) - 100
        health = requests.get(f"{city.url}/healthz", timeout=60)
        assert (health.status_code, health.json()["code"]) == (503, "cannot_write")
        assert "SQLITE_FULL" in health.json()["message"]
        said = GuardBrowser(cast("Any", city)).sign_in(("guard-li", "", "836401"))  # a try is counted before it counts
        assert (said.status_code, "没有存下" in said.text) == (503, True)
        assert '<a href="/guard?lang=zh">' in said.text  # the guards' page, whose way back is theirs
        assert "make room on the database's disk" in caplog.text
        assert "Traceback" not in caplog.text
        ballast.unlink()
        assert requests.get(f"{city.url}/healthz", timeout=60).status_code == 200
        city.tell("A")
        assert [entry.kind.value for entry in city.stored("A")] == entries(kiosk)
        assert not city.server.desk.findings.of_site(HERE, is_open=True)
        city.stop()
