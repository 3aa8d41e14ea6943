"""Encrypted SQLite files: opened, keyed, set durable, and each of the three read back.

apsw-sqlite3mc encrypts the whole file with a raw 32-byte key (sqlite3mc's default cipher, ChaCha20-Poly1305).
A wrong set-up would write in the clear without a word, so the file's header is looked at as well.
"""

from __future__ import annotations

import logging
import secrets
from contextlib import contextmanager, suppress
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

import apsw

from kiosk.adapters.whole_file import put_new
from kiosk.errors import StoreDamaged, StoreError, StoreFull

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator
    from pathlib import Path

logger = logging.getLogger(__name__)

KEY_BYTES: Final = 32
_PLAIN_HEADER: Final = b"SQLite format 3\x00"  # of every unencrypted SQLite file
_FULL: Final = 2  # PRAGMA synchronous = FULL, as it is read back
_BUSY_MS: Final = 5000
_CIPHER_VFS: Final = "multipleciphers-"  # what sqlite3mc puts before the name of a file system that it encrypts
_MACHINE_VFS: Final = "unix"
_BLOCK: Final = 4096  # of the file system
# SQLite carries the write-ahead log over at 1,000 pages; a frame is a page and 24 bytes, and an act some frames more.
_LOG_AHEAD_BYTES: Final = 1100 * (4096 + 24)
_OTHERS_MAY_NOT: Final = 0o077
_NO_WRITING: Final = (
    "cannot be opened to be written, which reading needs as well; make its folder writable,"
    " or copy the folder to a disk that is, and name the copy (--data)"
)
_WORDS: Final[tuple[tuple[type[apsw.Error], type[StoreError], str], ...]] = (
    (apsw.FullError, StoreFull, "no room on the disk"),
    (apsw.CorruptError, StoreDamaged, "the file is damaged, or the key is not its key"),
    (apsw.NotADBError, StoreDamaged, "the file is damaged, or the key is not its key"),
    (apsw.CantOpenError, StoreError, _NO_WRITING),
    (apsw.ReadOnlyError, StoreError, _NO_WRITING),
    (apsw.BusyError, StoreError, "another program is writing in it; let it end, and try again"),
    (apsw.IOError, StoreError, "the disk does not read or write; see the machine's messages (dmesg), and keep a copy"),
)
"""Of an error of SQLite, what it is to us and what is said: what happened, and what to do."""


def read_key(path: Path, *, may_create: bool) -> bytes:
    """Return the 32-byte key in `path` (hex, mode 0600); makes it when `may_create` and there is none.

    Raises StoreError when it is missing, unreadable, cannot be made, is no key, or readable by others.
    """
    try:
        if not path.exists():
            if not may_create:
                message = (
                    f"{path}: the key of the screening log is missing; is this kiosk's own kiosk.toml meant (--config)?"
                    " Else put the key back from the operator's copy"
                )
                raise StoreError(message)
            with suppress(FileExistsError):  # another process was faster: it is the key
                _put_key(path, secrets.token_bytes(KEY_BYTES))
        if path.stat().st_mode & _OTHERS_MAY_NOT:
            message = f"{path}: others can read this key; run: chmod 600 {path}"
            raise StoreError(message)
        key = bytes.fromhex(path.read_text().strip())
    except (OSError, ValueError) as error:
        message = f"{path}: cannot be read as a key"
        raise StoreError(message) from error
    if len(key) != KEY_BYTES:
        message = f"{path}: a key has {KEY_BYTES} bytes, this one has {len(key)}; put it back from the operator's copy"
        raise StoreError(message)
    return key


def write_key(path: Path, key: bytes) -> None:
    """Write a key into a new file of mode 0600, durably; raises StoreError when the file is there or cannot be made."""
    try:
        _put_key(path, key)
    except FileExistsError as error:
        message = f"{path}: is there already; name a new file"
        raise StoreError(message) from error


def _put_key(path: Path, key: bytes) -> None:
    put_new(path, f"{key.hex()}\n".encode())


