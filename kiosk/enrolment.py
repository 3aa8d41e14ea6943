"""A kiosk's data folder and identity: set up once, set up anew; and who may use the folder now. Wiping: `wiping.py`.

Nothing here loses an entry: while the server lacks any of them, the folder is not set up anew.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.adapters.central_client import CentralClient, client_by, client_of
from kiosk.adapters.clock import SystemClock
from kiosk.adapters.database import read_key
from kiosk.adapters.escrow import SEALED_FILE, seal
from kiosk.adapters.local_copy import SqliteCopy
from kiosk.adapters.log_reader import Identity
from kiosk.adapters.log_store import LogStore
from kiosk.domain.ids import KioskId, SiteId
from kiosk.errors import StoreError
from kiosk.services.reporting import Backoff, Reporter

if TYPE_CHECKING:
    from collections.abc import Generator

    from kiosk.config import Settings
    from kiosk.ports import Clock
    from kiosk.protocol.messages import Documents

LOG_FILE: Final = "log.db"
PAPER_FOLDER: Final = "paper"
COPY_FILE: Final = "copy.db"
_LOCK_FILE: Final = "in-use"
_CREDENTIAL: Final = "credential:"


@contextmanager
def in_use(data: Path) -> Generator[None]:
    """Hold the data folder: one kiosk, one setting-up or one wipe at a time; raises StoreError when another has it.

    The operating system lets go of it when the process ends, however it ends.
    """
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        opened = (data / _LOCK_FILE).open("w")
    except OSError as error:
        message = f"{data}: cannot be made or written: {error.strerror}"
        raise StoreError(message) from error
    with opened as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            message = f"{data}: in use by another process; stop that kiosk first"
            raise StoreError(message) from error
        yield


def data_key(settings: Settings, data: Path) -> bytes:
    """Return the key of the log in `data`; made at the first start, never beside a log that has one already."""
    named = settings.kiosk.log.key_file
    if named.startswith(_CREDENTIAL):
        return _credential(named.removeprefix(_CREDENTIAL))
    path = Path(named).expanduser()
    if path.resolve().is_relative_to(data.resolve()):
        message = f"log.key_file: {path} lies inside the data folder; a stolen disk would bring its own key"
        raise StoreError(message)
    return read_key(path, may_create=not any(data.glob("log*.db")))


def heard(settings: Settings, data: Path) -> Documents | None:
    """Return the site's documents as the kiosk last heard them from the server, or None before the first ones."""
    copy = SqliteCopy(data / COPY_FILE, data_key(settings, data))
    try:
        return copy.documents()
    finally:
        copy.close()


