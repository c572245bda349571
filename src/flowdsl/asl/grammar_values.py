"""Whether a field's value is what the field allows: by kind, with AWS's own words where they were recorded."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Final

from flowdsl.asl.field import Field, Kind
from flowdsl.asl.objects import Here
from flowdsl.asl.values import (
    BarePlaceholder,
    Json,
    described,
    has_placeholder,
    is_expression,
    is_integer,
    is_list,
    is_number,
    is_object,
    shown,
)
from flowdsl.diagnostics import did_you_mean

Accept = Callable[[Json], bool]
Problem = tuple[str, str]
"""The rule's name, and the message."""

_TIMESTAMP: Final = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)", re.ASCII
)


def is_timestamp(value: Json) -> bool:
    """Whether a text is an RFC 3339 timestamp as AWS takes it: upper-case T, and Z or an offset (recorded)."""
    match = _TIMESTAMP.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return False
    try:
        date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return False
    return True


_QUICK: Final[dict[Kind, Accept]] = {
    "text": lambda v: v.__class__ is str,
    "true": lambda v: v is True,
    "boolean": lambda v: v is True or v is False,
    "number": lambda v: v.__class__ is int or v.__class__ is float,
    "timestamp": is_timestamp,
    "resource": lambda v: v.__class__ is str,
    "label": lambda v: v.__class__ is str,
    "state-name": lambda v: v.__class__ is str,
    "path": lambda v: v.__class__ is str,
    "reference-path": lambda v: v.__class__ is str,
    "error-path": lambda v: v.__class__ is str,
    "pointer": lambda v: v.__class__ is str,
    "template": lambda v: v.__class__ is dict,
    "json": lambda v: True,
    "error-names": lambda v: v.__class__ is list and len(v) > 0 and all(name.__class__ is str for name in v),
    "object": lambda v: v.__class__ is dict,
    "list": lambda v: v.__class__ is list and len(v) > 0,
    "states": lambda v: v.__class__ is dict and len(v) > 0,
}
"""Kinds whose usual values need no second look."""


def quick_test(field: Field) -> Accept:
    """A test that is true only of values that the field allows; where it is false, `problem` decides."""
    if field.kind == "enum":
        allowed = frozenset(field.values)
        return lambda value: value.__class__ is str and value in allowed
    if field.kind in ("integer", "number"):
        low = field.minimum if field.minimum is not None else float("-inf")
        high = field.maximum if field.maximum is not None else float("inf")
        return lambda value: value.__class__ is int and low <= value <= high
    if field.kind == "template" and field.shape is None:
        return _QUICK["json"]
    return _QUICK.get(field.kind, lambda value: False)


def problem(field: Field, value: Json, here: Here) -> Problem | None:
    """What is wrong with a field's value; None when nothing is. The insides of objects and lists are looked at elsewhere."""
    if field.expression and here.is_jsonata and is_expression(value):
        return None
    if value is None and field.nullable:
        return None
    if isinstance(value, BarePlaceholder):
        return None
    if field.kind not in ("object", "list", "states") and has_placeholder(value):
        return None
    return _PROBLEMS[field.kind](field, value, here)


def _wrong(field: Field, here: Here, what: str, value: Json, instead: str = "") -> Problem:
    return "wrong-json-type", f"{field.name} of {here.subject} must be {what}, not {described(value)}{instead}"


def _text(field: Field, value: Json, here: Here) -> Problem | None:
    return None if isinstance(value, str) else _wrong(field, here, "a text", value)


def _json(field: Field, value: Json, here: Here) -> Problem | None:
    return None


def _enum(field: Field, value: Json, here: Here) -> Problem | None:
    if isinstance(value, str) and value in field.values:
        return None
    listed = ", ".join(field.values)
    found = shown(value) + (did_you_mean(value, field.values) if isinstance(value, str) else "")
    if field.name == "Type":
        return (
            "unknown-value",
            f"The field 'Type' should have one of these values: [{listed}], but that of {here.subject} is {found}",
        )
    return (
        "unknown-value",
        f"Value should be one of the following: [{listed}], but {field.name} of {here.subject} is {found}",
    )