class Database:
    """One connection to an encrypted file. Used on one thread at a time; every error comes out as a StoreError."""

    def __init__(
        self, path: Path, key: bytes, schema: str, *, read_only: bool = False, vfs: str = "", page_bytes: int = 4096
    ) -> None:
        """Open the file at `path`, made from `schema` in pages of `page_bytes` when new.

        `vfs` names another file system than the machine's.

        WAL with synchronous = FULL: a commit is on the disk before it returns. Raises StoreDamaged when the key
        does not fit, the file is damaged or not encrypted.
        """
        self.path = path
        self._vfs = vfs
        with _translated(path):
            flags = apsw.SQLITE_OPEN_READWRITE | (0 if read_only else apsw.SQLITE_OPEN_CREATE)
            self._connection: Any = apsw.Connection(str(path), flags=flags, vfs=vfs or None)
            self._connection.set_busy_timeout(_BUSY_MS)
            self._connection.pragma("key", f"raw:{key.hex()}")  # a key as it is: deriving one again costs 30 ms
            if read_only:
                self._connection.pragma("query_only", 1)
            else:
                self._connection.pragma("page_size", page_bytes)
                self._make_durable()
                self._create(schema)
            self._connection.pragma("foreign_keys", 1)
            self.rows("SELECT count(*) FROM sqlite_schema")
        _check_encrypted(path)

    def _make_durable(self) -> None:
        mode = self._connection.pragma("journal_mode", "wal")
        self._connection.pragma("synchronous", "full")
        self._connection.pragma("secure_delete", 1)
        if mode != "wal" or self._connection.pragma("synchronous") != _FULL:
            message = "the database would not be durable (WAL, synchronous=FULL)"
            raise StoreDamaged(message)

    def _create(self, schema: str) -> None:
        """Bring the file to the newest version: `NAME.sql`, then `NAME_2.sql` and on, each with its user_version."""
        known = 1
        while (text := _schema_text(schema, known)) is not None:
            if self._connection.pragma("user_version") < known:
                with self._connection:
                    self._connection.execute(text)
            known += 1
        if self._connection.pragma("user_version") >= known:
            message = f"{self.path}: written by a newer version of this program; update it"
            raise StoreError(message)

    def truncate_log_ahead(self) -> bool:
        """Write everything into the main file and cut the write-ahead log to nothing; False when a reader is in it."""
        with _translated(self.path):
            try:
                self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
            except apsw.BusyError:
                return False
        return True

    def lengthen_log_ahead(self) -> None:
        """Give the write-ahead log its full length ahead: to sync a file that grows takes twice as long.

        What is added are zeros, which SQLite takes for the end of the log. Without room on the disk it stays short.
        """
        try:
            # Inside a transaction: nobody else may write between the look at the length and the zeros.
            with self.transaction():
                self._add_zeros()
        except (StoreError, apsw.Error, OSError) as error:
            logger.warning("the write-ahead log stays short: %s", type(error).__name__)

    def _add_zeros(self) -> None:
        base = self._vfs.removeprefix(_CIPHER_VFS) or _MACHINE_VFS
        flags = apsw.SQLITE_OPEN_WAL | apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
        file: Any = apsw.VFSFile(base, f"{self.path}-wal", [flags, 0])
        try:
            for start in range(file.xFileSize(), _LOG_AHEAD_BYTES, _BLOCK):
                file.xWrite(bytes(_BLOCK), start)  # block by block: large ones are synced whole later on
            file.xSync(apsw.SQLITE_SYNC_NORMAL)
        finally:
            file.xClose()

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return every row."""
        try:
            return self._connection.execute(sql, values).fetchall()
        except apsw.Error as error:
            raise _ours(self.path, error) from error

    def walk(self, sql: str, *values: Any) -> Iterator[tuple[Any, ...]]:
        """Yield row after row, for results that are too large to hold."""
        with _translated(self.path):
            yield from self._connection.execute(sql, values)

    def scalar(self, sql: str, *values: Any) -> Any:  # noqa: ANN401 - whatever the column holds
        """Return the first column of the first row, or None."""
        try:
            return self._connection.execute(sql, values).get
        except apsw.Error as error:
            raise _ours(self.path, error) from error

    def run(self, sql: str, *values: Any) -> None:
        """Run a statement that returns nothing."""
        try:
            self._connection.execute(sql, values)
        except apsw.Error as error:
            raise _ours(self.path, error) from error

    def changes(self, sql: str, *values: Any) -> int:
        """Run a statement and return how many rows it changed."""
        self.run(sql, *values)
        return self._connection.changes()

    def version(self) -> int:
        """Return a number that stays the same while nobody writes; asked inside a transaction, or at a commit's end."""
        return self._connection.data_version()

    def run_many(self, sql: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Run a statement once per row."""
        with _translated(self.path):
            self._connection.executemany(sql, rows)

    @contextmanager
    def transaction(self) -> Generator[None]:
        """Hold a write transaction: committed durably on leaving, rolled back whole on any exception."""
        self.run("BEGIN IMMEDIATE")
        try:
            yield
            self.run("COMMIT")
        except BaseException:  # a KeyboardInterrupt must not leave half an act either
            if self._connection.in_transaction:
                self.run("ROLLBACK")
            raise

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()


def _schema_text(schema: str, version: int) -> str | None:
    """Return the statements that lead to a version, or None past the newest."""
    name = schema if version == 1 else schema.replace(".sql", f"_{version}.sql")
    file = resources.files("kiosk.adapters").joinpath(name)
    return file.read_text(encoding="utf-8") if file.is_file() else None


def _check_encrypted(path: Path) -> None:
    with path.open("rb") as file:
        if file.read(len(_PLAIN_HEADER)) == _PLAIN_HEADER:
            message = f"{path}: this file is not encrypted; move it away and call the operator"
            raise StoreDamaged(message)


@contextmanager
def _translated(path: Path) -> Generator[None]:
    """Turn SQLite's errors into ours, once."""
    try:
        yield
    except apsw.Error as error:
        raise _ours(path, error) from error


def _ours(path: Path, error: apsw.Error) -> StoreError:
    """Return our words for an error of SQLite: what happened, and what to do."""
    for kind, ours, words in _WORDS:
        if isinstance(error, kind):
            return ours(f"{path}: {words}")
    return StoreError(f"{path}: {type(error).__name__}")
