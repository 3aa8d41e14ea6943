"""A kiosk's data folder and identity: set up once, set up anew, wiped; and who may use the folder now.

Nothing here loses an entry: while the server lacks any of them, the folder is neither set up anew nor wiped.
"""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.adapters.aside_logs import AsideLogs
from kiosk.adapters.central_client import CentralClient, client_by
from kiosk.adapters.clock import SystemClock
from kiosk.adapters.database import read_key
from kiosk.adapters.escrow import SEALED_FILE, seal
from kiosk.adapters.local_copy import SqliteCopy
from kiosk.adapters.log_reader import Identity, LogReader
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

    A log that is enrolled already is put aside, whole, as `log-epoch-N.db`; only once the server holds all of it.
    """
    with in_use(data):
        key = data_key(settings, data)
        _deliver(settings, data, key)
        old = _shipped(data, key)
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
        if old is not None:
            _put_aside(data, old)
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


def wipe(settings: Settings, data: Path, exported: Path | None) -> int:
    """Delete everything in `data`; return how many entries were only in `exported`.

    Raises StoreError while entries are unsent, unless `exported` (`log export --json`) holds each of them, and while
    days in any of its logs are under a legal hold.
    """
    with in_use(data):
        key = data_key(settings, data)
        _deliver(settings, data, key)
        _refuse_held(data, key)
        unsent = _unsent(data, key)
        missing = unsent - _hashes(exported) if exported is not None else unsent
        if missing:
            raise StoreError(_unsent_words(data, len(missing)))
        for pattern in ("log*.db*", f"{COPY_FILE}*", SEALED_FILE):
            for path in data.glob(pattern):
                path.unlink()
    return len(unsent)


def _deliver(settings: Settings, data: Path, key: bytes) -> None:
    """Ship what a kiosk that was stopped left unsent, if only the word that it was stopped; what cannot go stays."""
    if not (data / LOG_FILE).exists():
        return
    store = LogStore(data / LOG_FILE, key, SystemClock(), lambda: None)
    try:
        if store.identity is None:
            return
        client = central_client(settings, store.identity.token, SystemClock())
        reporter = Reporter(store, client, store, Backoff(lambda: 0.0))
        while left := store.last()[0] - store.acknowledged():
            reporter.step()
            if store.last()[0] - store.acknowledged() == left:
                break
        client.close()
    finally:
        store.close()


def _refuse_held(data: Path, key: bytes) -> None:
    """Raise StoreError where a log in `data`, put aside or not, has days that must not be erased."""
    for aside in AsideLogs(data, key).logs():
        if aside.holds or aside.unsent:
            why = "is under a legal hold" if aside.holds else f"has {aside.unsent} entries that are unsent"
            raise StoreError(f"{data / aside.name}: {why}; take this file into safe keeping first")
    if not (data / LOG_FILE).exists():
        return
    store = LogStore(data / LOG_FILE, key, SystemClock(), lambda: None)
    try:
        held = [hold.id for hold in store.state.holds()]
    finally:
        store.close()
    if held:
        raise StoreError(f"{data}: under a legal hold ({', '.join(held)}); lift it first: main.py log hold --lift ID")


def _unsent(data: Path, key: bytes) -> set[str]:
    """Return the hashes of the entries that the server lacks."""
    if not (data / LOG_FILE).exists():
        return set()
    reader = LogReader(data / LOG_FILE, key)
    try:
        return {entry.hash for entry in reader.entries(reader.acknowledged())}
    finally:
        reader.close()


def _hashes(exported: Path) -> set[str]:
    """Return the hashes of the entries in an exported file; raises StoreError when it is none."""
    try:
        with exported.open(encoding="utf-8") as file:
            return {str(json.loads(line)["hash"]) for line in file if line.strip()}
    except (OSError, ValueError, KeyError, TypeError) as error:
        message = f"{exported}: not a file of entries; make one by: main.py log export --json"
        raise StoreError(message) from error


def _unsent_words(data: Path, count: int) -> str:
    return (
        f"{data}: {count} entries are unsent; let the kiosk reach the server first, or keep them by: "
        f"main.py log export --data {data} --json > FILE"
    )


def _shipped(data: Path, key: bytes) -> int | None:
    """Return the epoch of the log in `data`, None when there is none; raises StoreError while any of it is unsent."""
    path = data / LOG_FILE
    if not path.exists():
        return None
    store = LogStore(path, key, SystemClock(), lambda: None)
    try:
        identity, unsent = store.identity, store.last()[0] - store.acknowledged()
    finally:
        store.close()
    if identity is not None and unsent:
        raise StoreError(_unsent_words(data, unsent))
    return identity.epoch if identity is not None else None


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


def _put_aside(data: Path, epoch: int) -> None:
    """Rename a log that was closed cleanly; what SQLite left beside it would be taken for the new one's."""
    (data / LOG_FILE).rename(data / f"log-epoch-{epoch}.db")
    for name in (f"{LOG_FILE}-wal", f"{LOG_FILE}-shm", COPY_FILE, f"{COPY_FILE}-wal", f"{COPY_FILE}-shm"):
        (data / name).unlink(missing_ok=True)
