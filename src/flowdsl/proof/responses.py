"""Responses of AWS that no service gave, in the form in which botocore's endpoint hands them on."""

from __future__ import annotations

from typing import Any


class _Empty:
    """A body with nothing in it."""

    def stream(self) -> list[bytes]:
        """What botocore reads it by."""
        return []


def success(parsed: dict[str, Any]) -> Any:
    """(HTTP response, parsed response) of a call that went through."""
    return _response(200, parsed)


def error(code: str, message: str) -> Any:
    """(HTTP response, parsed response) of a call that is refused: the client raises it as its own exception."""
    return _response(400, {"Error": {"Code": code, "Message": message}})


def _response(status: int, parsed: dict[str, Any]) -> Any:
    from botocore.awsrequest import AWSResponse

    headers: Any = {}
    metadata: dict[str, Any] = {"HTTPStatusCode": status, "HTTPHeaders": headers, "RequestId": "proof"}
    return AWSResponse("", status, headers, _Empty()), {**parsed, "ResponseMetadata": metadata}
