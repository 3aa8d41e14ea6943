"""Who calls: a kiosk by its token, or the admin by theirs. Both come in the Authorization header, never in a URL."""

from __future__ import annotations

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from central.answers import desk_of
from central.fleet import Principal
from central.refusals import Revoked, Unauthorised

_bearer = HTTPBearer(auto_error=False)


def any_kiosk(request: Request, given: HTTPAuthorizationCredentials | None = Depends(_bearer)) -> Principal:
    """Return the calling kiosk, also one that was revoked: what it recorded is still taken in."""
    if given is None:
        raise Unauthorised("a kiosk's token is needed")
    return desk_of(request).tokens.identify(given.credentials)


def bearer(given: HTTPAuthorizationCredentials | None = Depends(_bearer)) -> str:
    """Return the token that came with the call, or an empty text."""
    return given.credentials if given is not None else ""


def active_kiosk(who: Principal = Depends(any_kiosk)) -> Principal:
    """Return the calling kiosk; raises Revoked for one whose access has ended."""
    if not who.is_active:
        raise Revoked("this kiosk was revoked or set up anew, or it has a newer token")
    return who


def admin(request: Request, given: HTTPAuthorizationCredentials | None = Depends(_bearer)) -> None:
    """Let the admin pass; raises Unauthorised for anybody else."""
    desk_of(request).check_admin(given.credentials if given is not None else "")
