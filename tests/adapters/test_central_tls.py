"""Certificates between kiosk and server: who is not trusted is told loudly, and never looks like "offline"."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError

from central.settings import TlsSettings
from kiosk.adapters.central_probe import probe
from kiosk.adapters.trust import Trust
from kiosk.config import ServerSettings as KioskServer
from kiosk.errors import ConfigError, ServerRejected, ServerUnreachable
from tests.adapters.central_builders import client_of
from tests.adapters.certificates import Authority
from tests.central.builders import LogMaker, found_city

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from pathlib import Path

    from tests.central.builders import City


@dataclass
class Sealed:
    """A city whose server speaks TLS only, and only with whom its own authority knows."""

    city: City
    ours: Authority
    stranger: Authority

    def trust(self) -> Trust:
        """Return what a kiosk of ours trusts and shows."""
        return Trust(self.ours.ca_file, self.ours.issue("door-1"))


@contextmanager
def accepting(talk: Callable[[socket.socket], object]) -> Generator[int]:
    """Give the port of a machine that takes every line, lets `talk` have it, and ends it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with suppress(OSError):  # the end of the test
                while True:
                    line, _ = listening.accept()
                    with line, suppress(OSError):
                        talk(line)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join()


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sealed]:
    """Start a server that asks for certificates."""
    folder: Path = tmp_path_factory.mktemp("tls")
    ours, stranger = Authority(folder, "ours"), Authority(folder, "stranger")
    cert_file, key_file = ours.issue("server")
    tls = TlsSettings(cert_file=cert_file, key_file=key_file, client_ca_file=ours.ca_file)
    city = found_city(folder / "data", tls=tls)
    yield Sealed(city, ours, stranger)
    city.server.stop()


def test_both_sides_trust_each_other(sealed: Sealed) -> None:
    """With its certificate a kiosk works as ever, uploads included."""
    client = client_of(sealed.city.url, None, trust=sealed.trust())
    assert sealed.city.url.startswith("https:")
    sealed.city.desk.fleet.put_kiosk("branch-2", "door-1", "A")
    answer = client.enrol(sealed.city.desk.fleet.enrolment_code("branch-2", "door-1").code, "ab" * 32)
    client.use_token(answer.token)
    log = LogMaker(answer.site_id, answer.kiosk_id, 1, sealed.city.clock)  # pyright: ignore[reportArgumentType]
    assert client.send(log.devices(30)).high_seq == 30


@pytest.mark.parametrize("_turn", range(5))
def test_a_missing_client_certificate_is_loud(sealed: Sealed, _turn: int) -> None:
    """The trap: `requests` shows it as a plain ConnectionError, as if the server were away."""
    client = client_of(sealed.city.url, trust=Trust(sealed.ours.ca_file))
    with pytest.raises(ServerRejected) as caught:
        client.health()
    assert caught.value.reason == "distrust"
    log = LogMaker("branch-2", "door-1", 1, sealed.city.clock)  # pyright: ignore[reportArgumentType]
    with pytest.raises(ServerRejected):
        client.send(log.devices(200))


def test_a_strangers_client_certificate_is_loud(sealed: Sealed) -> None:
    """A certificate of another authority opens nothing."""
    client = client_of(sealed.city.url, trust=Trust(sealed.ours.ca_file, sealed.stranger.issue("door-1")))
    with pytest.raises(ServerRejected) as caught:
        client.health()
    assert caught.value.reason == "distrust"


@pytest.mark.parametrize("is_pinned", [True, False])
def test_a_server_that_nobody_vouches_for_is_loud(sealed: Sealed, is_pinned: bool) -> None:
    """Another machine at the server's address gets no entry and no token, with a pinned CA or the system's."""
    ca_file = sealed.stranger.ca_file if is_pinned else None
    client = client_of(sealed.city.url, trust=Trust(ca_file, sealed.ours.issue("door-1")))
    with pytest.raises(ServerRejected) as caught:
        client.health()
    assert caught.value.reason == "distrust"


