"""What is computed for a call's parameters, by its known type against what the operation takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from flowdsl.analysis import shape as s
from flowdsl.analysis.literals import is_expression
from flowdsl.analysis.shape import Shape, describe
from flowdsl.analysis.task_results import parameters_of, target
from flowdsl.asl.definition import StateNode
from flowdsl.asl.source_map import escape
from flowdsl.asl.values import is_object
from flowdsl.integrations.catalog import Operation
from flowdsl.integrations.model import Shape as ApiShape

KINDS = {
    "list": s.ARRAY,
    "map": s.OBJECT,
    "structure": s.OBJECT,
    # A text that reads as a number or a boolean is taken for one.
    "integer": s.NUMBER | s.TEXT,
    "number": s.NUMBER | s.TEXT,
    "boolean": s.BOOLEAN | s.TEXT,
    "timestamp": s.TEXT | s.NUMBER,
}


class Misfit(NamedTuple):
    """A parameter that gets a value of another kind than it takes."""

    pointer: str
    message: str


def misfits(state: StateNode, given: Shape) -> Iterator[Misfit]:
    """Every parameter of a Task that surely gets a value of another kind; `given`: what its call gets. Literals are
    looked at elsewhere, and null is left alone.
    """
    operation = target(state).operation
    if operation is None or operation.takes_anything:
        return
    field = "Arguments" if state.is_jsonata else "Parameters"
    api = ApiShape("structure", members=operation.members)
    stack: list[tuple[ApiShape, Any, Shape, str, str]] = [(api, parameters_of(state), given, f"/{field}", "")]
    while stack:
        wanted, written, shape, at, called = stack.pop()
        for key, value in written.items() if is_object(written) else ():
            name = key.removesuffix(".$")
            inner = wanted.members.get(name) if wanted.type == "structure" else wanted.item
            found = shape.fields.get(name)
            if inner is None or found is None or name in operation.json_text:
                continue
            pointer, path = f"{at}/{escape(key)}", f"{called}.{name}" if called else name
            if key != name or (isinstance(value, str) and is_expression(value)):
                kinds = _kinds(inner, operation)
                if kinds and not found.vague and found.kinds and not found.kinds & (kinds | s.NULL | s.FUNCTION):
                    takes = describe(Shape(kinds & ~s.TEXT or kinds))
                    yield Misfit(pointer, f"{path} of {operation.name} takes {takes}, and gets {describe(found)}")
            elif is_object(value) and inner.type in ("structure", "map"):
                stack.append((inner, value, found, pointer, path))


def _kinds(wanted: ApiShape, operation: Operation) -> int:
    """The kinds that do; 0 where any may."""
    if wanted.type == "string":
        # An SDK integration makes JSON text of what is none (recorded).
        return 0 if operation.kind == "aws-sdk" else s.TEXT
    if wanted.name == "AttributeValue":
        return s.OBJECT | s.TEXT
    return KINDS.get(wanted.type, 0)
