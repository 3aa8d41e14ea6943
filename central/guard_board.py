"""The guard's page of a site as HTML: open cases by the clock, the isolation area, how old each kiosk's view is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from central.guard_scene import STALE
from central.staff_html import Html, Words, joined
from central.tables import OFFICE
from kiosk.domain.case import CaseStep, Role
from kiosk.domain.masking import mask_name
from kiosk.domain.plan import PlaceState
from kiosk.domain.times import to_ms

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from central.guard_scene import CaseNow, Heard, Scene
    from kiosk.domain.case import Case
    from kiosk.domain.plan import PlaceStanding
    from kiosk.protocol.messages import Guard

LOUDEST: Final = 3


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks: in which words, and with which secret in the forms. `is_locked`: only numbers and alarms."""

    words: Words
    guard: Guard
    csrf: str
    is_locked: bool


def board(scene: Scene, reader: Reader) -> Html:
    """Return the page of a site."""
    words = reader.words
    is_full = bool(scene.plan.places) and not any(place.has_room for place in scene.places)
    area_note = words.t("area_full") if is_full else "" if scene.plan.places else words.t("no_area")
    return words.fill(
        "guard_board",
        **live(scene),
        banners=banners(scene, reader),
        name=getattr(scene.site.name, words.language),
        guard=f"{mask_name(reader.guard.name)} · {words.t(f'role.{reader.guard.role}')}",
        nothing="" if scene.open_cases else words.t("nothing"),
        cases=joined([_row(scene, item, reader) for item in scene.open_cases]),
        someone=Html("") if reader.is_locked else words.fill("guard_someone", site=scene.site.id, csrf=reader.csrf),
        closed_count=words.t("closed_today", count=len(scene.closed)),
        closed=joined([_closed(scene, item, words) for item in scene.closed]),
        area_note=area_note,
        places=joined([_place(scene, item, words) for item in scene.places]),
        kiosks=joined([_heard(scene, item, words) for item in scene.heard]),
    )


def live(scene: Scene) -> dict[str, object]:
    """Return what the page's script goes by: the version that is shown, and what calls for somebody."""
    return {
        "site": scene.site.id,
        "version": scene.version,
        "now": clock_time(scene, scene.now, seconds=True),
        "now_ms": to_ms(scene.now),
        "alarms": " ".join(item.case.id for item in scene.alarms),
        "level": min(max((item.loud for item in scene.alarms), default=0), LOUDEST),
    }


def banners(scene: Scene, reader: Reader) -> Html:
    """Return what stands above everything: a lock, and cases that went on to the next person."""
    words = reader.words
    here = f"/guard/{scene.site.id}"
    found: list[Html] = []
    if reader.is_locked:
        where = f"{here}/sign-in?lang={words.language}"
        found.append(words.fill("guard_banner", tone="calm", words=words.t("locked"), where=where))
    for item, contact_id, is_mine in scene.escalated(Role(reader.guard.role)):
        # Only of a case that nobody has taken may it be said that nobody came.
        key = "escalated" if item.standing.step is CaseStep.FLAGGED else "went_on"
        said = words.t(
            f"{key}_you" if is_mine else key,
            label=item.case.label,
            contact=contact_name(scene, contact_id, words),
            need=words.t(f"need.{item.due.need}") if item.due is not None else "",
        )
        where = f"{here}/cases/{item.case.id}?lang={words.language}"
        found.append(words.fill("guard_banner", tone="loud" if is_mine else "calm", words=said, where=where))
    return joined(found)


def clock_time(scene: Scene, moment: datetime, *, seconds: bool = False) -> str:
    """Return a moment by the site's clocks."""
    return f"{moment.astimezone(scene.zone):{'%H:%M:%S' if seconds else '%H:%M'}}"


def left_of(scene: Scene, item: CaseNow, words: Words) -> str:
    """Return how much time is left for what a case waits for, or by how much it is late; "" when for nothing."""
    if item.due is None:
        return ""
    left = item.due.until - scene.now
    return words.t("late" if item.due.overdue(scene.now) else "left", time=spoken(abs(left)))


def spoken(length: timedelta) -> str:
    """Return a length of time as 3:05, or 1:03:05."""
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"


