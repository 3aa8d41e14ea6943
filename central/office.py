"""What all routes of the office share: the admin's token, the form of a refusal, and of an id in a path."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path

from central.auth import admin
from kiosk.protocol.messages import Trouble

PathId = Annotated[str, Path(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._-]+$")]
_PREFIX: Final = "/v1/admin"


def office_router(tag: str = "office", under: str = "") -> APIRouter:
    """Return a router for the office's calls; `under`: the path that all of them begin with, after the office's own."""
    return APIRouter(
        prefix=_PREFIX + under, tags=[tag], dependencies=[Depends(admin)], responses={"4XX": {"model": Trouble}}
    )
