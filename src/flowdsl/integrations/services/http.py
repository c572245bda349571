"""HTTP: `http:invoke` calls any https endpoint through an EventBridge connection."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flowdsl.integrations.base import Action, Call, OptimizedService, Statement, as_object, is_expression
from flowdsl.integrations.model import ANY, INTEGER, TEXT, list_of, map_of, structure

ERRORS = (
    "States.Http.Socket",
    "Events.ConnectionResource.InvalidConnectionState",
    "Events.ConnectionResource.InvalidPrivateConnectionState",
    "Events.ConnectionResource.AccessDenied",
    "Events.ConnectionResource.ResourceNotFound",
    "Events.ConnectionResource.AuthInProgress",
    "Events.ConnectionResource.ConcurrentModification",
    "Events.ConnectionResource.InternalError",
)
"""Beside States.Http.StatusCode.<n> for an answer that is no 2xx."""

METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD")


def permissions(call: Call) -> Iterator[Statement]:
    method, endpoint = call.text("Method"), call.text("ApiEndpoint")
    condition = (
        *((("StringEquals", (("states:HTTPMethod", method),)),) if method else ()),
        *((("StringLike", (("states:HTTPEndpoint", endpoint),)),) if endpoint else ()),
    )
    yield Statement(("states:InvokeHTTPEndpoint",), ("*",), condition, "" if endpoint else call.why("ApiEndpoint"))
    connection: Any = None
    for holder in ("Authentication", "InvocationConfig"):
        connection = as_object(call.parameters.get(holder)).get("ConnectionArn", connection)
    known = isinstance(connection, str) and not is_expression(connection)
    yield Statement(
        ("events:RetrieveConnectionCredentials",),
        (str(connection) if known else "*",),
        unknown="" if known else "ConnectionArn is not in the definition",
    )
    secret = call.environment.arn("secretsmanager", "secret:events!connection/*")
    yield Statement(("secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"), (secret,))


service = OptimizedService(
    token="http",
    folder=None,
    sdk=None,
    actions=(
        Action(
            "invoke",
            parameters=(
                "ApiEndpoint",
                "Method",
                "Authentication",
                "InvocationConfig",
                "Headers",
                "QueryParameters",
                "RequestBody",
                "Transform",
            ),
            required=("ApiEndpoint", "Method"),
            api=None,
            result=structure(Headers=map_of(list_of(TEXT)), ResponseBody=ANY, StatusCode=INTEGER, StatusText=TEXT),
            errors=ERRORS,
        ),
    ),
    permissions=permissions,
    error_prefix="States.Http",
    errors_recorded=True,
    metadata=False,
)
