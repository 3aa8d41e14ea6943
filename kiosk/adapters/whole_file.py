"""Files that must never be half there, or be gone with the power: a key, its sealed copy, an export."""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kiosk.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Generator

_NOTHING_TO_WRITE: Final = frozenset({errno.EINVAL, errno.EROFS})  # what a file system that is only read answers


def put_new(path: Path, content: bytes) -> None:
    """Make a file of mode 0600 and its folder, durably and whole or not at all.

    Raises StoreError when it cannot be made, FileExistsError when there is one: it stays as it is.
    """
    with _drafted(path, content) as draft:
        os.link(draft, path)  # unlike a renaming, it never takes the name from a file that has it


def replace_whole(path: Path, content: bytes) -> None:
    """Write a file of mode 0600, durably: whole, or what was there stays; raises StoreError."""
    with _drafted(path, content) as draft:
        draft.replace(path)


def draft_of(path: Path) -> Path:
    """Return the name under which this process writes `path`, beside it, until it is whole."""
    return path.with_name(f".{path.name}.{os.getpid()}")


def drop_drafts(path: Path) -> None:
    """Delete the drafts of `path` that are nobody's: who wrote them was cut off, by kill -9 or with the power.

    A number of a process that is there stays: it may be writing. Our own is none of another's, whoever had it before.
    """
    for draft in path.parent.glob(f".{escape(path.name)}.*"):
        number = draft.name.rpartition(".")[2]
        if number.isdecimal() and (int(number) == os.getpid() or not Path(f"/proc/{number}").exists()):
            draft.unlink(missing_ok=True)


@contextmanager
def _drafted(path: Path, content: bytes) -> Generator[Path]:
    """Give a draft beside `path`, whole and on the disk; what is done with its name is on the disk afterwards."""
    draft = draft_of(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        drop_drafts(path)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield draft
        sync_folder(path.parent)
    except OSError as error:
        if isinstance(error, FileExistsError) and str(error.filename2) == str(path):
            raise
        message = f"{path}: cannot be made: {error.strerror}; make room, or name a folder that can be written"
        raise StoreError(message) from error
    finally:
        with suppress(OSError):
            draft.unlink()


def make_sure(path: Path) -> None:
    """Return once a file that is there, with its name, is on the disk; raises OSError when it cannot be brought there.

    What lies on a disk that nobody can write, as a CD, is there already.
    """
    sync_file(path)
    sync_folder(path.parent)


def sync_file(path: Path) -> None:
    """Return once what is in a file is on the disk; raises OSError."""
    with path.open("rb") as file:
        _sync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Return once the names in a folder are on the disk; raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        _sync(descriptor)
    finally:
        os.close(descriptor)


def _sync(descriptor: int) -> None:
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NOTHING_TO_WRITE:
            raise
