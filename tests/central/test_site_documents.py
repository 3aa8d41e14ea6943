"""Policy, declaration and plan as the office sets them: the texts that lie beside a kiosk, read by the same rules."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete

from central.site_documents import LONGEST, RECORDS, DocumentKind, Mistaken, document_in
from central.tables import document_texts
from kiosk.documents.declaration_file import declaration_in
from kiosk.documents.plan_file import plan_in
from kiosk.documents.policy_file import policy_in
from kiosk.domain.policy import Policy
from kiosk.toml_file import read
from tests.central.builders import HERE, SERVICE
from tests.central.guard_builders import CONFIG, furnish
from tests.central.test_staff import Browser

if TYPE_CHECKING:
    from central.site_documents import Document
    from tests.central.builders import City

PAGE = f"/staff/sites/{HERE}"
_TWO = ["version", "admission.early_min"]
_LIMIT = ["screening.limit.0.low"]
KINDS = pytest.mark.parametrize("kind", list(DocumentKind))


def _text(kind: DocumentKind) -> str:
    return (CONFIG / kind.file_name).read_text(encoding="utf-8")


def _beside_a_kiosk(kind: DocumentKind) -> Document:
    readers = {
        DocumentKind.POLICY: policy_in,
        DocumentKind.DECLARATION: declaration_in,
        DocumentKind.PLAN: plan_in,
    }
    found = read(CONFIG / kind.file_name, readers[kind], [])
    assert found is not None
    return found


def _in_force(city: City, kind: DocumentKind) -> Document | None:
    return city.desk.catalogue.document(HERE, RECORDS[kind])


def _path(kind: DocumentKind, site: str = HERE) -> str:
    return f"/sites/{site}/documents/{kind.value}"


def _raised(text: str, version: int) -> str:
    assert text.count("version = 1\n") == 1
    return text.replace("version = 1\n", f"version = {version}\n")


def _typed(page: str) -> str:
    found = re.search(r"<textarea[^>]*>\n(.*)</textarea>", page, re.DOTALL)
    assert found is not None
    return html.unescape(found[1])


@KINDS
def test_the_office_sets_what_lies_beside_a_kiosk_and_takes_it_away(city: City, kind: DocumentKind) -> None:
    """The kiosks are told the very document that they would read from the file."""
    assert city.office("PUT", _path(kind), _text(kind).encode()).status_code == 200
    assert _in_force(city, kind) == _beside_a_kiosk(kind)
    caller = city.kiosk()
    assert caller.get("/v1/documents").json()["documents"][kind.value]["version"] == 1
    assert city.office("DELETE", _path(kind)).status_code == 200
    assert caller.get("/v1/documents").json()["documents"][kind.value] is None


@KINDS
def test_one_name_never_means_two_texts(city: City, kind: DocumentKind) -> None:
    """The log names a document by its version: another content needs a higher one; the same may be sent again."""
    first = _text(kind)
    for text, status in (
        (_raised(first, 3), 200),
        (_raised(first, 3), 200),
        (first, 400),
        (_raised(first, 2), 400),
        (_raised(first, 4), 200),
    ):
        answer = city.office("PUT", _path(kind), text.encode())
        assert answer.status_code == status, answer.text
    found = _in_force(city, kind)
    assert found is not None
    assert found.version == 4


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        (DocumentKind.POLICY, "elevated = 37.30", "elevated = 37.20"),
        (DocumentKind.DECLARATION, "fever, a cough", "a cough"),
        (DocumentKind.PLAN, 'phone = "120"', 'phone = "121"'),
    ],
)
def test_another_content_under_the_same_version_is_refused(city: City, kind: DocumentKind, old: str, new: str) -> None:
    """It says what is in force and which version would do; with that version it is taken."""
    text = _text(kind)
    assert old in text
    assert city.office("PUT", _path(kind), text.encode()).status_code == 200
    answer = city.office("PUT", _path(kind), text.replace(old, new).encode())
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
    assert "version: 1 was set with another content" in answer.json()["message"]
    assert "2 or more" in answer.json()["message"]
    assert _in_force(city, kind) == _beside_a_kiosk(kind)
    assert city.office("PUT", _path(kind), _raised(text.replace(old, new), 2).encode()).status_code == 200
    assert _in_force(city, kind) != _beside_a_kiosk(kind)


@pytest.mark.parametrize("kind", [DocumentKind.POLICY, DocumentKind.PLAN])
def test_a_document_by_another_id_counts_its_own_versions(city: City, kind: DocumentKind) -> None:
    """Another authority's policy begins at 1 again."""
    assert city.office("PUT", _path(kind), _raised(_text(kind), 7).encode()).status_code == 200
    other = re.sub(r'^id = ".*"', 'id = "another"', _text(kind), count=1, flags=re.MULTILINE)
    assert city.office("PUT", _path(kind), other.encode()).status_code == 200
    found = _in_force(city, kind)
    assert found is not None
    assert found.version == 1


