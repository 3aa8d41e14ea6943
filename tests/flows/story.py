"""A story is a list of steps: what the people at a door do, and what their screens must show for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from kiosk.domain.ids import VisitId
from kiosk.domain.policy import BodySite
from kiosk.services.guards import GuardAct
from kiosk.services.views import Face, View

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kiosk.domain.visit import Step
    from tests.services.builders import Door


@dataclass
class Scene:
    """Where a story stands: the door, the screen, and the visit that each person's code led to."""

    door: Door
    view: View = field(default_factory=lambda: View(Face.IDLE))
    codes: dict[str, str] = field(default_factory=dict)
    visits: dict[str, VisitId] = field(default_factory=dict)
    doors: dict[str, Door] = field(default_factory=dict)  # of a story that goes from one to another, by letter
    who: str = ""

    @property
    def visit_id(self) -> VisitId:
        """Return the visit of whoever acts now."""
        return self.visits[self.who]


Act: TypeAlias = "Callable[[Scene], None]"


@dataclass(frozen=True)
class Story:
    """Steps, told one after another at one door."""

    steps: Sequence[Act]

    def told_at(self, door: Door) -> Scene:
        """Tell it; a step that does not come true fails with its place in the list."""
        scene = Scene(door)
        for number, step in enumerate(self.steps, start=1):
            try:
                step(scene)
            except AssertionError as error:
                message = f"step {number}: {error}"
                raise AssertionError(message) from error
        return scene


def scan(who: str, **booking: object) -> Act:
    """Let `who` hold up their code; the first time they are booked, with what `booking` says."""

    def act(scene: Scene) -> None:
        if who not in scene.codes:
            scene.codes[who] = scene.door.books(**booking)
        scene.who = who
        scene.view = scene.door.scan(scene.codes[who])
        if scene.view.visit_id is not None:
            scene.visits[who] = scene.view.visit_id

    return act


def confirm() -> Act:
    """Touch "yes, that is me"."""

    def act(scene: Scene) -> None:
        scene.view = scene.door.desk.confirm(scene.visit_id)

    return act


def declare(*yes: str) -> Act:
    """Answer the questions; nothing means "none of these"."""

    def act(scene: Scene) -> None:
        scene.view = scene.door.desk.declare(scene.visit_id, yes)

    return act


def read(celsius: float) -> Act:
    """Be measured by the kiosk."""

    def act(scene: Scene) -> None:
        scene.view = scene.door.reads(scene.visit_id, round(celsius * 100))

    return act


def guard_reads(celsius: float, site: BodySite = BodySite.AXILLA) -> Act:
    """Be measured by a guard."""

    def act(scene: Scene) -> None:
        scene.view = scene.door.guard_reads(scene.visit_id, round(celsius * 100), site)

    return act


def guard(what: GuardAct, why: str = "") -> Act:
    """Let a guard decide; `why`: where the act asks for a reason."""

    def act(scene: Scene) -> None:
        scene.view = scene.door.guard(what, scene.visit_id, why=why or "documents")

    return act


def leave() -> Act:
    """Walk away from the screen."""

    def act(scene: Scene) -> None:
        scene.view = scene.door.desk.time_out(scene.visit_id)

    return act


def ask() -> Act:
    """Touch "ask a person"."""

    def act(scene: Scene) -> None:
        scene.view = scene.door.desk.ask_person(scene.visit_id)

    return act


def wait(*, minutes: float) -> Act:
    """Let time pass."""

    def act(scene: Scene) -> None:
        scene.door.clock.go_on(minutes=minutes)

    return act


def power_cut() -> Act:
    """Open the kiosk anew on the same data."""

    def act(scene: Scene) -> None:
        scene.door = scene.door.restarted()

    return act


def shows(face: Face, *, number: str | None = None, position: int | None = None) -> Act:
    """Expect this screen, and where they are given this number and place in line."""

    def act(scene: Scene) -> None:
        seen = (
            scene.view.face,
            number and scene.view.number,
            position and scene.view.position,
        )
        assert seen == (face, number, position)

    return act


def refuses(reason: str) -> Act:
    """Expect this refusal."""

    def act(scene: Scene) -> None:
        refusal = scene.view.refusal
        assert (scene.view.face, refusal and refusal.reason.value) == (Face.REFUSED, reason)

    return act


def expect(step: Step) -> Act:
    """Expect the visit to be at this step."""

    def act(scene: Scene) -> None:
        assert scene.door.visit(scene.visit_id).step is step

    return act


def through() -> list[Act]:
    """Return the ordinary way from the booking to the thermometer."""
    return [confirm(), declare()]
