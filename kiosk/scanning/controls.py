"""Exposure and focus of a V4L2 camera, set where the driver has them; what it has not is left alone."""

from __future__ import annotations

import logging
import os
import struct
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

logger = logging.getLogger(__name__)

# linux/videodev2.h: _IOWR('V', 28, struct v4l2_control { __u32 id; __s32 value; }).
_SET_CONTROL: Final = 0xC008561C
_CONTROL: Final = struct.Struct("=Ii")

# linux/v4l2-controls.h, with the value that suits a door. In their order: a camera takes an exposure's limits only in
# the mode that has them.
CONTROLS: Final[Mapping[str, tuple[int, int]]] = {
    # Aperture priority: the camera measures the light itself.
    "auto exposure": (0x009A0901, 3),
    # A dim hall gives noise rather than fewer frames; noise is read, a smeared code is not.
    "fixed frame rate": (0x009A0903, 0),
    # Lamps in China flicker with 50 Hz.
    "power line 50 Hz": (0x00980918, 1),
    # A visitor before a bright door is not to become a shadow.
    "back light compensation": (0x0098091C, 1),
    "continuous focus": (0x009A090C, 1),
}


def set_controls(device: str) -> list[str]:
    """Set what the camera at `device` (/dev/videoN) has; the names of what was set. Never raises."""
    if sys.platform != "linux":
        return []
    import fcntl

    done: list[str] = []
    try:
        file = os.open(device, os.O_RDWR | os.O_NONBLOCK)
    except OSError:
        return []
    try:
        for name, (control, value) in CONTROLS.items():
            try:
                fcntl.ioctl(file, _SET_CONTROL, _CONTROL.pack(control, value))
            except OSError:  # the driver has no such control, or not this value
                continue
            done.append(name)
    finally:
        os.close(file)
    logger.info("camera controls set: %s", ", ".join(done) or "none")
    return done
