"""Out of order: the kiosk admits nobody, and says whom to call."""

from __future__ import annotations

from kivy.properties import ListProperty

from kiosk.screens.base import VisitorScreen


class OutOfOrderScreen(VisitorScreen):
    """Shows the view's facts `code`, `detail`, `kiosk` and `call`: what an operator needs on the telephone."""

    rows = ListProperty()

    def refresh(self) -> None:
        """Say the facts in the language that comes first."""
        facts = self.view.facts
        code = facts.get("code", "")
        reason = f"error.{code}"
        rows = [
            ("code", code),
            ("reason", self.texts.t(reason) if self.texts.has(reason) else ""),
            ("detail", facts.get("detail", "")),
            ("kiosk", facts.get("kiosk", "")),
            ("call", facts.get("call", "")),
        ]
        self.rows = [(self.texts.t(f"out_of_order.{name}"), value) for name, value in rows if value]
