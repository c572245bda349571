"""Documents made up for a definition: they hold, somewhere, whatever its paths read, with values of the kind each read needs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from random import Random
from typing import Any, Final

from flowdsl.asl.definition import Definition
from flowdsl.asl.values import is_list, is_object
from flowdsl.query.base import ExpressionSyntaxError
from flowdsl.query.jsonpath import intrinsics, parse_intrinsic, parse_path
from flowdsl.query.jsonpath.conditions import (
    Compares,
    Condition,
    Constant,
    Every,
    Exists,
    Inverse,
    Matches,
    Place,
    Some,
)
from flowdsl.query.jsonpath.steps import Descend, Filter, Name, Names, Step
from flowdsl.query.jsonpath.syntax import Path

Json = Any

_ARGUMENTS: Final = {
    "States.Format": "scalar",
    "States.StringToJson": "json",
    "States.JsonToString": "object",
    "States.ArrayPartition": "array",
    "States.ArrayContains": "array",
    "States.ArrayRange": "integer",
    "States.ArrayGetItem": "array",
    "States.ArrayLength": "array",
    "States.ArrayUnique": "array",
    "States.Base64Encode": "string",
    "States.Base64Decode": "base64",
    "States.Hash": "string",
    "States.JsonMerge": "object",
    "States.MathRandom": "integer",
    "States.MathAdd": "integer",
    "States.StringSplit": "string",
}
"""An intrinsic function -> what its first argument (of MathAdd and ArrayRange every one) is."""
_SECOND: Final = {"States.ArrayPartition": "small", "States.ArrayGetItem": "index", "States.ArrayContains": "scalar"}
_FIELDS: Final = {
    "ItemsPath": "items",
    "SecondsPath": "small",
    "TimestampPath": "timestamp",
    "TimeoutSecondsPath": "seconds",
    "HeartbeatSecondsPath": "small",
    "MaxConcurrencyPath": "small",
    "ToleratedFailureCountPath": "small",
    "ToleratedFailurePercentagePath": "small",
    "ErrorPath": "string",
    "CausePath": "string",
}


_SCALARS: Final = frozenset(
    {"scalar", "string", "base64", "integer", "small", "index", "seconds", "boolean", "timestamp", "json", "constant"}
)


MOST_VALUES: Final = 1_000
"""About so many values a document holds at most."""


class Shape:
    """What is read of a value: its fields, its elements, and of which kinds it is itself."""

    __slots__ = ("constants", "element", "kinds", "members", "optional")

    def __init__(self) -> None:
        self.members: dict[str, Shape] = {}
        self.element: Shape | None = None
        self.kinds: dict[str, None] = {}
        self.constants: list[Json] = []
        self.optional = False


class Samples:
    """A definition's shape, and documents that have it."""

    def __init__(self, definition: Definition) -> None:
        self.shape = Shape()
        self._endings: list[tuple[tuple[Step, ...], str, Json, bool]] = []
        for node in definition.states():
            if not node.is_jsonata:
                self._state(node.fields)
        for steps, kind, constant, optional in self._endings:
            self._add(steps, kind, constant, optional, whole=False)

    def document(self, random: Random) -> Json:
        """A document; the same numbers give the same one."""
        made = _Making(self.shape, random).made(self.shape)
        return made if is_object(made) else {"value": made}

    # -- what is read ----------------------------------------------------------------------------------------------

    def _state(self, fields: dict[str, Any]) -> None:
        for key, text in _texts(fields):
            try:
                if key.endswith(".$") or key in ("ErrorPath", "CausePath"):
                    self._evaluated(text, _FIELDS.get(key, "scalar"))
                elif key.endswith("Path") and key != "ResultPath":
                    self._path(parse_path(text), _FIELDS.get(key, "any"))
            except ExpressionSyntaxError:
                continue
        choices = fields.get("Choices")
        for rule in choices if is_list(choices) else ():
            self._rule(rule)

    def _evaluated(self, text: str, kind: str) -> None:
        if text.startswith("$"):
            self._path(parse_path(text), kind if kind != "scalar" else "any")
        else:
            self._call(parse_intrinsic(text))

    def _call(self, call: intrinsics.Intrinsic) -> None:
        for number, argument in enumerate(call.arguments):
            if isinstance(argument, intrinsics.Intrinsic):
                self._call(argument)
            elif isinstance(argument, intrinsics.PathArgument):
                first = number == 0 or call.name in (
                    "States.MathAdd",
                    "States.ArrayRange",
                    "States.JsonMerge",
                    "States.Format",
                )
                kind = _ARGUMENTS.get(call.name, "any") if first else _SECOND.get(call.name, "any")
                self._path(argument.path, kind)

    def _rule(self, rule: Json) -> None:
        stack = [rule]
        while stack:
            inner = stack.pop()
            if not is_object(inner):
                continue
            for key in ("And", "Or"):
                if is_list(inner.get(key)):
                    stack.extend(inner[key])
            stack.append(inner.get("Not"))
            if isinstance(inner.get("Variable"), str):
                self._test(inner)

    def _test(self, rule: dict[str, Any]) -> None:
        name = next((k for k in rule if k.startswith(("String", "Numeric", "Boolean", "Timestamp", "Is"))), "")
        kinds = {"S": "string", "N": "integer", "B": "boolean", "T": "timestamp", "I": "any"}
        kind = kinds.get(name[:1], "any")
        try:
            path = parse_path(rule["Variable"])
        except ExpressionSyntaxError:
            return
        constant = None if name.endswith("Path") or name.startswith("Is") else rule.get(name)
        if name == "StringMatches" and isinstance(constant, str):
            constant = constant.replace("*", "x")
        self._path(path, kind, constant, optional=name == "IsPresent")

    def _path(self, path: Path, kind: str, constant: Json = None, *, optional: bool = False) -> None:
        steps = path.steps
        self._add(steps, kind, constant, optional, whole=True)
        # Where in the flow a document comes from is not known: every document gets every ending of every path too.
        for first, step in enumerate(steps):
            if first and isinstance(step, (Name, Names)):
                self._endings.append((steps[first:], kind, constant, optional))

    def _add(self, steps: tuple[Step, ...], kind: str, constant: Json, optional: bool, *, whole: bool) -> None:
        shape = self.shape
        for step in steps:
            if not whole and shape.kinds.keys() & _SCALARS:
                return
            if isinstance(step, Name):
                shape = shape.members.setdefault(step.name, Shape())
            elif isinstance(step, Names):
                for name in step.names:
                    shape.members.setdefault(name, Shape()).kinds.setdefault("any")
                return
            elif isinstance(step, Descend):
                continue
            else:
                shape.element = shape.element or Shape()
                if isinstance(step, Filter):
                    _condition(step.condition, shape.element)
                shape = shape.element
        if not whole and kind in _SCALARS and (shape.members or shape.element):
            return
        shape.kinds.setdefault(kind)
        shape.optional = shape.optional or optional
        if constant is not None and constant not in shape.constants:
            shape.constants.append(constant)


