"""The health declaration: questions that are data, and what the answers mean."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kiosk.domain.site import Words


class ClearedWhy(StrEnum):
    """Why a guard lets somebody in who answered yes; the closed list, each with its words (`cleared.<...>`)."""

    KNOWN_CAUSE = "known_cause"  # what they have comes from something else, such as an old illness
    LONG_AGO = "long_ago"  # the stay or the contact lies further back than the rule asks for
    TESTED = "tested"  # a test or a certificate was looked at
    MISTAKE = "mistake"  # touched by mistake, and asked again
    LEADER = "leader"  # by a leader's word


@dataclass(frozen=True, slots=True)
class Question:
    """One question, answered yes or no. `services`: asked for these only; empty means for all."""

    id: str
    text: Words
    services: tuple[str, ...] = ()
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Notice:
    """The privacy notice above the questions: who handles the data, what for, how long."""

    version: int
    short: Words
    full: Words


@dataclass(frozen=True, slots=True)
class Declaration:
    """The questions and the notice, as one version of them was shown."""

    version: int
    title: Words
    questions: tuple[Question, ...]
    notice: Notice

    def asked(self, service: str) -> tuple[Question, ...]:
        """Return the questions that a visitor for `service` is asked."""
        return tuple(q for q in self.questions if q.enabled and (not q.services or service in q.services))


@dataclass(frozen=True, slots=True)
class Answers:
    """What a visitor said: every question asked, and those answered yes."""

    asked: tuple[str, ...]
    yes: tuple[str, ...]

    @property
    def is_clear(self) -> bool:
        """Whether "none of these" was said."""
        return not self.yes


def read_answers(declaration: Declaration, service: str, yes: tuple[str, ...] | None) -> Answers | None:
    """Return the answers, or None when they are incomplete or name a question that was not asked.

    `yes` is None when the visitor has not answered at all; an empty tuple is the answer "none of these".
    """
    asked = tuple(question.id for question in declaration.asked(service))
    if yes is None or not set(yes) <= set(asked):
        return None
    return Answers(asked, tuple(item for item in asked if item in yes))
