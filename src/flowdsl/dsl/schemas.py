"""The JSON Schema of a handler's event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flowdsl.dsl.handlers import HandlerInfo


def parameters_schema(info: HandlerInfo) -> dict[str, Any] | None:
    """An object's schema, one property a parameter; of a handler that takes its event whole, the event's own."""
    from flowdsl.dsl.annotations import resolved_hints
    from flowdsl.dsl.bindings import schema_of

    hints = resolved_hints(info.handler.function)
    if info.takes_event:
        return schema_of(hints.get(info.names[0]), "validation")
    properties: dict[str, Any] = {}
    definitions: dict[str, Any] = {}
    for name in info.parameters:
        schema = schema_of(hints.get(name), "validation") or {}
        definitions.update(schema.pop("$defs", {}))
        properties[name] = schema
    found: dict[str, Any] = {"type": "object", "properties": properties, "required": list(info.required)}
    if not info.variadic:
        found["additionalProperties"] = False
    return {**found, "$defs": definitions} if definitions else found
