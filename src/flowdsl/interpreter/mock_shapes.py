"""Mocks of AWS operations, held against what the API gives back."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from flowdsl.asl.values import is_list, is_object
from flowdsl.diagnostics import FlowDslError, did_you_mean
from flowdsl.interpreter import http_answers
from flowdsl.interpreter.answers import Answer
from flowdsl.interpreter.resources import Resource
from flowdsl.interpreter.sizes import to_json

if TYPE_CHECKING:
    from flowdsl.integrations.model import Shape


def held(resource: Resource, answer: Answer, what: str) -> Answer:
    """The answer as the service gives it; FlowDslError, which names it `what`, for a result that its API has not."""
    if answer.failed or answer.never or answer.open or answer.child is not None:
        return answer
    problem = misfit(resource, answer.result, whole=answer.whole)
    if problem is not None:
        raise FlowDslError(f"{what} is nothing that {resource.operation} gives back: {problem}")
    if resource.operation in http_answers.ERRORS and resource.pattern != "waitForTaskToken":
        return http_answers.answered(resource.operation, answer)
    if resource.operation == "events:putEvents" and answer.result.get("FailedEntryCount"):
        # The call succeeds, the Task does not (recorded).
        return Answer(failed=True, error="EventBridge.FailedEntry", cause=to_json(answer.result), after=answer.after)
    return answer


def misfit(resource: Resource, value: Any, *, whole: bool = False) -> str | None:
    """What of a value the API of a Task could not give back, in words; None where it could, or where anything may come.

    Members that are left out do not count. One that the API does not have counts where it looks like one that it has,
    unless the value is `whole`, as recorded from AWS: APIs grow.
    """
    shape = _shape(resource)
    if shape is None:
        return None
    from flowdsl.integrations.shapes import check_value

    problems = check_value(shape, value, "PRESENT")
    if problems:
        return problems[0].removeprefix("Mock result schema validation error: ").replace("Field '' ", "it ")
    # What a job gives when it has ended is told by no model.
    return None if whole or resource.pattern.startswith("sync") else _misspelt(shape, value)


def _misspelt(shape: Shape, value: Any) -> str | None:
    stack: list[tuple[Shape, Any]] = [(shape, value)]
    while stack:
        current, found = stack.pop()
        if current.type == "structure" and is_object(found):
            left = [name for name in current.members if name not in found]
            for key in found:
                near = did_you_mean(key, left) if key not in current.members else ""
                if near:
                    return f"it has no member {key!r}{near}"
            stack += [(current.members[key], item) for key, item in found.items() if key in current.members]
        elif current.type == "list" and is_list(found):
            stack += [(current.item, item) for item in found]
        elif current.type == "map" and is_object(found):
            stack += [(current.item, item) for item in found.values()]
    return None


@lru_cache(maxsize=256)
def _shape(resource: Resource) -> Shape | None:
    if resource.kind != "service" or resource.type == "lambda" or resource.pattern == "waitForTaskToken":
        return None
    if resource.type == "states" and resource.pattern:
        return None  # the mock gives the child execution's output
    from flowdsl.integrations.catalog import UnknownOperation, resolve
    from flowdsl.integrations.resource import parse_resource
    from flowdsl.integrations.shapes import mock_shape

    parsed = parse_resource(resource.arn)
    try:
        operation = None if parsed is None else resolve(parsed)
    except UnknownOperation:
        return None
    return None if parsed is None or operation is None else mock_shape(operation, parsed.pattern)
