"""The composition root: builds a whole kiosk from settings, with or without a window. No Kivy here.

Threads: one worker runs every act and alone writes the log; one thread owns the thermometer; the scanner has its
own; one thread reports, one refreshes and one follows the site, on connections of their own; one looks after alarms
once a second, and lamp and sounder have their own. All are stopped and joined by `stop`.
"""

from __future__ import annotations

import logging
import random
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from kiosk.adapters.actuators import open_alarm
from kiosk.adapters.aside_logs import AsideLogs
from kiosk.adapters.central_client import client_of
from kiosk.adapters.ledger_writer import LedgerWriter
from kiosk.adapters.local_copy import SqliteCopy
from kiosk.adapters.log_reader import LogReader
from kiosk.adapters.log_store import LogStore
from kiosk.adapters.loop import Loop
from kiosk.adapters.on_worker import OnWorker
from kiosk.building import Ground, Parts, build_desk, configured_thermometer, token_roller
from kiosk.device_lines import clock_line, thermometer_line, unasked_lines
from kiosk.domain.entry import EntryKind
from kiosk.domain.screening import NO_DEVICE, Fault
from kiosk.enrolment import COPY_FILE, LOG_FILE, PAPER_FOLDER, data_key, in_use, not_enrolled
from kiosk.errors import DeviceError, KioskError, StoreError, StoreForked, StoreFull
from kiosk.services.duty_desk import Outside
from kiosk.services.health import FAULT, WELL
from kiosk.services.refreshing import Follower, Refresher
from kiosk.services.reporting import Backoff, Reporter
from kiosk.services.retention import Retention
from kiosk.services.views import Face, View
from kiosk.services.watching import STEP_S, URGENT, Calling, Watch
from kiosk.training import TrainingRoom, practised

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.config import Settings
    from kiosk.domain.ids import VisitId
    from kiosk.domain.screening import Reading
    from kiosk.ports import Central
    from kiosk.services.desk import Desk
    from kiosk.services.device_views import DeviceLine

logger = logging.getLogger(__name__)

T = TypeVar("T")


