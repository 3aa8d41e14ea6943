"""The chain of entries: every change is found, and erasing a body is none."""

import hashlib
import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.domain.chain import Flaw, verify
from kiosk.domain.entry import GENESIS, Entry, EntryKind, Envelope, body_digest, canonical, envelope_of, seal
from kiosk.domain.ids import KioskId, SiteId
from kiosk.domain.retention import ranges
from kiosk.domain.times import to_wire
from tests.domain.builders import at, chain

SALT = "00" * 16
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
    {"salt": " " + (LINES[1].salt or "")},  # the same bytes, spelt another way
    {"digest": "0" * 64},
    {"prev_hash": "1" * 64},
    {"hash": "2" * 64},
]


def is_whole(entries: list[Entry]) -> bool:
    """Tell whether a chain holds, from the first entry to the last that the server knows of."""
    held, last, flaw = verify(entries)
    return flaw is None and held == len(LINES) and last == LINES[-1].hash


def _changed(lines: list[Entry], place: int, data: st.DataObject) -> list[Entry]:
    edit = data.draw(st.sampled_from(EDITS))
    return [*lines[:place], *(line._replace(**edit) for line in lines[place : place + 1]), *lines[place + 1 :]]


def _deleted(lines: list[Entry], place: int, _data: st.DataObject) -> list[Entry]:
    return [*lines[:place], *lines[place + 1 :]]


def _inserted(lines: list[Entry], place: int, data: st.DataObject) -> list[Entry]:
    other = data.draw(st.sampled_from(LINES))
    return [*lines[:place], other._replace(seq=data.draw(st.integers(1, 9))), *lines[place:]]


def _swapped(lines: list[Entry], place: int, data: st.DataObject) -> list[Entry]:
    if not lines:
        return lines
    other = data.draw(st.integers(0, len(lines) - 1))
    swapped = list(lines)
    swapped[place], swapped[other] = swapped[other], swapped[place]
    return swapped


def _renumbered_swap(lines: list[Entry], place: int, data: st.DataObject) -> list[Entry]:
    swapped = _swapped(lines, place, data)
    return [line._replace(seq=number) for number, line in enumerate(swapped, start=1)]


def _cut(lines: list[Entry], place: int, _data: st.DataObject) -> list[Entry]:
    return lines[:place]


TAMPERS = [_changed, _deleted, _inserted, _swapped, _renumbered_swap, _cut]


def test_an_untouched_chain_holds() -> None:
    """The control for everything below."""
    assert is_whole(LINES)
    assert verify([]) == (0, GENESIS, None)


@pytest.mark.parametrize("edit", EDITS)
def test_every_edit_of_every_entry_is_found_at_its_place(edit: dict[str, Any]) -> None:
    """No field can be changed, first entry or last."""
    for place, line in enumerate(LINES):
        held, last, flaw = verify([*LINES[:place], line._replace(**edit), *LINES[place + 1 :]])
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
    forged = line._replace(body=text, digest=body_digest(text, line.salt or ""))
    assert not is_whole([*LINES[:place], forged, *LINES[place + 1 :]])


def test_a_chain_resealed_from_the_middle_has_another_last_hash() -> None:
    """A whole forged tail verifies in itself and is found by the last hash that was told."""
    forged = chain([*BODIES[:2], (EntryKind.ARRIVED, {"visit_id": "v9"}), *BODIES[3:]])
    assert verify(forged)[2] is None
    assert not is_whole(forged)


@given(erased=st.sets(st.integers(0, len(LINES) - 1)))
def test_erasing_bodies_with_their_salts_leaves_the_chain_whole(erased: set[int]) -> None:
    """Forgettable and provable: what remains is the digest."""
    whole = chain([*BODIES, (EntryKind.ERASED, {"ranges": ranges(place + 1 for place in erased), "policy": "test/1"})])
    lines = [line._replace(body=None, salt=None) if place in erased else line for place, line in enumerate(whole)]
    assert verify(lines) == (len(whole), whole[-1].hash, None)
    assert all(lines[place].data() == {} for place in erased)


@given(gone=st.sets(st.integers(0, len(LINES) - 1), min_size=1), said=st.sets(st.integers(1, len(LINES))))
def test_a_body_that_no_entry_says_was_erased_is_found(gone: set[int], said: set[int]) -> None:
    """Otherwise anybody with the key could empty the log and call it retention."""
    whole = chain([*BODIES, (EntryKind.ERASED, {"ranges": ranges(said), "policy": "test/1"})])
    lines = [line._replace(body=None, salt=None) if place in gone else line for place, line in enumerate(whole)]
    unsaid = sorted(place + 1 for place in gone if place + 1 not in said)
    flaw = verify(lines)[2]
    assert (flaw.seq if flaw is not None else None) == (unsaid[0] if unsaid else None)
    assert flaw is None or flaw.why == "erased"


def test_an_entry_cannot_say_that_later_ones_were_erased() -> None:
    """A register of what will be erased would excuse everything after it."""
    whole = chain([(EntryKind.ERASED, {"ranges": [[1, 99]], "policy": "test/1"}), *BODIES])
    lines = [*whole[:-1], whole[-1]._replace(body=None, salt=None)]
    assert verify(lines)[2] == Flaw(len(whole), "erased")


