"""API Gateway: `apigateway:invoke` calls a REST or HTTP API. A failed call is `ApiGateway.<status>`, the body its Cause."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.integrations.base import Action, Call, OptimizedService, Statement
from flowdsl.integrations.model import ANY, INTEGER, TEXT, list_of, map_of, structure

METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS")


def permissions(call: Call) -> Iterator[Statement]:
    if call.text("AuthType") != "IAM_ROLE" and not call.has("AuthType.$"):
        return  # NO_AUTH is the default: the API asks for no permission.
    endpoint = call.text("ApiEndpoint")
    api = endpoint.removeprefix("https://").split(".")[0] if endpoint else "*"
    stage = (call.text("Stage") or "*").strip("/")
    method = call.text("Method") or "*"
    path = (call.text("Path") or "*").lstrip("/")
    arn = call.environment.arn("execute-api", f"{api}/{stage}/{method}/{path}")
    yield Statement(("execute-api:Invoke",), (arn,), unknown="" if endpoint else call.why("ApiEndpoint"))


service = OptimizedService(
    token="apigateway",
    folder=None,
    sdk="apigateway",
    actions=(
        Action(
            "invoke",
            parameters=(
                "ApiEndpoint",
                "Method",
                "Headers",
                "Stage",
                "Path",
                "QueryParameters",
                "RequestBody",
                "AllowNullValues",
                "AuthType",
            ),
            required=("ApiEndpoint", "Method"),
            token=True,
            api=None,
            result=structure(Headers=map_of(list_of(TEXT)), ResponseBody=ANY, StatusCode=INTEGER, StatusText=TEXT),
        ),
    ),
    permissions=permissions,
    error_prefix="ApiGateway",
    errors_recorded=True,
    metadata=False,
)
