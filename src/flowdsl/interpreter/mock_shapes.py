"""Mocks of AWS operations, held against what the API gives back."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from flowdsl.interpreter.resources import Resource

if TYPE_CHECKING:
    from flowdsl.integrations.model import Shape


def misfit(resource: Resource, value: Any) -> str | None:
    """What of a value the API of a Task could not give back, in words; None where it could, or where anything may come.

    Members that are left out do not count, nor do those that the API does not have (as TestState checks it, recorded).
    """
    shape = _shape(resource)
    if shape is None:
        return None
    from flowdsl.integrations.shapes import check_value

    problems = check_value(shape, value, "PRESENT")
    return (
        problems[0].removeprefix("Mock result schema validation error: ").replace("Field '' ", "it ")
        if problems
        else None
    )


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
