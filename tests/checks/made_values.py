"""What the workflows made at random are given: the type of their input, those of their answers, and values that fit."""

from __future__ import annotations

from random import Random
from typing import Any

LINE = {
    "type": "object",
    "properties": {"sku": {"type": "string"}, "n": {"type": "integer"}, "gift": {"type": "boolean"}},
    "required": ["sku", "n"],
}
ORDER: dict[str, Any] = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "total": {"type": "number", "minimum": 0, "maximum": 20},
        "kind": {"enum": ["web", "shop", "phone"]},
        "vip": {"type": "boolean"},
        "coupon": {"type": "string"},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "lines": {"type": "array", "items": LINE},
        "pair": {"type": "array", "items": LINE, "minItems": 2},
        "first": LINE,
        "to": {
            "type": "object",
            "properties": {
                "zip": {"type": "string"},
                "geo": {"type": "object", "properties": {"x": {"type": "number"}}, "required": ["x"]},
                "floor": {"type": "integer", "minimum": 0},
            },
            "required": ["zip"],
        },
        "due": {"type": "string", "format": "date-time"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "wait": {"type": "integer", "minimum": 0, "maximum": 9},
    },
    "required": ["id", "total", "kind", "vip", "note", "lines", "pair", "first", "to", "due", "tags", "wait"],
}
RESULTS: list[dict[str, Any]] = [
    {
        "type": "object",
        "properties": {"ok": {"type": "boolean"}, "n": {"type": "integer"}, "why": {"type": "string"}},
        "required": ["ok", "n"],
    },
    {"type": "object", "properties": {"status": {"enum": ["DONE", "BUSY"]}, "line": LINE}, "required": ["status"]},
    {"type": "array", "items": LINE},
    {"type": "string"},
]


def value_of(schema: dict[str, Any], random: Random) -> Any:
    """A random value that fits a schema."""
    if "enum" in schema:
        return random.choice(schema["enum"])
    if "anyOf" in schema:
        return value_of(random.choice(schema["anyOf"]), random)
    match schema["type"]:
        case "object":
            needed = schema.get("required", ())
            return {
                name: value_of(inner, random)
                for name, inner in schema["properties"].items()
                if name in needed or random.random() < 0.5
            }
        case "array":
            least = schema.get("minItems", 0)
            return [value_of(schema["items"], random) for _ in range(random.randint(least, least + 3))]
        case "string" if schema.get("format") == "date-time":
            return random.choice(["2026-01-01T00:00:00Z", "2030-02-03T04:05:06.789Z", "1999-12-31T23:59:59+02:00"])
        case "string":
            return random.choice(["", "a", "web", "12", "2026-01-01T00:00:00Z"])
        case "boolean":
            return random.random() < 0.5
        case "null":
            return None
        case kind:
            low, high = schema.get("minimum", -3), schema.get("maximum", 9)
            return (
                random.randint(low, high) if kind == "integer" or random.random() < 0.5 else random.uniform(low, high)
            )
