"""What a service refuses of a call's parameters: headers known beforehand, and whatever is computed.

Literal parameters are held against the operation by `flowdsl check`; here they are taken as they stand.
"""

from __future__ import annotations

from typing import Any

from flowdsl.asl.values import is_list, is_object
from flowdsl.integrations.headers import refused_headers
from flowdsl.interpreter.resources import Resource

LISTS = ("Headers", "QueryParameters")
"""Fields of apigateway:invoke that are maps of lists; anything else is refused when the call is made (recorded)."""


def refused(resource: Resource, request: Any, computed: bool) -> str | None:
    """What AWS says of parameters that it cannot start the call with; None when it can, or nothing is known.

    `computed`: the whole of them is, so that nothing was known of their names before.
    """
    if not is_object(request):
        return None
    if resource.operation == "apigateway:invoke":
        for name in LISTS:
            value = request.get(name)
            if value is not None and not (is_object(value) and all(is_list(v) for v in value.values())):
                return f"The value of the field '{name}' has an invalid format"
    headers = refused_headers(resource.operation, request)
    return _fields(resource, request) if headers is None and computed else headers


def _fields(resource: Resource, request: dict[str, Any]) -> str | None:
    from flowdsl.integrations.arguments import check_arguments
    from flowdsl.integrations.catalog import resolve

    operation = resolve(resource.arn)
    for problem in () if operation is None else check_arguments(operation, request):
        if problem.kind == "missing":
            return f"The field '{problem.name}' is required but was missing"
        if problem.kind == "unknown" and not problem.nested:
            return f'The field "{problem.name}" is not supported by Step Functions'
    return None
