"""Whether the central server answers a kiosk of these settings, in words for an operator."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from kiosk.adapters.central_answers import DISTRUST
from kiosk.adapters.central_client import client_by, client_of
from kiosk.adapters.clock import SystemClock
from kiosk.domain.admission import is_clock_off
from kiosk.errors import ServerError, ServerRejected

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kiosk.adapters.central_client import Where
    from kiosk.adapters.log_reader import Identity


def probe(where: Where) -> tuple[bool, str]:
    """Tell whether the central server answers, and what to tell an operator."""
    client = client_by(where, None, SystemClock())
    began = time.monotonic()
    try:
        client.health()
    except ServerError as error:
        advice = "is the server running there, and is server.url right?"
        if isinstance(error, ServerRejected) and error.reason == DISTRUST:
            advice = "look at server.ca_file, server.client_cert_file and the certificates' dates"
        return False, f"{where.url}: {error}; {advice}"
    finally:
        client.close()
    taken_ms = (time.monotonic() - began) * 1000
    offset_ms = client.clock_offset_ms or 0
    is_near = not is_clock_off(offset_ms)
    advice = "" if is_near else "; set the clocks by the network (NTP): bookings are judged by this machine's"
    return is_near, f"{where.url} answers in {taken_ms:.0f} ms; its clock is {offset_ms} ms ahead of ours{advice}"


def access(where: Where, who: Identity, earlier: Sequence[str] = ()) -> tuple[bool, str]:
    """Tell whether the server lets the kiosk `who` in, and what to tell an operator; `earlier`: its tokens before."""
    named = f"{who.site_id}/{who.kiosk_id}, epoch {who.epoch}"
    client = client_of(where, who, earlier, SystemClock())
    try:
        client.site_view(0)
    except ServerRejected as error:
        return False, f"{named}: {error}; ask the office for a one-time code, and set it up anew (kiosk --enrol CODE)"
    except ServerError as error:
        return False, f"{named}: the server could not be asked: {error}"
    finally:
        client.close()
    return True, f"{named}: the server lets it in"
