"""Headers that a Task which calls an HTTP API may not set, and the sentence in which AWS refuses them."""

from __future__ import annotations

from typing import Any, Final

from flowdsl.asl.values import is_object

_BOTH: Final = (
    "authorization", "connection", "content-md5", "expect", "host", "max-forwards", "server", "te", "trailer",
    "transfer-encoding", "upgrade", "via",
)  # fmt: skip
FORBIDDEN: Final[dict[str, tuple[frozenset[str], tuple[str, ...]]]] = {
    "apigateway:invoke": (
        frozenset((*_BOTH, "proxy-authenticate", "www-authenticate")),
        ("x-forwarded", "x-amz", "x-amzn"),
    ),
    "http:invoke": (
        frozenset((
            *_BOTH, "a-im", "accept-charset", "accept-datetime", "accept-encoding", "cache-control", "content-encoding",
            "date", "forwarded", "from", "http2-settings", "if-match", "if-modified-since", "if-none-match", "if-range",
            "if-unmodified-since", "origin", "pragma", "proxy-authorization", "referer", "warning",
        )),
        ("x-forwarded-", "x-amz-", "x-amzn-"),
    ),
}  # fmt: skip
"""By operation: names and beginnings of names, in lower case (documented; Authorization of http:invoke measured)."""


def refused_headers(operation: str, parameters: Any) -> str | None:
    """What AWS says of the headers in a Task's parameters; None when all are allowed, or nothing is known of them."""
    if operation not in FORBIDDEN:
        return None
    headers = parameters.get("Headers") if is_object(parameters) else None
    if not is_object(headers):
        return None
    names, beginnings = FORBIDDEN[operation]
    given = (key.removesuffix(".$").lower() for key in headers)
    wrong = [name for name in given if name in names or name.startswith(beginnings)]
    return f"The 'Headers' field contains unsupported values: [{', '.join(wrong)}]" if wrong else None
