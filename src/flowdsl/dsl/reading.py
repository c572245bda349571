"""Reading what an expression holds: its fields, a list's elements, and what is said of those that it does not have."""

from __future__ import annotations

from typing import Any

from flowdsl.diagnostics import did_you_mean
from flowdsl.dsl.expressions import BROKEN, Expr
from flowdsl.dsl.kinds import ABSENT, ANY, COMPUTED, DERIVED, REQUIRED, UNRESOLVED, FieldKind, Kind
from flowdsl.dsl.places import frame_at
from flowdsl.dsl.trace import report
from flowdsl.dsl.values import as_node
from flowdsl.query.expression import Call, Default, Field, Index, Node, Object, Place, Raw


def _attribute(self: Expr, name: str) -> Expr:
    if name[0] == "_":
        raise AttributeError(name)
    frame = frame_at(1)
    place = (frame.f_code, frame.f_lasti)
    kind = self.__kind__
    if kind.json == "any" and not kind.alternatives:
        return Expr(Field(self.__node__, name, place), kind)
    fields = kind.fields
    found = fields.get(name) if fields is not None else None
    if found is None or kind.nullable:
        return _odd_field(self, name, place)
    if found.default is REQUIRED and type(self.__node__) is not Object:
        return Expr(Field(self.__node__, found.wire, place), found.kind)
    return field(self.__node__, found, place)


def _element(self: Expr, key: Any) -> Expr:
    frame = frame_at(1)
    return item(self, key, (frame.f_code, frame.f_lasti))


def field(base: Node, found: FieldKind, place: Place) -> Expr:
    """A field of an object, read as the document may leave it: absent, it is its default."""
    if type(base) is Object and found.wire in base.members:
        return Expr(base.members[found.wire], found.kind)
    node = Field(base, found.wire, place)
    if found.default is REQUIRED:
        return Expr(node, found.kind)
    if found.default is UNRESOLVED:
        report(
            "unresolved-annotation",
            f"the type of the field {found.wire!r} is not known: its annotation names nothing when the workflow is built; "
            "import what it names outside `if TYPE_CHECKING:`",
            place,
        )
        return Expr(node, BROKEN)
    if found.default is DERIVED:
        return Expr(error_message(base, place), found.kind)
    if found.default is COMPUTED:
        report(
            "unguarded-optional",
            f"{found.wire!r} may be missing, and its default is computed by Python, which does not run here; "
            "read it after a Choice on fn.exists(...), with fn.some(...)",
            place,
        )
        return Expr(node, BROKEN)
    default = None if found.default is ABSENT else found.default
    return Expr(Default(node, as_node(default, place), place), found.kind.optional() if default is None else found.kind)


def error_message(error: Node, place: Place) -> Node:
    """The message of a caught error: of a Lambda function's Cause, which is JSON text, the exception's own; else the Cause."""
    cause = Field(error, "Cause", place)
    return Raw(
        "JSONata",
        [
            "($cause := ",
            cause,
            '; $type($cause) = "string" ? ($substring($cause, 0, 1) = "{" and $contains($cause, "\\"errorMessage\\"")'
            ' ? $parse($cause).errorMessage : $cause) : "")',
        ],
        place,
    )


def item(expr: Expr, key: Any, place: Place) -> Expr:
    """`expr[key]`: an element of a list, or a member of an object by its JSON name."""
    kind, node = expr.__kind__, expr.__node__
    if kind.nullable and kind.json != "null":
        _unguarded(kind, place)
        kind = kind.present()
    if isinstance(key, str):
        return _member(node, kind, key, place)
    if isinstance(key, int) and not isinstance(key, bool) and kind.json in ("array", "any"):
        inner = kind.items[key] if -len(kind.items) <= key < len(kind.items) else kind.item or kind
        return Expr(Index(node, key, place), inner)
    if isinstance(key, Expr):
        if kind.json == "object" or (kind.json == "any" and key.__kind__.json == "string"):
            return Expr(Call("lookup", [node, key.__node__], place), kind.values or ANY)
        if kind.json in ("array", "any") and key.__kind__.json in ("number", "any"):
            return Expr(Index(node, key.__node__, place), kind.item or kind)
    if kind is not BROKEN:
        what = (
            "a slice is not known in ASL; write fn.filter(...) or a Map's items"
            if isinstance(key, slice)
            else _cannot_index(kind, key)
        )
        report("not-python", what, place)
    return Expr(node, BROKEN)


