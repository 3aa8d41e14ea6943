"""Whatever a kiosk put into its log, and an operator on the command line: the sheet is written, in every form."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.domain.ids import KioskId
from kiosk.domain.ledger import ChainEnd
from ledger.forms import FORMS, Form, write
from tests.domain.test_ledger_odd import HONEST, ledger_of, odd_entries
from tests.ledger.samples import sample

HALF = "\udcff"  # half a sign: how Python shows a byte of the command line that is no UTF-8


@settings(max_examples=25)
@given(st.data(), st.sampled_from(FORMS))
def test_no_body_stops_a_sheet(data: st.DataObject, form: Form) -> None:
    """The honest visitor stands on it."""
    found = ledger_of([*HONEST, *odd_entries(data, most=12)])
    assert write(found, form)


@pytest.mark.parametrize("form", FORMS)
def test_half_a_sign_is_shown_as_one_that_is_missing(form: Form) -> None:
    """In what the operator typed and in a file's name, which no log has checked."""
    chains = (ChainEnd(KioskId("B"), 1, 3, "ab" * 32, source=f"{HALF}.json"),)
    made = replace(sample(full=True), by=HALF, reason=f"x{HALF}", site_name=f"一分所{HALF}", chains=chains)
    text = write(made, form)
    assert text
    if form == "csv":
        assert "?：x?" in text.decode("utf-8-sig")
