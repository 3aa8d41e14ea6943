"""What every driver's options have in common, and how they are checked: all mistakes at once, each with its key."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from pydantic import Field, ValidationError, field_validator

from kiosk.domain.policy import BodySite, ReadingKind
from kiosk.errors import ConfigError
from kiosk.toml_file import Section, mistakes_of

if TYPE_CHECKING:
    from collections.abc import Mapping

Hex = Annotated[str, Field(pattern=r"^([0-9A-Fa-f]{2}\s*)+$")]


class Options(Section):
    """Options of any device that measures.

    `serial` tells this device apart from its like in the log. `samples` make one reading, `interval_s` apart;
    `deadline_s` is how long somebody may take to stand there. The same raw answer for `stuck_s`
    times its step in hundredths of a degree is a stuck sensor.
    """

    serial: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,40}$")]
    site: BodySite = BodySite.FOREHEAD
    kind: ReadingKind = ReadingKind.SURFACE
    calibration_id: str = ""
    calibration_due: date | None = None
    firmware: str = ""
    samples: int = Field(default=12, ge=10, le=100)
    interval_s: float = Field(default=0.1, ge=0, le=5)
    deadline_s: float = Field(default=15.0, gt=0, le=120)
    stuck_s: float = Field(default=30.0, gt=0, le=3600)


class SurfaceOptions(Options):
    """Options of a bare sensor."""

    @field_validator("kind")
    @classmethod
    def _is_surface(cls, kind: ReadingKind) -> ReadingKind:
        if kind is not ReadingKind.SURFACE:
            raise ValueError("this sensor sees a surface; it estimates no body")
        return kind


_Options = TypeVar("_Options", bound=Section)


def checked(kind: type[_Options], options: Mapping[str, Any]) -> _Options:
    """Return the driver's own part of the settings' section; raises ConfigError with every mistake."""
    try:
        return kind.model_validate(options.get("options", {}))
    except ValidationError as error:
        raise ConfigError([f"thermometer.options.{key}: {reason}" for key, reason in mistakes_of(error)]) from error
