"""What PostgreSQL alone could break: two programs on one database, a cluster that stops, a cluster that forgets.

Half of the other tests of the server have it for their database, all with `pytest tests/central --database postgresql`.
"""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
import requests
from sqlalchemy import update
from sqlalchemy.exc import InternalError

from central import tables
from central.database import Database
from central.refusals import CannotWrite, QuotaFull
from central.server import RunningServer, main
from kiosk.domain.chain import verify
from kiosk.domain.site import Service, Words
from kiosk.errors import StoreError
from tests.central import builders
from tests.central.builders import HERE, SERVICE, City, found_city, settings_for, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.central.postgres import Cluster

_CALLERS = 8


@pytest.fixture
def city(tmp_path: Path, cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[City]:
    """Two sites and a running server, on PostgreSQL."""
    monkeypatch.setattr(builders, "url_for", cluster.url)
    founded = found_city(tmp_path / "data")
    yield founded
    founded.server.stop()


@pytest.fixture
def twin(city: City, tmp_path: Path) -> Iterator[City]:
    """A second server on the database of the first, with a copy of its keys."""
    shutil.copytree(city.data, tmp_path / "twin")
    server = RunningServer(settings_for(city.data), tmp_path / "twin", city.clock)
    yield City(server, server.start(), city.clock, tmp_path / "twin")
    server.stop()


def test_one_changes_something_at_a_time(city: City, twin: City) -> None:
    """A rule that reads before it writes would else be decided twice, by two programs that do not see each other."""
    order: list[str] = []

    def change() -> None:
        with twin.desk._database.write():
            order.append("second")

    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    with ThreadPoolExecutor(1) as other:
        with city.desk._database.write() as tx:
            changed = other.submit(change)
            until(lambda: tx.exec_driver_sql(waiting).scalar() == 1)
            order.append("first")
        changed.result()
    assert order == ["first", "second"]


def test_a_log_sent_to_two_servers_at_once_is_stored_once_and_whole(city: City, twin: City) -> None:
    """A proxy may send each upload to another of them, and a kiosk may send one again while the first still runs."""
    callers = [city.kiosk(f"door-{number}", "ABCD"[number]) for number in range(4)]
    for caller in callers:
        caller.log.devices(40)
    batches = [
        (url, caller, caller.log.entries[first : first + 10])
        for first in range(0, 40, 10)
        for caller in callers
        for url in (city.url, twin.url)
    ]

    def send(url: str, caller: builders.Caller, entries: list[builders.Entry]) -> int:
        return builders.Caller(url, caller.token, caller.log).upload(entries).status_code

    with ThreadPoolExecutor(_CALLERS) as pool:
        assert set(pool.map(lambda one: send(*one), batches)) == {200}
    for caller in callers:
        assert caller.ship()["high_seq"] == 40
        assert city.stored(caller) == caller.log.entries
        assert verify(twin.stored(caller))[2] is None
    assert [kind for kind in city.findings(is_open=False) if kind != "gap"] == []
    assert city.findings() == []


def test_two_servers_do_not_give_the_last_place_twice(city: City, twin: City) -> None:
    """The quota is counted before the place is taken: between the two nobody else may take one."""
    words = Words("检验", "Inspection")
    city.desk.catalogue.put_service(HERE, Service(SERVICE, words, words), hourly_quota=3)

    def book(at: City) -> bool:
        try:
            at.book()
        except QuotaFull:
            return False
        return True

    with ThreadPoolExecutor(_CALLERS) as pool:
        assert sum(pool.map(book, [city, twin] * 12)) == 3


def test_two_servers_do_not_trade_one_code_twice(city: City, twin: City) -> None:
    """A code that was photographed and typed elsewhere at the same moment makes one kiosk, and no second."""
    city.desk.fleet.put_kiosk(HERE, "door-1", "A")
    code = city.desk.fleet.enrolment_code(HERE, "door-1").code
    with ThreadPoolExecutor(_CALLERS) as pool:
        answers = list(pool.map(lambda at: at.enrol(code).status_code, [city, twin] * 6))
    assert sorted(answers)[:2] == [200, 403], answers


def test_a_cluster_that_stops_loses_nothing_and_the_server_goes_on_when_it_is_back(
    city: City, cluster: Cluster
) -> None:
    """An upload is answered 503 meanwhile, so the kiosk keeps it; nobody has to start the server again."""
    caller = city.kiosk()
    caller.log.devices(3)
    caller.ship()
    caller.log.devices(3)
    cluster.stop()
    try:
        answer = caller.upload(caller.log.entries[3:])
        assert (answer.status_code, answer.json()["code"]) == (503, "cannot_write")
        assert caller.get("/v1/bookings").status_code == 503
        assert requests.get(city.url + "/healthz", timeout=40).status_code == 503
    finally:
        cluster.start()
    until(lambda: requests.get(city.url + "/healthz", timeout=40).status_code == 200)
    assert caller.ship()["high_seq"] == 6
    assert city.stored(caller) == caller.log.entries


def test_a_cluster_that_would_lose_a_commit_is_refused(city: City, cluster: Cluster, tmp_path: Path) -> None:
    """What was acknowledged is on the disk: with fsync off nobody could say so."""
    city.server.stop()
    cluster.stop()
    cluster.start("fsync=off")
    try:
        with pytest.raises(StoreError, match="fsync = off"):
            RunningServer(settings_for(city.data), tmp_path / "data", city.clock)
    finally:
        cluster.stop()
        cluster.start()


def test_a_commit_waits_for_the_disk_whatever_the_cluster_does_by_itself(cluster: Cluster, tmp_path: Path) -> None:
    """`synchronous_commit = off` is a setting that many take for speed."""
    cluster.stop()
    cluster.start("synchronous_commit=off")
    try:
        database = Database(cluster.url(tmp_path))
        with database.write() as tx:
            assert tx.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"
        database.close()
    finally:
        cluster.stop()
        cluster.start()


def test_who_reads_cannot_write(city: City) -> None:
    """As on SQLite: only one connection changes anything, and it waits for the others' changes."""
    database = city.desk._database
    with pytest.raises(CannotWrite) as failed, database.read() as tx:
        tx.execute(update(tables.schema).values(version=1))
    assert isinstance(failed.value.__cause__, InternalError)
    with database.read() as tx:
        before = tx.exec_driver_sql("SELECT count(*) FROM kiosks").scalar()
        city.desk.fleet.put_kiosk(HERE, "door-9", "Z")
        assert tx.exec_driver_sql("SELECT count(*) FROM kiosks").scalar() == before


@pytest.mark.usefixtures("signals")
def test_a_database_that_is_not_there_ends_the_start_with_the_reason(
    cluster: Cluster, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The operator reads what PostgreSQL said; a password in the address is nowhere to be read."""
    config = tmp_path / "central.toml"
    config.write_text(f'[database]\nurl = "postgresql://postgres:geheim@/nowhere?host={cluster.folder}"\n')
    assert main(config, tmp_path / "data") == 2
    assert 'database "nowhere" does not exist' in caplog.text
    config.write_text('[database]\nurl = "mysql://root:geheim@localhost/x"\n')
    assert main(config, tmp_path / "data") == 3
    assert "database.url: must be sqlite:///FILE or postgresql://USER@HOST/NAME" in caplog.text
    assert "geheim" not in caplog.text
