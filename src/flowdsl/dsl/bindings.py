"""Bindings of a traced workflow: what its placeholders stand for. Schemas are made when they are asked for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from flowdsl.asl.bindings import Binding, Bindings
from flowdsl.asl.values import is_list, is_object
from flowdsl.dsl.annotations import resolved_hints
from flowdsl.dsl.handlers import HandlerInfo
from flowdsl.dsl.schemas import parameters_schema, schema_of
from flowdsl.dsl.trace import Trace

if TYPE_CHECKING:
    from flowdsl.dsl.workflow import Workflow

_UNSET: Any = object()


class DeclaredBindings(Bindings):
    """Bindings made on first use: the input's schema needs pydantic, and placeholders inside texts a look at all of them."""

    _annotation: Any
    _schema: Any
    _document: dict[str, Any]
    _declared: dict[str, Any]
    _placeholders: dict[str, Binding] | None

    def __init__(self, annotation: Any, declared: dict[str, Any], document: dict[str, Any]) -> None:
        set = object.__setattr__
        set(self, "_annotation", annotation)
        set(self, "_schema", _UNSET)
        set(self, "_document", document)
        set(self, "_declared", declared)
        set(self, "_placeholders", None)
        # There is no template that fills anything in.
        set(self, "substitutions", ())
        set(self, "unfilled", ())

    @property
    def placeholders(self) -> dict[str, Binding]:  # pyright: ignore[reportIncompatibleVariableOverride] # made on first use
        if self._placeholders is None:
            found = {name: _binding(name, meaning) for name, meaning in self._declared.items()}
            for name in _written(self._document):
                found.setdefault(name, Binding(name, "value"))
            object.__setattr__(self, "_placeholders", found)
        assert self._placeholders is not None
        return self._placeholders

    @property
    def input_schema(self) -> dict[str, Any] | None:  # pyright: ignore[reportIncompatibleVariableOverride] # made on first use
        if self._schema is _UNSET:
            object.__setattr__(self, "_schema", schema_of(self._annotation, "validation"))
        found: dict[str, Any] | None = self._schema
        return found


def bindings_of(workflow: Workflow[Any, Any], trace: Trace, document: dict[str, Any]) -> Bindings:
    """What a trace's placeholders stand for."""
    return DeclaredBindings(workflow.input_annotation, trace.placeholders, document)


_PLACEHOLDER = re.compile(r"\$\{([A-Za-z_][\w.]*)\}")


def _written(document: Any) -> list[str]:
    """The names of the placeholders in a document's texts, in their order; AWS's own (`${AWS::Region}`) left out."""
    found: dict[str, None] = {}
    stack = [document]
    while stack:
        value = stack.pop()
        if isinstance(value, str):
            if "${" in value:
                found.update(dict.fromkeys(_PLACEHOLDER.findall(value)))
        elif is_object(value):
            members = value
            stack.extend(reversed(list(members.values())))
        elif is_list(value):
            items: Any = value
            stack.extend(reversed(items))
    return list(found)


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
    def result_schema(self) -> dict[str, Any] | None:  # pyright: ignore[reportIncompatibleVariableOverride] # made on first use
        return schema_of(resolved_hints(self._info.handler.function).get("return"), "serialization")

    @property
    def parameters(self) -> dict[str, Any] | None:  # pyright: ignore[reportIncompatibleVariableOverride] # made on first use
        return parameters_schema(self._info)
