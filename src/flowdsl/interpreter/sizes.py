"""AWS's payload limit, checked cheaply: an upper bound in C first, the exact size only where the bound does not settle it."""

from __future__ import annotations

import json
from marshal import dumps as _marshal
from typing import Any

LIMIT = 262_144
"""Bytes of UTF-8 JSON text: input, output, task arguments and task result of every state (spec)."""

# marshal spends at least 1 byte where JSON spends up to 7 ("\\u0000" and a comma), so a seventh of the limit settles it.
_SURELY = LIMIT // 7
_SCALARS = frozenset({bool, int, float, type(None)})


def to_json(value: Any) -> str:
    """The JSON text of a value as AWS writes it: no blanks, nothing escaped that need not be."""
    return _encode(value)


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


def json_size(value: Any) -> int:
    """Bytes of the value's JSON text in UTF-8."""
    text = _encode(value)
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def fits(value: Any, limit: int = LIMIT) -> bool:
    """Whether a value's JSON text is within the limit."""
    if value.__class__ in _SCALARS:
        return True
    try:
        bound = len(_marshal(value, 2))
    except ValueError:  # nested too deeply for marshal
        bound = limit
    if bound * 7 <= limit:
        return True
    try:
        return json_size(value) <= limit
    except RecursionError:
        return False


class Sizes:
    """`fits`, remembered by identity for the large values that pass through many states unchanged.

    Values are never written to in place, so that one that fitted fits for as long as it lives; it is kept alive here.
    """

    __slots__ = ("_known", "limit")

    def __init__(self, limit: int = LIMIT) -> None:
        self.limit = limit
        self._known: dict[int, Any] = {}

    def fits(self, value: Any) -> bool:
        if value.__class__ in _SCALARS:
            return True
        try:
            bound = len(_marshal(value, 2))
        except ValueError:
            bound = self.limit
        if bound <= _SURELY:
            return True
        known = self._known
        if id(value) in known:
            return True
        if not fits(value, self.limit):
            return False
        if len(known) > 64:
            known.clear()
        known[id(value)] = value
        return True
