"""A short, soft tone that says a code was read: the same for every code, whatever becomes of it."""

from __future__ import annotations

import logging
import os
import wave
from math import pi, sin
from pathlib import Path
from struct import pack
from tempfile import TemporaryDirectory
from typing import Any, Final

logger = logging.getLogger(__name__)

RATE_HZ: Final = 44_100
LASTS_S: Final = 0.12
_PITCH_HZ: Final = 880.0
_LOUD: Final = 0.3  # of the most that 16 bits hold
_RISES_S: Final = 0.005  # and it falls for the rest of its time: neither end cracks
_MOST: Final = 32_767


class Tone:
    """Silent until `load` has found a loudspeaker; used on the window's thread alone."""

    def __init__(self) -> None:
        self._sound: Any = None  # a kivy Sound; Kivy ships no types for it

    def load(self, devices: Path = Path("/dev/snd")) -> None:
        """Make the tone ready where `devices` has a sound card's output; without one SDL would write on stderr."""
        if not any(devices.glob("pcm*p")):
            logger.info("no loudspeaker: a code that was read makes no sound")
            return
        os.environ.setdefault("KIVY_AUDIO", "sdl2")
        from kivy.core.audio import SoundLoader  # opens the loudspeaker, so not before it is wanted

        with TemporaryDirectory() as folder:
            path = Path(folder) / "read.wav"
            write_tone(path)
            self._sound = SoundLoader.load(str(path))

    def play(self) -> None:
        """Sound, and return at once."""
        if self._sound is not None:
            self._sound.play()


def write_tone(path: Path) -> None:
    """Write the tone as a WAV file: one channel, 16 bits."""
    count = round(RATE_HZ * LASTS_S)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(b"".join(pack("<h", _sample(number / RATE_HZ)) for number in range(count)))


def _sample(at_s: float) -> int:
    swell = min(at_s / _RISES_S, 1.0) * (1 - at_s / LASTS_S)
    return round(_MOST * _LOUD * swell * sin(2 * pi * _PITCH_HZ * at_s))
