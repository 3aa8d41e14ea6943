"""The central server over HTTP, with `requests`: one session, a time-out on every call, and nothing taken on trust.

Only an answer that names our protocol, has our form and fits what was sent counts. A captive portal, a proxy's page, a
redirect or half an answer is `ServerUnreachable`: the entries stay and go out again. Reporter and refresher may share
one client: nothing of its session changes after it is made, and the tokens are exchanged whole.
"""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

import requests
from pydantic import ValidationError

from kiosk.adapters.bounded_http import BoundedAdapter
from kiosk.adapters.central_answers import DISTRUST, check_ours, is_too_slow, said_no, translated, whole_body
from kiosk.adapters.own_tokens import OwnTokens
from kiosk.adapters.trust import Trust
from kiosk.domain.times import to_ms
from kiosk.errors import ServerError, ServerGarbled, ServerRejected, ServerUnreachable
from kiosk.protocol.messages import (
    GZIP_FROM,
    PROTOCOL,
    Answer,
    BookingPage,
    Documents,
    DocumentsAnswer,
    EnrolAnswer,
    EntryStatus,
    SiteView,
    TokenAnswer,
    UploadAnswer,
    to_wire_entry,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kiosk.adapters.log_reader import Identity
    from kiosk.domain.entry import Entry
    from kiosk.ports import Clock, RollSigner

A = TypeVar("A", bound=Answer)

_NOT_MODIFIED: Final = 304
_NO_FILE: Final = "server.ca_file, client_cert_file or client_key_file cannot be read"
_OK: Final = 200
_HELD_BEFORE: Final = frozenset({EntryStatus.DUPLICATE, EntryStatus.FORKED})
_NO_TIME_MS: Final = to_ms(datetime(9999, 1, 1, tzinfo=UTC))  # the calendar ends with that year
_SOFTWARE: Final = "vb-kiosk"


class CentralClient:
    """The kiosk's side of the protocol; implements `kiosk.ports.Central`."""

    def __init__(
        self,
        base_url: str,
        token: str | OwnTokens | None,
        *,
        clock: Clock,
        epoch: int | None = None,
        timeouts_s: tuple[float, float] = (3.0, 10.0),
        trust: Trust = Trust(),  # noqa: B008 - it cannot be changed
        use_proxies: bool = False,
    ) -> None:
        """Make no call yet.

        `token` is None until enrolled. `epoch`: of the log that is sent; an answer for another one is none.
        `timeouts_s`: for the connection, and for one silence, not the call. `trust`: the certificates of either side.
        `use_proxies`: go through the environment's proxies; off, since a kiosk's server is on its own network.
        """
        self._base_url = base_url.rstrip("/")
        self._clock = clock
        self._timeouts = timeouts_s
        self._offset_ms: int | None = None
        self._highest_sent: dict[int, int] = {}
        self._session = requests.Session()
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, BoundedAdapter())
        self._session.trust_env = use_proxies
        self._session.verify, self._session.cert = trust.authorities, trust.client_cert
        self._trust = trust
        self._tokens = token if isinstance(token, OwnTokens) else OwnTokens(token)
        self._epoch = epoch

    @property
    def clock_offset_ms(self) -> int | None:
        """The server's clock minus ours, as last measured; None before the first answer."""
        return self._offset_ms

    def enrol(self, code: str, public_key: str) -> EnrolAnswer:
        """Trade a one-time code for this kiosk's identity."""
        wish = {"handshake": PROTOCOL, "code": code, "public_key": public_key, "software": _SOFTWARE}
        return self._parsed(EnrolAnswer, self._call("POST", "/v1/enrol", body=wish))

    def send(
        self, entries: Sequence[Entry], *, last: int | None = None, acknowledged: int | None = None
    ) -> UploadAnswer:
        """Upload entries, in order; with none of them, ask how far the server's copy goes."""
        body = {"last": last, "acknowledged": acknowledged, "entries": [to_wire_entry(entry) for entry in entries]}
        told = self._call("POST", "/v1/entries", body=body, is_packed=len(entries) >= GZIP_FROM)
        parsed = self._parsed(UploadAnswer, told)
        self._check_fit(entries, parsed)
        return parsed

    def roll_token(self, sign: RollSigner) -> str:
        """Trade the token for a new one; the old one is used on until `use_token`."""
        # By the server's clock as last measured: a kiosk whose own is off must not be kept from renewing.
        at_ms = to_ms(self._clock.now()) + (self._offset_ms or 0)
        wish = {"at_ms": at_ms, "signature": sign(self._tokens.in_use or "", at_ms)}
        return self._parsed(TokenAnswer, self._call("POST", "/v1/token", body=wish)).token

    def use_token(self, token: str) -> None:
        """Prove who calls with this token from now on; it must be kept for good before."""
        self._tokens.use(token)

    def bookings(self, since: int) -> BookingPage:
        """Fetch the changes after a cursor."""
        return self._parsed(BookingPage, self._call("GET", "/v1/bookings", {"since": str(since)}))

    def documents(self, etag: str) -> Documents | None:
        """Fetch the documents, or None when `etag` still holds."""
        status, answer = self._call("GET", "/v1/documents", headers={"If-None-Match": f'"{etag}"'})
        return None if status == _NOT_MODIFIED else self._parsed(DocumentsAnswer, (status, answer)).documents

    def site_view(self, version: int, wait_s: int = 0) -> SiteView:
        """Fetch what the other kiosks know; `wait_s`: seconds that the server may hold its answer back."""
        query = {"version": str(version), "wait": str(wait_s)}
        return self._parsed(SiteView, self._call("GET", "/v1/site", query, wait_s=wait_s))

    def health(self) -> Answer:
        """Ask whether our server is there and well."""
        return self._parsed(Answer, self._call("GET", "/healthz"))

    def close(self) -> None:
        """Let go of the connections."""
        self._session.close()

    def _call(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        *,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        is_packed: bool = False,
        wait_s: int = 0,
    ) -> tuple[int, bytes]:
        """Return status and body of an answer that is surely our server's; raises ServerError for any other."""
        data, sent_headers = _packed(body, is_packed=is_packed)
        sent_headers |= headers or {}
        what = {"method": method, "url": self._base_url + path, "params": query, "data": data}
        return self._tokens.offered(lambda token: self._ask(what, sent_headers, token, wait_s))

    def _ask(
        self, what: Mapping[str, Any], headers: Mapping[str, str], token: str | None, wait_s: int
    ) -> tuple[int, bytes]:
        proof = {"Authorization": f"Bearer {token}"} if token is not None else {}
        began = self._clock.now()
        try:
            with self._session.request(
                **what,
                headers={**headers, **proof},
                timeout=(self._timeouts[0], self._timeouts[1] + wait_s),
                allow_redirects=False,
                stream=True,
            ) as response:
                check_ours(response)
                answer = whole_body(response)
        except requests.RequestException as error:
            raise self._told(error) from error
        except OSError as error:  # how requests says that a file of certificates is not there
            raise ServerRejected(_NO_FILE, DISTRUST) from error
        if response.status_code == _NOT_MODIFIED:
            return response.status_code, answer
        if wait_s == 0:  # an answer held back has no middle
            self._measure_clock(answer, began)
        if response.status_code != _OK:
            raise said_no(response.status_code, answer)
        return response.status_code, answer

    def _told(self, error: requests.RequestException) -> ServerError:
        """Return what a failed call means; a line cut over TLS may be a no that `requests` cannot show."""
        told = translated(error)
        was_there = isinstance(error, requests.ConnectionError) and not isinstance(error, requests.ConnectTimeout)
        if not isinstance(told, ServerUnreachable) or not was_there or is_too_slow(error):
            return told
        if self._trust.is_turned_away(self._base_url, self._timeouts[0]):
            return ServerRejected("the server hangs up: it does not trust this kiosk's certificate", DISTRUST)
        return told

    def _parsed(self, kind: type[A], given: tuple[int, bytes]) -> A:
        """Return an answer as its message; raises ServerGarbled for another form."""
        try:
            return kind.model_validate_json(given[1])
        except ValidationError as error:
            where = ", ".join(".".join(map(str, item["loc"])) for item in error.errors(include_input=False)[:3])
            raise ServerGarbled(f"an answer that is no {kind.__name__}: {where}") from None

    def _measure_clock(self, answer: bytes, began: datetime) -> None:
        """Compare the server's clock with ours at the middle of the call; the way there and back count as equal."""
        theirs = self._parsed(Answer, (_OK, answer)).server_time_ms
        if theirs < _NO_TIME_MS:  # else no act could reckon with it
            self._offset_ms = theirs - (to_ms(began) + to_ms(self._clock.now())) // 2

    def _check_fit(self, entries: Sequence[Entry], answer: UploadAnswer) -> None:
        """Raise ServerGarbled unless `answer` is for these entries and for no more than was ever sent."""
        own = entries[0].epoch if entries else self._epoch
        if own not in {None, answer.epoch}:
            raise ServerGarbled(f"an answer for epoch {answer.epoch}, this log's is {own}")
        if len(answer.results) != len(entries):
            raise ServerGarbled(f"{len(answer.results)} results for {len(entries)} entries")
        for entry, result in zip(entries, answer.results, strict=True):
            is_unread = result.seq is None and result.status is EntryStatus.QUARANTINED
            if result.seq != entry.seq and not is_unread:
                raise ServerGarbled(f"a result for entry {result.seq} where {entry.seq} was sent")
        if not entries:
            return
        sent = max(entries[-1].seq, self._highest_sent.get(answer.epoch, 0))
        self._highest_sent[answer.epoch] = sent
        # A server that held all of these before may hold more than we remember: this disk is an old copy, or an
        # answer was lost. One that has just stored some of them cannot.
        is_news = any(result.status not in _HELD_BEFORE for result in answer.results)
        if answer.high_seq > sent and is_news:
            raise ServerGarbled(f"entry {answer.high_seq} is acknowledged, {sent} is the last that was sent")


