"""`declaration.toml`: the health questions and the privacy notice, checked, with every mistake at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field

from kiosk.domain.declaration import Declaration, Notice, Question
from kiosk.domain.site import Words
from kiosk.toml_file import Section, parse

if TYPE_CHECKING:
    from pathlib import Path


class _QuestionSection(Section):
    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    text: Words
    services: tuple[str, ...] = ()
    enabled: bool = True


def _told_apart(questions: tuple[_QuestionSection, ...]) -> tuple[_QuestionSection, ...]:
    if len({question.id for question in questions}) != len(questions):
        raise ValueError("two questions with the same id")
    return questions


class _NoticeSection(Section):
    version: int = Field(ge=1, le=2**31 - 1)  # a column of the server
    short: Words
    full: Words


class _DeclarationFile(Section):
    version: int = Field(ge=1, le=2**31 - 1)  # a column of the server
    title: Words
    notice: _NoticeSection
    question: Annotated[tuple[_QuestionSection, ...], Field(min_length=3), AfterValidator(_told_apart)]


def declaration_in(text: str, where: Path | str, mistakes: list[str]) -> Declaration | None:
    """Return the declaration of a text, or None after adding what is wrong to `mistakes`: `WHERE: KEY: reason`."""
    file = parse(text, where, _DeclarationFile, mistakes)
    return _declaration(file) if file is not None else None


def _declaration(file: _DeclarationFile) -> Declaration:
    questions = tuple(Question(item.id, item.text, item.services, item.enabled) for item in file.question)
    notice = Notice(file.notice.version, file.notice.short, file.notice.full)
    return Declaration(file.version, file.title, questions, notice)
