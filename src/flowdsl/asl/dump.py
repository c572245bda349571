"""The canonical text of a definition: keys in the order in which a person writes them, two spaces, a newline at the end.

The layout is the one that jq, JSON.stringify and Python's json print with two spaces, so that other tools agree.
"""

from __future__ import annotations

from json.encoder import encode_basestring as quote
from typing import Any

from flowdsl.asl.fields import OBJECTS, STATE_TYPES, key_order
from flowdsl.diagnostics import FlowDslError

Json = Any

_MAX_WHOLE = 2.0**53
"""Up to here a float that is whole is an integer exactly."""


def dumps(document: Json) -> str:
    """The canonical JSON text of a definition: same document, same text, on any machine.

    A float that is whole is written as an integer, characters outside ASCII as themselves. Raises FlowDslError for a
    value that JSON cannot hold: NaN, an infinity, half of a surrogate pair, a Python object.
    """
    text = _write(canonical(document)) + "\n"
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise FlowDslError(
            f"the definition holds half of a surrogate pair ({text[error.start]!a}), which no JSON file can hold"
        ) from None
    return text


def canonical(document: Json) -> Json:
    """The same document with the keys of ASL's own objects in canonical order: unknown keys stand behind the known ones,
    in their order. States, and whatever is the user's data (Parameters, Arguments, Result, ...), keep their order.

    What needs no change is shared with the given document; nothing is written to.
    """
    if not isinstance(document, dict):
        return document
    root: dict[str, Json] = {}
    # (object, its type, where its canonical form goes): a stack, since depth is the user's to choose.
    stack: list[tuple[dict[str, Json], str, Any, Any]] = [(document, "StateMachine", root, "")]
    while stack:
        fields, type, target, key = stack.pop()
        ordered = _in_order(fields, type)
        target[key] = ordered
        table = OBJECTS.get(type)
        if table is None:
            continue
        for name, value in ordered.items():
            field = table.get(name)
            if field is None or not value:
                continue
            if field.kind == "states":
                if isinstance(value, dict):
                    ordered[name] = states = dict(value)
                    stack.extend(
                        (state, _state_type(state), states, n) for n, state in value.items() if isinstance(state, dict)
                    )
            elif field.kind == "list":
                if isinstance(value, list):
                    ordered[name] = items = list(value)
                    stack.extend((item, field.of, items, i) for i, item in enumerate(value) if isinstance(item, dict))
            elif field.kind == "object" and isinstance(value, dict):
                stack.append((value, field.of, ordered, name))
    return root[""]


def _state_type(state: dict[str, Json]) -> str:
    type = state.get("Type")
    # An unknown state is put in the order of a Task, which has nearly all fields.
    return type if isinstance(type, str) and type in STATE_TYPES else "Task"


def _in_order(fields: dict[str, Json], type: str) -> dict[str, Json]:
    order = key_order(type)
    last = len(order)
    return {name: fields[name] for name in sorted(fields, key=lambda name: order.get(name, last))}


def _write(document: Json) -> str:
    """The layout. One stack of open objects and lists; strings go through the C encoder."""
    out: list[str] = []
    add = out.append
    stack: list[tuple[Any, str, str]] = []
    """(what is left of an open object or list, its closing, the indentation of its members)"""
    pad = "\n"
    first = _opening(document, add)
    if first is None:
        return "".join(out)
    closing, rest = first
    pad = "\n  "
    separator = pad
    is_object = closing == "}"
    while True:
        for entry in rest:
            if is_object:
                name, value = entry
                if type(name) is not str:
                    name = _name(name)
                add(f"{separator}{quote(name)}: ")
            else:
                value = entry
                add(separator)
            separator = f",{pad}"
            if type(value) is str:
                add(quote(value))
                continue
            opened = _opening(value, add)
            if opened is None:
                continue
            stack.append((rest, closing, pad))
            closing, rest = opened
            is_object = closing == "}"
            pad = f"{pad}  "
            separator = pad
            break
        else:
            pad = pad[:-2]
            add(f"{pad}{closing}")
            if not stack:
                return "".join(out)
            rest, closing, pad = stack.pop()
            is_object = closing == "}"
            separator = f",{pad}"


def _opening(value: Json, add: Any) -> tuple[str, Any] | None:
    """Writes a scalar or an empty container and gives None; else writes the opening and gives closing and members."""
    if value is None:
        add("null")
    elif value is True:
        add("true")
    elif value is False:
        add("false")
    elif isinstance(value, str):
        add(quote(value))
    elif isinstance(value, dict):
        if value:
            add("{")
            return "}", iter(value.items())
        add("{}")
    elif isinstance(value, (list, tuple)):
        if value:
            add("[")
            return "]", iter(value)
        add("[]")
    elif isinstance(value, int):
        add(int.__repr__(value))
    elif isinstance(value, float):
        add(_number(value))
    else:
        raise FlowDslError(f"the definition holds a value of type {type(value).__name__}, which JSON cannot hold")
    return None


def _number(value: float) -> str:
    if value != value or value in (float("inf"), float("-inf")):
        raise FlowDslError(f"the definition holds the number {value!r}, which JSON cannot hold")
    if value.is_integer() and -_MAX_WHOLE <= value <= _MAX_WHOLE:
        return str(int(value))
    return float.__repr__(value)


def _name(name: Any) -> str:
    if isinstance(name, str):
        return str(name)
    raise FlowDslError(f"the definition has the member name {name!r}, which is no text")