def _texts(fields: dict[str, Any]) -> Iterator[tuple[str, str]]:
    stack: list[tuple[str, Any]] = [
        (k, v) for k, v in fields.items() if k not in ("Branches", "ItemProcessor", "Iterator", "Choices", "Result")
    ]
    while stack:
        key, value = stack.pop()
        if isinstance(value, str):
            yield key, value
        elif is_list(value):
            stack.extend((key, item) for item in value)
        elif is_object(value):
            stack.extend(value.items())


def _condition(condition: Condition, shape: Shape) -> None:
    if isinstance(condition, (Every, Some)):
        for part in condition.parts:
            _condition(part, shape)
    elif isinstance(condition, Inverse):
        _condition(condition.inner, shape)
    elif isinstance(condition, Exists):
        _place(condition.operand, shape, None)
    elif isinstance(condition, Matches):
        if isinstance(condition.left, Place):
            _place(condition.left, shape, condition.source)
    else:
        _sides(condition, shape)


def _sides(condition: Compares, shape: Shape) -> None:
    for side, other in ((condition.left, condition.right), (condition.right, condition.left)):
        if isinstance(side, Place):
            _place(side, shape, other.value if isinstance(other, Constant) else None)


def _place(place: Place, shape: Shape, constant: Json) -> None:
    if place.absolute:
        return
    for step in place.steps:
        if not isinstance(step, Name):
            return
        shape = shape.members.setdefault(step.name, Shape())
    shape.kinds.setdefault("any" if constant is None else "constant")
    if constant is not None:
        shape.constants.extend(constant if is_list(constant) else [constant])