def _cannot_index(kind: Kind, key: Any) -> str:
    if kind.json == "string":
        return "a text has no items; write fn.substring(text, start, length)"
    given = key.__kind__.name if isinstance(key, Expr) else repr(key)
    return f"a value of type {kind.name} has no item {given}"


def _member(node: Node, kind: Kind, key: str, place: Place) -> Expr:
    fields = kind.fields
    if kind.json == "any" or (kind.json == "object" and fields is None):
        return Expr(Field(node, key, place), kind.values or (BROKEN if kind is BROKEN else ANY))
    if kind.json == "object" and fields is not None:
        found = fields.get(key) or next((f for f in fields.values() if f.wire == key), None)
        if found is not None:
            return field(node, found, place)
    return _odd_field(Expr(node, kind), key, place)


def _odd_field(expr: Expr, name: str, place: Place) -> Expr:
    """A field that is not simply one of the Kind's: of a union, of what may be null, or of nothing."""
    kind, node = expr.__kind__, expr.__node__
    for alternative in kind.alternatives:
        fields = alternative.fields
        if fields is not None and name in fields:
            return field(node, fields[name], place)
        if alternative.json == "any":
            return Expr(Field(node, name, place), ANY)
    if kind.nullable and kind.json != "null":
        _unguarded(kind, place)
        kind = kind.present()
    fields = kind.fields
    if fields is not None and name in fields:
        return field(node, fields[name], place)
    if kind.open:
        return Expr(Field(node, name, place), ANY)
    report("no-such-field", lambda: _no_field(kind, name), place)
    return Expr(Field(node, name, place), BROKEN)


def _unguarded(kind: Kind, place: Place) -> None:
    report(
        "unguarded-optional",
        f"this is {kind.name} and may be null; read it after a Choice on fn.exists(...), with fn.some(...)",
        place,
    )


def _no_field(kind: Kind, name: str) -> str:
    if kind.fields is not None:
        near = did_you_mean(name, kind.fields) or (f"; it has {', '.join(kind.fields)}" if len(kind.fields) < 9 else "")
        return f"{kind.name} has no field {name!r}{near}"
    if kind.json == "object":
        return f'a {kind.name} has no attribute {name!r}; a member is read with ["{name}"]'
    instead = METHODS.get(kind.json, {}).get(name)
    what = {"string": "a text", "array": "a list", "number": "a number", "boolean": "a boolean", "null": "null"}.get(
        kind.json, kind.name
    )
    return f"{what} has no field {name!r}" + (f"; write {instead}" if instead else "")


METHODS = {
    "string": {
        "lower": "fn.lowercase(text)",
        "upper": "fn.uppercase(text)",
        "casefold": "fn.lowercase(text)",
        "strip": "fn.trim(text)",
        "split": "fn.split(text, separator)",
        "replace": "fn.replace(text, old, new)",
        "startswith": "fn.substring(text, 0, length) == start",
        "endswith": "fn.substring(text, -length) == end",
        "join": "fn.join(texts, separator)",
        "format": 'an f-string: f"{value}"',
        "isdigit": "fn.matches(text, pattern)",
        "find": "fn.contains(text, part)",
        "encode": "fn.base64encode(text)",
    },
    "array": {
        "append": "fn.append(list, [value])",
        "extend": "fn.append(list, more)",
        "count": "fn.count(list)",
        "sort": "fn.sort(list)",
        "index": "fn.filter(list, lambda item: ...)",
        "reverse": "fn.reverse(list)",
    },
}
"""What a Python method is called in `fn`, for the message."""


Expr.__getattr__ = _attribute  # type: ignore[method-assign]
Expr.__getitem__ = _element  # type: ignore[method-assign]
