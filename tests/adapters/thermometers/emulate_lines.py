"""Thermometers at the other end of a line: a module on a pseudo-terminal, Modbus servers, a terminal that pushes."""

# ruff: noqa: ANN401 - what a loop runs has no type here
from __future__ import annotations

import asyncio
import contextlib
import os
import threading
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import requests
from pymodbus import FramerType
from pymodbus.server import ModbusSerialServer, ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice
from requests.auth import HTTPDigestAuth


def sealed(head: bytes) -> bytes:
    """Return a frame with its 8-bit sum."""
    return head + bytes([sum(head) & 0xFF])


def frame_a(object_cc: int, ambient_cc: int = 2150) -> bytes:
    """Return a frame of kind A."""
    words = object_cc.to_bytes(2, "big", signed=True) + ambient_cc.to_bytes(2, "big", signed=True)
    return sealed(bytes.fromhex("5A5A4504") + words)


def frame_b(object_cc: int, ambient_cc: int = 2150) -> bytes:
    """Return a frame of kind B."""
    words = object_cc.to_bytes(2, "big", signed=True) + ambient_cc.to_bytes(2, "big", signed=True)
    return sealed(bytes.fromhex("66660104") + words)


def frame_c(object_cc: int, ambient_cc: int = 2150, body_cc: int = 3650) -> bytes:
    """Return a frame of kind C, with the module's own estimate of the body."""
    words = b"".join(value.to_bytes(2, "big", signed=True) for value in (object_cc, ambient_cc, body_cc))
    return sealed(bytes.fromhex("A4030806") + words)


class Line:
    """A module's end of a pseudo-terminal; `path` is the kiosk's. What is asked of the module is in `heard`."""

    def __init__(self) -> None:
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.path = os.ttyname(self._slave)
        self.heard = b""
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def send(self, data: bytes) -> None:
        """Send bytes now."""
        os.write(self._master, data)

    def keep_sending(self, make: Callable[[int], bytes], pause_s: float = 0.005) -> None:
        """Send what `make` gives for 0, 1, 2 … until the line ends."""

        def loop() -> None:
            number = 0
            while not self._stop.wait(pause_s):
                with contextlib.suppress(OSError):
                    os.write(self._master, make(number))
                number += 1

        self._thread = threading.Thread(target=loop, daemon=True)
        self._thread.start()

    def hear(self, count: int) -> bytes:
        """Return the next bytes that the kiosk sends."""
        return os.read(self._master, count)

    def hang_up(self) -> None:
        """Pull the plug."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        for end in (self._master, self._slave):
            with contextlib.suppress(OSError):
                os.close(end)


@contextmanager
def line() -> Iterator[Line]:
    """Return a line that is hung up at the end."""
    made = Line()
    try:
        yield made
    finally:
        made.hang_up()


def _device() -> SimDevice:
    registers = [SimData(0, values=[0] * 40, datatype=DataType.REGISTERS)]
    bits = [SimData(0, values=[False] * 16, datatype=DataType.BITS)]
    return SimDevice(1, simdata=(bits, bits, registers, registers))


class ModbusDevice:
    """A real Modbus server of pymodbus in a thread of its own, on TCP or, with `port`, on a serial line."""

    def __init__(self, port: str = "", tcp_port: int = 0) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.server: Any = self._run(self._started(port, tcp_port))
        self.tcp_port = 0 if port else self.server.transport.sockets[0].getsockname()[1]

    async def _started(self, port: str, tcp_port: int) -> ModbusTcpServer | ModbusSerialServer:
        if port:
            server: Any = ModbusSerialServer(_device(), framer=FramerType.RTU, port=port, baudrate=9600)
        else:
            server = ModbusTcpServer(_device(), address=("127.0.0.1", tcp_port))
        await server.serve_forever(background=True)
        return server

    def _run(self, job: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(job, self._loop).result(10)

    def holds(self, address: int, *words: int, function: int = 4) -> None:
        """Put words into registers."""
        self._run(self.server.async_setValues(1, function, address, list(words)))

    def stop(self) -> None:
        """End the server."""
        self._run(self.server.shutdown())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@contextmanager
def modbus(port: str = "") -> Iterator[ModbusDevice]:
    """Return a server that ends at the end."""
    device = ModbusDevice(port)
    try:
        yield device
    finally:
        device.stop()


class Cable:
    """Two pseudo-terminals joined by a pump; `spoil` may change what goes to the kiosk."""

    def __init__(self) -> None:
        (self._a, slave_a), (self._b, slave_b) = os.openpty(), os.openpty()
        self._slaves = (slave_a, slave_b)
        for end in self._slaves:
            tty.setraw(end)
        self.kiosk, self.device = os.ttyname(slave_a), os.ttyname(slave_b)
        self.spoil: Callable[[bytes], bytes] = lambda data: data
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._pump, args=(self._a, self._b, lambda data: data), daemon=True),
            threading.Thread(target=self._pump, args=(self._b, self._a, self._spoiled), daemon=True),
        ]
        for end in (self._a, self._b):
            os.set_blocking(end, False)
        for thread in self._threads:
            thread.start()

    def _spoiled(self, data: bytes) -> bytes:
        return self.spoil(data)

    def _pump(self, source: int, target: int, change: Callable[[bytes], bytes]) -> None:
        while not self._stop.wait(0.001):
            with contextlib.suppress(BlockingIOError, OSError):
                data = change(os.read(source, 512))
                if data:
                    os.write(target, data)

    def close(self) -> None:
        """Let go of both ends."""
        self._stop.set()
        for thread in self._threads:
            thread.join()
        for end in (self._a, self._b, *self._slaves):
            with contextlib.suppress(OSError):
                os.close(end)


def pushed(port: int, event: dict[str, Any] | None, *, password: str = "secret", **more: Any) -> int:
    """Push an event as a terminal does, with digest authentication; return the answer's status."""
    body = {"eventType": "AccessControllerEvent", "dateTime": "2020-03-10T10:00:00+08:00", **more}
    if event is not None:
        body["AccessControllerEvent"] = event
    with requests.Session() as session:
        session.trust_env = False
        url = f"http://127.0.0.1:{port}/events"
        answer = session.post(url, json=body, auth=HTTPDigestAuth("kiosk", password), timeout=60)
    return answer.status_code
