"""The context object, typed: `context.execution.id`, `context.task.token`."""
# mypy: disable-error-code="no-any-return"
# To a type checker an expression is the value that it stands for.

from __future__ import annotations

from typing import Any, get_type_hints

from flowdsl.dsl.expressions import Expr
from flowdsl.dsl.kinds import FieldKind, Kind, kind_of
from flowdsl.dsl.references import CONTEXT
from flowdsl.query.expression import Read


class ExecutionContext:
    """The execution."""

    id: str
    """Its ARN."""
    input: Any
    name: str
    role_arn: str
    start_time: str
    redrive_count: int
    """Standard workflows only."""
    redrive_time: str
    """Only after a redrive."""


class StateContext:
    """The state that runs."""

    entered_time: str
    name: str
    retry_count: int
    """Of a Task or a Map: how often it was tried again."""


class StateMachineContext:
    """The state machine."""

    id: str
    name: str


class TaskContext:
    """The task, inside wait_for_task_token(...)."""

    token: str


class MapItemContext:
    """The item, inside a Map's item_selector."""

    index: int
    value: Any
    key: str
    source: str


class MapContext:
    item: MapItemContext


class ContextObject:
    """Step Functions' context object."""

    execution: ExecutionContext
    state: StateContext
    state_machine: StateMachineContext
    task: TaskContext
    map: MapContext


def _pascal(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def _kind(cls: type) -> Kind:
    def fields() -> dict[str, FieldKind]:
        return {
            name: FieldKind(
                _pascal(name),
                _kind(hint)
                if isinstance(hint, type) and hint.__module__ == __name__
                else kind_of(hint, is_input=False),
            )
            for name, hint in get_type_hints(cls).items()
        }

    return Kind(
        "object",
        "the context object" if cls is ContextObject else cls.__name__.removesuffix("Context").lower(),
        fields=fields,
    )


KIND = _kind(ContextObject)
_OBJECT: Any = Expr(Read(CONTEXT), KIND)
context: ContextObject = _OBJECT