@pytest.mark.parametrize("body", ["[]", '{"ranges":5}', '{"ranges":[[1,1e999]]}', "[" * 100_000])
def test_an_erasure_that_names_no_numbers_cannot_be_read(body: str) -> None:
    """Its seal is true, and what it excuses is unknown: what holds ends before it."""
    last = LINES[-1]
    own = envelope_of(last)._replace(seq=6, kind=EntryKind.ERASED, digest=body_digest(body, SALT), prev_hash=last.hash)
    assert verify([*LINES, seal(own, body, SALT)]) == (5, last.hash, Flaw(6, "form"))


@pytest.mark.parametrize("field", ["happened_at", "recorded_at"])
def test_a_time_at_the_calendars_end_cannot_be_read(field: str) -> None:
    """It has no day in some zone, and no text in UTC."""
    edge = LINES[1]._replace(**{field: datetime.max.replace(tzinfo=timezone(timedelta(hours=-8)))})
    assert verify([LINES[0], edge, *LINES[2:]]) == (1, LINES[0].hash, Flaw(2, "form"))


def test_a_cut_tail_and_a_rewritten_log_are_found_by_what_was_seen_elsewhere() -> None:
    """Both hold in themselves; the server or a printed ledger knows a hash of the true one."""
    seen = {4: {LINES[3].hash}}
    assert verify(LINES, anchors=seen)[2] is None
    assert verify(LINES[:4], anchors=seen)[2] is None
    assert verify(LINES[:3], anchors=seen)[2] == Flaw(4, "tail")
    assert verify([], anchors=seen)[2] == Flaw(1, "tail")
    forged = chain([(EntryKind.STARTED, {"mode": "other"}), *BODIES[1:]])
    assert verify(forged)[2] is None
    assert verify(forged, anchors=seen)[2] == Flaw(4, "anchor")


def test_of_one_number_every_hash_that_was_seen_counts() -> None:
    """A right one beside it hides no wrong one; and a number that was seen without its hash tells of a cut tail."""
    true, other = LINES[3].hash, "ab" * 32
    for seen in ({true, other}, {other, true}, {other}):
        assert verify(LINES, anchors={4: seen})[2] == Flaw(4, "anchor")
    assert verify(LINES, anchors={4: set(), 5: {LINES[4].hash}})[2] is None
    assert verify(LINES[:3], anchors={4: set()})[2] == Flaw(4, "tail")


@settings(max_examples=2000)
@given(data=st.data())
def test_thousands_of_random_edits_are_found(data: st.DataObject) -> None:
    """Changes, deletions, insertions, swaps and cuts, any number of them together, against the last hash seen."""
    lines = list(LINES)
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, max(0, len(lines) - 1)))
        lines = data.draw(st.sampled_from(TAMPERS))(lines, place, data)
    if lines != LINES:
        held, _last, flaw = verify(lines, anchors={len(LINES): {LINES[-1].hash}})
        assert flaw is not None or held > len(LINES)
        differing = [at for at, (line, true) in enumerate(zip(lines, LINES, strict=False)) if line != true]
        # A body that is gone is no proof by itself: the entry that registers it may stand behind the break.
        proved = [at for at in differing if not _is_bare(lines[at], LINES[at])]
        first = differing if flaw is not None and flaw.why == "erased" else proved
        if flaw is not None and first:
            assert flaw.seq == first[0] + 1


def _is_bare(line: Entry, true: Entry) -> bool:
    """Tell whether a line is the true one without its body."""
    return line == true._replace(body=None, salt=None)


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
    flaw = verify([*LINES[:2], LINES[2]._replace(**edit)])[2]
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
    with pytest.raises(ValueError, match="JSON compliant"):
        canonical({"a": [float("-inf")]})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@given(st.dictionaries(st.text(), JSON, max_size=6))
def test_a_body_is_spelt_as_the_standard_library_spells_json(body: dict[str, Any]) -> None:
    """Whoever has the body can make its digest again."""
    plain = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    assert canonical(body) == plain


@pytest.mark.parametrize("held", [{1, 2}, b"bytes", at(9)])
def test_a_body_that_is_no_json_is_refused(held: object) -> None:
    """Nothing is spelt by guess."""
    with pytest.raises(TypeError, match="not JSON serializable"):
        canonical({"a": [held]})


@pytest.mark.parametrize("site", ["branch-1", '石家庄 "裕华"', "a\\b\n"])
@pytest.mark.parametrize("offset", [None, -12, 0])
def test_what_is_hashed_is_json(site: str, offset: int | None) -> None:
    """Anybody can check the chain with the tools that every language has, whatever the names are."""
    envelope = envelope_of(LINES[0])._replace(site_id=SiteId(site), clock_offset_ms=offset)
    times = [to_wire(envelope.happened_at), to_wire(envelope.recorded_at)]
    parts = [GENESIS, site, envelope.kiosk_id, envelope.epoch, 1, "started", *times, offset, envelope.digest]
    line = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    assert envelope.hash() == hashlib.sha256(b"vb-screening-log/1\n" + line.encode()).hexdigest()
