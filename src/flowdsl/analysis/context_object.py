"""The shape of the context object: `$$` in JSONPath, `$states.context` in JSONata."""

from __future__ import annotations

from flowdsl.analysis import shape as s
from flowdsl.analysis.shape import Origin, Shape
from flowdsl.asl.definition import Scope, StateNode

_ORIGIN = Origin("context")
_MACHINE = s.closed({"Id": s.TEXT_SHAPE, "Name": s.TEXT_SHAPE}, _ORIGIN)
_STATE = s.closed({"EnteredTime": s.TEXT_SHAPE, "Name": s.TEXT_SHAPE}, _ORIGIN)
_RETRIED = s.closed({**_STATE.fields, "RetryCount": s.NUMBER_SHAPE}, _ORIGIN)
_PERHAPS = s.closed({**_STATE.fields, "RetryCount": s.NUMBER_SHAPE.having(s.UNKNOWN)}, _ORIGIN)
_TASK = s.closed({"Token": s.TEXT_SHAPE}, _ORIGIN)
_EXECUTION = {
    "Id": s.TEXT_SHAPE,
    "Name": s.TEXT_SHAPE,
    "RoleArn": s.TEXT_SHAPE,
    "StartTime": s.TEXT_SHAPE,
    # Absent in Express, and on a first run RedriveTime everywhere (recorded).
    "RedriveCount": s.NUMBER_SHAPE.having(s.UNKNOWN),
    "RedriveTime": s.TEXT_SHAPE.having(s.UNKNOWN),
}


def context_of(state: StateNode, execution_input: Shape, *, waits_for_token: bool) -> Shape:
    """The context object as a state sees it, ItemSelector apart."""
    execution = s.closed({**_EXECUTION, "Input": execution_input}, _ORIGIN)
    type = state.type
    own = _RETRIED if type in ("Task", "Map") else _PERHAPS if type == "Parallel" else _STATE
    task = _TASK if waits_for_token else _TASK.having(s.UNKNOWN) if type == "Task" else s.NOTHING
    # Documented for ItemSelector alone; within an iteration definitions in use read it all the same.
    item = s.SOME.having(s.UNKNOWN) if _is_iterated(state.scope) else s.NOTHING
    fields = {"Execution": execution, "State": own, "StateMachine": _MACHINE, "Task": task, "Map": item}
    return s.closed({name: shape for name, shape in fields.items() if shape.presence != s.NEVER}, _ORIGIN)


def with_item(context: Shape, item: Shape, *, distributed: bool, over_object: bool) -> Shape:
    """The context object as ItemSelector sees it: with the item, its index, and for an object its key (recorded)."""
    fields = {
        "Index": s.NUMBER_SHAPE,
        "Value": item,
        "Key": s.TEXT_SHAPE if over_object else s.TEXT_SHAPE.having(s.UNKNOWN) if distributed else s.NOTHING,
        "Source": s.TEXT_SHAPE if distributed else s.NOTHING,
    }
    return s.closed({**context.fields, "Map": s.closed({"Item": s.closed(fields, _ORIGIN)}, _ORIGIN)}, _ORIGIN)


def _is_iterated(scope: Scope) -> bool:
    """Whether a scope is, or is inside, a Map's processor."""
    here: Scope | None = scope
    while here is not None:
        if here.kind == "processor":
            return True
        here = here.parent.scope if here.parent is not None else None
    return False
