"""The health declaration: who is asked what, and what counts as an answer."""

from dataclasses import replace

import pytest

from kiosk.domain.declaration import Answers, read_answers
from tests.domain.builders import LICENCE, VEHICLE, declaration


def test_unanswered_questions_are_no_answer() -> None:
    """Case 29: silence is never "none of these"."""
    assert read_answers(declaration(), VEHICLE, None) is None


def test_none_of_these_is_an_answer_to_every_question_asked() -> None:
    """Case 30: one touch answers all, and it is recorded what was asked."""
    answers = read_answers(declaration(), VEHICLE, ())
    assert answers == Answers(asked=("symptoms", "contact"), yes=())
    assert answers is not None
    assert answers.is_clear


def test_a_positive_answer_is_not_clear() -> None:
    """One yes is enough."""
    answers = read_answers(declaration(), VEHICLE, ("contact",))
    assert answers is not None
    assert not answers.is_clear


def test_answers_are_kept_once_and_in_the_order_of_the_questions() -> None:
    """However they were touched."""
    answers = read_answers(declaration(), VEHICLE, ("contact", "symptoms", "contact"))
    assert answers == Answers(("symptoms", "contact"), ("symptoms", "contact"))


@pytest.mark.parametrize("yes", [("nonsense",), ("symptoms", "nonsense"), ("old",), ("abroad",)])
def test_an_answer_to_a_question_that_was_not_asked_is_asked_again(yes: tuple[str, ...]) -> None:
    """Case 31: what nobody asked is no answer."""
    assert read_answers(declaration(), VEHICLE, yes) is None


def test_a_question_of_another_service_is_not_asked() -> None:
    """Case 33: licences have one question more."""
    assert [question.id for question in declaration().asked(VEHICLE)] == ["symptoms", "contact"]
    assert [question.id for question in declaration().asked(LICENCE)] == ["symptoms", "contact", "abroad"]
    assert read_answers(declaration(), LICENCE, ("abroad",)) is not None


def test_a_question_that_is_switched_off_is_not_asked() -> None:
    """Case 34: switched off means gone, for every service."""
    off = tuple(replace(question, enabled=False) for question in declaration().questions)
    assert declaration(questions=off).asked(LICENCE) == ()