@pytest.mark.parametrize(
    ("kind", "changes", "told"),
    [
        (DocumentKind.POLICY, {"elevated = 37.30": "elevated = 99.00"}, ["screening.limit.0.elevated"]),
        (DocumentKind.POLICY, {"early_min": "earley_min"}, ["admission.early_min", "admission.earley_min"]),
        (
            DocumentKind.POLICY,
            {"version = 1\n": "version = 0\n", "early_min = ": "early_min = -", "late_min = ": "late_min = 241 #"},
            ["version", "admission.early_min", "admission.late_min"],
        ),
        (DocumentKind.DECLARATION, {'id = "symptoms"': 'id = "risk_area"'}, ["question"]),
        (DocumentKind.POLICY, {"elevated = 37.30": "elevated = 34.00", "low = 35.50": "low = 20.00"}, _LIMIT),
        (DocumentKind.POLICY, {"low = 35.50": "low = 37.30"}, ["screening.limit.0"]),
        (DocumentKind.POLICY, {'kind = "body_estimate"': 'kind = "surface"'}, ["screening.limit.0"]),
        (DocumentKind.PLAN, {"escalate_s = 120": "escalate_s = 0"}, ["limits.escalate_s"]),
        (DocumentKind.PLAN, {"[limits]": "[limitz]"}, ["limits", "limitz"]),
        (DocumentKind.PLAN, {'id = "room_2"': 'id = "room_1"'}, ["place"]),
        (DocumentKind.PLAN, {"holds = 4": "holds = 0"}, ["place.2.holds"]),
        (DocumentKind.PLAN, {"within_s = 60,": "within_s = 1,"}, ["situation.elevated.step.0.within_s"]),
        (DocumentKind.PLAN, {"[situation.crowd]": "[situation.crowds]"}, ["situation.crowds.[key]"]),
        (DocumentKind.PLAN, {"[near]": "near = 3\n[nearby]"}, ["limits.near", "near", "nearby"]),
        (DocumentKind.PLAN, {"version = 1\n": "version = 'one'\n"}, ["version"]),
        (DocumentKind.PLAN, {"version = 1\n": "version = \n"}, ["is not TOML"]),
        (DocumentKind.PLAN, {"clean_s": "cleen_s"}, ["limits.clean_s", "limits.cleen_s"]),
        (DocumentKind.PLAN, {"overflow = true": "overflow = true\ncolour = 1"}, ["place.2.colour"]),
        (DocumentKind.PLAN, {'escalation = ["guard_room"': 'escalation = ["nobody"'}, ["escalation"]),
    ],
)
def test_every_mistake_is_told_and_nothing_of_it_kept(
    city: City, kind: DocumentKind, changes: dict[str, str], told: list[str]
) -> None:
    """A limit of 99 degrees would find nobody elevated at every door at once; a misspelt key would pass unseen."""
    good = text = _text(kind)
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new, 1)
    assert city.office("PUT", _path(kind), good.encode()).status_code == 200
    answer = city.office("PUT", _path(kind), text.encode())
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
    lines = answer.json()["message"].split(f"{kind.file_name}: ")[1:]
    assert sorted(line.partition(":")[0] for line in lines) == sorted(told)
    assert _in_force(city, kind) == _beside_a_kiosk(kind)


def test_a_policy_without_a_limit_is_refused(city: City) -> None:
    """Nobody would be judged by it."""
    text, _mark, rest = _text(DocumentKind.POLICY).partition("[[screening.limit]]")
    assert rest
    answer = city.office("PUT", _path(DocumentKind.POLICY), text.encode())
    assert (answer.status_code, answer.json()["message"]) == (400, "policy.toml: screening.limit: is missing")


