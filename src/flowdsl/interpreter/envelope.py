"""What AWS puts around a result: Lambda's envelope, and the HTTP metadata that optimised integrations carry."""

from __future__ import annotations

from typing import Any

from flowdsl.interpreter.resources import Resource
from flowdsl.interpreter.sizes import json_size

BARE = frozenset({"apigateway", "http", "eks", "bedrock"})
"""Optimised integrations whose result carries no SDK metadata."""


def wrap(resource: Resource, value: Any, request_id: str) -> Any:
    """A task's result as AWS gives it, from the value that matters.

    `lambda:invoke` wraps the function's output in Payload; the other optimised integrations add SdkHttpMetadata and
    SdkResponseMetadata (recorded); AWS SDK integrations, Lambda ARNs, activities and callbacks give the bare value.
    """
    if resource.kind != "service" or resource.type.startswith("aws-sdk:"):
        return value
    if resource.type == "lambda":
        if isinstance(value, dict) and "Payload" in value and "StatusCode" in value:
            return value
        return {
            "ExecutedVersion": "$LATEST",
            "Payload": value,
            **metadata(request_id, json_size(value), "application/json", {"X-Amz-Executed-Version": "$LATEST"}),
            "StatusCode": 200,
        }
    if resource.type in BARE or not isinstance(value, dict) or "SdkHttpMetadata" in value:
        return value
    return {**value, **metadata(request_id, json_size(value), "application/x-amz-json-1.0")}


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
