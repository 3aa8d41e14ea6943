"""Settings from TOML: checked whole, every mistake at once, each with its file and key."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from kiosk.documents.declaration_file import declaration_in
from kiosk.documents.plan_file import plan_in
from kiosk.documents.policy_file import policy_in
from kiosk.domain.declaration import Declaration
from kiosk.domain.plan import Plan
from kiosk.domain.policy import Policy
from kiosk.domain.site import Words
from kiosk.errors import ConfigError
from kiosk.toml_file import Section, parse, read


class ServerSettings(Section):
    """Where the central server is."""

    url: Annotated[str, Field(pattern=r"^https?://[^/\s]+(/.*)?$")]
    connect_timeout_s: float = Field(3.0, gt=0, le=60)
    read_timeout_s: float = Field(10.0, gt=0, le=120)
    ca_file: str = ""
    client_cert_file: str = ""
    client_key_file: str = ""
    token_life_days: int = Field(default=30, ge=1, le=365)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if bool(self.client_cert_file) != bool(self.client_key_file):
            raise ValueError("client_cert_file and client_key_file belong together")
        if self.client_cert_file and not self.url.startswith("https:"):
            raise ValueError("a client certificate needs an https url")
        key = Path(self.client_key_file)
        if key.is_file() and key.stat().st_mode & 0o077:
            raise ValueError(f"client_key_file: others can read it; run: chmod 600 {key}")
        return self


class LogSettings(Section):
    """Where the log's key lies; never inside the data folder. `escrow_key_file`: seals a copy at enrolment."""

    key_file: Annotated[str, Field(min_length=1)]
    escrow_key_file: str = ""


class CameraSettings(Section):
    """Where frames come from: an index, a video file, a folder, or "none"."""

    source: str = "0"


class SerialSettings(Section):
    """A device on a serial line: its path under /dev/serial/by-id, which stays the same, or "" for none."""

    port: str = ""
    baud: int = Field(115200, ge=1200, le=921600)


class ThermometerSettings(Section):
    """Which thermometer measures. `options` are the driver's own, which it checks; `docs/temperature.md` lists them.

    `outdoor_file`: a file with the temperature outside in thousandths of a degree (a sensor of Linux), or "".
    """

    driver: Annotated[str, Field(min_length=1)]
    file: str = ""
    outdoor_file: str = ""
    options: dict[str, Any] = Field(default_factory=dict[str, Any])


class AlarmSettings(Section):
    """Lamp and sounder at the guard's place. `lamp`, `sounder`: channels of a relay board, 0 for none."""

    driver: Literal["none", "serial_relay", "command"] = "none"
    port: str = ""
    lamp: int = Field(1, ge=0, le=8)
    sounder: int = Field(2, ge=0, le=8)
    command: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.driver == "serial_relay" and not self.port:
            raise ValueError("a serial_relay needs its port")
        if self.driver == "serial_relay" and self.lamp == self.sounder:
            raise ValueError("lamp and sounder need channels of their own")
        if self.driver == "command" and not self.command:
            raise ValueError("a command needs its program")
        return self


class ExitSensorSettings(SerialSettings):
    """What tells each person who leaves: a sensor on a serial line, or a program that prints a line for each."""

    command: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if self.port and self.command:
            raise ValueError("an exit sensor has a port or a command, not both")
        return self


class PaperSettings(Section):
    """Where USB sticks are mounted: patterns of folders, or a folder itself."""

    sticks: tuple[Annotated[str, Field(pattern=r"^/")], ...] = ("/media/*/*", "/run/media/*/*")


class ScreenSettings(Section):
    """The window, in pixels. `sound`: a short tone when the camera has read a code, where there is a loudspeaker."""

    width: int = Field(1080, ge=480, le=7680)
    height: int = Field(1920, ge=480, le=7680)
    fullscreen: bool = True
    first_language: Literal["zh", "en"] = "zh"
    sound: bool = True