def contact_name(scene: Scene, contact_id: str, words: Words) -> str:
    """Return what a contact of the plan is called; one that the plan does not know by its id."""
    contact = scene.plan.contact(contact_id)
    return getattr(contact.name, words.language) if contact is not None else contact_id


def place_name(scene: Scene, place_id: str, words: Words) -> str:
    """Return what a place is called; one that the plan does not know by its id."""
    place = scene.plan.place(place_id)
    return getattr(place.name, words.language) if place is not None else place_id


def kiosk_name(kiosk_id: str, words: Words) -> str:
    """Return what a log is called: a kiosk by its id, the server's own as this page."""
    return words.t("by_page") if kiosk_id == OFFICE else kiosk_id


def _row(scene: Scene, item: CaseNow, reader: Reader) -> Html:
    words, case, standing = reader.words, item.case, item.standing
    who = scene.names.get(standing.guard_id, standing.guard_id) if standing.guard_id else ""
    details = [f"{words.t('has')} {who}"] if who else []
    if standing.is_in_place:
        details.append(place_name(scene, standing.place_id, words))
    if case.opening is not None:
        details.append(f"{kiosk_name(case.opening.kiosk_id, words)} {clock_time(scene, case.opening.at)}")
    return words.fill(
        "guard_row",
        site=scene.site.id,
        case=case.id,
        label=case.label,
        level=min(item.loud, LOUDEST),
        need=words.t(f"need.{item.due.need}") if item.due is not None else "",
        until=to_ms(item.due.until) if item.due is not None else "",
        left=left_of(scene, item, words),
        step=words.t(f"step.{standing.step}"),
        cause=words.t(f"cause.{case.opening.cause}") if case.opening is not None else "",
        details=" · ".join(details),
        acts=_row_acts(scene, item, reader),
    )


def _row_acts(scene: Scene, item: CaseNow, reader: Reader) -> Html:
    words, here = reader.words, {"site": scene.site.id, "case": item.case.id}
    if reader.is_locked:
        return Html("")
    is_free = item.standing.step is CaseStep.FLAGGED
    buttons = [words.fill("guard_button", act="acknowledged", tone="big", words=words.t("take"))] if is_free else []
    if item.is_alarm:
        buttons.append(words.fill("guard_button", act="seen", tone="second", words=words.t("seen")))
    form = words.fill("guard_row_take", csrf=reader.csrf, buttons=joined(buttons), **here) if buttons else Html("")
    return form if is_free else joined([form, words.fill("guard_row_open", **here)])


def _closed(scene: Scene, case: Case, words: Words) -> Html:
    standing = case.standing()
    ended = words.t(f"disposition.{standing.disposition}") if standing.disposition is not None else ""
    at = clock_time(scene, standing.closed_at) if standing.closed_at is not None else ""
    return words.fill("guard_line", tone="", left=f"{case.label} · {ended}", since="", right=at)


def _place(scene: Scene, item: PlaceStanding, words: Words) -> Html:
    inside = [f"{case.label} {words.t('since', time=clock_time(scene, at))}" for case, at in item.cases]
    notes = [*inside]
    if item.until is not None and item.state is PlaceState.AIRING:
        notes.append(words.t("airs", time=clock_time(scene, item.until)))
    if item.is_crowded:
        notes.append(words.t("crowded"))
    more = f" · {len(item.cases)}/{item.place.holds}" if item.place.holds > 1 else ""
    spare = f" · {words.t('overflow')}" if item.place.is_overflow else ""
    return words.fill(
        "guard_place",
        tone=item.state.value,
        name=getattr(item.place.name, words.language),
        state=words.t(f"state.{item.state}") + more + spare,
        inside=" · ".join(notes),
    )


def _heard(scene: Scene, item: Heard, words: Words) -> Html:
    is_stale = item.at is None or scene.now - item.at > STALE
    age = words.t("never") if item.at is None else words.t("ago", time=spoken(scene.now - item.at))
    return words.fill(
        "guard_line",
        tone="look" if is_stale else "",
        left=f"{item.letter} · {item.kiosk_id}",
        since=to_ms(item.at) if item.at is not None else "",
        right=age,
    )
