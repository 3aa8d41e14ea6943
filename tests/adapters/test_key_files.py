"""The log's key and its sealed copy: each file is there whole, or as it was before, whatever stops the writing."""

from __future__ import annotations

import resource
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from kiosk.adapters.database import read_key, write_key
from kiosk.adapters.escrow import SEALED_FILE, make_pair, seal, unseal
from kiosk.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

KEY = b"\xab" * 32


@contextmanager
def no_room() -> Generator[None]:
    """Let no file grow past a few bytes, as on a disk that is full."""
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (16, usual[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)


def test_sealing_again_leaves_the_old_seal_until_the_new_one_is_whole(tmp_path: Path) -> None:
    """The log of which it opens the key may still be there, and nothing else opens it."""
    sealed = tmp_path / "data" / SEALED_FILE
    sealed.parent.mkdir()
    public, private = make_pair(tmp_path / "safe")
    seal(KEY, public, sealed)
    with no_room(), pytest.raises(StoreError, match="make room"):
        seal(b"\xcd" * 32, public, sealed)
    assert unseal(sealed, private) == KEY
    seal(b"\xcd" * 32, public, sealed)
    assert unseal(sealed, private) == b"\xcd" * 32
    assert [path.name for path in sealed.parent.iterdir()] == [SEALED_FILE]


def test_a_key_is_made_whole_or_not_at_all(tmp_path: Path) -> None:
    """Half a key would be taken for one ever after; what is wrong is said, and the next start makes it."""
    file = tmp_path / "keys" / "log.key"
    with no_room(), pytest.raises(StoreError, match="make room"):
        read_key(file, may_create=True)
    assert not list(file.parent.iterdir())
    key = read_key(file, may_create=True)
    assert read_key(file, may_create=False) == key
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["log.key"]


def test_a_key_that_is_there_is_never_replaced(tmp_path: Path) -> None:
    """It may be the only one that opens a log."""
    file = tmp_path / "log.key"
    write_key(file, KEY)
    with pytest.raises(StoreError, match="is there already"):
        write_key(file, bytes(32))
    assert read_key(file, may_create=True) == KEY
    assert [path.name for path in tmp_path.iterdir()] == ["log.key"]


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    """A path through a file, for example: the message names it, and there is no traceback."""
    (tmp_path / "file").touch()
    for act in (
        lambda: read_key(tmp_path / "file" / "log.key", may_create=True),
        lambda: write_key(tmp_path / "file" / "log.key", KEY),
    ):
        with pytest.raises(StoreError, match=r"log\.key: cannot be made"):
            act()
