"""The child process in which zbar runs, so that its memory faults cannot take the kiosk down.

Started as a plain script by `kiosk.scanning.zbar` with the number of a shared-memory file and its size. It
imports nothing of the kiosk and neither numpy nor OpenCV: it starts in a few hundredths of a second. Requests come
on standard input as two unsigned 32-bit numbers, width and height of the gray frame that lies in the shared
memory; each is answered by one line of JSON: `[["bytes in hex", [[x, y], …]], …]`. The first line says "ready", or
"missing" when libzbar0 is not installed. It ends when its standard input does.
"""

from __future__ import annotations

import ctypes
import json
import mmap
import signal
import struct
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

REQUEST = struct.Struct("=II")

# Seconds after which the child ends itself when zbar hangs and no parent is left to notice.
_HANGS_AFTER = 30

_Y800 = int.from_bytes(b"Y800", "little")
_QRCODE = 64
_ENABLE = 0
# zbar.h: ZBAR_CFG_BINARY. Without it zbar guesses at character sets and turns UTF-8 into Big5 or Shift-JIS.
_BINARY = 4


class Zbar:
    """The QR decoder of libzbar through pyzbar's low-level wrapper, which hands out bytes."""

    def __init__(self) -> None:
        """Raises ImportError when libzbar0 is missing."""
        from pyzbar import wrapper

        self._zbar: Any = wrapper
        self._components = wrapper.zbar_function(
            "zbar_symbol_get_components", ctypes.c_void_p, ctypes.POINTER(wrapper.zbar_symbol)
        )
        self._scanner = wrapper.zbar_image_scanner_create()
        for symbology, setting, value in ((0, _ENABLE, 0), (_QRCODE, _ENABLE, 1), (_QRCODE, _BINARY, 1)):
            wrapper.zbar_image_scanner_set_config(self._scanner, symbology, setting, value)

    def read(self, address: int, width: int, height: int) -> list[tuple[str, list[tuple[int, int]]]]:
        """The codes in the gray frame at `address`: bytes in hex, corners."""
        zbar = self._zbar
        image = zbar.zbar_image_create()
        try:
            zbar.zbar_image_set_format(image, _Y800)
            zbar.zbar_image_set_size(image, width, height)
            zbar.zbar_image_set_data(image, address, width * height, None)
            zbar.zbar_scan_image(self._scanner, image)
            return [self._symbol(symbol) for symbol in self._symbols(image)]
        finally:
            zbar.zbar_image_destroy(image)

    def _symbols(self, image: Any) -> Iterator[Any]:  # noqa: ANN401 - a ctypes pointer
        """The whole QR codes; one that has components is a structured-append message, whole or in parts."""
        symbol = self._zbar.zbar_image_first_symbol(image)
        while symbol:
            if symbol.contents.type == _QRCODE and not self._components(symbol):
                yield symbol
            symbol = self._zbar.zbar_symbol_next(symbol)

    def _symbol(self, symbol: Any) -> tuple[str, list[tuple[int, int]]]:  # noqa: ANN401 - a ctypes pointer
        zbar = self._zbar
        data = ctypes.string_at(zbar.zbar_symbol_get_data(symbol), zbar.zbar_symbol_get_data_length(symbol))
        corners = range(zbar.zbar_symbol_get_loc_size(symbol))
        return data.hex(), [
            (zbar.zbar_symbol_get_loc_x(symbol, corner), zbar.zbar_symbol_get_loc_y(symbol, corner))
            for corner in corners
        ]


def say(line: str) -> None:
    """Hand one line to the parent at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main(shared: int, size: int) -> None:
    """Answer requests until standard input ends."""
    # The kiosk is stopped as one; a Ctrl-C in its terminal must not break the child before its parent.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        zbar = Zbar()
    except ImportError:
        say("missing")
        return
    memory = mmap.mmap(shared, size)
    address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    say("ready")
    while len(request := sys.stdin.buffer.read(REQUEST.size)) == REQUEST.size:
        width, height = REQUEST.unpack(request)
        # The default action of SIGALRM ends the process even inside zbar.
        signal.alarm(_HANGS_AFTER)
        codes = zbar.read(address, width, height)
        signal.alarm(0)
        say(json.dumps(codes))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