class Where(Protocol):
    """The settings of the server, as far as a client needs them."""

    @property
    def url(self) -> str:
        """Where it is."""
        ...

    @property
    def connect_timeout_s(self) -> float:
        """How long it may take to answer at all, in seconds."""
        ...

    @property
    def read_timeout_s(self) -> float:
        """How long it may be silent, in seconds."""
        ...

    @property
    def ca_file(self) -> str:
        """Whose certificates count; "" for those that the system trusts."""
        ...

    @property
    def client_cert_file(self) -> str:
        """This kiosk's own certificate, or ""."""
        ...

    @property
    def client_key_file(self) -> str:
        """Its key, or ""."""
        ...


def client_by(
    where: Where, token: str | None, clock: Clock, epoch: int | None = None, earlier: Sequence[str] = ()
) -> CentralClient:
    """Return a client by the settings; `token` and `epoch` of the log that it sends are None until enrolled.

    `earlier`: the tokens before this one, the newest first.
    """
    own = (where.client_cert_file, where.client_key_file) if where.client_cert_file else None
    return CentralClient(
        where.url,
        OwnTokens(token, earlier),
        clock=clock,
        epoch=epoch,
        timeouts_s=(where.connect_timeout_s, where.read_timeout_s),
        trust=Trust(where.ca_file or None, own),
    )


def client_of(where: Where, who: Identity, earlier: Sequence[str], clock: Clock) -> CentralClient:
    """Return the client that speaks for a log: as its identity `who`, whose tokens before are `earlier`."""
    return client_by(where, who.token, clock, who.epoch, earlier)


def _packed(body: Mapping[str, Any] | None, *, is_packed: bool) -> tuple[bytes | None, dict[str, str]]:
    """Return a request's body as it travels, and the headers that say how."""
    if body is None:
        return None, {}
    plain = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    headers = {"Content-Type": "application/json"}
    if not is_packed:
        return plain, headers
    return gzip.compress(plain, 6, mtime=0), headers | {"Content-Encoding": "gzip"}
