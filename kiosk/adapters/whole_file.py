"""Small files that must never be half there: a key, its sealed copy."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from kiosk.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path


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


@contextmanager
def _drafted(path: Path, content: bytes) -> Generator[Path]:
    """Give a draft beside `path`, whole and on the disk; what is done with its name is on the disk afterwards."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield draft
        _sync_folder(path.parent)
    except OSError as error:
        if isinstance(error, FileExistsError) and str(error.filename2) == str(path):
            raise
        message = f"{path}: cannot be made: {error.strerror}; make room, or name a folder that can be written"
        raise StoreError(message) from error
    finally:
        with suppress(OSError):
            draft.unlink()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
