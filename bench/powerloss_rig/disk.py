"""A disk that loses its power: an SQLite file system (VFS) in pure Python over the machine's own.

The model. The real files get every write at once, so the living process sees what it wrote. Beside them the disk
keeps each file's image as of its last sync, and every write and cut (truncate) since. When the power goes, a shadow
folder gets what survives: the synced image, and of the later changes a drawn subset, in their order. Which share of a
file's changes survives is drawn too, from none to all. One in three of the surviving writes is torn: of its 512-byte
sectors only some arrived. Then the process is killed (SIGKILL). That is harder than dropping all that was not synced:
later writes may be there without earlier ones, as on a drive that reorders what is in its cache.

The moment is the n-th write, cut or sync from `arm`, before it is complete. Any moment between two operations leaves
the same disk, so no other moments are needed.

Limits. A sync keeps its promise: a drive that lies about it loses what it lied about, whatever software does. Sectors
are whole: a write does not harm bytes beside it (SQLite assumes the same, "powersafe overwrite"). A deleted file is
gone at once. A new file is durable from its first sync, its name with it; before that, it is there or not, by a coin.
The -shm file is not kept: SQLite makes it anew. Bits do not rot. The real files are not synced, since nothing reads
them after the loss, which makes a run fast and says nothing about speed. Only files that SQLite opens are covered.

sqlite3mc encrypts above a VFS only when it is opened as `multipleciphers-NAME`; as plain NAME the file would be
written in the clear, without a word. `Disk.vfs` is the right name.
"""

from __future__ import annotations

import os
import random
import signal
import threading
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import apsw

if TYPE_CHECKING:
    from collections.abc import Callable

SECTOR: Final = 512
_MACHINE: Final = "unix"
_TORN: Final = 1 / 3
_SHARES: Final = (0.0, 0.1, 0.5, 0.9, 1.0)
_NOT_KEPT: Final = "-shm"


class End(StrEnum):
    """How the process ends at the chosen operation."""

    POWER_LOSS = "loss"  # only the shadow folder counts
    KILL = "kill"  # kill -9: the machine goes on, so the real files count


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes written at an offset."""

    offset: int
    data: bytes

    def apply(self, image: bytearray) -> None:
        """Write into `image`, which grows as a file does."""
        end = self.offset + len(self.data)
        if len(image) < end:
            image.extend(bytes(end - len(image)))
        image[self.offset : end] = self.data

    def sectors(self) -> list[Write]:
        """Return the parts of this write, one for each sector that it touches."""
        cuts = [self.offset, *range((self.offset // SECTOR + 1) * SECTOR, self.offset + len(self.data), SECTOR)]
        ends = [*cuts[1:], self.offset + len(self.data)]
        parts = zip(cuts, ends, strict=True)
        return [Write(start, self.data[start - self.offset : end - self.offset]) for start, end in parts]


@dataclass(frozen=True, slots=True)
class Cut:
    """A file made as long as this, in bytes."""

    size: int

    def apply(self, image: bytearray) -> None:
        """Shorten or lengthen `image`."""
        del image[self.size :]
        image.extend(bytes(self.size - len(image)))


@dataclass(slots=True)
class Platter:
    """One file as the disk has it: what is surely there (None: not even the file), and what is on its way."""

    synced: bytearray | None
    changes: list[Write | Cut] = field(default_factory=list)

    def sync(self) -> None:
        """Make all changes so far sure."""
        image = self.synced if self.synced is not None else bytearray()
        for change in self.changes:
            change.apply(image)
        self.synced = image
        self.changes.clear()

    def survivor(self, rng: random.Random) -> bytes | None:
        """Return what is there after the power has gone, or None when the file is not."""
        if self.synced is None and rng.random() < 0.5:
            return None
        image = bytearray(self.synced or b"")
        share = rng.choice(_SHARES)
        for change in self.changes:
            if rng.random() >= share:
                continue
            if isinstance(change, Write) and rng.random() < _TORN:
                for part in change.sectors():
                    if rng.random() < 0.5:
                        part.apply(image)
            else:
                change.apply(image)
        return bytes(image)


class Disk(apsw.VFS):
    """The file system; must outlive every database on it. Any thread may use its files."""

    def __init__(self, name: str, shadow: Path, seed: int) -> None:
        """`shadow`: the folder that gets what survives; `seed` fixes what that is.

        Raises ValueError for a name that was used before in this process: sqlite3mc never forgets the first disk of
        that name, and would go on using it after it has gone.
        """
        if f"multipleciphers-{name}" in apsw.vfs_names():
            raise ValueError(f"{name}: this process had a disk of this name already")
        self.vfs = f"multipleciphers-{name}"  # how a Database has to open it
        self.operations = 0
        self._shadow = shadow
        self._rng = random.Random(seed)
        self._lock = threading.RLock()
        self._platters: dict[str, Platter] = {}
        self._fatal = 0
        self._end = End.POWER_LOSS
        super().__init__(name, _MACHINE)

    def arm(self, operation: int, end: End = End.POWER_LOSS) -> None:
        """Let the process end at this operation from now on; the first is 1."""
        with self._lock:
            self.operations, self._fatal, self._end = 0, operation, end

    def lose_power(self) -> None:
        """Write what survives into the shadow folder and kill this process. Does not return."""
        with self._lock:
            for name, platter in self._platters.items():
                survivor = platter.survivor(self._rng)
                if survivor is not None:
                    (self._shadow / Path(name).name).write_bytes(survivor)
            _kill()

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:  # noqa: N802 - SQLite's
        """Open a file; one that is there already is on the disk as it is."""
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        if path is None or path.endswith(_NOT_KEPT):
            return super().xOpen(name, flags)
        with self._lock:
            file = Path(path)
            before = bytearray(file.read_bytes()) if file.exists() else None
            platter = self._platters.setdefault(path, Platter(before))
            return _File(name, flags, platter, self.operate)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: FBT001, N802 - SQLite's
        """Delete a file, at once and for good."""
        with self._lock:
            self._platters.pop(filename, None)
            super().xDelete(filename, syncdir)

    def operate(self, record: Callable[[], None] | None, do: Callable[[], None]) -> None:
        """Do one operation on a file, unless it is the fatal one: that is recorded as begun, and not done."""
        with self._lock:
            self.operations += 1
            is_fatal = self.operations == self._fatal
            if is_fatal and self._end is End.KILL:
                _kill()
            if record is not None:
                record()
            if is_fatal:
                self.lose_power()
            do()


class _File(apsw.VFSFile):
    """One open file of the disk."""

    def __init__(
        self,
        name: Any,  # noqa: ANN401 - apsw's URIFilename or a string
        flags: list[int],
        platter: Platter,
        operate: Callable[[Callable[[], None] | None, Callable[[], None]], None],
    ) -> None:
        self._platter = platter
        self._operate = operate
        super().__init__(_MACHINE, name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 - SQLite's
        change = Write(offset, bytes(data))
        self._operate(lambda: self._platter.changes.append(change), lambda: super(_File, self).xWrite(data, offset))

    def xTruncate(self, newsize: int) -> None:  # noqa: N802 - SQLite's
        self._operate(lambda: self._platter.changes.append(Cut(newsize)), lambda: super(_File, self).xTruncate(newsize))

    def xSync(self, flags: int) -> None:  # noqa: ARG002, N802 - SQLite's
        self._operate(None, self._platter.sync)


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
