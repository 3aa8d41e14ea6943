"""A changed record is what the standard library would make of it."""

from __future__ import annotations

import dataclasses

import pytest

from kiosk.domain.change import replace
from kiosk.domain.visit import Step
from tests.domain import builders as make


def test_a_changed_record_is_the_standard_librarys() -> None:
    """The named fields are new, the others the same, and the old record is untouched."""
    visit = make.visit()
    changes = {"rest_number": "RB01", "reasons": ("early",), "card_seen": True}
    changed = replace(visit, **changes)
    assert changed == dataclasses.replace(visit, **changes)
    assert hash(changed) == hash(dataclasses.replace(visit, **changes))
    assert (visit, replace(visit)) == (make.visit(), visit)


def test_a_field_that_there_is_none_of_is_a_mistake() -> None:
    """A word spelt wrong is not passed over."""
    with pytest.raises(KeyError):
        replace(make.visit(), stepp=Step.GUARD)
