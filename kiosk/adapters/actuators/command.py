"""A program of the site's own that makes light and sound: called with the signal's name whenever that changes."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Final

from kiosk.errors import DeviceTimeout, DeviceUnavailable

if TYPE_CHECKING:
    from kiosk.adapters.actuators.player import Beat

_LONGEST_S: Final = 5.0


class CommandSwitches:
    """Calls `command NAME`, with off, seen, waits, overdue or urgent; how that looks is the program's own matter."""

    def __init__(self, command: tuple[str, ...]) -> None:
        """Call nothing yet."""
        self.name = f"command:{command[0]}"
        self._command = command
        self._told = ""

    def turn(self, signal: str, beat: Beat) -> None:  # noqa: ARG002 - the program has its own patterns
        """Tell the program a signal that it does not know yet; raises DeviceError when that does not end well."""
        if signal == self._told:
            return
        try:
            subprocess.run(  # noqa: S603 - the operator's own program; no shell, and nothing of a visitor in it
                [*self._command, signal],
                check=True,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=_LONGEST_S,
            )
        except subprocess.TimeoutExpired as error:
            raise DeviceTimeout(self.name, "does not end") from error
        except (OSError, subprocess.CalledProcessError) as error:
            raise DeviceUnavailable(self.name, "does not run") from error
        self._told = signal

    def close(self) -> None:
        """Do nothing: the program has ended."""
