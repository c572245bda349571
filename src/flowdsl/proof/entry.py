"""Entry: one thing that stays when a handler has ended: an item, an object, a message, a call to the outside."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flowdsl.handler.wire import is_list, is_mapping


@dataclass(frozen=True, slots=True)
class Entry:
    """What stays, where."""

    container: str
    """`table orders`, `queue receipts.fifo`, `HTTP POST https://...`."""
    identity: str
    """What tells it from others there: `order_id=o1`, an object's key; "" for messages, which have none."""
    facts: dict[str, Any]
    """Its content, flat: `lines[0].sku` -> "tea"."""


def flat(value: Any, at: str = "") -> dict[str, Any]:
    """A JSON value as path -> leaf. Empty containers are leaves."""
    return dict(_leaves(value, at))


def _leaves(value: Any, at: str) -> Iterator[tuple[str, Any]]:
    if is_mapping(value) and value:
        for key, inner in value.items():
            yield from _leaves(inner, f"{at}.{key}" if at else str(key))
    elif is_list(value) and value:
        for i, inner in enumerate(value):
            yield from _leaves(inner, f"{at}[{i}]")
    else:
        yield at, value if isinstance(value, (str, int, float, bool, type(None))) else repr(value)


def text_facts(text: str | bytes | None, name: str) -> dict[str, Any]:
    """The content of a text: by its members where it is JSON, else as it is."""
    if isinstance(text, bytes):
        raw = text
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            return {name: raw.hex()}
    if text and text[:1] in "{[":
        try:
            return flat(json.loads(text), name)
        except ValueError:
            pass
    return {name: text}
