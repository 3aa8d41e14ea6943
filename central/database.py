"""The one place that knows which database it is: SQLite by default, or PostgreSQL.

Both: one change at a time, in a transaction of its own, so that a rule that reads before it writes holds; and what was
committed is on the disk. Each reader sees one state of the data, and cannot write.

SQLite: WAL, synchronous FULL, foreign keys on, all read back. There is exactly one writing connection, and only it
checkpoints: SQLite before 3.51.3 can corrupt a WAL that two connections checkpoint at once (server-facts.md).

PostgreSQL: whoever changes something holds a lock of the database until the commit, be it another program on another
machine. A database that would lose a commit, or cannot hold every sign of Unicode, is refused.
"""

from __future__ import annotations

import logging
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, create_engine, event, insert, make_url, select, update
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError

from central import log_tables, tables
from central.refusals import CannotWrite
from kiosk.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from sqlalchemy import URL, Engine
    from sqlalchemy.exc import DBAPIError

# No error of the database repeats what it was given: parameters hold names and telephone numbers.
_ONE: Final[Mapping[str, Any]] = {"pool_size": 1, "max_overflow": 0, "pool_timeout": 60, "hide_parameters": True}
_MANY: Final[Mapping[str, Any]] = {"pool_size": 8, "max_overflow": 32, "hide_parameters": True}
_BUSY_MS: Final = 10_000
_CUT_MS: Final = 1_000  # for readers to leave, before a checkpoint lets the one writer go on without them
_ONE_CHANGE: Final = 0x73637265656E  # the number of the lock; any would do that no other program uses on this database
# It is full, gone, going down, or a standby that takes nothing.
_TROUBLES: Final = (OperationalError, InterfaceError, InternalError)
_WHAT_TO_DO = "make room on the database's disk, or see why it is gone; kiosks keep what they have and send it again"

logger = logging.getLogger(__name__)


class Database:
    """Transactions on the server's tables. Used from many threads; call `close` at the end."""

    def __init__(self, url: str) -> None:
        """Open the database at a SQLAlchemy `url` and make the tables that are missing.

        Raises StoreError when it is not there, is none of the two, would lose what it says it keeps, or has a version
        that this program does not know.
        """
        self.trouble = ""
        """Why the last change could not be stored, in the database's own word; "" when it was stored."""
        engines = {"sqlite": _sqlite, "postgresql": _postgresql}.get(make_url(url).get_backend_name())
        if engines is None:
            raise StoreError("[database] url: this server keeps its data in SQLite or in PostgreSQL")
        self._writer, self._reader = engines(make_url(url))
        try:
            with self.write() as tx:
                log_tables.metadata.create_all(tx)
                _check_version(tx)
        except CannotWrite as error:
            self.close()
            raise StoreError(f"the database cannot be opened: {_told(error)}") from error
        except BaseException:
            self.close()
            raise

    @contextmanager
    def write(self) -> Generator[Connection]:
        """Open a transaction that may write; leaving it commits durably, an exception leaves no trace.

        Raises CannotWrite when the database takes nothing: its disk is full, or it is gone.
        """
        try:
            with self._writer.begin() as tx:
                yield tx
        except _TROUBLES as error:
            self.trouble = _name_of(error)
            logger.error("nothing can be stored (%s): %s", self.trouble, _WHAT_TO_DO)  # noqa: TRY400 - no news in it
            raise CannotWrite(self.trouble) from error
        self.trouble = ""

    @contextmanager
    def read(self) -> Generator[Connection]:
        """Open a transaction that reads one state of the data. Raises CannotWrite when the database is gone."""
        try:
            with self._reader.connect() as tx:
                yield tx
        except _TROUBLES as error:
            logger.error("nothing can be read (%s): %s", _name_of(error), _WHAT_TO_DO)  # noqa: TRY400 - no news in it
            raise CannotWrite(_name_of(error)) from error

    def check(self) -> None:
        """Make sure that the database answers and, where the last change could not be stored, that one can be again.

        Raises CannotWrite. Nothing is written while all is well, since anybody may ask.
        """
        with self.read() as tx:
            version = tx.scalar(select(tables.schema.c.version))
        if self.trouble:
            with self.write() as tx:
                tx.execute(update(tables.schema).values(version=version))

    def leave_no_trace(self) -> bool:
        """Write everything into the main file and cut the write-ahead log, so that what was erased is in neither.

        Returns False where a reader was in the way: try again. PostgreSQL's own vacuum does that in its time; its files
        belong on an encrypted disk.
        """
        if self._writer.dialect.name != "sqlite":
            return True
        with self._writer.connect() as connection:
            connection.exec_driver_sql("COMMIT")  # SQLAlchemy has begun; a checkpoint stands outside
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {_CUT_MS}")
            is_busy, _, _ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {_BUSY_MS}")
            connection.exec_driver_sql("BEGIN")
            return not is_busy

    def close(self) -> None:
        """Let go of all connections, the writing one last, since the last to leave checkpoints."""
        self._reader.dispose()
        self._writer.dispose()


