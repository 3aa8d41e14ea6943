"""Leads the demo's visitors through the real window: who is next, what they hold up, what the screen must show."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from demo.drawn_camera import WIFI_POSTER
from demo.endings import LostError
from demo.stories import STORIES, refused
from kiosk.services.views import Face, Hint

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from demo.cast import Person
    from demo.clock import SimulatedClock
    from demo.drawn_camera import DrawnCamera
    from demo.hand import Hand
    from demo.world import BookingOffice, Ticket
    from kiosk.adapters.thermometers.simulated import SimulatedThermometer
    from kiosk.app import KioskApp
    from kiosk.bootstrap import Kiosk
    from kiosk.domain.ids import VisitId
    from kiosk.domain.record import Visit

_LOOK: Final = timedelta(seconds=4)  # between a touch and the next, for a person
_OUT_OF_SIGHT_S: Final = 3.0  # after this a code is a new code to the scanner
_GOES_BACK_S: Final = 121.0  # longer than any screen's time


@dataclass(order=True)
class _Turn:
    """Whose story goes on, and when; `order` keeps turns of the same moment apart."""

    at: datetime
    order: int
    person: Person = field(compare=False)
    story: Iterator[timedelta] | None = field(compare=False, default=None)


@dataclass
class Director:
    """The stage of the demo: the app, the hand, the drawn camera, the thermometer and the clock."""

    kiosk: Kiosk
    app: KioskApp
    hand: Hand
    camera: DrawnCamera
    thermometer: SimulatedThermometer
    clock: SimulatedClock
    office: BookingOffice
    pictures: Path | None = None
    cast: Sequence[Person] = ()
    used_code: str | None = None
    _tickets: dict[int, Ticket] = field(default_factory=dict)
    _visit_ids: dict[int, VisitId] = field(default_factory=dict)
    _person: Person | None = None
    _seen: set[str] = field(default_factory=set)

    # what stories ask for

    def hold(self, *codes: str, until: set[Face]) -> None:
        """Hold codes up to the camera until one of the screens in `until` shows."""
        if len(codes) == 1:
            self.camera.show(codes[0])
        else:
            self.camera.show_many(codes)
        # No time passes before the code is out of sight: to the scanner it would come back as a new one.
        self._wait_for(*until)
        self.note_visit()
        self._put_away()
        self.look()

    def _put_away(self) -> None:
        """Take the codes down and wait until the scanner has seen that they are gone."""
        self.camera.hide()
        scanner = self.app.scanner
        self.hand.wait_for(lambda: scanner is None or not scanner.in_sight, "the code out of sight")

    def expect(self, *faces: Face) -> None:
        """Wait for one of `faces`; remember whose visit it is, and take a picture of a new screen."""
        self._wait_for(*faces)
        self.note_visit()
        self.look()

    def _wait_for(self, *faces: Face) -> None:
        names = {face.value for face in faces}
        self.hand.wait_for(lambda: self.app.shown_name.value in names and self.app.pending == 0, f"one of {names}")

    def expect_measuring(self) -> None:
        """Wait for the measuring screen, on which a reading is under way."""
        self.hand.wait_for(lambda: self.app.shown_name is Face.MEASURING, "the measuring screen")
        self.hand.frames(3)
        self.snapshot("measuring")

    def note_visit(self) -> None:
        """Remember the visit on the screen as this person's."""
        visit_id = self.app.view.visit_id
        if visit_id is not None and self._person is not None:
            self._visit_ids[self._person.number] = visit_id

    def look(self) -> None:
        """Let a moment pass, and take a picture of a screen that was not seen before."""
        self.clock.advance(_LOOK.total_seconds())
        self.snapshot(self._screen_name())

    def _screen_name(self) -> str:
        refusal = self.app.view.refusal
        told = refusal is not None and not self.app.view.looks_to_guard and self.app.shown_name is Face.REFUSED
        return f"{self.app.shown_name}-{refusal.reason}" if told and refusal is not None else str(self.app.shown_name)

    def has_seen(self, name: str) -> bool:
        """Tell whether there is a picture of this screen already."""
        return name in self._seen

    def snapshot(self, name: str) -> None:
        """Save a picture of the screen, once for each name."""
        if self.pictures is not None and name not in self._seen:
            self._seen.add(name)
            self.hand.picture(self.pictures / f"{len(self._seen):02d}-{name}.png")

    def choose_question(self, place: int) -> None:
        """Tick the question at `place`, from 0."""
        declaration = self.kiosk.call(self.app.desk.declaration)
        self.hand.tap_words(self.app.texts.pick(declaration.questions[place].text))
        self.snapshot("which")

    def open_row(self, pin: str) -> None:
        """Sign a guard in and open the page of this person's visit."""
        self.hand.tap_words(self.app.screen.stage.place())
        self.hand.wait_for(lambda: self.app.shown_name == "guard_sign_in", "the guard's sign-in")
        self.snapshot("guard-sign-in")
        self.hand.type_keys(pin)
        self.hand.tap("sign_in.enter")
        self.hand.wait_for(lambda: self.app.shown_name == "guard_board" and self.app.pending == 0, "the guard's board")
        self.snapshot("guard-board")
        visit_id = self._visit_ids[self._person.number] if self._person is not None else None
        row = next(row for row in self.app.screen.board.rows if row.visit_id == visit_id)
        self.hand.tap_row(row.label, lambda: self.app.shown_name == "guard_visit")
        self.hand.wait_for(lambda: self.app.pending == 0, "the visit's page")
        self.snapshot("guard-visit")

    def see_case(self) -> None:
        """Wait for the isolation case that a reading opened: its page comes by itself."""
        self.hand.wait_for(lambda: self.app.shown_name == "guard_case" and self.app.pending == 0, "the case")
        self.snapshot("guard-case")

    def lock(self) -> None:
        """Sign the guard out."""
        self.hand.tap("guard.lock")
        self.expect(Face.IDLE)

    # somebody who is not of the cast

    def welcome(self, person: Person) -> Ticket:
        """Let somebody step up to an idle screen, booked for when they come; return what they hold."""
        self._person = person
        ticket = self._tickets.get(person.number) or self.book(person)
        self._arrive()
        return ticket

    def book(self, person: Person) -> Ticket:
        """Book somebody for now; return what they hold."""
        ticket = self.office.ticket(replace(person, comes_at=self.clock.now()))
        self._tickets[person.number] = ticket
        return ticket

    def again(self, person: Person) -> Ticket:
        """Let somebody step up once more, with what they held before."""
        self._person = person
        self._arrive()
        return self._tickets[person.number]

    def farewell(self) -> VisitId:
        """Let whoever stands there walk off; return their visit."""
        self._leave()
        if self._person is None or self._person.number not in self._visit_ids:
            raise LostError("whoever stood there was never on the screen")
        return self._visit_ids[self._person.number]

    # the day

    def play(self, cast: Sequence[Person]) -> list[Visit | None]:
        """Lead everyone through; return each person's last visit as the log has it, None for who never had one."""
        self.cast = cast
        self.begin()
        self._hang_a_poster()
        turns = [_Turn(person.comes_at, person.number, person) for person in cast]
        heapq.heapify(turns)
        order = len(cast)
        while turns:
            turn = heapq.heappop(turns)
            self.clock.advance_to(turn.at)
            back_after = self._take_turn(turn)
            if back_after is not None:
                order += 1
                heapq.heappush(turns, _Turn(self.clock.now() + back_after, order, turn.person, turn.story))
        return [self._last_visit(person) for person in cast]

    def begin(self) -> None:
        """Wait until the door is ready: the newest rules, a picture, an idle screen that knows the hour."""
        self.refresh()
        scanner = self.app.scanner
        self.hand.wait_for(lambda: scanner is None or scanner.latest() is not None, "the camera's first picture")
        self.hand.wait_for(lambda: self.app.is_informed, "what the idle screen shows")
        self.expect(Face.IDLE)

    def go_idle(self) -> None:
        """Let the screen go back to idle by itself."""
        self._leave()

    def _hang_a_poster(self) -> None:
        """Let the scanner see a code that is no booking: it says so, and keeps nothing of it."""
        self.camera.show(WIFI_POSTER)
        hint = Hint.NOT_A_BOOKING_CODE
        self.hand.wait_for(lambda: self.app.view.hint is hint, "the hint about a foreign code")
        self.snapshot("idle-hint")
        self._put_away()

    def refresh(self) -> None:
        """Bring the kiosk's local copy up to date, as its own thread does when nobody leads it."""
        self.kiosk.refresher.refresh_now()
        self.kiosk.refresher.step()
        self.kiosk.call(self.kiosk.look_after)
        self.kiosk.reporter.step()

    def _take_turn(self, turn: _Turn) -> timedelta | None:
        """Play one person's story until they leave; return when they come back, or None when it is over."""
        self._person = turn.person
        if turn.story is None:
            # Booked for when they really come: the door may run behind what the cast was told.
            booked = replace(turn.person, comes_at=self.clock.now())
            self._tickets[turn.person.number] = self.office.ticket(booked)
        self._arrive()
        if turn.story is None:
            story = STORIES.get(turn.person.kind, refused)
            turn.story = story(self, turn.person, self._tickets[turn.person.number])
        try:
            back_after = next(turn.story, None)
        except LostError as error:
            raise LostError(f"visitor {turn.person.number} ({turn.person.kind}): {error}") from error
        if back_after is None and turn.person.kind == "admitted" and self.app.shown_name is Face.ADMITTED:
            self.used_code = self._tickets[turn.person.number].codes[0]
        self._leave()
        return back_after

    def _arrive(self) -> None:
        """Begin at an idle screen that knows the hour and the server's newest."""
        self.clock.advance(_OUT_OF_SIGHT_S)
        self.refresh()
        self.expect(Face.IDLE)

    def _leave(self) -> None:
        """Walk off: the screen goes back by itself when its time is over."""
        self.hand.wait_for(lambda: self.app.pending == 0, "the act under way")
        while self.app.shown_name is not Face.IDLE:
            before = self.app.shown_name
            self.clock.advance(_GOES_BACK_S)
            self.hand.wait_for(lambda before=before: self.app.shown_name is not before, f"{before} to go back")
            self.hand.wait_for(lambda: self.app.pending == 0, "the act under way")
        if self.app.scanner is not None:
            self.app.scanner.forget()

    def _last_visit(self, person: Person) -> Visit | None:
        """Return a person's visit: the one they saw last, or the newest of the booking they hold."""
        visit_id = self._visit_ids.get(person.number)
        if visit_id is None:
            return None
        return self.kiosk.call(lambda: self.kiosk.log.state.visit(visit_id))
