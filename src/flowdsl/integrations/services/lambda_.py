"""Lambda: `lambda:invoke`, and the older form in which the function's ARN is the Resource."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flowdsl.integrations.base import Action, Call, Environment, OptimizedService, Statement, stands_for_arn
from flowdsl.integrations.model import ANY, INTEGER, METADATA, TEXT, structure

ENVELOPE = structure((), ExecutedVersion=TEXT, LogResult=TEXT, Payload=ANY, StatusCode=INTEGER, **METADATA)
"""What `lambda:invoke` gives; Payload is the function's result, parsed (recorded)."""

ERRORS = (
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.TooManyRequestsException",
    "Lambda.ResourceNotFoundException",
    "Lambda.Unknown",
    "Sandbox.Timedout",
)
"""What Lambda itself fails with, beside the API's modelled errors; a function adds the names of its own exceptions."""


def function_arns(environment: Environment, name: str) -> tuple[str, ...]:
    """The ARNs that a function's name, ARN or placeholder stands for: its own and that of its versions and aliases."""
    arn = name if stands_for_arn(name) else environment.arn("lambda", f"function:{name}")
    parts = re.sub(r"[$#]\{[^{}]*\}", "x", arn).split(":")
    # A qualified ARN (…:function:name:PROD) names one version; nothing is to be added to it.
    return (arn,) if len(parts) > 7 else (arn, f"{arn}:*")


def permissions(call: Call) -> Iterator[Statement]:
    name = call.text("FunctionName")
    if name is None:
        yield Statement(("lambda:InvokeFunction",), ("*",), unknown=call.why("FunctionName"))
        return
    yield Statement(("lambda:InvokeFunction",), function_arns(call.environment, name))


service = OptimizedService(
    token="lambda",
    folder="lambda",
    sdk="lambda",
    actions=(
        Action(
            "invoke",
            parameters=("FunctionName", "Payload", "Qualifier", "InvocationType", "ClientContext", "LogType"),
            required=("FunctionName",),
            token=True,
            result=ENVELOPE,
            errors=ERRORS,
            json_text=("Payload", "ClientContext"),
        ),
    ),
    permissions=permissions,
    error_prefix="Lambda",
    base_error="AWSLambdaException",
    errors_recorded=True,
)
