"""The booking screen, which asks whether this is you, and what you come for."""

from __future__ import annotations

from kivy.properties import ListProperty, StringProperty

from kiosk.screens.whose import TellingScreen


class BookingScreen(TellingScreen):
    """Shows the booking, masked, and asks the visitor to say that it is theirs."""

    title = StringProperty("")
    title_second = StringProperty("")
    summary = StringProperty("")
    rows = ListProperty()
    way_out = "booking.no"

    def refresh(self) -> None:
        """Say the booking in the language that comes first, and in one line of the second."""
        super().refresh()
        card = self.view.card
        if card is None:
            return
        texts, stage = self.texts, self.stage
        key = "booking.hello" if card.name_masked else "booking.hello_unnamed"
        self.title = texts.t(key, name=card.name_masked)
        self.title_second = texts.second(key, name=card.name_masked) + " · " + texts.second("booking.text")
        slot = stage.dated_slot(card.slot_start, card.slot_end, self.now)
        rows = [
            (texts.t("booking.service"), texts.pick(card.service)),
            (texts.t("booking.slot"), slot),
            (texts.t("booking.plate"), card.plate_masked or texts.t("common.none")),
            (texts.t("booking.hall"), texts.pick(card.hall)),
        ]
        if card.is_green:
            rows.append((texts.t("booking.green"), texts.t("booking.green_yes")))
        self.rows = rows
        second_slot = stage.dated_slot(card.slot_start, card.slot_end, self.now, second=True)
        self.summary = texts.second("booking.summary", service=card.service, slot=second_slot, hall=card.hall)

    def on_yes(self) -> None:
        """Go on with this booking."""
        self.host.confirm()

    def on_no(self) -> None:
        """Say that it is somebody else's."""
        self.host.disown()