def test_an_authority_of_the_machine_is_trusted_where_none_is_named(
    sealed: Sealed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the city's own, put into the system's store."""
    monkeypatch.setenv("SSL_CERT_FILE", sealed.ours.ca_file)
    assert client_of(sealed.city.url, trust=Trust(None, sealed.ours.issue("door-1"))).health() is not None


def test_check_says_where_to_look_when_nobody_vouches(sealed: Sealed) -> None:
    """The address is right and the server is there: it is the certificates."""
    where = {"url": sealed.city.url, "ca_file": sealed.stranger.ca_file}
    is_well, words = probe(KioskServer.model_validate(where))
    assert (is_well, "look at server.ca_file" in words, "running" in words) == (False, True, False)
    is_well, words = probe(KioskServer.model_validate({"url": "https://127.0.0.1:1"}))
    assert (is_well, "look at server.ca_file" in words, "running" in words) == (False, False, True)


def test_files_of_certificates_that_are_not_there_are_loud(sealed: Sealed, tmp_path: Path) -> None:
    """A wrong path is a mistake that a person mends, not a line that is down."""
    gone = str(tmp_path / "gone.pem")
    for trust in (Trust(gone), Trust(None, (gone, gone))):
        with pytest.raises(ServerRejected):
            client_of(sealed.city.url, trust=trust).health()


def test_a_server_that_is_away_is_quiet(sealed: Sealed) -> None:
    """With certificates, too, "nobody listens" is only that."""
    with pytest.raises(ServerUnreachable):
        client_of("https://127.0.0.1:1", trust=sealed.trust()).health()


def test_a_line_cut_while_the_server_trusts_us_is_quiet(sealed: Sealed) -> None:
    """A call that breaks off is looked at once more: who is let in and waited for is offline, not distrusted."""
    trust = sealed.trust()
    assert not trust.is_turned_away(sealed.city.url, 3)
    assert not trust.is_turned_away("https://127.0.0.1:1", 3)
    assert not trust.is_turned_away("http://127.0.0.1:1", 3)
    assert Trust(sealed.ours.ca_file).is_turned_away(sealed.city.url, 3)


def test_a_proxy_whose_server_is_away_is_quiet(sealed: Sealed) -> None:
    """It takes the line and ends it before anybody spoke of certificates: offline, and tried again within a minute."""
    with accepting(lambda line: line.recv(1 << 16)) as port, pytest.raises(ServerUnreachable):
        client_of(f"https://127.0.0.1:{port}", trust=sealed.trust()).health()


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_server_that_hangs_up_over_our_certificate_is_loud_in_either_version(
    sealed: Sealed, version: ssl.TLSVersion
) -> None:
    """With TLS 1.2 it ends the line within the handshake, and as silently."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=sealed.ours.ca_file)
    context.load_cert_chain(*sealed.ours.issue("strict"))
    context.verify_mode = ssl.CERT_REQUIRED
    context.maximum_version = version

    def refuse(line: socket.socket) -> None:
        """Do as uvicorn: what the alert would say is never sent."""
        heard, said = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(heard, said, server_side=True)
        while True:
            try:
                tls.do_handshake()
            except ssl.SSLWantReadError:
                line.sendall(said.read())
                heard.write(line.recv(1 << 16))
            except ssl.SSLError:
                return

    trust = Trust(sealed.ours.ca_file)
    with accepting(refuse) as port, pytest.raises(ServerRejected) as caught:
        client_of(f"https://127.0.0.1:{port}", trust=trust).health()
    assert caught.value.reason == "distrust"


def test_half_a_pair_is_a_mistake_of_the_settings(tmp_path: Path) -> None:
    """A certificate without its key is found when the settings are read, at either side."""
    from central.settings import load

    file = tmp_path / "central.toml"
    for text in ('[tls]\ncert_file = "a"\n', '[tls]\nclient_ca_file = "a"\n'):
        file.write_text(text)
        with pytest.raises(ConfigError, match="tls"):
            load(file)


@pytest.mark.parametrize(
    "wrong",
    [{"client_cert_file": "a"}, {"client_key_file": "a"}, {"client_cert_file": "a", "client_key_file": "b"}],
)
def test_a_kiosks_half_pair_or_one_without_tls_is_a_mistake_as_well(wrong: dict[str, str]) -> None:
    """Over plain HTTP no certificate is ever shown, so one that is named there is a misunderstanding."""
    with pytest.raises(ValidationError):
        KioskServer.model_validate({"url": "http://127.0.0.1:8480", **wrong})


def test_a_clients_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    """Whoever has it is this kiosk."""
    key = tmp_path / "door.key"
    key.touch()
    key.chmod(0o640)  # as such: what `touch` is told is narrowed by the umask
    wanted = {"url": "https://127.0.0.1:8480", "client_cert_file": "a", "client_key_file": str(key)}
    with pytest.raises(ValidationError, match="chmod 600"):
        KioskServer.model_validate(wanted)
    key.chmod(0o600)
    assert KioskServer.model_validate(wanted).client_key_file == str(key)
