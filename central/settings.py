"""The server's settings: checked TOML, every mistake at once, with file and key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from pydantic import ConfigDict, Field, field_validator, model_validator
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from kiosk.errors import ConfigError
from kiosk.toml_file import Section, parse, read

if TYPE_CHECKING:
    from pathlib import Path


class _Section(Section):
    """A section in which a number is a number, and never a text that looks like one."""

    model_config = ConfigDict(strict=True)


class ServerSettings(_Section):
    """Where the server listens; port 0 takes any free one. `public_url`: where kiosks find it, for the enrolment QR."""

    host: str = "127.0.0.1"
    port: int = Field(default=8480, ge=0, le=65535)
    public_url: str = Field(default="", pattern=r"^(https?://[A-Za-z0-9.:\[\]_~/-]+)?$")


class TlsSettings(_Section):
    """The server's own TLS; all empty: plain HTTP. With `client_ca_file` each kiosk needs a certificate of it."""

    cert_file: str = ""
    key_file: str = ""
    client_ca_file: str = ""

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if bool(self.cert_file) != bool(self.key_file):
            raise ValueError("cert_file and key_file belong together")
        if self.client_ca_file and not self.cert_file:
            raise ValueError("client_ca_file needs cert_file and key_file")
        return self


class DatabaseSettings(_Section):
    """Where the data lives. `url` empty: `central.db` in the data folder."""

    url: str = ""

    @field_validator("url")
    @classmethod
    def _is_known(cls, url: str) -> str:
        if url and not _is_database(url):
            # Without the text: a password may stand in it.
            raise ValueError("must be sqlite:///FILE or postgresql://USER@HOST/NAME")
        return url


class BookingSettings(_Section):
    """Which days a kiosk holds, counted from the site's today, and how many bookings one page carries."""

    days_back: int = Field(default=1, ge=0, le=7)
    days_ahead: int = Field(default=7, ge=0, le=60)
    page: int = Field(default=5000, ge=1, le=5000)


class EnrolmentSettings(_Section):
    """How long a one-time code lives, and how often it may be tried."""

    life_min: int = Field(default=15, ge=1, le=1440)
    tries: int = Field(default=5, ge=1, le=20)
    per_minute: int = Field(default=20, ge=1, le=1000)


class LimitSettings(_Section):
    """Bounds on what is sent. `upload_mb` is meant after unpacking; 32 holds the largest lawful batch."""

    upload_mb: int = Field(default=32, ge=1, le=256)
    clock_skew_s: int = Field(default=120, ge=1)


class AdminSettings(_Section):
    """Where the admin's bearer token is. Empty: `admin.token` in the data folder, made at the first start."""

    token_file: str = ""


class Settings(_Section):
    """All settings; each has a default, so an empty file is a whole one."""

    server: ServerSettings = ServerSettings()
    tls: TlsSettings = TlsSettings()
    database: DatabaseSettings = DatabaseSettings()
    bookings: BookingSettings = BookingSettings()
    enrolment: EnrolmentSettings = EnrolmentSettings()
    limits: LimitSettings = LimitSettings()
    admin: AdminSettings = AdminSettings()


def _is_database(url: str) -> bool:
    """Tell whether a URL names a database that this server can keep its data in."""
    try:
        return make_url(url).get_backend_name() in ("sqlite", "postgresql")
    except ArgumentError:
        return False


def load(path: Path) -> Settings:
    """Return the settings in the file at `path`; raises ConfigError with all mistakes."""
    mistakes: list[str] = []
    settings = read(path, _settings_in, mistakes)
    if settings is None:
        raise ConfigError(mistakes)
    return settings


def _settings_in(text: str, where: Path, mistakes: list[str]) -> Settings | None:
    return parse(text, where, Settings, mistakes)