# -- documents -----------------------------------------------------------------------------------------------------


class _Making:
    """One document in the making. What a Map iterates holds documents again, one level deep."""

    def __init__(self, whole: Shape, random: Random) -> None:
        self.whole = whole
        self.random = random
        self.depth = 0
        self.left = MOST_VALUES

    def made(self, shape: Shape) -> Json:
        random = self.random
        self.left -= 1
        if self.left < 0:
            return _leaf("scalar", random)
        if "items" in shape.kinds and not (shape.element and shape.element.members):
            return self._items()
        value = ... if shape.kinds.keys() & _SCALARS and random.random() < 0.8 else self._structure(shape)
        if "json" in shape.kinds and (value is not ... or random.random() < 0.9):
            return json.dumps({"k": random.randrange(9)} if value is ... else value)
        if value is not ...:
            return value
        if shape.constants and random.random() < 0.6:
            constant = random.choice(shape.constants)
            near = type(constant) in (int, float) and random.random() < 0.5
            return constant + random.choice((-1, 1)) if near else constant
        kinds = [kind for kind in shape.kinds if kind not in ("any", "constant", "items")] or ["any"]
        return _leaf(random.choice(kinds), random)

    def _items(self) -> Json:
        count = self.random.choice((0, 1, 2, 3))
        if self.depth > 1 or self.left < 0:
            return [{"k": i} for i in range(count)]
        self.depth += 1
        made = [self.made(self.whole) for _ in range(count)]
        self.depth -= 1
        return made

    def _structure(self, shape: Shape) -> Json:
        """An object or array where fields or elements are read; ... where neither is."""
        random = self.random
        if shape.members and (shape.element is None or random.random() < 0.5):
            made: dict[str, Json] = {}
            for name, inner in shape.members.items():
                if random.random() >= (0.4 if inner.optional else 0.02):
                    made[name] = self.made(inner)
            return made
        if shape.element is not None:
            count = 0 if self.left < 0 else random.choice((0, 1, 1, 2, 3))
            return [self.made(shape.element) for _ in range(count)]
        return ...


def _leaf(kind: str, random: Random) -> Json:
    if kind == "any":
        kind = random.choice(("string", "string", "integer", "boolean", "null", "object", "array", "float"))
    if kind == "scalar":
        kind = random.choice(("string", "integer", "boolean", "null"))
    return _LEAVES[kind](random)


def _object(random: Random) -> Json:
    return {"k": random.randrange(5), "l": [random.randrange(5)]} if random.random() < 0.8 else {}


def _array(random: Random) -> Json:
    items: list[Json] = [1, 2, "a", None, {"k": 1}, [1]]
    return [random.choice(items) for _ in range(random.choice((0, 1, 2, 3)))]


def _timestamp(random: Random) -> Json:
    return f"20{random.randrange(10, 40)}-0{random.randrange(1, 10)}-1{random.randrange(10)}T12:00:00Z"


_TEXTS: Final = ("a", "b-c/d.e,f", "Ünïcode €", "", "x y", "123", "2026-01-01T00:00:00Z")
_FRACTIONS: Final = (1.5, -0.25, 12.125)

_LEAVES: Final[dict[str, Callable[[Random], Json]]] = {
    "string": lambda random: random.choice(_TEXTS),
    "base64": lambda random: "RGF0YQ==",
    "integer": lambda random: random.randrange(-3, 12),
    "small": lambda random: random.randrange(1, 4),
    "index": lambda random: random.randrange(2),
    "seconds": lambda random: random.randrange(60, 90),
    "float": lambda random: random.choice(_FRACTIONS),
    "boolean": lambda random: random.random() < 0.5,
    "null": lambda random: None,
    "timestamp": _timestamp,
    "object": _object,
    "array": _array,
    "json": lambda random: json.dumps({"k": random.randrange(9)}),
}
