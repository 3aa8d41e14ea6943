"""Hand scanners that type: a burst of characters, with or without an end, becomes one code.

Works on characters and times alone; the window hands both in. A person's keyboard is never taken for a scanner:
a burst that pauses without an end must be long, and its characters must come fast.
"""

from __future__ import annotations

from typing import Final

PAUSE_S: Final = 0.1  # a scanner's characters come within 50 ms of each other (temperature-facts.md, section 4)
MIN_LENGTH: Final = 9  # of a booking number; shorter bursts are a hand on a keyboard
MAX_LENGTH: Final = 4096  # half a code after another, or garbage, must not grow without end


class Wedge:
    """Collects the characters of a burst."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._text = ""
        self._last = 0.0

    def feed(self, characters: str, at: float) -> str | None:
        """Take characters at a monotonic time; return a code when CR or LF ends it."""
        if at - self._last > PAUSE_S:
            self._text = ""  # half a code that stopped, or a person's single key
        self._last = at
        for sign in characters:
            if sign in "\r\n":
                code, self._text = self._text, ""
                return code if len(code) >= MIN_LENGTH else None
            self._text = (self._text + sign)[-MAX_LENGTH:]
        return None

    def pause(self, at: float) -> str | None:
        """Return a code that ended without CR or LF: long enough, and nothing came for a while."""
        if not self._text or at - self._last <= PAUSE_S:
            return None
        code, self._text = self._text, ""
        return code if len(code) >= MIN_LENGTH else None
