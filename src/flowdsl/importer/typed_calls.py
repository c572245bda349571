"""A Task's Resource and arguments as the call that one would write: `aws.dynamodb.put_item(TableName=...)`."""

from __future__ import annotations

import keyword
import re
from functools import cache
from typing import Any

from flowdsl.asl.definition import StateNode
from flowdsl.asl.values import is_list, is_object
from flowdsl.diagnostics import FlowDslError
from flowdsl.importer.source_text import Call
from flowdsl.integrations.arguments import check_arguments
from flowdsl.integrations.catalog import Operation, operation, resolve, sdk_operation
from flowdsl.integrations.resource import Pattern, parse_resource

_WRAPPED: dict[Pattern, str] = {"sync": "sync", "wait_for_task_token": "wait_for_task_token"}


def typed_call(node: StateNode, used: set[str]) -> tuple[Call, str] | None:
    """(the call, the field that its arguments came from), where the language says the same; None where it does not.

    It says the same of a known operation with its required arguments, each of the type that it takes. What else AWS
    lets pass stays as it stands.
    """
    if "QueryLanguage" in node.fields:
        return None
    field = "Arguments" if node.query_language == "JSONata" else "Parameters"
    given, resource = node.fields.get(field), node.fields.get("Resource")
    if not is_object(given) or not isinstance(resource, str):
        return None
    called = _callee(resource)
    if called is None:
        return None
    function, pattern, found = called
    if not _is_sound(found, given):
        return None
    call = Call(function)
    for name, value in given.items():
        plain = name
        if node.query_language == "JSONPath" and name.endswith(".$"):
            plain = name.removesuffix(".$")
            if not isinstance(value, str) or plain in given:
                return None
            used.add("jsonpath")
            value = Call("jsonpath", [value])
        if not plain.isidentifier() or keyword.iskeyword(plain):
            return None
        call.keywords[plain] = value
    used.add("aws")
    if pattern == "request-response":
        return call, field
    if pattern == "wait_for_task_token" and not _hands_over_token(given):
        return None
    used.add(_WRAPPED[pattern])
    return Call(_WRAPPED[pattern], [call]), field


@cache
def _callee(resource: str) -> tuple[str, Pattern, Operation] | None:
    """(`aws.dynamodb.put_item`, the pattern, the operation) of a Resource that can be said so."""
    parsed = parse_resource(resource)
    if parsed is None or parsed.kind not in ("optimized", "aws-sdk", "http"):
        return None
    if parsed.pattern not in ("request-response", *_WRAPPED):
        return None
    try:
        found = resolve(parsed)
        if found is None or found.resource(parsed.pattern) != resource:
            return None
        service, action = _snake(found.service), _snake(found.action)
        if keyword.iskeyword(service) or service == "sdk":
            service += "_"
        if not (service.isidentifier() and action.isidentifier()) or keyword.iskeyword(action):
            return None
        again = sdk_operation if found.kind == "aws-sdk" else operation
        if again(service.rstrip("_"), action).resource(parsed.pattern) != resource:
            return None
    except FlowDslError:
        return None
    return f"aws.{'sdk.' if found.kind == 'aws-sdk' else ''}{service}.{action}", parsed.pattern, found


def _snake(name: str) -> str:
    """`putItem` is `put_item`, `describeDBInstances` is `describe_db_instances`, `emr-serverless` is `emr_serverless`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name.replace("-", "_")).lower()


def _is_sound(found: Operation, given: dict[str, Any]) -> bool:
    if found.takes_anything:
        return all(name in given or f"{name}.$" in given for name in found.required)
    return all(problem.kind in ("value", "undocumented") for problem in check_arguments(found, given))


def _hands_over_token(value: Any) -> bool:
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, str) and "Task.Token" in item:
            return True
        stack += item.values() if is_object(item) else item if is_list(item) else ()
    return False
