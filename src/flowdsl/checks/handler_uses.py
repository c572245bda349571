"""What workflows say of the handlers they call: which function, and whether its Task is retried."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from flowdsl.asl.definition import Definition, StateNode
from flowdsl.checks.handler_entries import TaskUse


def handler_tasks(definition: Definition) -> Iterator[tuple[StateNode, str]]:
    """Every Task that calls a handler, with the name of the handler's placeholder."""
    placeholders = definition.bindings.placeholders
    for state in definition.states("Task"):
        name = placeholder_of(state.fields)
        if name in placeholders and placeholders[name].kind == "lambda" and placeholders[name].target:
            yield state, name


def placeholder_of(fields: Mapping[str, Any]) -> str:
    """The placeholder that names the function of a Task; empty where there is none."""
    arguments: Any = fields.get("Arguments", fields.get("Parameters"))
    given: Any = cast("dict[str, Any]", arguments).get("FunctionName") if isinstance(arguments, dict) else None
    for text in (given, fields.get("Resource")):
        # A version or an alias may follow: ${ChargeCard}:live.
        if isinstance(text, str) and text.startswith("${") and "}" in text:
            return text[2 : text.index("}")].removesuffix(".Arn")
    return ""


def is_retried(fields: Mapping[str, Any]) -> bool:
    """Whether some Retrier of a Task tries again at all."""
    retriers: Any = fields.get("Retry")
    return isinstance(retriers, list) and any(_tries(retrier) for retrier in _list(retriers))


def _list(found: Any) -> list[Any]:
    return found  # type: ignore[no-any-return]


def _tries(retrier: Any) -> bool:
    return isinstance(retrier, dict) and cast("dict[str, Any]", retrier).get("MaxAttempts", 3) != 0


def uses(definition: Definition) -> dict[str, TaskUse]:
    """By `module:function`, what a definition's Tasks say of its handlers."""
    found: dict[str, TaskUse] = {}
    for state, name in handler_tasks(definition):
        target = definition.bindings.placeholders[name].target
        assert target is not None
        retried = is_retried(state.fields) or (target in found and found[target].retried)
        found[target] = TaskUse(retried)
    return found
