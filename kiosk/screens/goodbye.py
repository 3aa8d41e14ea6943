"""The way out: goodbye at the exit."""

from __future__ import annotations

from kiosk.screens.base import VisitorScreen


class GoodbyeScreen(VisitorScreen):
    """Says that the way out is recorded."""