def test_only_a_service_that_somebody_offers_can_be_suspended(city: City) -> None:
    """Misspelt, it would be served on, and nobody would know why."""
    text = _text(DocumentKind.POLICY)
    assert "suspended_services = []" in text
    for version, name, status in ((2, SERVICE, 200), (3, SERVICE + "s", 400)):
        given = _raised(text, version).replace("suspended_services = []", f'suspended_services = ["{name}"]')
        answer = city.office("PUT", _path(DocumentKind.POLICY), given.encode())
        assert answer.status_code == status
    assert f"admission.suspended_services: '{SERVICE}s' is a service of no site" in answer.json()["message"]
    found = city.desk.catalogue.document(HERE, Policy)
    assert found is not None
    assert found.suspended_services == (SERVICE,)


def test_what_is_no_document_is_refused_in_words(city: City) -> None:
    """A picture, a program's file in another form, a book, a kind or a site that there is not."""
    policy = _text(DocumentKind.POLICY).encode()
    for body, said in (
        (b"\xff\xd8\xff", "not UTF-8"),
        (b'{"id": "city"}', "policy.toml: is not TOML"),
        (b"", "policy.toml: id: is missing"),
        (b"id = " + 9000 * b"[" + 9000 * b"]", "nested too deeply"),
    ):
        answer = city.office("PUT", _path(DocumentKind.POLICY), body)
        assert answer.status_code == 400
        assert said in answer.json()["message"]
    assert city.office("PUT", f"/sites/{HERE}/documents/notes", policy).status_code == 400
    assert city.office("PUT", _path(DocumentKind.POLICY, "nowhere"), policy).status_code == 404
    assert city.office("DELETE", _path(DocumentKind.POLICY, "nowhere")).status_code == 404
    with pytest.raises(Mistaken, match="longer than"):
        document_in(DocumentKind.PLAN, " " * (LONGEST + 1))
    assert _in_force(city, DocumentKind.POLICY) is None


@KINDS
def test_all_that_was_set_can_be_read_for_good(city: City, kind: DocumentKind) -> None:
    """In order, as it was sent, notes in it included, with when it counted; nothing noted is ever changed."""
    first, again = _text(kind) + "# by the order of 1 March\n", _text(kind)
    second = _raised(_text(kind), 2)
    for text in (first, first, again, second):
        assert city.office("PUT", _path(kind), text.encode()).status_code == 200
        city.clock.advance(seconds=60)
    told = _told(city, kind)
    assert [(one["version"], one["text"], one["is_in_force"]) for one in told] == [
        (2, second, True),
        (1, again, False),
        (1, first, False),
    ]
    assert told[0]["set_at"] > told[1]["set_at"] > told[2]["set_at"]
    assert city.office("DELETE", _path(kind)).status_code == 200
    assert city.office("DELETE", _path(kind)).status_code == 200  # which does nothing more
    assert [(one["is_taken_away"], one["is_in_force"]) for one in _told(city, kind)] == [(True, False)] + [
        (False, False)
    ] * 3
    assert city.office("PUT", _path(kind), _text(kind).encode()).status_code == 400  # the log may have named the second
    assert city.office("PUT", _path(kind), second.encode()).status_code == 200
    assert [one["number"] for one in _told(city, kind)] == [5, 4, 3, 2, 1]
    assert city.office("GET", _path(kind, "nowhere")).status_code == 404
    browser = Browser(city)
    browser.sign_in()
    page = browser.open(f"{PAGE}/documents/{kind.value}?lang=en").text
    assert "taken away 2020-03-10 09:0" in page
    links = re.findall(rf'href="({PAGE}/documents/{kind.value}/text[^"]+)"', page)
    for link, text in zip(links, (second, second, again, first), strict=True):
        shown = browser.open(html.unescape(link))
        assert html.escape(text) in shown.text
    for number in ("0", "4", "9", "x", ""):
        assert browser.open(f"{PAGE}/documents/{kind.value}/text?number={number}").status_code == 404


def _told(city: City, kind: DocumentKind) -> list[dict[str, Any]]:
    return city.office("GET", _path(kind)).json()["documents"]


def _by_an_earlier_program(city: City, text: str, kind: DocumentKind) -> None:
    """Set a document as a program did that kept only what is in force."""
    assert city.office("PUT", _path(kind), text.encode()).status_code == 200
    with city.desk._database.write() as tx:
        tx.execute(delete(document_texts))


