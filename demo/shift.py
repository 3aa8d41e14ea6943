"""A guard's whole shift at a drawn door.

The checklist, two fevers at once, a refusal, an area that is full, the server away for a while, a change of shift with
an open case, and every way for a case to end, once.

Who comes between, and how warm they are, is drawn by the seed; what must happen is led through the real window.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from demo.cast import draw_cast
from demo.guard_hand import GuardHand
from demo.world import LEADER, RELIEF
from kiosk.services.views import Face

if TYPE_CHECKING:
    import random

    from demo.cast import Person
    from demo.director import Director
    from demo.town import Town
    from demo.world import Ticket

_WHILE_AWAY: Final = 4  # people at most who come while the server is away; they booked before
_NORMAL_CC: Final = (3610, 3700)
_FEVER_CC: Final = (3740, 3850)


@dataclass(slots=True)
class Shift:
    """Leads the shift. `rng` draws who comes between and every temperature."""

    stage: Director
    town: Town
    rng: random.Random
    people: list[Person]
    guard: GuardHand = field(init=False)
    visits: dict[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        """Put the guard's hand on the window."""
        self.guard = GuardHand(self.stage)

    def play(self) -> None:
        """Play the shift from the checklist to the last closed case."""
        self.stage.begin()
        self._morning()
        self._two_fevers_at_once()
        self._full_area()
        self._declaration_that_nobody_takes()
        self._without_the_server()
        self._change_of_shift()
        self._evening()

    # the parts of the day

    def _morning(self) -> None:
        self.guard.sign_in(LEADER)
        self.guard.begin_shift()
        self.guard.lock()
        self._passers_by()
        self._late_one()
        self._refuses()

    def _two_fevers_at_once(self) -> None:
        """Two at once: each goes to a room of their own; one is let go, one is fetched by an ambulance."""
        first, second = self._fever("first"), self._fever("second")
        self.guard.sign_in(LEADER)
        for name in (first, second):
            self._second_reading(name)
        self._place(first, "room_1")
        self._place(second, "room_2")
        self.guard.lock()
        self._passers_by()

    def _full_area(self) -> None:
        """Both rooms are taken: the third waits in the tent, and leaves against advice."""
        third = self._fever("third")
        self.guard.sign_in(LEADER)
        self._second_reading(third)
        self.guard.open_case(self.visits[third])
        self.guard.do("placed", "tent")
        self.guard.board()
        self.guard.more("area", "guard_area")
        self.guard.board()
        self.guard.open_case(self.visits[third])
        self.guard.do("reported", "community")
        self.guard.do("disposed", "left_against_advice")
        self._clean()
        self.guard.lock()

    def _declaration_that_nobody_takes(self) -> None:
        """The policy opens a case at once; the alarm goes on from one to the next until somebody comes."""
        self._declares("declared")
        for seconds in (70, 130, 130):
            self.stage.clock.advance(seconds)
            self.stage.refresh()
        self.guard.sign_in(LEADER)
        self.guard.open_case(self.visits["declared"])
        self.guard.do("acknowledged")
        self.guard.do("disposed", "turned_away")
        self.guard.do("closed")  # no place to clean: until this, a wrong choice could be corrected
        self.guard.lock()

    def _without_the_server(self) -> None:
        """The link is cut: the door goes on, a case begins and ends, and nothing is lost."""
        for person in self.people[:_WHILE_AWAY]:
            self.stage.book(person)
        self.stage.refresh()
        self.town.leave()
        self._passers_by()
        wrong = self._fever("wrong")
        self.guard.sign_in(LEADER)
        self._second_reading(wrong)
        self.guard.open_case(self.visits[wrong])
        self.guard.do("disposed", "opened_in_error")
        self.guard.lock()
        self.town.come_back()
        self.stage.office.central = self.town.desk
        self.stage.refresh()
        self._passers_by()

    def _change_of_shift(self) -> None:
        """Two cases are open when the shift changes hands."""
        self.guard.sign_in(LEADER)
        self.guard.hand_over()
        self.guard.lock_if_open()
        self.guard.sign_in(RELIEF)
        self.guard.begin_shift()
        self.guard.lock()

    def _evening(self) -> None:
        """The relief ends what the first guard began, and one case of their own."""
        self.guard.sign_in(RELIEF)
        self.guard.open_case(self.visits["second"])
        self._measure_case("axilla", _FEVER_CC)
        self.guard.do("reported", "fever_clinic")
        self.guard.do("disposed", "referred", "ambulance")
        self._clean()
        self.guard.lock()
        self.stage.clock.advance(60)
        self.guard.sign_in(RELIEF)
        self.guard.open_case(self.visits["first"])
        self._measure_case("axilla", _NORMAL_CC)
        self.guard.do("disposed", "released")
        self.stage.expect(Face.ADMITTED)
        self.stage.go_idle()
        self.guard.sign_in(RELIEF)
        self.guard.open_case(self.visits["first"])
        self._clean()
        self.guard.lock()
        self._escorted()

    # who comes

    def _next(self) -> Person:
        return self.people.pop(0)

    def _passers_by(self) -> None:
        """Let some ordinary visitors through."""
        for _ in range(self.rng.randint(1, 3)):
            ticket = self.stage.welcome(self._next())
            self._to_thermometer(ticket, self.rng.randint(*_NORMAL_CC))
            self.stage.expect(Face.ADMITTED)
            self.stage.farewell()

    def _to_thermometer(self, ticket: Ticket, value_cc: int) -> None:
        self.stage.hold(*ticket.codes, until={Face.BOOKING})
        self.stage.thermometer.will_read(value_cc)
        self.stage.hand.tap("booking.yes")
        self.stage.hand.tap("declaration.none")

    def _fever(self, name: str) -> str:
        """Let somebody come whose first reading is elevated; return the name they are known by here."""
        ticket = self.stage.welcome(self._next())
        self._to_thermometer(ticket, self.rng.randint(*_FEVER_CC))
        self.stage.expect(Face.GUARD)
        self.visits[name] = self.stage.farewell()
        return name

    def _declares(self, name: str) -> None:
        ticket = self.stage.welcome(self._next())
        self.stage.thermometer.will_read(self.rng.randint(*_NORMAL_CC))
        self.stage.hold(*ticket.codes, until={Face.BOOKING})
        self.stage.hand.tap("booking.yes")
        self.stage.hand.tap("declaration.some")
        self.stage.choose_question(1)
        self.stage.hand.tap("declaration.confirm")
        self.stage.expect(Face.GUARD)
        self.visits[name] = self.stage.farewell()

    def _late_one(self) -> None:
        """Somebody missed their slot for a good reason: the guard lets them begin all the same."""
        ticket = self.stage.welcome(self._kind("too_late"))
        self.stage.hold(*ticket.codes, until={Face.REFUSED})
        visit_id = self.stage.farewell()
        self.guard.sign_in(LEADER)
        self.guard.open_visit(visit_id)
        self.stage.thermometer.will_read(self.rng.randint(*_NORMAL_CC))
        self.stage.hand.tap("guard.act.override")
        self.guard.choose_why()
        self.stage.expect(Face.DECLARATION)
        self.stage.hand.tap("declaration.none")
        self.stage.expect(Face.ADMITTED)
        self.stage.farewell()

    def _refuses(self) -> None:
        """Somebody does not let themselves be measured: they do not come in."""
        ticket = self.stage.welcome(self._next())
        self.stage.hold(*ticket.codes, until={Face.BOOKING})
        self.stage.thermometer.will_read("slow")
        self.stage.hand.tap("booking.yes")
        self.stage.hand.tap("declaration.none")
        self.stage.hand.tap("measuring.by_hand")
        self.stage.expect(Face.GUARD)
        self.stage.thermometer.go_on()
        visit_id = self.stage.farewell()
        self.guard.sign_in(LEADER)
        for act in ("refuses_measuring", "turn_away"):
            self.guard.open_visit(visit_id)
            self.guard.arm(f"guard.act.{act}")
        self.guard.lock()

    def _escorted(self) -> None:
        """One more fever for the relief: seen home by somebody, with nothing left open at the end."""
        last = self._fever("last")
        self.guard.sign_in(RELIEF)
        self._second_reading(last)
        self.guard.open_case(self.visits[last])
        self.guard.do("reported", "community")
        self.guard.do("disposed", "escorted")
        self.guard.do("closed")
        self.guard.tick_earlier()  # it is closed, and says which steps nobody ticked
        self.guard.lock()

    def _kind(self, kind: str) -> Person:
        person = self._next()
        return person.as_kind(kind)

    # what a guard does for a case

    def _second_reading(self, name: str) -> None:
        """Measure by hand once more: elevated again, so that a case opens."""
        self.guard.open_visit(self.visits[name])
        self.stage.hand.tap("guard.act.measure")
        self.guard.measure("axilla", self._digits(_FEVER_CC))
        self.guard.board()

    def _measure_case(self, site: str, between: tuple[int, int]) -> None:
        self.guard.begin("measured")
        self.guard.measure(site, self._digits(between))

    def _digits(self, between: tuple[int, int]) -> str:
        low, high = between
        return str(self.rng.randint(low // 10 + 1, high // 10))

    def _place(self, name: str, place: str) -> None:
        self.guard.open_case(self.visits[name])
        self.guard.do("placed", place)
        self.guard.tick_next()
        self.guard.board()

    def _clean(self) -> None:
        """The place that this case used is disinfected; with that the case is closed."""
        self.guard.do("cleaned")


def cast_of(seed: int, stage: Director) -> list[Person]:
    """Return enough people for a shift, all of them with a booking."""
    return [person.as_kind("admitted") for person in draw_cast(40, seed, stage.clock.now())]
