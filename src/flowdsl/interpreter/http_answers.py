"""What a mock of http:invoke or apigateway:invoke comes to: a response, or the failure that its status code is."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import Any, Final

from flowdsl.asl.values import is_list, is_object
from flowdsl.interpreter.answers import Answer
from flowdsl.interpreter.sizes import to_json

ERRORS: Final = {"http:invoke": "States.Http.StatusCode.", "apigateway:invoke": "ApiGateway."}
"""What stands before the status code in the error's name, by operation (documented; ApiGateway's recorded)."""
FIELDS: Final = frozenset({"Headers", "ResponseBody", "StatusCode", "StatusText"})
BINARY: Final = ("application/octet-stream", "image/", "audio/", "video/")
"""Content types that an HTTP Task cannot read (documented)."""


def answered(operation: str, answer: Answer) -> Answer:
    """The answer whole: {Headers, ResponseBody, StatusCode, StatusText} around a mere body; a failure where the status is
    no 2xx, its Cause the body, and where the body is no text."""
    response = answer.result if answer.whole else _whole(answer.result)
    if not is_object(response):
        return answer
    status = response.get("StatusCode")
    if isinstance(status, int) and not isinstance(status, bool) and not 200 <= status < 300:
        body = response.get("ResponseBody")
        cause = body if isinstance(body, str) else to_json(body)
        return Answer(failed=True, error=f"{ERRORS[operation]}{status}", cause=cause, after=answer.after)
    kind = _content_type(response.get("Headers"))
    if operation == "http:invoke" and kind.startswith(BINARY):
        cause = f"The response of an HTTP Task cannot be of the content type {kind}."
        return Answer(failed=True, error="States.Runtime", cause=cause, after=answer.after)
    return replace(answer, result=response, whole=True)


def _whole(value: Any) -> Any:
    if not (is_object(value) and value and value.keys() <= FIELDS):
        value = {"ResponseBody": value}
    status = value.get("StatusCode", 200)
    known = isinstance(status, int) and status in {s.value for s in HTTPStatus}
    return {
        "Headers": value.get("Headers", {}),
        "ResponseBody": value.get("ResponseBody", {}),
        "StatusCode": status,
        "StatusText": value.get("StatusText", HTTPStatus(status).phrase if known else ""),
    }


def _content_type(headers: Any) -> str:
    for name, value in headers.items() if is_object(headers) else ():
        if name.lower() == "content-type":
            first = value[0] if is_list(value) and value else value
            return first.lower() if isinstance(first, str) else ""
    return ""