@KINDS
def test_what_an_earlier_program_set_keeps_its_name(city: City, kind: DocumentKind) -> None:
    """Also once another was set, or it was taken away: it is noted then, without a time or a text."""
    _by_an_earlier_program(city, _raised(_text(kind), 4), kind)
    assert _told(city, kind) == []
    assert city.office("PUT", _path(kind), _text(kind).encode()).status_code == 400
    assert city.office("DELETE", _path(kind)).status_code == 200
    assert city.office("PUT", _path(kind), _text(kind).encode()).status_code == 400
    assert [(one["version"], one["set_at"] is None, one["text"]) for one in _told(city, kind)][1] == (4, True, "")
    assert city.office("PUT", _path(kind), _raised(_text(kind), 5).encode()).status_code == 200
    browser = Browser(city)
    browser.sign_in()
    assert "set before times were noted" in browser.open(f"{PAGE}/documents/{kind.value}?lang=en").text
    assert "Its text was not kept" in browser.open(f"{PAGE}/documents/{kind.value}/text?lang=en&number=1").text


def test_what_an_earlier_program_set_keeps_its_name_beside_another_id(city: City) -> None:
    """Another authority's policy comes between."""
    own, other = (
        _raised(_text(DocumentKind.POLICY), 4),
        _text(DocumentKind.POLICY).replace('id = "own"', 'id = "other"'),
    )
    _by_an_earlier_program(city, own, DocumentKind.POLICY)
    path = _path(DocumentKind.POLICY)
    assert city.office("PUT", path, other.encode()).status_code == 200
    changed = own.replace("elevated = 37.30", "elevated = 37.20")
    assert city.office("PUT", path, changed.encode()).status_code == 400
    assert city.office("PUT", path, own.encode()).status_code == 200
    told = [(one["id"], one["version"]) for one in _told(city, DocumentKind.POLICY)]
    assert told == [("own", 4), ("other", 1), ("own", 4)]


@pytest.mark.parametrize("wrong", ["version = 100000000000000000000", "version = 2147483648", "version = 0"])
@KINDS
def test_a_version_that_no_column_holds_is_a_mistake(city: City, kind: DocumentKind, wrong: str) -> None:
    """And no failure of the server."""
    answer = city.office("PUT", _path(kind), _text(kind).replace("version = 1", wrong, 1).encode())
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


@pytest.mark.parametrize("kind", [DocumentKind.POLICY, DocumentKind.PLAN])
def test_an_id_is_of_signs_that_can_be_read(city: City, kind: DocumentKind) -> None:
    """A database may refuse others, and nobody could find it in the log."""
    answer = city.office("PUT", _path(kind), _text(kind).replace('id = "own"', 'id = "a\\u0000b"', 1).encode())
    assert answer.status_code == 400
    assert "id: must have the form" in answer.json()["message"]


def test_the_page_takes_as_long_a_text_as_it_says(city: City) -> None:
    """Each Chinese sign takes nine bytes of a form."""
    text = _text(DocumentKind.PLAN)
    text += "#" + "注" * (LONGEST - len(text) - 1)
    assert len(text) == LONGEST
    browser = Browser(city)
    browser.sign_in()
    page = f"{PAGE}/documents/plan?lang=zh"
    browser.open(page)
    answer = browser.send(page, text=text)
    assert answer.status_code == 200
    assert _typed(answer.text) == text
    assert browser.send(page, text=text + "注").status_code == 400


@KINDS
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_staff_see_and_set_each_on_the_page(city: City, kind: DocumentKind, language: str) -> None:
    """By the text of the file; a broken one is refused with every key, and the one in force stays."""
    furnish(city)
    city.desk.catalogue.remove_document(HERE, kind)
    browser = Browser(city)
    browser.sign_in()
    shown = browser.open(f"{PAGE}?lang={language}").text
    assert {"zh": "服务器上还没有", "en": "Not on the server"}[language] in shown
    page = f"{PAGE}/documents/{kind.value}?lang={language}"
    assert page in shown
    browser.open(page)
    good, broken = _raised(_text(kind), 9), _text(kind) + "\n[<b>]\n"
    after = browser.send(page, text=good.replace("\n", "\r\n")).text  # as a browser sends a field's lines
    assert {"zh": "第 9 版", "en": "version 9"}[language] in after
    assert _typed(after) == good
    found = _in_force(city, kind)
    answer = browser.send(page, text=broken)
    assert answer.status_code == 400
    assert kind.file_name in answer.text
    assert "<b>" not in answer.text
    assert _typed(answer.text) == broken
    assert _in_force(city, kind) == found
    assert browser.send(f"/staff/sites/nowhere/documents/{kind.value}", text=_text(kind)).status_code == 404
