"""The context object that a caller of TestState gives, checked in AWS's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flowdsl.asl.values import is_object
from flowdsl.interpreter.nodes import Node
from flowdsl.interpreter.task import TaskNode

KNOWN: dict[str, dict[str, type | tuple[type, ...]]] = {
    "Execution": {
        "Id": str,
        "Input": object,
        "Name": str,
        "RoleArn": str,
        "StartTime": str,
        "RedriveCount": int,
        "RedriveTime": str,
    },
    "State": {"EnteredTime": str, "Name": str, "RetryCount": int},
    "StateMachine": {"Id": str, "Name": str},
    "Task": {"Token": str},
}
"""Fields of the context object and what may stand there."""


def check(context: Mapping[str, Any], node: Node, mocked: bool, invalid: Callable[[str], Exception]) -> None:
    """Raises what the API says of a bad context object; it is only taken with a mock."""
    if not mocked:
        raise invalid("TestState does not support a Context object when a mock is not specified.")

    def bad(reason: str) -> Exception:
        return invalid(f"Invalid Context object provided: {reason}")

    for name, value in context.items():
        if name == "Map":
            raise bad("'Map' field is not supported when mocking a Context object")
        if name not in KNOWN:
            raise bad(f"Field '{name}' is not allowed")
        if name == "Task" and not (isinstance(node, TaskNode) and node.resource.pattern):
            raise bad(
                "Context object contains 'Task' when state is not a Task state with a '.sync' or '.waitForTaskToken' "
                "service integration pattern"
            )
        if not is_object(value):
            raise bad(f"{name} must be an object")
        for field, item in value.items():
            kind = KNOWN[name].get(field)
            if kind is None:
                raise bad(f"Field '{field}' is not allowed")
            if not isinstance(item, kind) or (kind is int and isinstance(item, bool)):
                raise bad(f"{name}.{field} must be {'a string' if kind is str else 'a number'}")
