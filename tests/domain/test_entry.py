"""The chain of entries: every change is found, and erasing a body is none."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.entry import GENESIS, Entry, EntryKind, Envelope, body_digest, canonical, envelope_of, verify
from kiosk.domain.ids import KioskId, SiteId
from tests.domain.builders import at, chain

BODIES: list[tuple[EntryKind, dict[str, Any]]] = [
    (EntryKind.STARTED, {"mode": "test"}),
    (EntryKind.IDENTIFIED, {"visit_id": "v1", "name": "张*明"}),
    (EntryKind.ARRIVED, {"visit_id": "v1"}),
    (EntryKind.READING, {"visit_id": "v1", "value": 3650}),
    (EntryKind.ADMITTED, {"visit_id": "v1", "number": "B001"}),
]
LINES = chain(BODIES)
EDITS: list[dict[str, Any]] = [
    {"site_id": SiteId("other")},
    {"kiosk_id": KioskId("A")},
    {"epoch": 2},
    {"seq": 9},
    {"kind": EntryKind.REFUSED},
    {"happened_at": at(11)},
    {"recorded_at": at(11)},
    {"clock_offset_ms": 13},
    {"clock_offset_ms": None},
    {"body": '{"visit_id":"v2"}'},
    {"body": None},
    {"salt": "0" * 32},
    {"salt": None},
    {"salt": "no hex"},
    {"digest": "0" * 64},
    {"prev_hash": "1" * 64},
    {"hash": "2" * 64},
]


def is_whole(entries: list[Entry]) -> bool:
    """Tell whether a chain holds, from the first entry to the last that the server knows of."""
    held, last, flaw = verify(entries)
    return flaw is None and held == len(LINES) and last == LINES[-1].hash


def test_an_untouched_chain_holds() -> None:
    """The control for everything below."""
    assert is_whole(LINES)
    assert verify([]) == (0, GENESIS, None)


@pytest.mark.parametrize("edit", EDITS)
def test_every_edit_of_every_entry_is_found_at_its_place(edit: dict[str, Any]) -> None:
    """No field can be changed, first entry or last."""
    for place, line in enumerate(LINES):
        held, last, flaw = verify([*LINES[:place], replace(line, **edit), *LINES[place + 1 :]])
        assert flaw is not None
        assert held == place
        assert last == (LINES[place - 1].hash if place else GENESIS)


@given(order=st.permutations(range(len(LINES))))
def test_every_other_order_is_found(order: list[int]) -> None:
    """Entries cannot change places."""
    assert is_whole([LINES[place] for place in order]) is (order == sorted(order))


@given(kept=st.sets(st.integers(0, len(LINES) - 1)))
def test_every_deletion_is_found_with_the_last_hash_known(kept: set[int]) -> None:
    """Also the tail cannot be cut: the server knows the last hash."""
    assert is_whole([LINES[place] for place in sorted(kept)]) is (len(kept) == len(LINES))


@given(place=st.integers(0, len(LINES)), source=st.integers(0, len(LINES) - 1))
def test_every_insertion_is_found(place: int, source: int) -> None:
    """Nothing can be put in, not even a copy."""
    assert not is_whole([*LINES[:place], LINES[source], *LINES[place:]])


@given(place=st.integers(0, len(LINES) - 1), body=st.dictionaries(st.text(max_size=5), st.integers(), max_size=3))
def test_a_body_with_a_fresh_digest_breaks_the_hash(place: int, body: dict[str, int]) -> None:
    """Whoever recomputes the digest has to recompute every hash after it, and the server holds the last."""
    text = canonical({"forged": body})
    line = LINES[place]
    forged = replace(line, body=text, digest=body_digest(text, line.salt or ""))
    assert not is_whole([*LINES[:place], forged, *LINES[place + 1 :]])


def test_a_chain_resealed_from_the_middle_has_another_last_hash() -> None:
    """A whole forged tail verifies in itself and is found by the last hash that was told."""
    forged = chain([*BODIES[:2], (EntryKind.ARRIVED, {"visit_id": "v9"}), *BODIES[3:]])
    assert verify(forged)[2] is None
    assert not is_whole(forged)


@given(erased=st.sets(st.integers(0, len(LINES) - 1)))
def test_erasing_bodies_with_their_salts_leaves_the_chain_whole(erased: set[int]) -> None:
    """Forgettable and provable: what remains is the digest."""
    lines = [replace(line, body=None, salt=None) if at in erased else line for at, line in enumerate(LINES)]
    assert is_whole(lines)
    assert all(lines[place].data() == {} for place in erased)


def test_a_part_of_a_chain_is_verified_from_its_number_and_the_hash_before() -> None:
    """The server checks what is new only."""
    assert verify(LINES[2:], 3, LINES[1].hash) == (3, LINES[-1].hash, None)
    _held, _last, flaw = verify(LINES[2:], 3, GENESIS)
    assert flaw is not None
    assert (flaw.seq, flaw.why) == (3, "link")


@pytest.mark.parametrize(
    ("edit", "why"),
    [
        ({"seq": 4}, "gap"),
        ({"prev_hash": "1" * 64}, "link"),
        ({"epoch": 2}, "hash"),
        ({"salt": None}, "salt"),
        ({"body": "{}"}, "body"),
    ],
)
def test_a_flaw_says_what_is_broken(edit: dict[str, Any], why: str) -> None:
    """A person has to look, and needs to know at what."""
    flaw = verify([*LINES[:2], replace(LINES[2], **edit)])[2]
    assert flaw is not None
    assert flaw.why == why


def test_the_envelope_of_an_entry_gives_its_hash_again() -> None:
    """The server recomputes what the kiosk sealed."""
    assert all(envelope_of(line).hash() == line.hash for line in LINES)


def test_neighbouring_fields_cannot_borrow_from_each_other() -> None:
    """The site "ab" with the kiosk "c" is not the site "a" with the kiosk "bc"."""
    common = (1, 1, EntryKind.STARTED, at(9), at(9), None, "0" * 64, GENESIS)
    assert Envelope(SiteId("ab"), KioskId("c"), *common).hash() != Envelope(SiteId("a"), KioskId("bc"), *common).hash()


def test_a_body_has_one_spelling_and_no_numbers_that_json_does_not_know() -> None:
    """The digest of a body does not depend on who wrote it."""
    assert canonical({"b": 1, "a": "张"}) == '{"a":"张","b":1}'
    with pytest.raises(ValueError, match="JSON compliant"):
        canonical({"a": float("nan")})
