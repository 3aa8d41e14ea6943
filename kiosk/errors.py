"""Every error raised on purpose, named by what the caller should do.

A "no" is not an error: refusals and outcomes are values (`kiosk.domain`). Each class has a stable `code`
with a text in both languages in `config/texts.*.toml`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence


class KioskError(Exception):
    """Something went wrong that a person must hear of."""

    code: ClassVar[str] = "kiosk_error"


class UsageError(KioskError):
    """A command was not told what it needs, or things that cannot both be meant."""

    code = "usage_error"


class ConfigError(KioskError):
    """The settings cannot be used; holds every mistake found, one line each, with file and key."""

    code = "config_error"

    def __init__(self, mistakes: Sequence[str]) -> None:
        """Keep all `mistakes`, so that one start shows them all."""
        super().__init__("\n".join(mistakes))
        self.mistakes = tuple(mistakes)


class DeviceError(KioskError):
    """A device did not do its part; `device` names which."""

    code = "device_error"

    def __init__(self, device: str, message: str) -> None:
        """Name the device first: a guard looks for the thing, not for the reason."""
        super().__init__(f"{device}: {message}")
        self.device = device


class DeviceUnavailable(DeviceError):
    """The device is not there; look at the plug, then try again."""

    code = "device_unavailable"


class DeviceTimeout(DeviceError):
    """The device is there and says nothing; try again."""

    code = "device_timeout"


class DeviceGarbled(DeviceError):
    """The device says what nobody understands; never read as a value."""

    code = "device_garbled"


class SensorFault(DeviceError):
    """The device itself says that its sensor is broken; its number is none."""

    code = "sensor_fault"


class ServerError(KioskError):
    """The central server did not do its part."""

    code = "server_error"


class ServerUnreachable(ServerError):
    """No answer, or not from our server (a captive portal, a proxy): keep the entries and try again later."""

    code = "server_unreachable"


class ServerRejected(ServerError):
    """Our server understood and said no (a revoked kiosk, a used enrolment code): tell someone.

    `reason`: the server's own code (`revoked`, `unauthorised` …), or `distrust` when TLS says no.
    """

    code = "server_rejected"

    def __init__(self, message: str, reason: str = "") -> None:
        """Keep the reason beside the words."""
        super().__init__(message)
        self.reason = reason


class ServerGarbled(ServerError):
    """Our server answered what the protocol does not know; keep the entries and tell someone."""

    code = "server_garbled"


class StoreError(KioskError):
    """The screening log cannot be written or trusted; stop admitting and call the operator."""

    code = "store_error"


class StoreFull(StoreError):
    """No room on the disk; nothing of the act was kept."""

    code = "store_full"


class StoreDamaged(StoreError):
    """The screening log's file or chain is damaged, or the key does not fit."""

    code = "store_damaged"


class StoreForked(StoreError):
    """This log and the server's copy of it went apart (an old disk image, a twin): set the kiosk up anew."""

    code = "store_forked"


class RulesMissing(StoreError):
    """The site's rules never came from the server; nobody is admitted by guesses. Let the kiosk reach the server."""

    code = "rules_missing"


class ProtocolError(KioskError):
    """A code or message that we cannot read."""

    code = "protocol_error"