class TimeoutSettings(Section):
    """Seconds without a touch before a screen goes back."""

    booking_s: int = Field(30, ge=5, le=600)
    declaration_s: int = Field(60, ge=5, le=600)
    measuring_s: int = Field(45, ge=5, le=600)
    result_s: int = Field(8, ge=2, le=600)
    refused_s: int = Field(30, ge=5, le=600)
    wait_s: int = Field(15, ge=5, le=600)
    keypad_s: int = Field(40, ge=5, le=600)
    guard_s: int = Field(60, ge=10, le=600)


class KioskSettings(Section):
    """One kiosk's `kiosk.toml`."""

    mode: Literal["demo", "test", "production"]
    role: Literal["visitor", "guard", "board"] = "visitor"
    direction: Literal["entry", "exit"] = "entry"
    entrance: Words = Words("1 号入口", "Entrance 1")
    server: ServerSettings
    log: LogSettings
    camera: CameraSettings = CameraSettings()
    scanner: SerialSettings = SerialSettings()  # pyright: ignore[reportCallIssue]
    id_card: SerialSettings = SerialSettings()  # pyright: ignore[reportCallIssue]
    exit_sensor: ExitSensorSettings = ExitSensorSettings()  # pyright: ignore[reportCallIssue]
    thermometer: ThermometerSettings
    alarm: AlarmSettings = AlarmSettings()  # pyright: ignore[reportCallIssue]
    screen: ScreenSettings = ScreenSettings()  # pyright: ignore[reportCallIssue]
    paper: PaperSettings = PaperSettings()
    timeouts: TimeoutSettings = TimeoutSettings()  # pyright: ignore[reportCallIssue]

    @property
    def is_station(self) -> bool:
        """Whether this is the guard's own, at which no visitor stands."""
        return self.role == "guard"

    @property
    def is_board(self) -> bool:
        """Whether this is a display in the rest room, which tells who is called."""
        return self.role == "board"

    @model_validator(mode="before")
    @classmethod
    def _needs_no_devices(cls, given: dict[str, Any]) -> dict[str, Any]:
        """Let a guard's station and a board do without a camera and a thermometer."""
        spared = {"camera": {"source": "none"}, "thermometer": {"driver": "manual"}}
        return {**spared, **given} if given.get("role") in {"guard", "board"} else given

    @model_validator(mode="after")
    def _reads_no_codes(self) -> Self:
        if self.is_board and self.camera.source != "none":
            raise ValueError('a board shows no live picture: leave camera.source out, or set it to "none"')
        return self


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that `config/` says, checked."""

    kiosk: KioskSettings
    policy: Policy
    declaration: Declaration
    plan: Plan
    folder: Path


def load(kiosk_file: Path) -> Settings:
    """Return the settings of `kiosk_file` and of the policy, declaration and plan beside it.

    Raises ConfigError with every mistake in every file.
    """
    folder = kiosk_file.parent
    mistakes: list[str] = []
    kiosk = read(kiosk_file, _kiosk_in, mistakes)
    policy = read(folder / "policy.toml", policy_in, mistakes)
    declaration = read(folder / "declaration.toml", declaration_in, mistakes)
    plan = read(folder / "plan.toml", plan_in, mistakes)
    if kiosk is None or policy is None or declaration is None or plan is None or mistakes:
        raise ConfigError(mistakes)
    return Settings(kiosk, policy, declaration, plan, folder)


def _kiosk_in(text: str, where: Path, mistakes: list[str]) -> KioskSettings | None:
    return parse(text, where, KioskSettings, mistakes)


def read_screen(kiosk_file: Path) -> ScreenSettings:
    """Return how the window is set up, whatever else is wrong; the defaults where that is wrong as well."""
    try:
        raw = tomllib.loads(kiosk_file.read_text(encoding="utf-8")).get("screen", {})
        return ScreenSettings.model_validate(raw)
    except (OSError, ValueError):  # no TOML, no UTF-8 and pydantic's mistakes are ValueErrors
        return ScreenSettings()  # pyright: ignore[reportCallIssue]
