"""What a definition's placeholders and input stand for: plain JSON-able data, empty for plain ASL."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Binding:
    """What one `${Name}` stands for."""

    name: str
    """The placeholder's name, without `${}`."""
    kind: str
    """"lambda", "activity", "state-machine", "table", "queue", "topic", ... or "value"."""
    target: str | None = None
    """`module:function` of a handler or workflow; None for what has no Python."""
    type: str = "string"
    """JSON type that must stand there once filled in: "string" or "number"."""
    result_schema: dict[str, Any] | None = None
    """JSON Schema of what a handler returns, where its annotation says."""
    parameters: dict[str, Any] | None = None
    """JSON Schema (an object) of what a handler takes."""
    raises: tuple[str, ...] = ()
    """Error names a handler declares."""
    contract: dict[str, Any] = field(default_factory=dict[str, Any])
    """The rest of a handler's declaration: timeout_seconds, effects, idempotency."""


@dataclass(frozen=True, slots=True)
class Bindings:
    """Everything a Definition knows beyond its ASL."""

    input_schema: dict[str, Any] | None = None
    """JSON Schema of the execution's input (the workflow parameter's type); None: an open document."""
    placeholders: dict[str, Binding] = field(default_factory=dict[str, Binding])
    """By name, in the order of first use."""
    substitutions: tuple[str, ...] = ()
    """The names that a template's DefinitionSubstitutions fill in."""
    unfilled: tuple[str, ...] = ()
    """Placeholders that they leave out, where there are some and all can be told."""

    def handler_of(self, resource_or_name: str) -> str | None:
        """`module:function` behind `${Name}` or a text that is exactly one placeholder; None when there is none."""
        name = (
            resource_or_name[2:-1]
            if resource_or_name.startswith("${") and resource_or_name.endswith("}")
            else resource_or_name
        )
        binding = self.placeholders.get(name)
        return binding.target if binding else None
