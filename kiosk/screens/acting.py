"""What the acts behind the buttons need of the window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.domain.ids import VisitId
    from kiosk.screens.catalog import Panel
    from kiosk.services.desk import Desk
    from kiosk.services.views import Face, View

T = TypeVar("T")


class Window(Protocol):
    """What the acts need of the app."""

    view: View
    acting: int
    """How many acts are on their way whose end changes the screen; what takes seconds is not one of them."""

    @property
    def desk(self) -> Desk:
        """The acts of the kiosk; called on the worker only."""
        ...

    def run_job(self, job: Callable[[], T], then: Callable[[T], None], of: VisitId | None = None) -> None:
        """Run a job on the worker, and `then` with its result on the window's thread, unless the screen has gone on.

        `of`: shown as long as this visit is on the window, whichever of its screens came meanwhile.
        """
        ...

    def run_slowly(self, job: Callable[[], T], then: Callable[[T], None]) -> None:
        """Run a job that takes seconds beside the worker, and `then` with its result on the window's thread."""
        ...

    def show_view(self, view: View, *, stays: bool = False) -> None:
        """Show a view; `stays`: whoever comes to the idle screen by it is the same visitor still."""
        ...

    def turn_to(self, name: Face | Panel) -> Any:  # noqa: ANN401 - each screen has methods of its own
        """Put a screen on the window."""
        ...

    def more_time(self) -> None:
        """Start the time left anew."""
        ...

    def switch_language(self) -> None:
        """Make the other language the first."""
        ...

    def switch_large_text(self) -> None:
        """Toggle the size of text."""
        ...

    def say(self, key: str, **values: object) -> str:
        """Return a text in the language that comes first; what is no key as it is."""
        ...

    def quiet_alarm(self) -> None:
        """Say "seen" for every alarm that stands."""
        ...

    def switch_training(self, refused: Callable[[str], None]) -> None:
        """Begin training, or end it; what is shown then is the sign-in. `refused` hears the key of why not."""
        ...
