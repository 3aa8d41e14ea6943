"""The enrolment QR: read back as it was written, and nothing else is taken for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from kiosk.protocol.enrolment_text import MAX_LENGTH, EnrolmentText, read, write

CODE = "7K3MZ0QD-4T8WX1N5RB2C"


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:8480", "https://central.example.cn", "https://[fd00::1]:8480", "https://central/vb", "http://a"],
)
def test_what_was_written_is_read(url: str) -> None:
    """Address and code come back whole."""
    assert read(write(url, CODE)) == EnrolmentText(url, CODE)
    assert read(write(url + "/", CODE)) == EnrolmentText(url, CODE)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "VBE1:",
        f"VBE1:http://a{CODE}",
        f"VBE1:http://a {CODE} ",
        f"VBE1:http://a {CODE}\n",
        f"VBE1:ftp://a {CODE}",
        f"VBE1:http://user:secret@a {CODE}",
        f"VBE1:http://a?x=1 {CODE}",
        f"VBE1:http://a#x {CODE}",
        f"VBE1:http://ä {CODE}",
        f"VBE2:http://a {CODE}",
        f"VBE1:http://a {CODE.lower()}",
        f"VBE1:http://{'a' * MAX_LENGTH} {CODE}",
        f"VBE1:http://a {CODE}0",
        "VB1:6BF+70790T9WJWG",
    ],
)
def test_anything_else_is_no_enrolment(text: str) -> None:
    """A booking code, a foreign QR, a long or a crafted text: none of them is taken for one."""
    assert read(text) is None


@given(some.text(max_size=300))
def test_no_text_breaks_the_reader(text: str) -> None:
    """Whatever a stranger prints, it is read or it is not."""
    assert read("VBE1:" + text) is None or len(text) < MAX_LENGTH


@pytest.mark.parametrize(
    ("url", "is_it"),
    [
        ("http://central:8480", True),
        ("http://central:8480/", True),
        ("HTTP://Central:8480", True),
        ("https://central:8480", False),
        ("http://central:8481", False),
        ("http://central", False),
        ("http://central:8480/other", False),
        ("http://central.evil:8480", False),
    ],
)
def test_another_server_is_told_from_ours(url: str, is_it: bool) -> None:
    """Only the very server of the settings counts."""
    assert EnrolmentText("http://central:8480", CODE).is_for(url) is is_it


def test_neither_its_repr_nor_a_wrong_text_shows_the_code() -> None:
    """A code in a log would enrol whoever reads the log."""
    assert CODE not in repr(EnrolmentText("http://a", CODE))
    with pytest.raises(ValueError, match="no address") as caught:
        write("ftp://a", CODE)
    assert CODE not in str(caught.value)
