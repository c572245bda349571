"""What AWS refuses in an Express workflow: whatever waits for something outside, and a Distributed Map (recorded)."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.asl.definition import Definition, Scope, StateNode, is_distributed
from flowdsl.asl.values import is_object
from flowdsl.interpreter import resources
from flowdsl.interpreter.failures import NotSupported


def not_in_express(definition: Definition, *, children: bool = False) -> Iterator[NotSupported]:
    """Each state that an Express workflow cannot have; with `children` only those that run in Express children of a
    Distributed Map."""
    for state in definition.states("Task", "Map"):
        if children and not _in_express_children(state.scope):
            continue
        if state.type == "Map":
            if is_distributed(state.fields):
                yield NotSupported(
                    state.name, "ItemProcessor", "Express state machine does not support a Distributed Map"
                )
            continue
        waits = _waits(state)
        if waits is not None:
            yield NotSupported(state.name, "Resource", f"Express state machine does not support {waits}")


def _waits(state: StateNode) -> str | None:
    """How a Task waits for what an Express workflow cannot wait for, in AWS's words."""
    text = state.fields.get("Resource")
    resource = resources.parse(text) if isinstance(text, str) else None
    if resource is None:
        return None
    if resource.kind == "activity":
        return "Activity ARN"
    return f"'.{resource.pattern.partition(':')[0]}' service integration" if resource.pattern else None


def _in_express_children(scope: Scope) -> bool:
    while scope.parent is not None:
        config = scope.body.get("ProcessorConfig")
        if is_object(config) and config.get("Mode") == "DISTRIBUTED":
            return config.get("ExecutionType") == "EXPRESS"
        scope = scope.parent.scope
    return False