def _true(field: Field, value: Json, here: Here) -> Problem | None:
    if value is True:
        return None
    instead = "; leave it out where Next stands" if value is False else ""
    return _wrong(field, here, "true", value, instead)


def _boolean(field: Field, value: Json, here: Here) -> Problem | None:
    return None if isinstance(value, bool) else _wrong(field, here, "true or false", value)


def _condition(field: Field, value: Json, here: Here) -> Problem | None:
    return None if isinstance(value, bool) else _wrong(field, here, "true, false or a {% ... %} text", value)


def _number(field: Field, value: Json, here: Here) -> Problem | None:
    if not is_number(value):
        instead = f"; write {value}" if isinstance(value, str) and value.strip().isdigit() else ""
        return _wrong(field, here, "a whole number" if field.kind == "integer" else "a number", value, instead)
    if field.kind == "integer" and not is_integer(value):
        return "out-of-range", f"{field.name} of {here.subject} must be a whole number, not {shown(value)}"
    decimals = "" if field.kind == "integer" else ".0"
    if field.minimum is not None and value < field.minimum:
        return (
            "out-of-range",
            f"Minimum value is {field.minimum:.0f}{decimals}, but {field.name} of {here.subject} is {shown(value)}",
        )
    if field.maximum is not None and value > field.maximum:
        return (
            "out-of-range",
            f"Maximum value is {field.maximum:.0f}{decimals}, but {field.name} of {here.subject} is {shown(value)}",
        )
    return None


def _timestamp(field: Field, value: Json, here: Here) -> Problem | None:
    if is_timestamp(value):
        return None
    if not isinstance(value, str):
        return _wrong(field, here, "a text such as 2030-12-05T21:29:29Z", value)
    instead = "; write it as 2030-12-05T21:29:29Z"
    if is_expression(value):
        instead = "; {% %} is for JSONata states, this is a JSONPath one"
    return (
        "invalid-timestamp",
        f"String does not match RFC3339 timestamp: {field.name} of {here.subject} is {shown(value)}{instead}",
    )


def _template(field: Field, value: Json, here: Here) -> Problem | None:
    if field.shape is None or is_object(value) or (is_list(value) and field.shape != "object"):
        return None
    if here.is_jsonata and is_expression(value) and field.name != "Assign":
        return None
    kinds = ["an object"] if field.shape == "object" else ["an object", "a list"]
    if here.is_jsonata and field.name != "Assign":
        kinds.append("a {% ... %} text")
    what = f"{', '.join(kinds[:-1])} or {kinds[-1]}" if len(kinds) > 1 else kinds[0]
    return _wrong(field, here, what, value)


def _strings(field: Field, value: Json, here: Here) -> Problem | None:
    if not is_list(value) or not all(isinstance(item, str) for item in value):
        return _wrong(field, here, "a list of texts", value)
    return (
        ("empty-value", f"Value cannot be empty: {field.name} of {here.subject}")
        if field.non_empty and not value
        else None
    )


def _inner(field: Field, value: Json, here: Here) -> Problem | None:
    what = "a list" if field.kind == "list" else "an object"
    if not (is_list(value) if field.kind == "list" else is_object(value)):
        instead = f"; a placeholder in quotes is filled in as a text, never as {what}" if has_placeholder(value) else ""
        return _wrong(field, here, what, value, instead)
    return (
        ("empty-value", f"Value cannot be empty: {field.name} of {here.subject}")
        if field.non_empty and not value
        else None
    )


_PROBLEMS: Final[dict[Kind, Callable[[Field, Json, Here], Problem | None]]] = {
    "text": _text,
    "enum": _enum,
    "true": _true,
    "boolean": _boolean,
    "integer": _number,
    "number": _number,
    "timestamp": _timestamp,
    "resource": _text,
    "label": _text,
    "state-name": _text,
    "path": _text,
    "reference-path": _text,
    "error-path": _text,
    "pointer": _text,
    "template": _template,
    "condition": _condition,
    "json": _json,
    "strings": _strings,
    "error-names": _strings,
    "object": _inner,
    "list": _inner,
    "states": _inner,
}
