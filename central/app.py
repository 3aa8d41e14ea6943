"""The application: the desk, served over HTTP."""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING

from fastapi import FastAPI, Request, Response
from fastapi.middleware.gzip import GZipMiddleware

from central import admin_api, answers, guard_door, guard_pages, keeping_api, kiosk_api, ledger_api, staff_pages
from central.api_page import api_page
from central.guard import Guard
from central.pages import html_page, not_stored
from central.refusals import CannotWrite
from central.staff_html import Html
from central.staff_sessions import Sessions
from kiosk.protocol.messages import Answer

if TYPE_CHECKING:
    from central.core import Desk

_PACK_FROM_BYTES = 2048


def create_app(desk: Desk) -> FastAPI:
    """Return the application that serves `desk`; whoever made the desk closes it."""
    app = FastAPI(title="Check-in and screening: central server", version="1", docs_url=None, redoc_url=None)
    app.state.desk = desk
    app.state.is_stopping = Event()
    answers.install(app)
    app.add_exception_handler(CannotWrite, not_stored)
    app.include_router(kiosk_api.router)
    app.include_router(admin_api.router)
    app.include_router(ledger_api.router)
    app.state.staff_sessions = Sessions(desk.clock)
    app.include_router(staff_pages.router)
    app.add_exception_handler(staff_pages.Away, staff_pages.to_sign_in)
    app.state.guard_sessions = Sessions(desk.clock)
    app.include_router(guard_pages.router)
    app.include_router(guard_door.router)
    app.add_exception_handler(guard_door.GuardAway, guard_door.to_sign_in)
    app.include_router(keeping_api.router)

    @app.get("/healthz", response_model=Answer, tags=["operation"])
    def healthz(request: Request) -> Response:  # pyright: ignore[reportUnusedFunction]
        """Tell that the server answers, and its database takes what comes."""
        desk = answers.desk_of(request)
        desk.check()
        return answers.answer(desk, {})

    @app.get("/docs", include_in_schema=False)
    def docs() -> Response:  # pyright: ignore[reportUnusedFunction]
        """Show every call of the server, for people."""
        return html_page(Html(api_page(app.openapi())))

    app.add_middleware(GZipMiddleware, minimum_size=_PACK_FROM_BYTES, compresslevel=1)
    app.add_middleware(Guard, clock=desk.clock, upload_bytes=desk.settings.limits.upload_mb * 1024 * 1024)
    return app
