"""Logs that were put aside when the kiosk was set up anew (`log-epoch-N.db`): looked at, and deleted when due."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from kiosk.adapters.log_reader import LogReader
from kiosk.adapters.whole_file import sync_folder
from kiosk.domain.ids import CaseId
from kiosk.domain.record import Hold
from kiosk.domain.retention import AsideLog
from kiosk.domain.wire import from_text
from kiosk.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

logger = logging.getLogger(__name__)

_OPEN_CASES: Final = "SELECT id FROM isolation_case WHERE is_open = 1"
_HOLDS: Final = "SELECT data FROM hold WHERE lifted = 0"
_BESIDE: Final = ("-wal", "-shm", "")  # the file itself last: what was begun is found again


class AsideLogs:
    """The logs put aside in a data folder. Used on one thread at a time; the files are in nobody's use."""

    def __init__(self, folder: Path, key: bytes) -> None:
        """Look into `folder`; `key` is the live log's, which is theirs too."""
        self._folder = folder
        self._key = key

    def logs(self) -> Iterator[AsideLog]:
        """Yield what there is to know of each; one that cannot be read, or that is empty, is passed over and stays."""
        for path, found, error in self._looked():
            if error is not None:
                logger.warning("%s stays: %s", path.name, type(error).__name__)
            elif found is not None:
                yield found

    def unreadable(self) -> list[str]:
        """Return the names of those that cannot be read: what they hold, and whether it may go, nobody knows."""
        return [path.name for path, _found, error in self._looked() if error is not None]

    def _looked(self) -> Iterator[tuple[Path, AsideLog | None, Exception | None]]:
        """Yield each file with what is in it, None for nothing, or with why it cannot be read."""
        for path in sorted(self._folder.glob("log-epoch-*.db")):
            try:
                yield path, self._look(path), None
            except (StoreError, ValueError) as error:
                yield path, None, error

    def _look(self, path: Path) -> AsideLog | None:
        # Not through the state's tables: an older version wrote them, and only what is asked for has to be known.
        reader = LogReader(path, self._key)
        try:
            count, last_hash = reader.last()
            if count == 0:
                return None
            first, last = reader.recorded_between()
            return AsideLog(
                name=path.name,
                epoch=reader.identity.epoch,
                entries=count,
                hash=last_hash,
                unsent=count - reader.acknowledged(),
                first=first,
                last=last,
                open_cases=tuple(CaseId(row[0]) for row in reader.rows(_OPEN_CASES)),
                holds=tuple(from_text(Hold, row[0]) for row in reader.rows(_HOLDS)),
            )
        finally:
            reader.close()

    def delete(self, log: AsideLog) -> None:
        """Delete a log with what lies beside it; on return its name is off the disk. Raises StoreError."""
        try:
            for ending in _BESIDE:
                (self._folder / f"{log.name}{ending}").unlink(missing_ok=True)
            sync_folder(self._folder)
        except OSError as error:
            message = f"{self._folder / log.name}: cannot be deleted: {error.strerror}"
            raise StoreError(message) from error
