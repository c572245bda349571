"""Values that a person would have typed, from the names of the fields they are for: an address for `email`, a date for `dueDate`."""

from __future__ import annotations

import re
from typing import Final

from flowdsl.analysis.shape import ARRAY, BOOLEAN, NUMBER, OBJECT, TEXT

MOMENT: Final = "2026-01-01T12:00:00Z"
_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")

_TEXTS: Final = {
    "email": "ada@example.com",
    "mail": "ada@example.com",
    "date": "2026-01-01",
    "time": MOMENT,
    "timestamp": MOMENT,
    "expiry": MOMENT,
    "phone": "+15550100",
    "currency": "EUR",
    "country": "DE",
    "language": "en",
    "region": "eu-west-1",
    "account": "123456789012",
    "amount": "1",
    "version": "1",
    "n": "1",
}
"""By a name's last word."""
_PREFIXED: Final = {
    "url": "https://example.com/{}",
    "uri": "https://example.com/{}",
    "link": "https://example.com/{}",
    "endpoint": "https://example.com/{}",
    "arn": "arn:aws:service:eu-west-1:123456789012:{}",
    "id": "{}-1",
    "token": "{}-1",
    "key": "{}/1",
    "prefix": "{}/",
    "path": "{}/1",
}
"""The same; the name's other words go in."""
_NUMBERS: Final = frozenset(
    [
        "count",
        "size",
        "total",
        "amount",
        "seconds",
        "minutes",
        "hours",
        "days",
        "index",
        "limit",
        "max",
        "min",
        "price",
        "age",
        "attempts",
        "retries",
        "length",
        "duration",
        "percent",
        "percentage",
        "quantity",
        "score",
        "number",
        "offset",
        "ttl",
    ]
)
_FLAGS: Final = frozenset(
    [
        "is",
        "has",
        "should",
        "can",
        "was",
        "are",
        "enable",
        "enabled",
        "disabled",
        "valid",
        "active",
        "approved",
        "done",
        "success",
    ]
)
_LISTS: Final = frozenset(
    [
        "list",
        "items",
        "lines",
        "records",
        "entries",
        "ids",
        "array",
        "values",
        "results",
        "rows",
        "files",
        "keys",
        "objects",
    ]
)


def words(name: str) -> list[str]:
    """A name's words in lower case: `orderId`, `order_id` and `order-id` are order, id."""
    return [word.lower() for word in _WORD.findall(name)]


def text_for(name: str) -> str:
    """A text for a field."""
    found = words(name)
    if not found:
        return "text"
    last, rest = found[-1], "-".join(found[:-1])
    if last in _PREFIXED:
        return _PREFIXED[last].format(rest or last)
    return _TEXTS.get(last) or " ".join(found)


def kind_for(name: str) -> int:
    """The kind of value that a field most likely holds."""
    found = words(name)
    if not found:
        return TEXT
    if found[-1] in _NUMBERS:
        return NUMBER
    if found[0] in _FLAGS or found[-1] in _FLAGS:
        return BOOLEAN
    if found[-1] in _LISTS:
        return ARRAY
    return OBJECT if found[-1] in ("payload", "data", "config", "options", "parameters") else TEXT


def singular(name: str) -> str:
    """The name of one of several: `lines` is line."""
    if name.endswith("ies"):
        return f"{name[:-3]}y"
    for ending in ("List", "_list", "Array"):
        if name.endswith(ending) and name != ending:
            return name.removesuffix(ending)
    return name[:-1] if name.endswith("s") and not name.endswith(("ss", "us", "is")) else name