class Kiosk:
    """A whole kiosk: `start`, use `desk` through `call` or `submit`, `stop`."""

    def __init__(self, settings: Settings, data: Path, parts: Parts | None = None) -> None:
        """Open the log and the local copy in `data` and build everything; no thread but the worker runs yet.

        Raises ConfigError or StoreError, also when this kiosk was never enrolled.
        """
        parts = parts or Parts()
        self.settings = settings
        self.clock = parts.clock
        if not (data / LOG_FILE).exists():
            raise not_enrolled(data)
        self._hold = ExitStack()
        self._hold.enter_context(in_use(data))
        key = data_key(settings, data)
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="worker")
        self._measuring = ThreadPoolExecutor(1, thread_name_prefix="thermometer")
        self._slow = ThreadPoolExecutor(1, thread_name_prefix="files")
        self.log = LogStore(data / LOG_FILE, key, self.clock, self._offset_ms, vfs=parts.log_vfs)
        identity = self.log.identity
        if identity is None:
            self.log.close()
            self._hold.close()
            raise not_enrolled(data)
        self.identity = identity
        server = settings.kiosk.server
        self.central: Central = parts.central or client_of(server, identity, self.log.earlier_tokens(), self.clock)
        self.thermometer = parts.thermometer or configured_thermometer(settings, self.clock)
        self.copy = SqliteCopy(data / COPY_FILE, key)
        self.reader = LogReader(data / LOG_FILE, key, vfs=parts.log_vfs)
        self.old_reader, self.day_reader = (LogReader(data / LOG_FILE, key, vfs=parts.log_vfs) for _ in range(2))
        files = LedgerWriter(data / LOG_FILE, key, data / PAPER_FOLDER, settings.kiosk.paper.sticks)
        outside = Outside(self.day_reader, files, lambda: self._ask_devices(data, key))
        ground = Ground(settings, identity, self.clock, self.log, self.copy, outside, self.thermometer, self._offset_ms)
        self.real_desk = build_desk(ground)
        self.room = TrainingRoom(ground, self.real_desk)
        link, roller = self.desk.health.link, token_roller(ground, self.central, self._keep_token)
        on_worker = OnWorker(self.log, self.call)
        self.reporter = Reporter(self.reader, self.central, on_worker, Backoff(random.random), link=link)
        self.refresher = Refresher(self.central, self.copy, self.clock, Backoff(random.random), link, roller)
        self._make_watch(parts, AsideLogs(data, key), files)
        self._make_loops()

    def _make_watch(self, parts: Parts, aside: AsideLogs, files: LedgerWriter) -> None:
        rules, more = self.desk.visits.rules, (aside, files.drop_papers, self._offset_ms)
        self.retention = Retention(self.old_reader, self.log, rules, self.clock, self.call, *more)
        self.alarm = parts.alarm or open_alarm(
            self.settings.kiosk.alarm, lambda ok: self.set_device("alarm", is_well=ok)
        )
        self.watch = Watch(self.desk.visits)
        self.calling = Calling(self.desk.board_maker, self.alarm)

    def _make_loops(self) -> None:
        report, watch = Loop("report", self.reporter.step), Loop("watch", self._watch_once)
        # On a connection of its own: the server holds its answers back.
        follower = Follower(self.central, self.copy, self.clock, Backoff(random.random), watch.wake)
        self._loops = [
            report,
            watch,
            Loop("refresh", self.refresher.step),
            Loop("follow", follower.step),
            Loop("retention", self.retention.step),
        ]

        def stored(kinds: frozenset[EntryKind]) -> None:
            if kinds & URGENT:
                report.wake()
                watch.wake()

        self.log.on_stored = stored

    def _offset_ms(self) -> int | None:
        return self.central.clock_offset_ms

    def _watch_once(self) -> float:
        self.call(self.look_after)
        return STEP_S

    def look_after(self) -> None:
        """Let alarms go on, visits follow their cases, and lamp and sounder say how it stands; on the worker."""
        try:
            self.watch.step()
            self.real_desk.clock_is(self._offset_ms())
            self.room.look_out()
        except StoreError as error:
            self.real_desk.out_of_order(error)
        self.calling.step()

    def _keep_token(self, token: str) -> None:
        self.call(lambda: self.log.replace_token(token))

    @property
    def desk(self) -> Desk:
        """What the screens call: the kiosk's own desk, or while somebody trains the one to practise at."""
        return self.room.desk

    @property
    def is_training(self) -> bool:
        """Whether what is done at the screens now is practice."""
        return self.room.training is not None

    def begin_training(self) -> str:
        """Put a desk to practise at in the place of the real one, or return the key of why not; on the worker."""
        return self.room.begin()

    def end_training(self) -> None:
        """Throw the practice away and give the screens their real desk back; on the worker."""
        self.room.end()

    # running

    def start(self, *, loops: bool = True) -> None:
        """Record the start, hear the server's rules if it answers, and let what runs by itself run.

        On a full disk, or with a log that must not be written on, the kiosk starts out of order: its window must
        open, to say whom to call.
        """
        try:
            self.call(self._record_start)
            self.refresher.step()
        except (StoreFull, StoreForked) as error:
            broken = error
            self.call(lambda: self.real_desk.out_of_order(broken))
        if loops:
            self.start_loops()

    def start_loops(self) -> None:
        """Let reporter, refresher, watch and retention run by themselves."""
        for loop in self._loops:
            loop.start()

    def stop_loops(self) -> None:
        """End the threads of what runs by itself; what the reporter left can still be shipped by `drain`."""
        for loop in self._loops:
            loop.stop()

    def _record_start(self) -> None:
        body = {
            "mode": self.settings.kiosk.mode,
            "role": self.settings.kiosk.role,
            "direction": self.settings.kiosk.direction,
            "thermometer": self.thermometer.name,
            "simulated": self.thermometer.is_simulated,
        }
        with self.log.act() as act:
            act.record(EntryKind.STARTED, body)

    def stop(self) -> None:
        """End every thread, record the stop, and let go of everything."""
        self.stop_loops()
        self.alarm.close()
        self.thermometer.close()
        self.call(self.end_training)
        self._measuring.shutdown()
        self._slow.shutdown()
        try:
            self.call(self._record_stop)
        except KioskError:
            logger.exception("the stop could not be recorded")
        self._worker.shutdown()
        self.reader.close()
        self.old_reader.close()
        self.day_reader.close()
        self.copy.close()
        self.log.close()
        self._hold.close()

    def _record_stop(self) -> None:
        with self.log.act() as act:
            act.record(EntryKind.STOPPED, {})

    # from other threads

    def submit(self, job: Callable[[], T]) -> Future[T]:
        """Run `job` on the worker's thread; the future tells what became of it."""
        return self._worker.submit(job)

    def call(self, job: Callable[[], T]) -> T:
        """Run `job` on the worker's thread and wait for it; raises what it raises."""
        return self._worker.submit(job).result()

    def submit_slow(self, job: Callable[[], T]) -> Future[T]:
        """Run `job`, which takes seconds and touches nothing that the worker owns, on a thread of its own."""
        return self._slow.submit(job)

    def measure(self, visit_id: VisitId, progress: Callable[[float], None]) -> Future[View]:
        """Measure on the thermometer's thread, judge on the worker's; waiting for a device holds up no act."""
        done: Future[View] = Future()
        training, desk = self.room.training, self.desk

        def judged(reading: Reading | Fault) -> View:
            # A reading of one desk is never judged at the other: training may have ended meanwhile.
            return desk.measured(visit_id, reading) if desk is self.desk else View(Face.IDLE)

        def judge(reading: Reading | Fault) -> None:
            try:
                done.set_result(self.call(lambda: judged(reading)))
            except Exception as error:  # noqa: BLE001 - handed on whole to whoever waits for the future
                done.set_exception(error)

        if training is not None:
            self._measuring.submit(lambda: judge(practised(training.thermometer, progress)))
        else:
            self._measuring.submit(lambda: judge(self._reading(progress)))
        return done

    def _reading(self, progress: Callable[[float], None]) -> Reading | Fault:
        """Return a reading or a fault; a fault is never a number."""
        try:
            reading = self.thermometer.measure(progress)
        except DeviceError as error:
            if error.code != NO_DEVICE:  # that there is none is no fault
                logger.warning("thermometer: %s", error.code)
                self.set_device("thermometer", is_well=False)
            return Fault(self.thermometer.name, error.code, self.clock.now())
        self.set_device("thermometer", is_well=True)
        return reading

    def set_device(self, name: str, *, is_well: bool, state: str = "") -> None:
        """Tell how a device is, by the name of its `state` where it has one; a change is recorded."""
        self.submit(lambda: self.real_desk.device_is(name, state or (WELL if is_well else FAULT)))

    def _ask_devices(self, data: Path, key: bytes) -> tuple[DeviceLine, ...]:
        """Return how the devices stand; the thermometer is asked on its own thread."""
        now, policy = self.clock.now(), self.call(lambda: self.real_desk.visits.rules.policy)
        asked = self._measuring.submit(thermometer_line, self.thermometer, self.settings, now.date())
        return (asked.result(), clock_line(self._offset_ms()), *unasked_lines(self.settings, policy, data, key, now))

    def note_exit(self) -> None:
        """Hear from the sensor at the way out that somebody left."""
        self.submit(self.real_desk.exit_sensed)

    def drain(self) -> int:
        """Ship until nothing is unsent or the server does not answer; return how many are left.

        Only while the loops do not run: the reporter's connection is one thread's at a time.
        """
        while self.reader.unsent(1):
            before = self.reader.acknowledged()
            self.reporter.step()
            if self.reader.acknowledged() == before:
                break
        return self.call(lambda: self.log.last()[0] - self.log.acknowledged())
