"""What the commands that make ledgers share: what the kiosk knows beside its log, and the file that they write."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kiosk.adapters.clock import SystemClock
from kiosk.adapters.local_copy import SqliteCopy
from kiosk.bootstrap import COPY_FILE
from kiosk.config import load
from kiosk.domain.ledger import Making, Missing
from kiosk.domain.ledger_row import Known
from kiosk.domain.masking import mask_name
from kiosk.domain.times import local_day
from kiosk.log_commands.files import log_file

if TYPE_CHECKING:
    from kiosk.domain.ledger import ChainEnd, Place
    from kiosk.protocol.messages import Documents

ZONE: Final = "Asia/Shanghai"  # where nobody says which
_MISUSED: Final = 2


def misused(why: str) -> int:
    """Say on standard error why the arguments cannot be used; return the exit code for it."""
    sys.stderr.write(why + "\n")
    return _MISUSED


def zone_name(text: str) -> str:
    """Return the name of a time zone, for argparse."""
    try:
        return ZoneInfo(text).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        message = f"{text!r} is no time zone"
        raise argparse.ArgumentTypeError(message) from error


def account() -> str:
    """Return the machine's account that runs this: who takes something out without saying a name is that one."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in some containers
        return f"uid {os.getuid()}"


def lacks_reason(options: argparse.Namespace) -> bool:
    """Tell whether names and numbers were asked for without saying by whom and what for."""
    return options.full and not ((options.by or "").strip() and (options.reason or "").strip())


def making(
    options: argparse.Namespace,
    timezone: str,
    chains: tuple[ChainEnd, ...] | None = None,
    forks: tuple[Place, ...] = (),
) -> Making:
    """Return how the ledger that was asked for is made; its day is today at a site in `timezone`, unless told."""
    now = SystemClock().now()
    return Making(
        day=options.day or local_day(now, timezone),
        made_at=now,
        full=options.full,
        by=options.by or "",
        reason=options.reason or "",
        missing=Missing(forks=forks),
        chains=chains,
    )


def known_here(options: argparse.Namespace) -> Known:
    """Return what this kiosk knows beside its log; nobody's whole name is among it, except guards' for `--full`."""
    documents = _documents(options)
    if documents is None:
        return Known(options.timezone or ZONE)
    guards: dict[str, str] = {
        guard.id: guard.name if options.full else mask_name(guard.name) for guard in documents.guards
    }
    plan = documents.plan or load(options.config).plan
    return Known(
        timezone=options.timezone or documents.site.timezone,
        site_name=documents.site.name.zh,
        services={service.id: service.name.zh for service in documents.services},
        guards=guards,
        places={place.id: place.name.zh for place in plan.places},
        contacts={contact.id: contact.name.zh for contact in plan.contacts},
    )


def _documents(options: argparse.Namespace) -> Documents | None:
    path, key = log_file(options.config, options.data)
    copy_file = path.with_name(COPY_FILE)
    if not copy_file.is_file():
        return None
    copy = SqliteCopy(copy_file, key)
    try:
        return copy.documents()
    finally:
        copy.close()
