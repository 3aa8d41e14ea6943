"""What each kind of visitor does at the door, touch by touch. A story that yields a time comes back after it.

A story is driven through the real window: it holds codes up to the drawn camera, touches what is written on the
buttons, and asks the simulated thermometer for the readings of its visitor.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from demo.world import PIN
from kiosk.services.views import Face

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from demo.cast import Person
    from demo.director import Director
    from demo.world import Ticket

NORMAL: Final = 3652
COLD: Final = 3390
ELEVATED: Final = 3760
REST: Final = timedelta(seconds=310)
SHORT_REST: Final = timedelta(seconds=70)


def _to_thermometer(stage: Director, ticket: Ticket, *values: int | str) -> None:
    """Scan, confirm, say "none of these", and be measured."""
    stage.hold(*ticket.codes, until={Face.BOOKING})
    _from_booking(stage, *values)


def _from_booking(stage: Director, *values: int | str) -> None:
    stage.thermometer.will_read(*values)
    stage.hand.tap("booking.yes")
    stage.hand.tap("declaration.none")


def admitted(stage: Director, _me: Person, ticket: Ticket) -> Iterator[timedelta]:
    """Come in the slot, declare nothing, measure normal; the first one takes as long as people do."""
    if stage.has_seen("measuring"):
        _to_thermometer(stage, ticket, NORMAL)
    else:
        _to_thermometer(stage, ticket, "slow")
        stage.expect_measuring()
        stage.thermometer.go_on()
    stage.expect(Face.ADMITTED)
    yield from ()


def refused(stage: Director, _me: Person, ticket: Ticket) -> Iterator[timedelta]:
    """Hold up a code that is not let in now, and read why."""
    stage.hold(*ticket.codes, until={Face.REFUSED, Face.GUARD})
    yield from ()


def cold_then_normal(stage: Director, _me: Person, ticket: Ticket) -> Iterator[timedelta]:
    """Come in from the cold; rest twice, until two readings no longer rise."""
    _to_thermometer(stage, ticket, COLD)
    stage.expect(Face.REST)
    yield REST
    stage.thermometer.will_read(3610)
    stage.hold(*ticket.codes, until={Face.MEASURING, Face.REST})
    stage.expect(Face.REST)
    yield SHORT_REST
    stage.thermometer.will_read(3615)
    stage.hold(*ticket.codes, until={Face.MEASURING, Face.ADMITTED})
    stage.expect(Face.ADMITTED)


def cold_not_back(stage: Director, _me: Person, ticket: Ticket) -> Iterator[timedelta]:
    """Be sent to rest, and not be back by the end of the demo."""
    _to_thermometer(stage, ticket, COLD)
    stage.expect(Face.REST)
    yield from ()


def _guard_measures(stage: Director, site: str, digits: str) -> None:
    """A guard signs in, opens this visitor's row, and types a reading."""
    stage.open_row(PIN)
    stage.hand.tap("guard.act.measure")
    stage.hand.tap(f"guard.site.{site}")
    stage.hand.type_keys(digits)
    stage.hand.tap("guard.pad_save")


def elevated_case(stage: Director, _me: Person, ticket: Ticket) -> Iterator[timedelta]:
    """Measure elevated twice, the second time by a guard: an isolation case opens and stays open."""
    _to_thermometer(stage, ticket, ELEVATED)
    stage.expect(Face.GUARD)
    yield timedelta(seconds=90)
    _guard_measures(stage, "axilla", "378")
    stage.see_case()
    stage.lock()


def elevated_then_normal(stage: Director, _me: Person, ticket: Ticket) -> Iterator[timedelta]:
    """Measure elevated, and normal by a guard's clinical thermometer."""
    _to_thermometer(stage, ticket, 3735)
    stage.expect(Face.GUARD)
    yield timedelta(seconds=90)
    _guard_measures(stage, "axilla", "366")
    stage.expect(Face.ADMITTED)


def declared(stage: Director, _me: Person, ticket: Ticket) -> Iterator[timedelta]:
    """Answer one question yes: measured like everybody, then a guard assesses."""
    stage.thermometer.will_read(NORMAL)
    stage.hold(*ticket.codes, until={Face.BOOKING})
    stage.hand.tap("booking.yes")
    stage.hand.tap("declaration.some")
    stage.choose_question(1)
    stage.hand.tap("declaration.confirm")
    stage.expect(Face.GUARD)
    yield from ()


