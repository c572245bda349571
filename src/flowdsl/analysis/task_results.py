"""What a Task's call gives back: AWS's answer by its model, a handler's result by its type."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

from flowdsl.analysis import shape as s
from flowdsl.analysis.api_shapes import of_api
from flowdsl.analysis.schemas import of_schema
from flowdsl.analysis.shape import Origin, Shape
from flowdsl.asl.bindings import Binding, Bindings
from flowdsl.asl.definition import StateNode
from flowdsl.asl.values import is_object
from flowdsl.integrations.catalog import Operation, UnknownOperation, resolve
from flowdsl.integrations.resource import Resource, parse_resource
from flowdsl.integrations.shapes import output_shape


class Target(NamedTuple):
    """What a Task's Resource means."""

    resource: Resource | None
    """None: it is no Resource text."""
    operation: Operation | None
    """None: AWS does not know it, or a placeholder hides it."""

    @property
    def is_lambda(self) -> bool:
        """A function, by its ARN or by lambda:invoke, or a placeholder that stands for a whole ARN: most often one."""
        return self.operation is not None and (self.operation.kind == "lambda" or self.name == "lambda:invoke")

    @property
    def name(self) -> str:
        """`dynamodb:putItem`, `aws-sdk:s3:getObject`; empty where it is not known."""
        return (
            self.operation.name
            if self.operation is not None and self.operation.kind not in ("lambda", "activity")
            else ""
        )

    @property
    def pattern(self) -> str:
        """`request-response`, `sync`, `sync:2` or `wait_for_task_token`."""
        return self.resource.pattern if self.resource is not None else "request-response"


NO_TARGET = Target(None, None)


@lru_cache(maxsize=4096)
def target_of(resource: str) -> Target:
    """What a Resource text means; a text that AWS would refuse has no operation."""
    parsed = parse_resource(resource)
    if parsed is None:
        return NO_TARGET
    try:
        return Target(parsed, resolve(parsed))
    except UnknownOperation:
        return Target(parsed, None)


def target(state: StateNode) -> Target:
    """What a Task's Resource means."""
    resource = state.fields.get("Resource")
    return target_of(resource) if isinstance(resource, str) else NO_TARGET


def parameters_of(state: StateNode) -> dict[str, Any]:
    """A Task's Parameters or Arguments as an object; empty when they are none."""
    given = state.fields.get("Arguments" if state.is_jsonata else "Parameters")
    return given if is_object(given) else {}


def handler_binding(state: StateNode, bindings: Bindings) -> Binding | None:
    """The handler (or workflow) that a Task calls through a placeholder; None where there is none."""
    if not bindings.placeholders:
        return None
    resource = state.fields.get("Resource")
    names = [resource, *(parameters_of(state).get(key) for key in ("FunctionName", "StateMachineArn"))]
    for name in names:
        if isinstance(name, str) and name.startswith("${") and name.endswith("}"):
            binding = bindings.placeholders.get(name[2:-1])
            if binding is not None:
                return binding
    return None


@lru_cache(maxsize=4096)
def _answer(resource: str) -> Shape:
    found = target_of(resource)
    if found.operation is None or found.resource is None:
        return s.SOME
    shape = of_api(output_shape(found.operation, found.resource.pattern))
    if not shape.is_closed:
        return shape
    # What a .sync puts together at the end of a job is documented for startExecution alone.
    rest = s.UNKNOWN if found.pattern == "sync" and found.operation.service != "states" else s.NEVER
    return Shape(s.OBJECT, fields=shape.fields, rest=rest, origins=(Origin("answer", text=_said(found)),))


def result_of(state: StateNode, bindings: Bindings) -> Shape:
    """The raw result of a Task's call."""
    resource = state.fields.get("Resource")
    if not isinstance(resource, str):
        return s.SOME
    found = target_of(resource)
    binding = handler_binding(state, bindings)
    own = s.SOME
    if binding is not None and binding.result_schema is not None:
        own = of_schema(binding.result_schema, Origin("handler", state.name, binding.target or binding.name))
    if found.pattern == "wait_for_task_token":
        # The callback brings what its sender likes.
        return s.SOME
    if found.name == "lambda:invoke":
        return _invoked(resource) if own is s.SOME else _with_member(_answer(resource), "Payload", own)
    if found.resource is not None and found.resource.kind in ("placeholder", "lambda"):
        return own
    if found.name == "states:startExecution" and found.pattern == "sync:2":
        return _with_member(_answer(resource), "Output", own)
    return _answer(resource)


@lru_cache(maxsize=4096)
def _invoked(resource: str) -> Shape:
    """The answer of lambda:invoke by a function of which nothing is known."""
    return _with_member(_answer(resource), "Payload", s.SOME)


def _with_member(answer: Shape, name: str, own: Shape) -> Shape:
    return s.closed({**answer.fields, name: own}, *answer.origins)


def _said(found: Target) -> str:
    suffix = found.resource.resource if found.resource is not None else ""
    return f"{found.resource.resource_type}:{suffix}" if found.resource is not None else ""
