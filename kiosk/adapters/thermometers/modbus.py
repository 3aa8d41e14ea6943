"""Thermometers on Modbus, TCP or RTU, wholly by table: every maker has a map of his own.

Each quantity says where it stands and how it becomes degrees: function, address, type, word order, scale, offset,
unit, and the codes that mean "no measurement". Scales are decimal, so that 0.1 is a tenth.
"""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Literal, Self

from pydantic import Field, model_validator
from pymodbus import FramerType, ModbusException
from pymodbus.client import ModbusSerialClient, ModbusTcpClient
from pymodbus.exceptions import ConnectionException, ModbusIOException

from kiosk.adapters.thermometers.degrees import Unit, to_cc
from kiosk.adapters.thermometers.options import Options, checked
from kiosk.adapters.thermometers.sampled import Sample, SampledThermometer
from kiosk.errors import DeviceGarbled, DeviceTimeout, DeviceUnavailable, SensorFault
from kiosk.ports import THERMOMETER_API, Capabilities
from kiosk.toml_file import Section

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from pymodbus.pdu import ModbusPDU

    from kiosk.ports import Clock

_BUSY: Final = 6  # the exception code of a device that asks to be asked again
_TYPES: Final = {"int16": 1, "uint16": 1, "int32": 2, "uint32": 2, "float32": 2}
_TRIES: Final = 2


class Quantity(Section):
    """Where something stands and how it becomes degrees: raw × scale + offset, in `unit`."""

    function: Literal[3, 4] = 4
    address: int = Field(ge=0, le=65_535)
    type: Literal["int16", "uint16", "int32", "uint32", "float32"] = "int16"
    word_order: Literal["big", "little"] = "big"
    scale: Decimal = Field(default=Decimal("0.01"), gt=0)
    offset: Decimal = Decimal(0)
    unit: Unit = Unit.CELSIUS
    invalid: tuple[int, ...] = ()

    @property
    def count(self) -> int:
        """Return how many registers it takes."""
        return _TYPES[self.type]


class Bits(Section):
    """A register of which some bits say something."""

    function: Literal[3, 4] = 4
    address: int = Field(ge=0, le=65_535)
    mask: int = Field(default=0xFFFF, ge=1, le=0xFFFF)


class ModbusOptions(Options):
    """`host` and `tcp_port`, or `port` and `baud` of a serial line; then the table.

    `presence`: bits of which one says that somebody stands there; `fault`: bits of which one says that it is broken.
    """

    host: str = ""
    tcp_port: int = Field(default=502, ge=1, le=65_535)
    port: str = ""
    baud: int = Field(default=9600, ge=1200, le=921_600)
    device: int = Field(default=1, ge=0, le=255)
    timeout_s: float = Field(default=1.0, gt=0, le=10)
    object: Quantity
    ambient: Quantity | None = None
    presence: Bits | None = None
    fault: Bits | None = None

    @model_validator(mode="after")
    def _has_one_way(self) -> Self:
        if bool(self.host) == bool(self.port):
            raise ValueError("either host (TCP) or port (a serial line), not both")
        return self