def walks_away(stage: Director, _me: Person, ticket: Ticket) -> Iterator[timedelta]:
    """Confirm, then leave in front of the questions."""
    stage.hold(*ticket.codes, until={Face.BOOKING})
    stage.hand.tap("booking.yes")
    stage.expect(Face.DECLARATION)
    yield from ()


def not_my_booking(stage: Director, _me: Person, ticket: Ticket) -> Iterator[timedelta]:
    """See somebody else's booking, and say so."""
    stage.hold(*ticket.codes, until={Face.BOOKING})
    stage.hand.tap("booking.no")
    stage.expect(Face.IDLE)
    yield from ()


def typed_number(stage: Director, _me: Person, ticket: Ticket) -> Iterator[timedelta]:
    """Type the booking number, for want of a code."""
    stage.hand.tap("idle.no_code")
    stage.hand.type_keys(ticket.number)
    stage.thermometer.will_read(NORMAL)
    stage.hand.tap("keypad.look_up")
    stage.expect(Face.BOOKING)
    _from_booking(stage)
    stage.expect(Face.ADMITTED)
    yield from ()


def typed_id(stage: Director, _me: Person, ticket: Ticket) -> Iterator[timedelta]:
    """Booked by telephone: type the ID number; a guard looks at the original card."""
    stage.hand.tap("idle.no_code")
    stage.hand.tap("keypad.use_id")
    stage.hand.type_keys(ticket.id_number)
    stage.hand.tap("keypad.look_up")
    stage.expect(Face.BOOKING)
    stage.hand.tap("booking.yes")
    stage.expect(Face.GUARD)
    yield timedelta(seconds=40)
    stage.open_row(PIN)
    stage.thermometer.will_read(NORMAL)
    stage.hand.tap("guard.act.card_seen")
    stage.expect(Face.DECLARATION)
    stage.hand.tap("declaration.none")
    stage.expect(Face.ADMITTED)


def already_arrived(stage: Director, me: Person, ticket: Ticket) -> Iterator[timedelta]:
    """Hold up a photograph of a code that somebody else came in with."""
    waited = 0
    while stage.used_code is None and waited < len(stage.cast):
        waited += 1
        yield timedelta(seconds=120)
    if stage.used_code is None:  # nobody came in before: a door with one visitor
        yield from admitted(stage, me, ticket)
        return
    stage.hold(stage.used_code, until={Face.REFUSED, Face.GUARD})


def asks_person(stage: Director, _me: Person, ticket: Ticket) -> Iterator[timedelta]:
    """Ask for a person in front of the questions."""
    stage.hold(*ticket.codes, until={Face.BOOKING})
    stage.hand.tap("booking.yes")
    stage.expect(Face.DECLARATION)
    stage.hand.tap("common.ask_person")
    stage.expect(Face.GUARD)
    yield from ()


def by_hand(stage: Director, _me: Person, ticket: Ticket) -> Iterator[timedelta]:
    """Rather be measured by a person; a guard does, and the visitor goes in."""
    _to_thermometer(stage, ticket, "slow")
    stage.hand.tap("measuring.by_hand")
    stage.expect(Face.GUARD)
    stage.thermometer.go_on()
    yield timedelta(seconds=60)
    _guard_measures(stage, "ear", "365")
    stage.expect(Face.ADMITTED)


def thermometer_fault(stage: Director, _me: Person, ticket: Ticket) -> Iterator[timedelta]:
    """Stand before a thermometer that does not answer: never a normal temperature."""
    _to_thermometer(stage, ticket, "fault")
    stage.expect(Face.GUARD)
    yield from ()


def unsteady_then_normal(stage: Director, _me: Person, ticket: Ticket) -> Iterator[timedelta]:
    """Fidget once, then stand still."""
    _to_thermometer(stage, ticket, "unsteady", NORMAL)
    stage.expect(Face.ADMITTED)
    yield from ()


STORIES: Final[Mapping[str, Callable[..., Iterator[timedelta]]]] = {
    "admitted": admitted,
    "green": admitted,
    "cold_then_normal": cold_then_normal,
    "cold_not_back": cold_not_back,
    "elevated_case": elevated_case,
    "elevated_then_normal": elevated_then_normal,
    "declared": declared,
    "walks_away": walks_away,
    "not_my_booking": not_my_booking,
    "typed_number": typed_number,
    "typed_id": typed_id,
    "already_arrived": already_arrived,
    "asks_person": asks_person,
    "by_hand": by_hand,
    "thermometer_fault": thermometer_fault,
    "unsteady_then_normal": unsteady_then_normal,
}
"""The story of each kind; a kind that is not named is refused."""
