"""JSON Schema to Shape: what the input of a typed workflow, and the result of a typed handler, can be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flowdsl.analysis import shape as s
from flowdsl.analysis.shape import Origin, Shape
from flowdsl.analysis.shape_constants import constant
from flowdsl.analysis.shape_join import join_all
from flowdsl.asl.values import is_list, is_object

_KINDS = {
    "null": s.NULL,
    "boolean": s.BOOLEAN,
    "number": s.NUMBER,
    "integer": s.NUMBER,
    "string": s.TEXT,
    "array": s.ARRAY,
    "object": s.OBJECT,
}
_DEEPEST = 8


def of_schema(schema: Any, origin: Origin | None = None) -> Shape:
    """The shape of the values that a JSON Schema admits. Properties that are not required may be absent; an object
    with properties has no others, unless additionalProperties says so. What is not understood is anything.
    """
    root: Mapping[str, Any] = schema if is_object(schema) else {}
    return _Reader(root, origin).of(root, 0)


class _Reader:
    def __init__(self, root: Mapping[str, Any], origin: Origin | None) -> None:
        self.root = root
        self.origins = () if origin is None else (origin,)

    def of(self, schema: Any, depth: int) -> Shape:
        if schema is False:
            return s.NOTHING
        if not is_object(schema) or not schema or depth > _DEEPEST:
            return s.SOME
        if "$ref" in schema:
            return self.of(self.referred(schema["$ref"]), depth + 1)
        for key in ("anyOf", "oneOf"):
            options = schema.get(key)
            if is_list(options) and options:
                found = join_all(tuple(self.of(option, depth + 1) for option in options))
                return found.having(s.ALWAYS) if found.kinds else s.SOME
        if is_list(schema.get("allOf")) and len(schema["allOf"]) == 1:
            return self.of(schema["allOf"][0], depth + 1)
        if "const" in schema:
            return constant(schema["const"])
        if is_list(schema.get("enum")) and schema["enum"]:
            return join_all(tuple(constant(value) for value in schema["enum"])).having(s.ALWAYS)
        return self.typed(schema, depth)

    def referred(self, reference: Any) -> Any:
        if not isinstance(reference, str) or not reference.startswith("#/"):
            return {}
        found: Any = self.root
        for token in reference[2:].split("/"):
            found = found.get(token.replace("~1", "/").replace("~0", "~")) if is_object(found) else None
        return found if found is not None else {}

    def typed(self, schema: Mapping[str, Any], depth: int) -> Shape:
        given = schema.get("type")
        names = [given] if isinstance(given, str) else given if is_list(given) else []
        kinds = 0
        for name in names:
            kinds |= _KINDS.get(name, 0) if isinstance(name, str) else 0
        if not kinds:
            if "properties" in schema:
                kinds = s.OBJECT
            elif "items" in schema or "prefixItems" in schema:
                kinds = s.ARRAY
            else:
                return s.SOME
        details: dict[str, Any] = {}
        if kinds & s.OBJECT:
            details |= self.members(schema, depth)
        if kinds & s.ARRAY:
            details |= self.elements(schema, depth)
        return Shape(kinds, origins=self.origins, **details)

    def members(self, schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
        properties = schema.get("properties")
        required = schema.get("required")
        needed = set(required) if is_list(required) else set[str]()
        fields: dict[str, Shape] = {}
        for name, inner in properties.items() if is_object(properties) else ():
            shape = self.of(inner, depth + 1)
            fields[name] = shape.having(s.ALWAYS if name in needed else s.MAYBE) if shape.kinds else shape
        further = schema.get("additionalProperties")
        if further is None:
            rest = s.NEVER if is_object(properties) else s.UNKNOWN
        else:
            rest = s.NEVER if further is False else s.UNKNOWN
        if schema.get("patternProperties"):
            rest = s.UNKNOWN
        rest_shape = self.of(further, depth + 1) if is_object(further) else None
        return {"fields": fields, "rest": rest, "rest_shape": rest_shape}

    def elements(self, schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
        low = schema.get("minItems")
        high = schema.get("maxItems")
        low = low if isinstance(low, int) and low > 0 else 0
        high = high if isinstance(high, int) and high >= 0 else None
        first = schema.get("prefixItems")
        if is_list(first) and first and (schema.get("items") is False or high == len(first)):
            items = tuple(self.of(inner, depth + 1) for inner in first)
            if low >= len(items):
                return {"items": items, "item": join_all(items), "low": len(items), "high": len(items)}
            return {"item": join_all(items), "low": low, "high": len(items)}
        inner = schema.get("items")
        return {"item": self.of(inner, depth + 1) if is_object(inner) else None, "low": low, "high": high}
