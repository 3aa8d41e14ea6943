"""The API as a page for people: every call with what it takes, from the server's own OpenAPI description.

Without a script and without a file of anybody else's: it opens on a closed network, and nothing foreign runs beside
the pages of the staff.
"""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Schema = Mapping[str, Any]

_TAGS: Final = ("office", "keeping", "kiosk", "operation")  # what an operator looks for comes first
_STYLE: Final = "/staff/style.css"
_REF: Final = "#/components/schemas/"
_JSON: Final = "application/json"
_MOST_DEEP: Final = 3  # a field's fields; deeper ones are named by their type


def api_page(description: Schema) -> str:
    """Return the page of an OpenAPI `description`."""
    calls = [(method, path, call) for path, methods in description["paths"].items() for method, call in methods.items()]
    known: Schema = description.get("components", {}).get("schemas", {})
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
        f'<title>API</title><link rel="stylesheet" href="{_STYLE}"></head><body><main>',
        f"<h1>{escape(description['info']['title'])}</h1>",
        '<p>The same as JSON: <a href="/openapi.json">/openapi.json</a>. The calls of the office and of keeping need',
        "the header <code>Authorization: Bearer</code> with the admin's token.</p>",
    ]
    for tag in _TAGS:
        parts.append(f"<h2>{tag}</h2>")
        parts += [_call(*call, known) for call in calls if tag in call[2].get("tags", ())]
    return "\n".join([*parts, "</main></body></html>"])


def _call(method: str, path: str, call: Schema, known: Schema) -> str:
    said = escape(call.get("description", "")).replace("\n\n", "<br>")
    content: Schema = call.get("requestBody", {}).get("content", {})
    body: Schema = content.get(_JSON, {}).get("schema", {})
    given = [
        *((item["in"], item["name"], item["required"], item["schema"]) for item in call.get("parameters", ())),
        *(("body", *field) for field in _fields(body.get("items", body), known, "[]." if "items" in body else "")),
        *(("body", media, True, found["schema"]) for media, found in content.items() if media != _JSON),
    ]
    rows = "".join(
        f"<tr><td>{escape(place)}</td><td><code>{escape(name)}</code></td><td>{escape(_kind(schema, known))}</td>"
        f"<td>{'' if required else 'may be left out'}</td><td>{escape(schema.get('description', ''))}</td></tr>"
        for place, name, required, schema in given
    )
    table = f"<table>{rows}</table>" if rows else ""
    return f"<section><h3><code>{method.upper()} {escape(path)}</code></h3><p>{said}</p>{table}</section>"


def _fields(schema: Schema, known: Schema, before: str = "", deep: int = 1) -> Iterator[tuple[str, bool, Schema]]:
    """Yield name, whether it is needed, and schema of each field of a body, those of its parts after it."""
    for whole in _records(schema, known):
        for name, field in whole.get("properties", {}).items():
            yield before + name, name in whole.get("required", ()), field
            if deep < _MOST_DEEP:
                inner = f"{before}{name}[]." if field.get("type") == "array" else f"{before}{name}."
                yield from _fields(field.get("items", field), known, inner, deep + 1)


def _records(schema: Schema, known: Schema) -> list[Schema]:
    """Return the records that may stand in a place, each with fields of its own."""
    return [known[part["$ref"].removeprefix(_REF)] for part in (schema, *schema.get("anyOf", ())) if "$ref" in part]


def _kind(schema: Schema, known: Schema) -> str:
    """Return what a field holds, in a few words."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(_REF)
        return _kind(known[name], known) if "enum" in known[name] else name
    if "anyOf" in schema:
        return " or ".join(_kind(part, known) for part in schema["anyOf"])
    if "enum" in schema or "const" in schema:
        return " | ".join(map(str, schema.get("enum", [schema.get("const")])))
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}), known)}"
    kind = schema.get("format") or schema.get("type") or "anything"
    limits = [
        f"{word} {json.dumps(schema[name], ensure_ascii=False)}" for name, word in _LIMITS.items() if name in schema
    ]
    return ", ".join([kind, *limits])


_LIMITS: Final = {
    "minimum": "from",
    "maximum": "to",
    "minLength": "at least",
    "maxLength": "at most",
    "pattern": "like",
    "default": "else",
}