def _check_version(tx: Connection) -> None:
    version = tx.scalar(select(tables.schema.c.version))
    if version is None:
        tx.execute(insert(tables.schema).values(version=tables.SCHEMA_VERSION))
    elif version != tables.SCHEMA_VERSION:
        raise StoreError(f"the database has schema {version}, this program knows {tables.SCHEMA_VERSION}")


def _told(error: CannotWrite) -> str:
    """Return what the database said, in full: nothing was given to it yet that it could repeat."""
    cause = error.__cause__
    return " ".join(str(getattr(cause, "orig", cause)).split())


def _name_of(error: DBAPIError) -> str:
    """Return the database's own name for a trouble; never its text, which may repeat what was stored."""
    for name in ("sqlite_errorname", "sqlstate"):
        found = getattr(error.orig, name, None)
        if found:
            return str(found)
    return type(error.orig).__name__


def lock_site(tx: Connection, site_id: str) -> bool:
    """Hold the site's row until the commit; returns whether there is such a site.

    Numbers given under this lock are committed in their order, so that no reader's cursor skips one.
    """
    rows = tx.execute(
        update(tables.sites).where(tables.sites.c.site_id == site_id).values(site_id=tables.sites.c.site_id)
    )
    return rows.rowcount == 1


def _keep_private(name: str | None) -> None:
    """Let nobody but the owner read the file of a database and those beside it, whoever may look into its folder."""
    if not name or name == ":memory:":
        return
    try:
        os.close(os.open(name, os.O_RDWR | os.O_CREAT, 0o600))  # SQLite gives the files beside it the same mode
        for path in (Path(name), Path(f"{name}-wal"), Path(f"{name}-shm")):
            if path.exists():
                path.chmod(0o600)
    except OSError as error:
        message = f"{name}: cannot be made readable by its owner only: {error.strerror}"
        raise StoreError(message) from error


def _sqlite(url: URL) -> tuple[Engine, Engine]:
    """Return what writes a file of SQLite, and what reads it."""
    _keep_private(url.database)
    writer, reader = create_engine(url, **_ONE), create_engine(url, **_MANY)
    _set_up_sqlite(writer, begin="BEGIN IMMEDIATE", is_writer=True)
    _set_up_sqlite(reader, begin="BEGIN", is_writer=False)
    return writer, reader


def _postgresql(url: URL) -> tuple[Engine, Engine]:
    """Return what writes a database of PostgreSQL, and what reads it; each looks first whether its connection lives."""
    address = url.set(drivername="postgresql+psycopg")
    writer = create_engine(address, isolation_level="READ COMMITTED", pool_pre_ping=True, **_ONE)
    reader = create_engine(address, isolation_level="REPEATABLE READ", pool_pre_ping=True, **_MANY)
    event.listen(writer, "connect", _make_durable)
    event.listen(writer, "begin", _wait_for_others)
    return writer, reader.execution_options(postgresql_readonly=True)


def _make_durable(raw: Any, _record: object) -> None:  # noqa: ANN401 - the driver's connection
    """Let a commit return when it is on the disk; raises StoreError where PostgreSQL was told not to care."""
    for name, held in (("fsync", "on"), ("server_encoding", "UTF8")):
        if (found := raw.execute(f"SHOW {name}").fetchone()[0]) != held:
            raise StoreError(f"PostgreSQL runs with {name} = {found}; this server needs {name} = {held}")
    if raw.execute("SHOW synchronous_commit").fetchone()[0] == "off":  # whatever else it says is as strong or stronger
        raw.execute("SET synchronous_commit = on")
    raw.commit()


def _wait_for_others(tx: Connection) -> None:
    tx.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ONE_CHANGE})")


def _set_up_sqlite(engine: Engine, *, begin: str, is_writer: bool) -> None:
    """Give every connection its settings, and let SQLAlchemy rather than the driver begin transactions."""

    def connected(raw: Any, _record: object) -> None:  # noqa: ANN401 - the driver's connection
        raw.isolation_level = None
        wanted = {"busy_timeout": _BUSY_MS, "journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
        wanted |= (
            {"wal_autocheckpoint": 1000, "secure_delete": 1}
            if is_writer
            else {"wal_autocheckpoint": 0, "query_only": 1}
        )
        for name, value in wanted.items():
            raw.execute(f"PRAGMA {name} = {value}")
            held = raw.execute(f"PRAGMA {name}").fetchone()[0]
            if held != value:
                raise StoreError(f"SQLite does not take {name} = {value}: it says {held}")

    def began(tx: Connection) -> None:
        tx.exec_driver_sql(begin)

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", began)
