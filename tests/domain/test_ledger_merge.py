"""Exports on a USB stick become one ledger: proved, once each, forks and broken files named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.chain import Flaw
from kiosk.domain.entry import GENESIS, Entry, EntryKind, seal
from kiosk.domain.entry import envelope_of as envelope
from kiosk.domain.ids import KioskId, SiteId
from kiosk.domain.ledger import Place
from kiosk.domain.ledger_merge import NOBODY, Brought, merge
from tests.domain.builders import chain


def log_of(letter: str, count: int, *, site: str = "branch-1", differs_from: int = 0) -> tuple[Entry, ...]:
    """Return a kiosk's log; from `differs_from` on it is another one than without it."""
    made: list[Entry] = []
    bodies = [{"n": number, "x": bool(differs_from and number >= differs_from)} for number in range(1, count + 1)]
    for plain in chain([(EntryKind.DEVICE, body) for body in bodies]):
        previous = made[-1].hash if made else GENESIS
        own = envelope(plain)._replace(site_id=SiteId(site), kiosk_id=KioskId(letter), prev_hash=previous)
        made.append(seal(own, plain.body or "", plain.salt or ""))
    return tuple(made)


def test_two_doors_become_one_and_each_keeps_its_end() -> None:
    """Every entry of both, the last hash of each."""
    one, other = log_of("A", 3), log_of("B", 2)
    merged = merge([Brought("a.json", one), Brought("b.json", other)])
    assert merged.entries == (*one, *other)
    assert [(end.source, end.kiosk_id, end.seq, end.hash) for end in merged.chains] == [
        ("a.json", "A", 3, one[-1].hash),
        ("b.json", "B", 2, other[-1].hash),
    ]
    assert merged.is_sound


@given(st.integers(1, 8), st.integers(1, 8))
def test_the_same_entry_is_counted_once(short: int, long: int) -> None:
    """The noon's export and the evening's, in whatever order."""
    merged = merge([Brought("noon.json", log_of("A", short)), Brought("evening.json", log_of("A", long))])
    assert merged.entries == log_of("A", max(short, long))
    assert merged.is_sound


def test_a_fork_is_named_and_the_longer_log_counts() -> None:
    """A kiosk that went on from an old copy of its disk."""
    one, other = log_of("A", 4), log_of("A", 6, differs_from=3)
    merged = merge([Brought("old.json", one), Brought("new.json", other)])
    assert merged.entries == other
    assert merged.forks == (Place(KioskId("A"), 1, 3, 3),)
    assert not merged.is_sound


def test_what_follows_a_flaw_is_left_out_and_the_file_is_named() -> None:
    """Its other entries stay; the other file is whole."""
    good = log_of("A", 5)
    broken = (*good[:2], good[2]._replace(body='{"n":99,"x":false}'), *good[3:])
    merged = merge([Brought("bad.json", broken), Brought("b.json", log_of("B", 1))])
    assert [entry.seq for entry in merged.entries if entry.kiosk_id == "A"] == [1, 2]
    assert (merged.chains[0].flaw, merged.chains[0].seq) == (Flaw(3, "body"), 2)
    assert not merged.is_sound


def test_a_file_that_ends_in_the_middle_of_a_line_says_so() -> None:
    """The stick was pulled out."""
    merged = merge([Brought("a.json", log_of("A", 2), is_whole=False)])
    assert merged.chains[0].flaw == Flaw(3, "form")


@pytest.mark.parametrize("bare", [1, 2])
def test_a_body_that_nobody_says_was_erased_ends_what_holds(bare: int) -> None:
    """Taking out a body is tampering, unless an entry registers it."""
    entries = [item._replace(body=None, salt=None) if item.seq == bare else item for item in log_of("A", 3)]
    merged_with = merge([Brought("a.json", tuple(entries)), Brought("b.json", log_of("B", 1))])
    assert (merged_with.chains[0].flaw, merged_with.chains[0].seq) == (Flaw(bare, "erased"), bare - 1)
    assert len(merged_with.entries) == bare


def test_a_file_holds_one_log() -> None:
    """Lines of another kiosk pasted behind are not that kiosk's log."""
    merged = merge([Brought("a.json", (*log_of("A", 2), *log_of("B", 2)))])
    assert (merged.chains[0].flaw, len(merged.entries)) == (Flaw(3, "foreign"), 2)


def test_an_empty_file_is_named_too() -> None:
    """Nobody's log."""
    merged = merge([Brought("empty.json", ()), Brought("a.json", log_of("A", 1))])
    assert (merged.chains[0].kiosk_id, merged.chains[0].flaw, merged.chains[0].source) == (
        NOBODY,
        Flaw(1, "form"),
        "empty.json",
    )


@pytest.mark.parametrize(
    "files", [[], [Brought("a", ())], [Brought("a", log_of("A", 1)), Brought("b", log_of("B", 1, site="branch-2"))]]
)
def test_one_ledger_is_of_one_site(files: list[Brought]) -> None:
    """Two sites' logs are two ledgers."""
    with pytest.raises(ValueError, match="one site"):
        merge(files)