def _credential(name: str) -> bytes:
    """Return the key that systemd hands to the unit (`LoadCredentialEncrypted=NAME:…`); it is never made here."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    if folder is None or Path(name).name != name:
        message = f"log.key_file: no credential {name!r}; systemd hands it over, to the kiosk's unit only"
        raise StoreError(message)
    return read_key(Path(folder) / name, may_create=False)


def central_client(settings: Settings, token: str | None, clock: Clock) -> CentralClient:
    """Return the client of the configured server; `token` is None before enrolment."""
    return client_by(settings.kiosk.server, token, clock)


def enrol(settings: Settings, data: Path, code: str) -> Identity:
    """Trade a one-time code for this kiosk's identity and keep it in a new log; raises ServerError or StoreError.

    A log that is enrolled already is put aside, whole, as `log-epoch-N.db` (or with a number more where that is taken);
    only once the server holds all of it.
    """
    with in_use(data):
        key = data_key(settings, data)
        old = deliver(settings, data, key)
        name = _name_aside(data, old) if old is not None else ""
        _seal(settings, data, key)
        private = Ed25519PrivateKey.generate()
        public = private.public_key().public_bytes_raw().hex()
        answer = central_client(settings, None, SystemClock()).enrol(code, public)
        identity = Identity(
            site_id=SiteId(answer.site_id),
            kiosk_id=KioskId(answer.kiosk_id),
            epoch=answer.epoch,
            letter=answer.letter,
            token=answer.token,
            id_key=answer.id_key,
            private_key=private.private_bytes_raw().hex(),
        )
        if name:
            _put_aside(data, name)
        store = LogStore(data / LOG_FILE, key, SystemClock(), lambda: None)
        try:
            store.enrol(identity)
        finally:
            store.close()
    return identity


def not_enrolled(data: Path) -> StoreError:
    """Return the error of a kiosk that was never enrolled."""
    return StoreError(f"{data}: this kiosk is not enrolled; run: main.py kiosk --data {data} --enrol CODE")


def is_enrolled(settings: Settings, data: Path) -> bool:
    """Tell whether the kiosk in `data` is somebody; raises StoreError when its log cannot be opened."""
    if not (data / LOG_FILE).exists():
        return False
    store = LogStore(data / LOG_FILE, data_key(settings, data), SystemClock(), lambda: None)
    try:
        return store.identity is not None
    finally:
        store.close()


@dataclass(frozen=True, slots=True)
class Delivered:
    """A log that was shipped as far as it can be: whose it is, how much the server lacks, and whether it was asked.

    `is_compared`: the server said how far its own copy goes; what it had lost since was sent again. Where it did not
    say, all of the log is `unsent`. `is_settled`: all of the log is in its one file, and no other process is in it.
    """

    identity: Identity
    unsent: int
    is_compared: bool
    is_settled: bool


def deliver(settings: Settings, data: Path, key: bytes) -> Delivered | None:
    """Ship what a kiosk that was stopped left unsent, if only the word that it was stopped; what cannot go stays.

    Returns None where no enrolled log lies in `data`.
    """
    if not (data / LOG_FILE).exists():
        return None
    store = LogStore(data / LOG_FILE, key, SystemClock(), lambda: None)
    try:
        identity = store.identity
        if identity is None:
            return None
        client = client_of(settings.kiosk.server, identity, store.earlier_tokens(), SystemClock())
        reporter = Reporter(store, client, store, Backoff(lambda: 0.0))
        reporter.step()  # also with nothing to send: the server may have come back from an older copy of itself
        while left := store.last()[0] - store.acknowledged():
            reporter.step()
            if store.last()[0] - store.acknowledged() == left:
                break
        client.close()
        # What a server once acknowledged counts as held by it only while it says so.
        held = store.acknowledged() if reporter.is_compared else 0
        return Delivered(identity, store.last()[0] - held, reporter.is_compared, store.settle())
    finally:
        store.close()


def unsent_words(data: Path, count: int) -> str:
    """Return what is said where entries would be lost: how many, and the two ways on."""
    return (
        f"{data}: {count} entries are unsent; let the kiosk reach the server first, or keep them by: "
        f"main.py log export --data {data} --json > FILE"
    )


def _name_aside(data: Path, old: Delivered) -> str:
    """Return the name that the old log gets; raises StoreError while the server lacks some of it, or it is in use."""
    if old.unsent:
        raise StoreError(unsent_words(data, old.unsent))
    if not old.is_settled:
        message = f"{data / LOG_FILE}: another program is reading this log (log list, log export?); end it first"
        raise StoreError(message)
    # Another kiosk's log may have the same epoch: each counts from one.
    numbers = ("", *(f"-{number}" for number in range(2, 1000)))
    names = (f"log-epoch-{old.identity.epoch}{number}.db" for number in numbers)
    return next(name for name in names if not any(data.glob(f"{name}*")))


def _seal(settings: Settings, data: Path, key: bytes) -> None:
    """Seal a copy of the key to the supervisor, before a code is spent on a kiosk whose key nobody could recover."""
    public = settings.kiosk.log.escrow_key_file
    if public:
        try:
            seal(key, Path(public).expanduser(), data / SEALED_FILE)
        except StoreError as error:
            message = f"log.escrow_key_file: {error}"
            raise StoreError(message) from error
    elif settings.kiosk.mode == "production":
        message = "log.escrow_key_file: production needs the supervisor's public key (main.py log escrow-keys)"
        raise StoreError(message)


def _put_aside(data: Path, name: str) -> None:
    """Rename a log that is whole in its file; what SQLite left beside it would be taken for the new one's."""
    if (ahead := data / f"{LOG_FILE}-wal").exists() and ahead.stat().st_size:
        ahead.rename(data / f"{name}-wal")  # somebody wrote since it was looked at: it goes with its log
    (data / LOG_FILE).rename(data / name)
    for left in (f"{LOG_FILE}-wal", f"{LOG_FILE}-shm", COPY_FILE, f"{COPY_FILE}-wal", f"{COPY_FILE}-shm"):
        (data / left).unlink(missing_ok=True)
