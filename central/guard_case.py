"""One isolation case on the guard's page: what to do next first, then everything else that may be done for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from central.guard_board import LOUDEST, banners, clock_time, left_of, live, place_name
from central.guard_told import facts_of, told
from central.staff_html import Html, joined
from central.typed_reading import SITES, Typed, clinical
from kiosk.domain.by_hand import is_overdue
from kiosk.domain.case import CaseEvent, CaseStep, Disposition, Hindrance, may
from kiosk.domain.case_wish import CaseWish, why_not_taking
from kiosk.domain.due import Need
from kiosk.domain.plan import free_places
from kiosk.domain.times import to_ms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from central.guard_board import Reader
    from central.guard_scene import CaseNow, Person, Scene
    from kiosk.domain.policy import Instrument
    from kiosk.domain.record import Visit


@dataclass(frozen=True, slots=True)
class CasePage:
    """What the page of a case is made of. `wrong`: why the last act was not done; `typed`: a reading to correct.

    `instruments`: the thermometers of the site's guards; None without a policy to judge a reading by.
    `person`: whose case it is, for this one answer, after the look was recorded.
    """

    scene: Scene
    item: CaseNow
    visit: Visit | None
    reader: Reader
    instruments: tuple[Instrument, ...] | None
    wrong: str = ""
    typed: Typed | None = None
    person: Person | None = None
    was_looked_up: bool = False

    @property
    def action(self) -> str:
        """Where the forms of the page go."""
        return f"/guard/{self.scene.site.id}/cases/{self.item.case.id}"

    def form(self, inner: Html, tone: str = "", under: str = "") -> Html:
        """Return a form of this page; `under`: what its address ends with."""
        values = {"action": self.action + under, "csrf": self.reader.csrf, "inner": inner, "tone": tone}
        return self.reader.words.fill("guard_form", **values)

    def button(self, act: str, words: str, tone: str = "") -> Html:
        """Return a button that does `act`."""
        return self.reader.words.fill("guard_button", act=act, words=words, tone=tone)

    def part(self, title: str, inner: Html, tone: str = "") -> Html:
        """Return a part of the page under its title."""
        return self.reader.words.fill("guard_part", title=title, inner=inner, tone=tone)

    def hindrance(self, wish: CaseWish) -> Hindrance | None:
        """Return why the reader may not do this now, or None."""
        return why_not_taking(self.item.case, wish, self.reader.guard, self.scene.now)


def case_page(page: CasePage) -> Html:
    """Return the page of a case."""
    scene, item, words = page.scene, page.item, page.reader.words
    return words.fill(
        "guard_case",
        **live(scene),
        banners=banners(scene, page.reader),
        case=item.case.id,
        label=item.case.label,
        own_level=min(item.loud, LOUDEST),
        step=words.t(f"step.{item.standing.step}"),
        need=words.t(f"need.{item.due.need}") if item.due is not None else "",
        until=to_ms(item.due.until) if item.due is not None else "",
        left=left_of(scene, item, words),
        facts=facts_of(page),
        wrong=words.t(f"hindrance.{page.wrong}") if page.wrong else "",
        acts=_acts(page),
        told=told(page),
    )


def _acts(page: CasePage) -> Html:
    """Return what may be done, what the case waits for first."""
    if page.item.standing.step is CaseStep.CLOSED:
        return Html("")
    parts = [(need, title, make(page)) for need, title, make in _PARTS]
    needed = _NEEDED.get(page.item.due.need, "") if page.item.due is not None else ""
    shown = [(title, inner) for need, title, inner in parts if inner and need == needed]
    others = [(title, inner) for need, title, inner in parts if inner and need != needed]
    words = page.reader.words
    return joined(
        [page.part(words.t(title), inner, "now") for title, inner in shown]
        + [page.part(words.t(title), inner) for title, inner in others]
    )


def _take(page: CasePage) -> Html:
    words, is_free = page.reader.words, page.item.standing.step is CaseStep.FLAGGED
    buttons = [page.button("acknowledged", words.t("take"), "big")] if is_free else []
    if page.item.is_alarm:
        buttons.append(page.button("seen", words.t("seen"), "second"))
    return page.form(joined(buttons)) if buttons else Html("")


def _place(page: CasePage) -> Html:
    words, standing = page.reader.words, page.item.standing
    if standing.step not in {CaseStep.FLAGGED, CaseStep.ACKNOWLEDGED, CaseStep.PLACED}:
        return Html("")
    if not page.scene.plan.places:
        return words.fill("guard_why_not", words=words.t("put_in"), why=words.t("no_area"))
    free = [place for place in free_places(page.scene.places) if place.id != standing.place_id]
    if not free:
        return words.fill("guard_why_not", words=words.t("put_in"), why=words.t("no_room"))
    names = {item.id: getattr(item.name, words.language) for item in free}
    if standing.is_in_place:
        names = {key: words.t("move_to", place=name) for key, name in names.items()}
    tone = "second" if standing.is_in_place else "big"
    return page.form(joined([page.button(f"placed:{key}", name, tone) for key, name in names.items()]))


def _measure(page: CasePage) -> Html:
    words = page.reader.words
    if page.item.standing.disposition is not None:
        return Html("")
    if page.instruments is None:
        return words.fill("guard_why_not", words=words.t("measure"), why=words.t("hindrance.no_policy"))
    typed = page.typed or Typed(SITES[0].value, "")
    options = [
        words.fill(
            "guard_option",
            value=site.value,
            words=words.t(f"site.{site}"),
            chosen=" selected" if site.value == typed.site else "",
        )
        for site in SITES
    ]
    select = words.fill("guard_select", label=words.t("how_measured"), name="site", options=joined(options))
    serials = _instruments(page, clinical(page.instruments), typed) if page.instruments else Html("")
    again = words.fill("guard_again") if page.wrong in {"type_again", "typed_differently"} else Html("")
    fields = words.fill("guard_reading", serials=serials, select=select, value=typed.value, again=again)
    return page.form(fields, under="/reading")


def _instruments(page: CasePage, listed: Sequence[Instrument], typed: Typed) -> Html:
    """Return the choice of the thermometer: the only one is chosen, of several none, but for what was typed before."""
    words, timezone = page.reader.words, page.scene.site.timezone
    options = [words.fill("guard_option", value="", words="—", chosen="")] if len(listed) != 1 else []
    for item in listed:
        ended = f" · {words.t('calibration_ended')}" if is_overdue(item, page.scene.now, timezone) else ""
        chosen = " selected" if item.serial == typed.serial else ""
        options.append(words.fill("guard_option", value=item.serial, words=item.serial + ended, chosen=chosen))
    return words.fill("guard_select", label=words.t("with_which"), name="serial", options=joined(options))


def _report(page: CasePage) -> Html:
    words = page.reader.words
    lines: list[Html] = []
    told = dict(page.item.standing.reported)
    for contact in page.scene.plan.contacts:
        name = getattr(contact.name, words.language)
        if contact.id in told:
            name += f" · ✓ {words.t('reported_to')} {clock_time(page.scene, told[contact.id])}"
        call = words.fill("guard_call", phone=contact.phone, name="")
        said = words.t("mark_reported")  # in two touches, as at a kiosk: nobody takes a report back
        sure = page.form(page.button(f"reported:{contact.id}", words.t("confirm", words=said), "second"))
        done = words.fill("guard_choice", id=f"report-{contact.id}", words=said, form=sure)
        lines.append(words.fill("guard_step", tone="", words=name, contact=call, tick=done))
    return words.fill("guard_list", tone="steps contacts", inner=joined(lines)) if lines else Html("")


def _end(page: CasePage) -> Html:
    return joined([_disposition(page, item) for item in Disposition if item is not page.item.standing.disposition])


def _disposition(page: CasePage, item: Disposition) -> Html:
    """Return one way to end a case: two touches, or why it may not be chosen yet."""
    words = page.reader.words
    said = words.t(f"disposition.{item}")
    # To whom is asked in the form; it hinders nothing here.
    why = page.hindrance(CaseWish(CaseEvent.DISPOSED, disposition=item, to="anybody"))
    if why is Hindrance.NOT_NOW:
        return Html("")
    if why is not None:
        return words.fill("guard_why_not", words=said, why=words.t(f"hindrance.{why}"))
    to = _receivers(page) if item is Disposition.REFERRED else Html("")
    button = page.button(f"disposed:{item}", words.t("confirm", words=said), "big")
    return words.fill("guard_choice", id=f"end-{item}", words=said, form=page.form(joined([to, button])))


def _receivers(page: CasePage) -> Html:
    words = page.reader.words
    outside = [contact for contact in page.scene.plan.receivers() if contact.role is None]
    # Nothing is chosen beforehand: where somebody was sent must be somebody's decision.
    options = [words.fill("guard_option", value="", words="—", chosen=" selected")]
    options += [
        words.fill("guard_option", value=item.id, words=getattr(item.name, words.language), chosen="")
        for item in outside
    ]
    return words.fill("guard_select", label=words.t("to_whom"), name="to", options=joined(options))


def _clean(page: CasePage) -> Html:
    words, standing = page.reader.words, page.item.standing
    found: list[Html] = []
    for place_id in standing.dirty:
        name = place_name(page.scene, place_id, words)
        if page.hindrance(CaseWish(CaseEvent.CLEANED, place_id=place_id)) is None:
            found.append(page.form(page.button(f"cleaned:{place_id}", words.t("cleaned_now", place=name), "big")))
    return joined(found)


def _sign(page: CasePage) -> Html:
    words, item = page.reader.words, page.item
    if item.standing.disposition is None or item.case.opening is None:
        return Html("")
    if item.standing.is_signed(item.case.opening.co_signed):
        return Html("")
    said = words.t(f"disposition.{item.standing.disposition}")
    if item.standing.disposed_by == page.reader.guard.id:
        return words.fill("guard_why_not", words=said, why=words.t("hindrance.same_signer"))
    return page.form(page.button("co_signed", words.t("sign_now") + f" · {said}", "big"))


def _close(page: CasePage) -> Html:
    words = page.reader.words
    if not may(page.item.standing, CaseEvent.CLOSED):
        return Html("")
    why = page.hindrance(CaseWish(CaseEvent.CLOSED))
    if why is not None:
        return words.fill("guard_why_not", words=words.t("close_now"), why=words.t(f"hindrance.{why}"))
    return page.form(page.button("closed", words.t("close_now"), "big"))


_PARTS: Final = (
    ("take", "next_step", _take),
    ("place", "put_in", _place),
    ("measure", "measure", _measure),
    ("report", "report", _report),
    ("end", "end", _end),
    ("clean", "clean", _clean),
    ("sign", "sign", _sign),
    ("close", "close_now", _close),
)
_NEEDED: Final = {
    Need.ACKNOWLEDGE: "take",
    Need.PLACE: "place",
    Need.MEASURE: "measure",
    Need.MEASURE_AGAIN: "measure",
    Need.DECIDE: "end",
    Need.STAY: "end",
    Need.REPORT: "report",
    Need.CLEAN: "clean",
    Need.SIGN: "sign",
    Need.CLOSE: "close",
}
