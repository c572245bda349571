"""JSON Schemas of annotations, and of a handler's event. pydantic is loaded when one is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flowdsl.dsl.annotations import resolved_hints

if TYPE_CHECKING:
    from flowdsl.dsl.handlers import HandlerInfo


def schema_of(annotation: Any, mode: Any) -> dict[str, Any] | None:
    """The JSON Schema of an annotation; None for an open one, or where pydantic knows none."""
    if annotation is None or annotation is Any:
        return None
    from pydantic import TypeAdapter
    from pydantic.errors import PydanticInvalidForJsonSchema, PydanticSchemaGenerationError, PydanticUserError

    try:
        return TypeAdapter(annotation).json_schema(mode=mode)
    except (PydanticInvalidForJsonSchema, PydanticSchemaGenerationError, PydanticUserError):
        return None


def parameters_schema(info: HandlerInfo) -> dict[str, Any] | None:
    """An object's schema, one property a parameter; of a handler that takes its event whole, the event's own."""
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
