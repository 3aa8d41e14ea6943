"""Refreshing: documents, bookings and the site's view, each at its own pace, and nothing lost by a failure."""

from datetime import date

import pytest

from kiosk.errors import ServerError, ServerRejected, ServerUnreachable
from kiosk.protocol.messages import BookingPage, Documents, SiteView
from kiosk.services.refreshing import FOLLOW_S, Follower, Refresher
from kiosk.services.reporting import Backoff
from tests.domain import builders as make
from tests.services.builders import Door, new_booking


class Serving:
    """A server with a few bookings, one to a page."""

    def __init__(self, documents: Documents) -> None:
        self.told = documents
        self.bookings_list = [new_booking() for _ in range(3)]
        self.reset_at: int | None = None
        self.asked: list[str] = []
        self.errors: dict[str, ServerError] = {}

    def _ask(self, what: str) -> None:
        self.asked.append(what)
        if what in self.errors:
            raise self.errors[what]

    def documents(self, etag: str) -> Documents | None:
        """Answer with the documents, or with nothing when they are known."""
        self._ask("documents")
        return None if etag == self.told.version else self.told

    def bookings(self, since: int) -> BookingPage:
        """Answer with the next page."""
        self._ask("bookings")
        days = [date(2020, 3, 10)]
        if since == self.reset_at:
            return BookingPage(server_time_ms=0, reset=True, bookings=[], gone=[], cursor=0, more=True, days=days)
        page, rest = self.bookings_list[since : since + 1], self.bookings_list[since + 1 :]
        cursor = since + len(page)
        return BookingPage(
            server_time_ms=0, reset=False, bookings=page, gone=[], cursor=cursor, more=bool(rest), days=days
        )

    def site_view(self, version: int, wait_s: int = 0) -> SiteView:
        """Answer with the view."""
        self._ask("followed" if wait_s else "site_view")
        return SiteView(server_time_ms=0, version=7, inside_elsewhere=3, visits=[], unchanged=version == 7)


@pytest.fixture
def serving(door: Door) -> Serving:
    """Return a server with newer documents than the door's."""
    return Serving(door.rules.documents().model_copy(update={"version": "2", "cap_share": 9}))


@pytest.fixture
def refresher(door: Door, serving: Serving) -> Refresher:
    """Return the door's refresher, before its first step, with a copy that knows nothing."""
    page = BookingPage(server_time_ms=0, reset=True, bookings=[], gone=[], cursor=0, more=True, days=[])
    door.copy.store_page(page, door.clock.now())
    return Refresher(serving, door.copy, door.clock, Backoff(lambda: 0.5))  # pyright: ignore[reportArgumentType]


def test_one_step_brings_everything(door: Door, serving: Serving, refresher: Refresher) -> None:
    """All pages of bookings, the documents, the view."""
    assert not door.copy.covers("2020-03-10")
    refresher.step()
    assert all(door.copy.booking(item.id) == item for item in serving.bookings_list)
    assert door.copy.covers("2020-03-10")
    assert door.rules.documents().cap_share == 9
    assert door.hall.inside(door.log.state) == 3
    assert door.copy.refreshed_at() == door.clock.now()


def test_each_part_has_its_own_pace(door: Door, serving: Serving, refresher: Refresher) -> None:
    """The view every two seconds, bookings every ten, documents every thirty."""
    refresher.step()
    for _ in range(30):
        door.clock.go_on(seconds=1)
        refresher.step()
    counts = {what: serving.asked.count(what) for what in ("documents", "site_view")}
    assert counts == {"documents": 2, "site_view": 16}


def test_what_failed_is_asked_again_at_the_next_step(serving: Serving, refresher: Refresher, door: Door) -> None:
    """A kiosk that starts a moment before its server does not wait half a minute for its rules."""
    for what in ("documents", "bookings", "site_view"):
        serving.errors = {what: ServerUnreachable("down")}
        assert refresher.step() > 0
    serving.errors = {}
    refresher.step()
    assert door.rules.documents().version == "2"
    assert door.copy.booking(serving.bookings_list[2].id) is not None
    assert door.copy.site_view() is not None


