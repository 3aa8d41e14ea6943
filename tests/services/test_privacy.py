"""What is written beside the encrypted log: event names and ids, never anything of a person."""

import logging

import pytest

from kiosk.services.views import GuardRow
from tests.services.builders import GUARD, PIN, STRANGER, Door, code_of, id_hash, new_booking

NAME = "鼖龘*爨"
PLATE = "冀Z***77"


def test_a_whole_day_logs_no_name_no_code_no_number_and_no_temperature(
    door: Door, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """Unmistakable values, at the lowest level of logging."""
    caplog.set_level(logging.DEBUG)
    code = door.books(name_masked=NAME, plate_masked=PLATE, id_hash=id_hash("11010519491231002X"))
    admitted = door.visit(door.lets_in(code).visit_id)
    door.reads(door.to_measuring(door.books(name_masked=NAME)), 3877)
    door.desk.look_up("id", "11010519491231002X")
    for number in ("11010519491231002X", "440524188001010014"):
        assert door.desk.is_card_not_of(admitted.id, number) == number.startswith("44")
    door.scan(code_of(new_booking(), key=STRANGER))
    door.signs_in()
    door.desk.guarding.sign_out()
    out = caplog.text + "".join(capsys.readouterr())
    for secret in (
        NAME,
        PLATE,
        code,
        code[10:40],
        "11010519491231002X",
        "440524188001010014",
        "3877",
        "38.77",
        GUARD.name,
        PIN,
    ):
        assert secret not in out


def test_no_name_stands_in_the_file_names(door: Door) -> None:
    """A listing of the folder tells nothing."""
    door.lets_in(door.books(name_masked=NAME))
    assert {path.name.split("-")[0] for path in door.folder.iterdir()} == {"log", "copy"}


def test_the_guards_overview_holds_no_name(door: Door) -> None:
    """Numbers, unless opened by right."""
    door.reads(door.to_measuring(door.books(name_masked=NAME, plate_masked=PLATE)), 3800)
    board = door.signs_in()
    assert board is not None
    assert all(isinstance(row, GuardRow) for row in board.rows)
    assert NAME not in repr(board.rows)
    assert PLATE not in repr(board.rows)


def test_an_identity_shows_no_secret(door: Door) -> None:
    """Printed by mistake, it says who and nothing else."""
    identity = door.log.identity
    assert identity is not None
    text = repr(identity) + str(identity)
    assert all(secret not in text for secret in (identity.token, identity.id_key, identity.private_key))
    assert "kiosk-B" in text
