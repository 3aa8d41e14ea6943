"""The documents that the authority writes for a site, as the same TOML texts that lie beside a kiosk."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeAlias

from central.refusals import BadRequest
from kiosk.documents.declaration_file import declaration_in
from kiosk.documents.plan_file import plan_in
from kiosk.documents.policy_file import policy_in
from kiosk.domain.declaration import Declaration
from kiosk.domain.plan import Plan
from kiosk.domain.policy import Policy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from collections.abc import Set as AbstractSet

LONGEST: Final = 20_000
"""Signs of a text: more than the longest that comes with the kiosk has."""

Document: TypeAlias = Policy | Declaration | Plan


class DocumentKind(StrEnum):
    """Which of them; the file beside a kiosk is named by it."""

    POLICY = "policy"
    DECLARATION = "declaration"
    PLAN = "plan"

    @property
    def file_name(self) -> str:
        """The name of such a file."""
        return f"{self.value}.toml"


class Mistaken(BadRequest):
    """A document has mistakes; each with its key and its reason."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("; ".join(mistakes))
        self.mistakes = tuple(mistakes)


RECORDS: Final[Mapping[DocumentKind, type[Document]]] = {
    DocumentKind.POLICY: Policy,
    DocumentKind.DECLARATION: Declaration,
    DocumentKind.PLAN: Plan,
}

_READERS: Final[Mapping[DocumentKind, Callable[[str, str, list[str]], Document | None]]] = {
    DocumentKind.POLICY: policy_in,
    DocumentKind.DECLARATION: declaration_in,
    DocumentKind.PLAN: plan_in,
}


def document_in(kind: DocumentKind, text: str) -> Document:
    """Return the document of a text; raises Mistaken with everything that is wrong with it."""
    if len(text) > LONGEST:
        raise Mistaken([f"{kind.file_name}: longer than {LONGEST} signs"])
    mistakes: list[str] = []
    document = _READERS[kind](text, kind.file_name, mistakes)
    if document is None:
        raise Mistaken(mistakes)
    return document


def name_of(document: Document) -> tuple[str, int]:
    """Return id and version of a document: what the log names it by; a declaration has no id."""
    return getattr(document, "id", ""), document.version


def refuse_second_meaning(kind: DocumentKind, old: Document, new: Document) -> None:
    """Raise Mistaken if `new` would give another content to a name that the log knows, or go back to an older one.

    `old`: the newest that was ever set. An inspection that reads "policy city, version 3" must find one text by it.
    """
    (old_id, old_version), (new_id, new_version) = name_of(old), name_of(new)
    if new != old and new_id == old_id and new_version <= old_version:
        wrong = f"{old_version} was set with another content, and the log names it by that number"
        raise Mistaken([f"{kind.file_name}: version: {wrong}; give this one {old_version + 1} or more"])


def refuse_unknown_services(policy: Policy, known: AbstractSet[str]) -> None:
    """Raise Mistaken if `policy` suspends what no site offers: misspelt, it would be served on.

    `known`: the services of all sites; one policy may be sent to each of them.
    """
    wrong = [name for name in policy.suspended_services if name not in known]
    if wrong:
        raise Mistaken(
            [f"policy.toml: admission.suspended_services: {name!r} is a service of no site" for name in wrong]
        )
