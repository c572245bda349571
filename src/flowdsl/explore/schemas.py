"""JSON Schema taken apart into its alternatives, each of one type, and whether a value fits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from flowdsl.asl.values import is_list, is_number, is_object
from flowdsl.explore.scalars import fits_number, fits_text
from flowdsl.explore.wants import same

Json = Any
Option = Mapping[str, Json]
"""A schema without $ref, anyOf, oneOf and allOf, and of one type at most. No type: anything."""

OPEN: Final[Option] = {}
_DEEPEST: Final = 24
_MOST: Final = 64
"""Alternatives that are looked at."""
_LISTED: Final = ("null", "boolean", "integer", "number", "string", "array", "object")


class Schema:
    """A JSON Schema, and what its parts come to."""

    def __init__(self, root: Json) -> None:
        self.root: Mapping[str, Json] = root if is_object(root) else {}
        self._options: dict[int, list[Option]] = {}

    def options(self, node: Json) -> list[Option]:
        """The alternatives of one part of the schema; none: nothing fits."""
        if node is False:
            return []
        if not is_object(node) or not node:
            return [OPEN]
        known = self._options.get(id(node))
        if known is None:
            # null last: a value is what most fields are there for.
            found = sorted(self._taken_apart(node, 0)[:_MOST], key=lambda option: option.get("type") == "null")
            known = self._options[id(node)] = found
        return known

    def _taken_apart(self, node: Json, depth: int) -> list[Option]:
        if node is False or depth > _DEEPEST:
            return []
        if not is_object(node):
            return [OPEN]
        rest: dict[str, Json] = {k: v for k, v in node.items() if k not in ("$ref", "anyOf", "oneOf", "allOf", "$defs")}
        found: list[Option] = [rest]
        if "$ref" in node:
            found = _both(found, self._taken_apart(self._referred(node["$ref"]), depth + 1))
        for key in ("anyOf", "oneOf"):
            if is_list(node.get(key)):
                each = [option for inner in node[key] for option in self._taken_apart(inner, depth + 1)]
                found = _both(found, each)
        for inner in node["allOf"] if is_list(node.get("allOf")) else ():
            found = _both(found, self._taken_apart(inner, depth + 1))
        return [typed for option in found for typed in _typed(option)]

    def _referred(self, reference: Json) -> Json:
        if not isinstance(reference, str) or not reference.startswith("#"):
            return {}
        found: Json = self.root
        for token in reference[1:].split("/")[1:]:
            token = token.replace("~1", "/").replace("~0", "~")
            found = found.get(token) if is_object(found) else None
        return {} if found is None else found

    def member(self, option: Option, name: str) -> Json:
        """The schema of an object's member; False where it may have none of that name.

        An object with properties has no others unless additionalProperties says so, as everywhere in flowdsl.
        """
        properties = option.get("properties")
        if is_object(properties) and name in properties:
            return properties[name]
        patterns = option.get("patternProperties")
        for pattern, inner in patterns.items() if is_object(patterns) else ():
            try:
                if re.search(pattern, name):
                    return inner
            except re.error:
                return OPEN
        further = option.get("additionalProperties")
        if further is None:
            return not is_object(properties)
        return further

    def required(self, option: Option) -> list[str]:
        """The members an object must have, in the order in which they are declared."""
        named = [name for name in option.get("required") or () if isinstance(name, str)]
        properties = option.get("properties")
        order = list(properties) if is_object(properties) else []
        return sorted(named, key=lambda name: order.index(name) if name in order else len(order))

    def accepts(self, node: Json, value: Json, depth: int = 0) -> bool:
        """Whether a value fits one of the alternatives."""
        if depth > _DEEPEST:
            return True
        return any(self._fits(option, value, depth) for option in self.options(node))

    def _fits(self, option: Option, value: Json, depth: int) -> bool:
        if "const" in option and not same(option["const"], value):
            return False
        if is_list(option.get("enum")) and not any(same(each, value) for each in option["enum"]):
            return False
        kind = option.get("type")
        if kind is not None and not _is_of(kind, value):
            return False
        if is_object(value):
            members = all(
                self.member(option, name) is not False and self.accepts(self.member(option, name), inner, depth + 1)
                for name, inner in value.items()
            )
            return members and all(name in value for name in self.required(option))
        if is_list(value):
            low, high = option.get("minItems"), option.get("maxItems")
            if (is_number(low) and len(value) < low) or (is_number(high) and len(value) > high):
                return False
            return all(self.accepts(option.get("items", True), item, depth + 1) for item in value)
        return _is_within(option, value)


def _both(left: list[Option], right: list[Option]) -> list[Option]:
    """Each alternative of one with each of the other."""
    found: list[Option] = []
    for a in left:
        for b in right:
            both = {**a, **b}
            for key in ("properties", "patternProperties"):
                if is_object(a.get(key)) and is_object(b.get(key)):
                    both[key] = {**a[key], **b[key]}
            if is_list(a.get("required")) and is_list(b.get("required")):
                both["required"] = list(dict.fromkeys([*a["required"], *b["required"]]))
            if "type" in a and "type" in b:
                kinds = [kind for kind in _kinds(a["type"]) if kind in _kinds(b["type"])]
                if not kinds:
                    continue
                both["type"] = kinds
            found.append(both)
            if len(found) >= _MOST:
                return found
    return found


def _kinds(given: Json) -> list[str]:
    return [given] if isinstance(given, str) else [kind for kind in given if isinstance(kind, str)]


def _typed(option: Option) -> list[Option]:
    """An option of several types as one of each."""
    given = option.get("type")
    if given is None:
        for key, kind in (("properties", "object"), ("items", "array"), ("prefixItems", "array")):
            if key in option:
                return [{**option, "type": kind}]
        return [option]
    return [{**option, "type": kind} for kind in _kinds(given) if kind in _LISTED]


def _is_of(kind: str, value: Json) -> bool:
    if kind == "integer":
        return is_number(value) and float(value).is_integer()
    if kind == "number":
        return is_number(value)
    types: dict[str, type | tuple[type, ...]] = {
        "null": type(None),
        "boolean": bool,
        "string": str,
        "array": list,
        "object": dict,
    }
    return isinstance(value, types[kind])


def _is_within(option: Option, value: Json) -> bool:
    if isinstance(value, str):
        return fits_text(value, option)
    return fits_number(value, option) if is_number(value) else True
