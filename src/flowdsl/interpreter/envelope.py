"""What AWS puts around a result: Lambda's envelope, and the HTTP metadata that optimised integrations carry."""

from __future__ import annotations

from functools import cache
from typing import Any

from flowdsl.asl.values import is_object
from flowdsl.interpreter.resources import Resource
from flowdsl.interpreter.sizes import json_size, to_json


@cache
def is_bare(service: str) -> bool:
    """Whether an optimised integration's result carries no SDK metadata (recorded)."""
    from flowdsl.integrations.catalog import optimized_services

    known = optimized_services().get(service)
    return known is not None and not known.metadata


def wrap(resource: Resource, value: Any, request_id: str) -> Any:
    """A task's result as AWS gives it, from the value that matters.

    `lambda:invoke` wraps the function's output in Payload; the other optimised integrations add SdkHttpMetadata and
    SdkResponseMetadata (recorded); AWS SDK integrations, Lambda ARNs, activities and callbacks give the bare value.
    """
    if resource.kind != "service" or resource.type.startswith("aws-sdk:"):
        return value
    if resource.type == "lambda":
        if is_object(value) and "Payload" in value and "StatusCode" in value:
            return value
        return {
            "ExecutedVersion": "$LATEST",
            "Payload": value,
            **metadata(request_id, json_size(value), "application/json", {"X-Amz-Executed-Version": "$LATEST"}),
            "StatusCode": 200,
        }
    if resource.type == "states" and resource.pattern in ("sync", "sync:2"):
        return described(resource, value)
    if is_bare(resource.type) or not is_object(value) or "SdkHttpMetadata" in value:
        return value
    return {**value, **metadata(request_id, json_size(value), "application/x-amz-json-1.0")}


def wrap_response(resource: Resource, value: Any, request_id: str) -> Any:
    """A service's first response, as TaskSubmitted shows it for .sync and .waitForTaskToken."""
    if resource.type.startswith("aws-sdk:") or is_bare(resource.type):
        return value
    if resource.type == "lambda":
        return wrap(resource, value, request_id)
    return {**value, **metadata(request_id, json_size(value), "application/x-amz-json-1.0")}


def described(resource: Resource, value: Any) -> Any:
    """DescribeExecution of a child that ended well with this output, unless the value is one already: `.sync` has the
    output as JSON text, `.sync:2` as JSON (recorded)."""
    if is_object(value) and "Status" in value and "ExecutionArn" in value:
        return value
    name = "mock"
    arn = f"arn:aws:states:us-east-1:123456789012:execution:{name}:{name}"
    return {
        "ExecutionArn": arn,
        "Input": "{}" if resource.pattern == "sync" else {},
        "InputDetails": {"Included": True},
        "Name": name,
        "Output": to_json(value) if resource.pattern == "sync" else value,
        "OutputDetails": {"Included": True},
        "StateMachineArn": arn.replace(":execution:", ":stateMachine:").rpartition(":")[0],
        "Status": "SUCCEEDED",
    }


def metadata(request_id: str, length: int, content: str, extra: dict[str, str] | None = None) -> dict[str, Any]:
    """SdkHttpMetadata and SdkResponseMetadata of one response."""
    headers = {
        **(extra or {}),
        "Connection": "keep-alive",
        "Content-Length": str(length),
        "Content-Type": content,
        "x-amzn-RequestId": request_id,
    }
    return {
        "SdkHttpMetadata": {
            "AllHttpHeaders": {name: [value] for name, value in headers.items()},
            "HttpHeaders": headers,
            "HttpStatusCode": 200,
        },
        "SdkResponseMetadata": {"RequestId": request_id},
    }
