"""A special-situation plan as people write it: the text of `plan.toml`, checked whole, every mistake with its key."""

from __future__ import annotations

import tomllib
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final, cast

from pydantic import ValidationError

from kiosk.domain.plan import CaseLimits, CheckItem, Contact, Place, Plan, PlanStep, SituationPlan, mistakes
from kiosk.domain.wire import from_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LONGEST: Final = 60_000  # signs
_LEAST_S, _MOST_S = 10, 86_400
_TOP: Final = frozenset(
    {
        "id",
        "version",
        "co_signed",
        "escalation",
        "referral",
        "limits",
        "near",
        "place",
        "contact",
        "checklist",
        "situation",
    }
)


def read_plan(text: str) -> tuple[Plan | None, list[str]]:
    """Return the plan that a text holds; None, and what is wrong with it, when it holds none."""
    try:
        data: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return None, [f"TOML: {error}"]
    wrong = _unknown("", data, _TOP)
    try:
        plan = from_json(Plan, _wire(data, wrong))
    except ValidationError as error:
        wrong += [f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors()]
        return None, wrong
    except (TypeError, AttributeError, ValueError):
        return None, [*wrong, "a table stands where a value belongs, or a value where a table belongs"]
    wrong += [*mistakes(plan), *out_of_bounds(plan)]
    return (None, wrong) if wrong else (plan, [])


def out_of_bounds(plan: Plan) -> list[str]:
    """Return which numbers of a plan nobody can work by: `KEY: reason`."""
    limits = {f"limits.{item.name}": getattr(plan.limits, item.name) for item in fields(CaseLimits)}
    least = {key: 0 if key == "limits.airing_s" else _LEAST_S for key in limits}
    steps = {
        f"situation.{item.situation}.step.{step.id}": step.within_s for item in plan.situations for step in item.steps
    }
    found = [
        f"{key}: {value} s; from {least.get(key, _LEAST_S)} to {_MOST_S}"
        for key, value in (limits | steps).items()
        if not least.get(key, _LEAST_S) <= value <= _MOST_S
    ]
    return found + [f"place.{place.id}: holds nobody" for place in plan.places if place.holds < 1]


def _wire(data: Mapping[str, Any], wrong: list[str]) -> dict[str, Any]:
    """Return the text's tables by the names that the plan's record has."""
    near = data.get("near", {})
    wrong += _unknown("near", near, {"minutes", "hours"})
    wrong += _unknown("limits", data.get("limits", {}), _names(CaseLimits))
    situations: list[dict[str, Any]] = []
    for name, item in data.get("situation", {}).items():
        where = f"situation.{name}"
        wrong += _unknown(where, item, {"name", "step"})
        steps = _rows(where + ".step", item.get("step", []), _names(PlanStep), wrong)
        # Who does a step is a guard, and it needs no contact, where nothing else is said.
        situations.append(
            {"situation": name, "name": item.get("name"), "steps": [{"role": "guard", **step} for step in steps]}
        )
    places = _rows("place", data.get("place", []), (_names(Place) - {"is_overflow"}) | {"overflow"}, wrong)
    for place in places:
        place["is_overflow"] = place.pop("overflow", False)
    return {
        **{key: data[key] for key in ("id", "version", "escalation", "referral", "limits", "co_signed") if key in data},
        "places": places,
        "contacts": _rows("contact", data.get("contact", []), _names(Contact), wrong),
        "checklist": _rows("checklist", data.get("checklist", []), _names(CheckItem), wrong),
        "situations": situations,
        **{f"near_{key}": value for key, value in near.items() if key in {"minutes", "hours"}},
    }


def _names(kind: type[CaseLimits | CheckItem | Contact | Place | PlanStep | SituationPlan]) -> frozenset[str]:
    return frozenset(item.name for item in fields(kind))


def _rows(where: str, rows: object, known: Iterable[str], wrong: list[str]) -> list[dict[str, Any]]:
    """Return the rows of a table as they are, after noting the keys that nobody knows."""
    found = [dict(row) for row in cast("list[dict[str, Any]]", rows)]
    for number, row in enumerate(found, start=1):
        wrong += _unknown(f"{where}.{row.get('id', number)}", row, known)
    return found


def _unknown(where: str, table: Mapping[str, Any], known: Iterable[str]) -> list[str]:
    prefix = f"{where}." if where else ""
    return [f"{prefix}{key}: is not a known key" for key in table if key not in set(known)]
