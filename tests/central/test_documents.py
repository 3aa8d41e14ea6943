"""The documents: what a site's kiosks work by, and no more often than they change."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from argon2 import PasswordHasher

from central.refusals import Unknown
from central.site_documents import DocumentKind
from kiosk.domain.declaration import Declaration, Notice, Question
from kiosk.domain.ids import SiteId
from kiosk.domain.site import Site, Words
from kiosk.protocol.messages import DocumentsAnswer
from tests.central.builders import HERE, SERVICE, THERE

if TYPE_CHECKING:
    from kiosk.protocol.messages import Documents
    from tests.central.builders import Caller, City

WORDS = Words("公告", "Notice")


def _documents(caller: Caller) -> Documents:
    return DocumentsAnswer.model_validate(caller.get("/v1/documents").json()).documents


def test_documents_hold_what_a_site_works_by(city: City) -> None:
    """Site, directory, services, keys, guards and notices come in one versioned document."""
    city.desk.catalogue.put_notices(HERE, [WORDS, Words("二", "Two")])
    city.desk.roster.put(HERE, "guard-1", "李建国", "274951", "leader")
    city.desk.roster.put(THERE, "guard-2", "王", "274951")
    documents = _documents(city.kiosk())
    assert documents.site.id == HERE
    assert [site.id for site in documents.sites] == [THERE, HERE]
    assert [service.id for service in documents.services] == [SERVICE]
    assert [notice.zh for notice in documents.notices] == ["公告", "二"]
    assert (documents.policy, documents.declaration) == (None, None)
    (guard,) = documents.guards
    assert (guard.id, guard.role) == ("guard-1", "leader")
    assert PasswordHasher().verify(guard.pin_hash, "274951")
    city.desk.roster.remove(HERE, "guard-1")
    assert _documents(city.kiosk()).guards == []
    with pytest.raises(Unknown):
        city.desk.roster.remove(HERE, "guard-1")


def test_an_unchanged_document_costs_an_empty_answer(city: City) -> None:
    """The ETag is the hash of the content: the same content is the same document, also after a restart."""
    caller = city.kiosk()
    first = caller.get("/v1/documents")
    tag = first.headers["ETag"]
    assert tag == f'"{first.json()["documents"]["version"]}"'
    caller_headers = caller.headers
    import requests

    for given in (tag, f"W/{tag}", f'"other", {tag}'):
        again = requests.get(city.url + "/v1/documents", headers={**caller_headers, "If-None-Match": given}, timeout=60)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["X-VB-Protocol"] == "1"
    city.desk.catalogue.put_notices(HERE, [WORDS])
    changed = requests.get(city.url + "/v1/documents", headers={**caller_headers, "If-None-Match": tag}, timeout=60)
    assert changed.status_code == 200
    city.desk.catalogue.put_notices(HERE, [])
    assert caller.get("/v1/documents").headers["ETag"] == tag


def test_the_halls_cap_is_shared_out_among_its_entrances(city: City) -> None:
    """While the link is down no kiosk lets in more than its part; exits and revoked kiosks have none."""
    one = city.kiosk("door-1", "A")
    assert _documents(one).cap_share == 100
    city.kiosk("door-2", "B")
    city.kiosk("door-3", "C")
    city.kiosk("way-out", "X", is_entry=False)
    city.desk.fleet.put_kiosk(HERE, "never-enrolled", "N")
    assert _documents(one).cap_share == 33
    city.desk.fleet.revoke(HERE, "door-3")
    assert _documents(one).cap_share == 50


@pytest.mark.parametrize(("cap", "share"), [(0, 0), (1, 1)])
def test_a_small_cap_never_becomes_no_limit(city: City, cap: int, share: int) -> None:
    """0 means no limit, so a share is never rounded down to it."""
    city.desk.catalogue.put_site(Site(HERE, WORDS, WORDS, "Asia/Shanghai", 510, 1050, cap=cap))
    caller = city.kiosk("door-1", "A")
    city.kiosk("door-2", "B")
    assert _documents(caller).cap_share == share


def test_policy_and_questions_of_the_server_come_along(city: City) -> None:
    """What the authority sets replaces the kiosk's own file, and goes away again."""
    notice = Notice(3, WORDS, WORDS)
    declaration = Declaration(7, WORDS, (Question("fever", WORDS),), notice)
    city.desk.catalogue.put_document(HERE, DocumentKind.DECLARATION, declaration)
    caller = city.kiosk()
    assert _documents(caller).declaration == declaration
    city.desk.catalogue.remove_document(HERE, DocumentKind.DECLARATION)
    assert _documents(caller).declaration is None


def test_a_record_that_no_kiosk_could_read_is_not_kept(city: City) -> None:
    """A mistake of the office stops at the office, not at every door."""
    with pytest.raises(ValueError, match="opens"):
        city.desk.catalogue.put_site(Site(HERE, WORDS, WORDS, "Asia/Shanghai", "half past eight", 1050))  # type: ignore[arg-type]
    assert _documents(city.kiosk()).site.opens == 510
    for call in (
        lambda: city.desk.catalogue.put_notices("nowhere", []),
        lambda: city.desk.catalogue.remove_document("nowhere", DocumentKind.POLICY),
        lambda: city.desk.catalogue.site("nowhere"),
        lambda: city.desk.catalogue.documents("nowhere"),
    ):
        with pytest.raises(Unknown):
            call()


def test_the_settings_file_in_the_repository_is_a_whole_one() -> None:
    """What stands in config/central.toml are the defaults."""
    from central.settings import Settings, load

    path = Path(__file__).parents[2] / "config" / "central.toml"
    assert load(path) == Settings()
    assert set(tomllib.loads(path.read_text())) == set(Settings.model_fields)


def test_sites_are_listed(city: City) -> None:
    """The health check reads them, so a broken database is not called well."""
    assert {site.id for site in city.desk.catalogue.sites()} == {SiteId(HERE), SiteId(THERE)}