def test_a_cursor_that_is_too_old_empties_the_copy_and_fills_it_anew(
    door: Door, serving: Serving, refresher: Refresher
) -> None:
    """What was deleted long ago is gone here as well."""
    refresher.step()
    old = new_booking()
    door.learns(old)
    serving.reset_at = door.copy.cursor()
    refresher.refresh_now()
    refresher.step()
    assert door.copy.booking(old.id) is None
    assert all(door.copy.booking(item.id) == item for item in serving.bookings_list)


def test_a_server_that_resets_without_end_does_not_hold_the_refresher(
    serving: Serving, refresher: Refresher, door: Door
) -> None:
    """One step ends, whatever the server says."""
    serving.reset_at = 0
    assert refresher.step() > 0
    assert not door.copy.covers("2020-03-10")


def test_an_unchanged_view_is_fresh_again(door: Door, refresher: Refresher) -> None:
    """That nothing changed is news as well."""
    refresher.step()
    door.clock.go_on(minutes=5)
    assert not door.hall.is_site_known()
    refresher.step()
    assert door.hall.is_site_known()
    assert door.hall.inside(door.log.state) == 3


def test_a_rejection_is_asked_seldom_and_keeps_what_is_known(
    door: Door, serving: Serving, refresher: Refresher
) -> None:
    """A revoked kiosk still has its rules."""
    refresher.step()
    serving.errors = {"site_view": ServerRejected("revoked")}
    door.clock.go_on(minutes=1)
    assert refresher.step() == 300
    assert door.rules.documents().version == "2"


def test_the_log_tells_once_when_refreshing_stops_and_once_when_it_is_back(
    serving: Serving, refresher: Refresher, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing in between."""
    serving.errors = {"documents": ServerUnreachable("down")}
    for _ in range(5):
        refresher.step()
    serving.errors = {}
    refresher.step()
    assert [record.getMessage() for record in caplog.records] == [
        "refreshing waits: server_unreachable",
        "refreshing is back",
    ]


def test_the_documents_in_force_are_the_servers_where_there_are_any(door: Door) -> None:
    """The kiosk's own files hold until then."""
    assert door.rules.policy.id == "test"
    newer = make.policy(id="city", version=5)
    door.told(by=newer, declaration=make.declaration(version=8))
    assert (door.rules.policy.id, door.rules.declaration.version) == ("city", 8)
    door.told(declaration=None)
    assert (door.rules.policy.id, door.rules.declaration.version) == ("test", 7)


def following(door: Door, serving: Serving, heard: list[int]) -> Follower:
    """Return what follows the site for the door; `heard` gets the version of each newer view."""

    def changed() -> None:
        known = door.copy.site_view()
        assert known is not None
        heard.append(known[0].version)

    return Follower(serving, door.copy, door.clock, Backoff(lambda: 0.5), changed)  # pyright: ignore[reportArgumentType]


def test_a_change_at_the_site_is_kept_and_told_at_once(door: Door, serving: Serving) -> None:
    """Before anybody is told, it is in the copy; then the server is asked again almost at once."""
    heard: list[int] = []
    follower = following(door, serving, heard)
    assert follower.step() < 1
    assert heard == [7]
    assert serving.asked == ["followed"]
    assert follower.step() == FOLLOW_S
    assert heard == [7]


def test_a_server_that_does_not_hold_its_answers_back_is_not_asked_without_end(door: Door, serving: Serving) -> None:
    """What is left of the wait is waited here."""
    follower = following(door, serving, [])
    follower.step()
    held_back = serving.site_view

    def after_a_while(version: int, wait_s: int = 0) -> SiteView:
        door.clock.go_on(seconds=wait_s)
        return held_back(version, wait_s)

    assert follower.step() == FOLLOW_S
    serving.site_view = after_a_while
    assert follower.step() == 0


def test_a_server_that_is_silent_is_left_alone_for_longer_and_longer(door: Door, serving: Serving) -> None:
    """And one that says no for five minutes; the view that is there stays."""
    heard: list[int] = []
    follower = following(door, serving, heard)
    serving.errors = {"followed": ServerUnreachable("down")}
    waits = [follower.step() for _ in range(3)]
    assert waits == sorted(waits)
    assert waits[0] < waits[2]
    serving.errors = {"followed": ServerRejected("no", "revoked")}
    assert follower.step() == 300
    serving.errors = {}
    follower.step()
    assert heard == [7]
