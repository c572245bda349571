"""The canonical text of a definition: keys in the order in which a person writes them, two spaces, a newline at the end.

The layout is the one that jq, JSON.stringify and Python's json print with two spaces, so that other tools agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from json.encoder import encode_basestring as quote
from typing import Any, Final

from flowdsl.asl.fields import OBJECTS, Field, key_order
from flowdsl.asl.values import BarePlaceholder, Json, is_list, is_object
from flowdsl.diagnostics import FlowDslError

_WHOLE: Final = 2.0**53
"""Up to here a float that is whole is an integer exactly."""
_DEEP: Final = 100
"""Objects and lists inside one another that are written by recursion; deeper ones by a stack, which is slower."""
_DEEPEST: Final = 5_000
"""Ten times what is read back. Each line is indented as far as it is deep, so that there must be an end."""


def dumps(document: Json, *, bare: bool = False) -> str:
    """The canonical JSON text of a definition: same document, same text, on any machine.

    A float that is whole is written as an integer, characters outside ASCII as themselves. A placeholder that stood
    without quotes gets them, so that the text is JSON, unless `bare` asks for the text that a deployment fills in.
    Raises FlowDslError for a value that JSON cannot hold: NaN, an infinity, half of a surrogate pair, a Python object;
    and for one that nests beyond measure.
    """
    out: list[str] = []
    if is_object(document) and document:
        _write_typed(document, "StateMachine", "\n", 0, _Keys(bare), out.append)
    else:
        out.append(write(document, bare=bare))
    text = "".join([*out, "\n"])
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise FlowDslError(
            f"the definition holds half of a surrogate pair ({text[error.start]!a}), which no file can hold"
        ) from None
    return text


def canonical(document: Json, type: str = "StateMachine") -> Json:
    """The same document with the keys of ASL's own objects in canonical order: unknown keys stand behind the known ones,
    in their order. States, and whatever is the user's data (Parameters, Arguments, Result, ...), keep their order.

    What needs no change is shared with the given document; nothing is written to.
    """
    if not is_object(document):
        return document
    root: dict[str, Json] = {}
    # (object, its type, where its canonical form goes, under which key): a stack, since depth is the user's to choose.
    stack: list[tuple[dict[str, Json], str, Any, Any]] = [(document, type, root, "")]
    while stack:
        fields, type, target, key = stack.pop()
        names, nested = _shape(type, fields)
        target[key] = ordered = {name: fields[name] for name in names}
        for field in nested.values():
            value = ordered[field.name]
            if field.kind == "list":
                if is_list(value):
                    ordered[field.name] = items = list(value)
                    stack.extend((item, field.of, items, i) for i, item in enumerate(value) if is_object(item))
            elif not is_object(value):
                continue
            elif field.kind == "states":
                ordered[field.name] = states = dict(value)
                stack.extend((state, _state_type(state), states, n) for n, state in value.items() if is_object(state))
            else:
                stack.append((value, field.of, ordered, field.name))
    return root[""]


def _state_type(state: dict[str, Json]) -> str:
    type = state.get("Type")
    # An unknown state is put in the order of a Task, which has nearly all fields.
    return type if isinstance(type, str) and type in OBJECTS else "Task"


_Shape = tuple[list[str], dict[str, Field]]
_shapes: dict[tuple[str, ...], _Shape] = {}


def _shape(type: str, fields: dict[str, Json]) -> _Shape:
    """The names of an object in canonical order, and the fields among them that hold objects of ASL.

    Definitions repeat few combinations of names, so each is worked out once.
    """
    key = (type, *fields)
    shape = _shapes.get(key)
    if shape is None:
        if len(_shapes) > 5_000:
            _shapes.clear()
        order, table = key_order(type), OBJECTS[type]
        names = sorted(fields, key=lambda name: order.get(name, len(order)))
        nested = {n: table[n] for n in names if n in table and table[n].kind in ("states", "list", "object")}
        shape = _shapes[key] = names, nested
    return shape


class _Keys(dict[str, str]):
    """`"name": ` for each name; and whether bare placeholders stay bare."""

    def __init__(self, bare: bool) -> None:
        super().__init__()
        self.bare = bare

    def __missing__(self, name: object) -> str:
        if not isinstance(name, str):
            raise FlowDslError(f"the definition has the member name {name!r}, which is no text")
        text = self[name] = f"{quote(name)}: "
        return text


def write(document: Json, *, bare: bool = False) -> str:
    """The layout alone: a JSON value as text, keys in the order in which they stand, no newline at the end."""
    keys = _Keys(bare)
    out: list[str] = []
    if is_object(document) and document:
        _write_object(document, "\n", 0, keys, out.append)
    elif is_list(document) and document:
        _write_list(document, "\n", 0, keys, out.append)
    else:
        out.append(_scalar(document, keys))
    return "".join(out)


Add = Callable[[str], Any]


def _write_typed(fields: dict[str, Json], type: str, pad: str, depth: int, keys: _Keys, add: Add) -> None:
    """A non-empty object of ASL, its keys in canonical order."""
    if depth > _DEEP:
        _write_deep(canonical(fields, type), pad, keys, add)
        return
    inner = f"{pad}  "
    opening = f"{{{inner}"
    comma = f",{inner}"
    names, nested = _shape(type, fields)
    for name in names:
        member = fields[name]
        kind = member.__class__
        if kind is str:
            add(f"{opening}{keys[name]}{quote(member)}")
        elif (kind is dict or kind is list) and member:
            add(f"{opening}{keys[name]}")
            field = nested.get(name)
            if field is not None and (kind is list) == (field.kind == "list"):
                _write_nested(member, field, inner, depth + 1, keys, add)
            elif kind is dict:
                _write_object(member, inner, depth + 1, keys, add)
            else:
                _write_list(member, inner, depth + 1, keys, add)
        else:
            add(f"{opening}{keys[name]}{_scalar(member, keys)}")
        opening = comma
    add(f"{pad}}}")


def _write_nested(value: Json, field: Field, pad: str, depth: int, keys: _Keys, add: Add) -> None:
    """What a field holds that holds objects of ASL: one, a list of them, or the states by name."""
    if field.kind == "object":
        _write_typed(value, field.of, pad, depth, keys, add)
        return
    inner = f"{pad}  "
    is_states = field.kind == "states"
    opening = f"{'{' if is_states else '['}{inner}"
    comma = f",{inner}"
    for entry in value.items() if is_states else value:
        member = entry
        if is_states:
            name, member = entry
            add(f"{opening}{keys[name]}")
        else:
            add(opening)
        if is_object(member) and member:
            _write_typed(member, _state_type(member) if is_states else field.of, inner, depth + 1, keys, add)
        elif is_list(member) and member:
            _write_list(member, inner, depth + 1, keys, add)
        else:
            add(_scalar(member, keys))
        opening = comma
    add(f"{pad}{'}' if is_states else ']'}")


def _write_object(value: dict[str, Json], pad: str, depth: int, keys: _Keys, add: Add) -> None:
    if depth > _DEEP:
        _write_deep(value, pad, keys, add)
        return
    inner = f"{pad}  "
    opening = f"{{{inner}"
    comma = f",{inner}"
    for name, member in value.items():
        kind = member.__class__
        if kind is str:
            add(f"{opening}{keys[name]}{quote(member)}")
        elif kind is dict and member:
            add(f"{opening}{keys[name]}")
            _write_object(member, inner, depth + 1, keys, add)
        elif kind is list and member:
            add(f"{opening}{keys[name]}")
            _write_list(member, inner, depth + 1, keys, add)
        else:
            add(f"{opening}{keys[name]}{_scalar(member, keys)}")
        opening = comma
    add(f"{pad}}}")


def _write_list(value: list[Json], pad: str, depth: int, keys: _Keys, add: Add) -> None:
    if depth > _DEEP:
        _write_deep(value, pad, keys, add)
        return
    inner = f"{pad}  "
    opening = f"[{inner}"
    comma = f",{inner}"
    for member in value:
        kind = member.__class__
        if kind is str:
            add(f"{opening}{quote(member)}")
        elif kind is dict and member:
            add(opening)
            _write_object(member, inner, depth + 1, keys, add)
        elif kind is list and member:
            add(opening)
            _write_list(member, inner, depth + 1, keys, add)
        else:
            add(f"{opening}{_scalar(member, keys)}")
        opening = comma
    add(f"{pad}]")


def _scalar(value: Json, keys: _Keys) -> str:
    """A scalar or an empty container; and whatever is of no exact JSON type."""
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, str):
        return str(value) if keys.bare and isinstance(value, BarePlaceholder) else quote(value)
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, float):
        return _number(value)
    if is_object(value) and not value:
        return "{}"
    if is_list(value) and not value:
        return "[]"
    raise FlowDslError(f"the definition holds a value of type {value.__class__.__name__}, which JSON cannot hold")


def _number(value: float) -> str:
    if value != value or value in (float("inf"), float("-inf")):
        raise FlowDslError(f"the definition holds the number {value!r}, which JSON cannot hold")
    if -_WHOLE <= value <= _WHOLE and value.is_integer():
        return str(int(value))
    return float.__repr__(value)


def _write_deep(value: Json, pad: str, keys: _Keys, add: Add) -> None:
    """A non-empty object or list of any depth, without recursion."""
    stack: list[tuple[Iterator[Any], str, str]] = []
    """(the members still to come, the closing, the padding) of each open object or list"""
    members, closing = _open(value, add)
    separator = f"{pad}  "
    while True:
        for member in members:
            if closing == "}":
                add(f"{separator}{keys[member[0]]}")
                member = member[1]
            else:
                add(separator)
            separator = f",{pad}  "
            if (is_object(member) or is_list(member)) and member:
                if len(stack) >= _DEEPEST:
                    raise FlowDslError(f"more than {_DEEPEST:,} objects and lists stand inside one another")
                stack.append((members, closing, pad))
                members, closing = _open(member, add)
                pad = f"{pad}  "
                separator = f"{pad}  "
                break
            add(_scalar(member, keys))
        else:
            add(f"{pad}{closing}")
            if not stack:
                return
            members, closing, pad = stack.pop()
            separator = f",{pad}  "


def _open(value: Json, add: Add) -> tuple[Iterator[Any], str]:
    if is_object(value):
        add("{")
        return iter(value.items()), "}"
    add("[")
    return iter(value), "]"