class ModbusSensor:
    """A device on Modbus."""

    emissivity = ""

    def __init__(self, options: ModbusOptions) -> None:
        self.name = f"modbus:{options.serial}"
        self._options = options
        self._client: ModbusTcpClient | ModbusSerialClient | None = None

    def begin(self) -> None:
        """Do nothing: each register is read when it is asked for."""

    def sample(self) -> Sample:
        """Return what the table makes of the registers."""
        options = self._options
        if options.fault is not None and self._bits(options.fault):
            raise SensorFault(self.name, "reports a fault of its own")
        is_nobody = options.presence is not None and not self._bits(options.presence)
        words = self._registers(options.object.function, options.object.address, options.object.count)
        raw = b"".join(item.to_bytes(2, "big") for item in words)
        value = self._value(options.object, words)
        room = None
        if options.ambient is not None:
            more = self._registers(options.ambient.function, options.ambient.address, options.ambient.count)
            raw += b"".join(item.to_bytes(2, "big") for item in more)
            room = self._value(options.ambient, more)
        if value is None:
            return Sample(0, raw, room, is_nobody=True)
        return Sample(value, raw, room, is_nobody=is_nobody)

    def _bits(self, bits: Bits) -> int:
        return self._registers(bits.function, bits.address, 1)[0] & bits.mask

    def _value(self, quantity: Quantity, words: list[int]) -> int | None:
        """Return hundredths of a degree Celsius, or None for a code that means "no measurement"."""
        kind = ModbusTcpClient.DATATYPE[quantity.type.upper()]
        number = ModbusTcpClient.convert_from_registers(words, kind, word_order=quantity.word_order)
        if not isinstance(number, int | float) or not math.isfinite(number):
            raise DeviceGarbled(self.name, "sent what is no number")
        if number in quantity.invalid:
            return None
        return to_cc(Decimal(number) * quantity.scale + quantity.offset, quantity.unit)

    def _registers(self, function: int, address: int, count: int) -> list[int]:
        """Read registers; raises DeviceUnavailable, DeviceTimeout, or DeviceGarbled for an answer that is a "no"."""
        for attempt in range(1, _TRIES + 1):
            try:
                answer = self._asked(function, address, count)
            except ConnectionException as error:
                raise DeviceUnavailable(self.name, f"cannot be reached: {error}") from error
            except ModbusIOException as error:
                if attempt == _TRIES:
                    raise DeviceTimeout(self.name, "does not answer, or not so that it can be understood") from error
                continue
            except (ModbusException, OSError) as error:
                raise DeviceUnavailable(self.name, f"cannot be reached: {error}") from error
            return self._content(answer, address, count)
        raise DeviceTimeout(self.name, "does not answer")

    def _asked(self, function: int, address: int, count: int) -> ModbusPDU:
        client = self._opened()
        read = client.read_holding_registers if function == 3 else client.read_input_registers  # noqa: PLR2004
        answer = read(address, count=count, device_id=self._options.device)
        if isinstance(answer, ModbusIOException):
            raise answer
        return answer

    def _content(self, answer: ModbusPDU, address: int, count: int) -> list[int]:
        if answer.isError():
            why = "is busy" if answer.exception_code == _BUSY else f"refuses (code {answer.exception_code})"
            raise DeviceGarbled(self.name, f"register {address}: it {why}")
        if len(answer.registers) != count:
            raise DeviceGarbled(self.name, f"register {address}: sent {len(answer.registers)} words, not {count}")
        return list(answer.registers)

    def _opened(self) -> ModbusTcpClient | ModbusSerialClient:
        if self._client is None:
            options = self._options
            if options.host:
                client: ModbusTcpClient | ModbusSerialClient = ModbusTcpClient(
                    options.host, port=options.tcp_port, timeout=options.timeout_s, retries=0
                )
            else:
                client = ModbusSerialClient(
                    options.port, framer=FramerType.RTU, baudrate=options.baud, timeout=options.timeout_s, retries=0
                )
            if not client.connect():
                raise DeviceUnavailable(self.name, f"{options.host or options.port} cannot be reached")
            self._client = client
        return self._client

    def describe(self) -> Capabilities:
        """Return what the table says."""
        scale = abs(self._options.object.scale)
        return Capabilities(
            api=THERMOMETER_API,
            kind=self._options.kind,
            site=self._options.site,
            resolution_cc=max(1, round(100 * scale)) if self._options.object.type != "float32" else 1,
            accuracy="as its maker says",
            samples=self._options.samples,
        )

    def close(self) -> None:
        """Let go of the connection."""
        if self._client is not None:
            self._client.close()
            self._client = None


def open_device(options: Mapping[str, Any], clock: Clock) -> SampledThermometer:
    """Return the device for `kiosk.toml`."""
    chosen = checked(ModbusOptions, options)
    return SampledThermometer(ModbusSensor(chosen), chosen, clock)
