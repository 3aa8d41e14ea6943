"""How fast a full log drains into a real server, beside a client that posts ready-made bodies to the same server.

The two take turns, batch by batch, each with a kiosk and a chain of its own. Both wait for the same commits of the
server; what is compared is all that the kiosk does besides: reading, packing, checking the answer, remembering it.
"""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench.log_rig.acts import KEY, VISIT_ENTRIES, fill, new_log, someone
from kiosk.adapters.central_client import CentralClient
from kiosk.adapters.clock import SystemClock
from kiosk.adapters.log_reader import Identity, LogReader
from kiosk.adapters.log_store import LogStore
from kiosk.protocol.messages import MAX_BATCH, to_wire_entry
from kiosk.services.reporting import Backoff, Reporter

if TYPE_CHECKING:
    from collections.abc import Generator

_ROOT: Final = Path(__file__).parents[2]
_STOP_S: Final = 30
_WARM: Final = 2  # batches of each before the clock runs


def measure_drain(folder: Path, batches: int) -> dict[str, Any]:
    """Return entries per second of a real reporter and of the raw client, and the ratio of both."""
    with _server(folder / "central") as (url, codes):
        identities = [_enrolled(url, code) for code in codes]
        visits = -(-(batches + _WARM) * MAX_BATCH // VISIT_ENTRIES)
        paths = [folder / f"{identity.kiosk_id}.db" for identity in identities]
        stores = [new_log(path, identity) for path, identity in zip(paths, identities, strict=True)]
        for store in stores:
            fill(store, visits)
        return _race(url, stores[0], paths[0], _bodies(paths[1], batches + _WARM), identities[1])


def _race(url: str, store: LogStore, path: Path, bodies: list[bytes], raw: Identity) -> dict[str, Any]:
    reader = LogReader(path, KEY)
    client = CentralClient(url, reader.identity.token, clock=SystemClock())
    reporter = Reporter(reader, client, store, Backoff(lambda: 0.0))
    ours: list[float] = []
    theirs: list[float] = []
    with _session(raw) as session:
        for body in bodies:
            began = time.perf_counter()
            reporter.step()
            middle = time.perf_counter()
            answer = session.post(f"{url}/v1/entries", data=body, timeout=60)
            answer.raise_for_status()
            ours.append(middle - began)
            theirs.append(time.perf_counter() - middle)
    drained = reader.acknowledged()
    client.close()
    reader.close()
    if drained != len(bodies) * MAX_BATCH:
        raise RuntimeError(f"{drained} entries were acknowledged where {len(bodies) * MAX_BATCH} were sent")
    entries = (len(bodies) - _WARM) * MAX_BATCH
    mine, plain = sum(ours[_WARM:]), sum(theirs[_WARM:])
    return {
        "drain_entries_per_s": round(entries / mine),
        "raw_server_entries_per_s": round(entries / plain),
        "drain_ratio": round(plain / mine, 3),
    }


def _bodies(path: Path, batches: int) -> list[bytes]:
    """Return the uploads of a log, packed as they travel."""
    reader = LogReader(path, KEY)
    bodies: list[bytes] = []
    for number in range(batches):
        entries = [to_wire_entry(entry) for entry in reader.entries(number * MAX_BATCH, MAX_BATCH)]
        plain = json.dumps({"entries": entries}, ensure_ascii=False, separators=(",", ":")).encode()
        bodies.append(gzip.compress(plain, 6, mtime=0))
    reader.close()
    return bodies


def _session(raw: Identity) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.headers.update(
        {
            "Authorization": f"Bearer {raw.token}",
            "Content-Type": "application/json",
            "Content-Encoding": "gzip",
        }
    )
    return session


def _enrolled(url: str, code: str) -> Identity:
    client = CentralClient(url, None, clock=SystemClock())
    answer = client.enrol(code, Ed25519PrivateKey.generate().public_key().public_bytes_raw().hex())
    client.close()
    return someone(answer.kiosk_id, answer.epoch, answer.token)


@contextmanager
def _server(folder: Path) -> Generator[tuple[str, list[str]]]:
    """Run a server in a process of its own; it ends with its standard input."""
    program = [sys.executable, "-m", "bench.log_rig.central_child", str(folder)]
    with subprocess.Popen(program, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            told = json.loads(process.stdout.readline() if process.stdout else "")
            yield told["url"], told["codes"]
        finally:
            if process.stdin:
                process.stdin.close()
            process.wait(_STOP_S)
