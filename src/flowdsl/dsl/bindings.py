"""Bindings of a traced workflow: what its placeholders stand for. Schemas are made when they are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flowdsl.asl.bindings import Binding, Bindings
from flowdsl.dsl.handlers import HandlerInfo
from flowdsl.dsl.trace import Trace

if TYPE_CHECKING:
    from flowdsl.dsl.workflow import Workflow

_UNSET: Any = object()


class DeclaredBindings(Bindings):
    """Bindings whose input schema is made on first use: it needs pydantic."""

    _annotation: Any
    _schema: Any

    def __init__(self, annotation: Any, placeholders: dict[str, Binding]) -> None:
        object.__setattr__(self, "_annotation", annotation)
        object.__setattr__(self, "_schema", _UNSET)
        object.__setattr__(self, "placeholders", placeholders)

    @property
    def input_schema(self) -> dict[str, Any] | None:
        if self._schema is _UNSET:
            object.__setattr__(self, "_schema", schema_of(self._annotation, "validation"))
        found: dict[str, Any] | None = self._schema
        return found


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


def bindings_of(workflow: Workflow[Any, Any], trace: Trace) -> Bindings:
    """What a trace's placeholders stand for."""
    placeholders = {name: _binding(name, meaning) for name, meaning in trace.placeholders.items()}
    return DeclaredBindings(workflow.input_annotation, placeholders)


def _binding(name: str, meaning: Any) -> Binding:
    if isinstance(meaning, HandlerInfo):
        return HandlerBinding(name, meaning)
    kind, target, type = meaning
    return Binding(name, kind, target, type)


class HandlerBinding(Binding):
    """A handler's function name; its schemas are made on first use."""

    _info: HandlerInfo

    def __init__(self, name: str, info: HandlerInfo) -> None:
        handler = info.handler
        contract = {
            key: value
            for key in ("timeout_seconds", "effects", "idempotency")
            if (value := getattr(handler, key, None)) not in (None, ())
        }
        set = object.__setattr__
        set(self, "name", name)
        set(self, "kind", "lambda")
        set(self, "target", info.target)
        set(self, "type", "string")
        set(self, "raises", tuple(getattr(e, "__name__", str(e)) for e in info.errors))
        set(self, "contract", contract)
        set(self, "_info", info)

    @property
    def result_schema(self) -> dict[str, Any] | None:
        from flowdsl.dsl.handlers import resolved_hints

        return schema_of(resolved_hints(self._info.handler.function).get("return"), "serialization")

    @property
    def parameters(self) -> dict[str, Any] | None:
        from flowdsl.dsl.schemas import parameters_schema

        return parameters_schema(self._info)
