"""Whether a value of one Kind can be what another place takes."""

from __future__ import annotations

from typing import Any

from flowdsl.diagnostics import did_you_mean
from flowdsl.dsl.expressions import BROKEN, Expr
from flowdsl.dsl.kinds import ARRAY, REQUIRED, Kind
from flowdsl.dsl.trace import MARK
from flowdsl.query.expression import Node


def misfit(wanted: Kind, given: Kind, value: Any = None) -> str:
    """Why a value of one Kind is never of another; "" when it may be."""
    if wanted.json == "any" or given.json == "any" or given is BROKEN or wanted is given:
        return ""
    if any(not misfit(alternative, given, value) for alternative in wanted.alternatives):
        return ""
    if given.json == "null":
        return "" if wanted.nullable else "found None"
    if given.nullable and not wanted.nullable:
        return f"found {given.name}, which may be null: guard it with fn.exists(...), then pass fn.some(...)"
    if given.json != wanted.json:
        if wanted.special in ("decimal", "timedelta") and given.json == "number":
            return ""
        return f"found {given.name}"
    if wanted.literals is not None:
        return _literal_misfit(wanted, given, value)
    if wanted.json == "array" and wanted.item is not None and given.item is not None and given is not ARRAY:
        inner = misfit(wanted.item, given.item)
        return f"found {given.name}" if inner else ""
    if wanted.json == "object":
        return _object_misfit(wanted, given)
    return ""


def _literal_misfit(wanted: Kind, given: Kind, value: Any) -> str:
    assert wanted.literals is not None
    if given.literals is not None:
        odd = [v for v in given.literals if v not in wanted.literals]
        return f"found {given.name}" if odd else ""
    if isinstance(value, (Expr, Node)) or value is None:
        return "" if not isinstance(value, Expr) else f"found any {given.name}"
    if isinstance(value, str) and MARK in value:
        return ""
    plain = getattr(value, "value", value)
    if plain in wanted.literals:
        return ""
    near = did_you_mean(plain, [v for v in wanted.literals if isinstance(v, str)]) if isinstance(plain, str) else ""
    return f"found {plain!r}{near}"


def _object_misfit(wanted: Kind, given: Kind) -> str:
    fields, offered = wanted.fields, given.fields
    if fields is None or offered is None or given.name == wanted.name:
        return ""
    wires = {f.wire: f.kind for f in offered.values()}
    for field in fields.values():
        if field.wire not in wires:
            if field.default is REQUIRED and not given.open:
                return f"found {given.name}, which has no {field.wire!r}"
        elif misfit(field.kind, wires[field.wire]):
            return f"found {given.name}, whose {field.wire!r} is {wires[field.wire].name}"
    return ""
