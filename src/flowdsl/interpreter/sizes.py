"""AWS's payload limit, checked cheaply: an upper bound in C first, the exact size only where the bound does not settle it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from marshal import dumps as _marshal
from typing import Any

from flowdsl.asl.values import is_list, is_object
from flowdsl.interpreter.budgets import Budget

LIMIT = 262_144
"""Bytes of UTF-8 JSON text: input, output, task arguments and task result of every state (spec)."""

LIMIT_WITHOUT_QUOTAS = 64 * 1024 * 1024
"""The same where quotas are off: nothing may eat all the memory there is."""
DENSEST = 7
"""marshal spends at least 1 byte where JSON spends up to 7 (\"\\u0000\" and a comma)."""
SURELY = LIMIT // DENSEST
"""What takes no more in marshal's format is within the limit."""
GRAIN = 65_536
"""Bytes of values that a run keeps before its budget hears of it."""

_SCALARS = frozenset({bool, int, float, type(None)})


def to_json(value: Any) -> str:
    """The JSON text of a value as AWS writes it: no blanks, nothing escaped that need not be."""
    try:
        return _encode(value)
    except RecursionError:
        return "".join(_pieces(value))


def _pieces(value: Any) -> Iterator[str]:
    """The same for a value that is nested too deeply for the encoder: a stack, not recursion."""
    stack: list[Any] = [value]
    while stack:
        top = stack.pop()
        if isinstance(top, _Piece):
            yield top
        elif is_object(top):
            stack.append(_Piece("}"))
            members = list(top.items())
            for index in range(len(members) - 1, -1, -1):
                key, member = members[index]
                stack += [member, _Piece(f"{',' if index else ''}{_encode(key)}:")]
            yield "{"
        elif is_list(top):
            stack.append(_Piece("]"))
            for index in range(len(top) - 1, -1, -1):
                stack += [top[index], _Piece(",")] if index else [top[0]]
            yield "["
        else:
            yield _encode(top)


class _Piece(str):
    """Text that is written as it is."""


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


def json_size(value: Any) -> int:
    """Bytes of the value's JSON text in UTF-8."""
    text = to_json(value)
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def fits(value: Any, limit: int = LIMIT) -> bool:
    """Whether a value's JSON text is within the limit."""
    if value.__class__ in _SCALARS:
        return True
    return bound(value) * DENSEST <= limit or json_size(value) <= limit


def bound(value: Any) -> int:
    """Bytes in marshal's format, which no JSON text of the value has DENSEST times. RecursionError at 2,000 levels."""
    try:
        return len(_marshal(value, 2))
    except ValueError:
        raise RecursionError from None


class Sizes:
    """`fits`, remembered by identity for the large values that pass through many states unchanged, and counted.

    Values are never written to in place, so that one that fitted fits for as long as it lives; it is kept alive here.
    """

    __slots__ = ("_budget", "_known", "_mark", "_surely", "_taken", "limit", "spent")

    def __init__(self, budget: Budget, limit: int = LIMIT) -> None:
        self.limit = limit
        self._surely = limit // DENSEST
        self._known: dict[int, Any] = {}
        self._budget = budget
        self.spent = 0
        """Bytes of the values checked, about."""
        self._taken = 0
        self._mark = GRAIN

    def fits(self, value: Any) -> bool:
        if value.__class__ in _SCALARS:
            return True
        size = bound(value)
        if size > self._surely:
            known = self._known
            if id(value) in known:
                return True
            if not fits(value, self.limit):
                return False
            if len(known) > 64:
                known.clear()
            known[id(value)] = value
        self.spent += size
        if self.spent > self._mark:
            self.settle()
        return True

    def fits_carefully(self, value: Any) -> bool:
        """`fits` for what was put together of values that fit, perhaps of many, or of the same one many times: no more of
        it is looked at than the limit holds."""
        left = self.limit
        stack: list[Any] = [value]
        while stack and left >= 0:
            top = stack.pop()
            if isinstance(top, str):
                left -= len(top) + 2
            elif is_list(top):
                left -= len(top) + 1
                if left >= 0:
                    stack += top
            elif is_object(top):
                left -= 4 * len(top) + 1
                if left >= 0:
                    stack += top.values()
            else:
                left -= 1
        return left >= 0 and self.fits(value)

    def fits_together(self, parts: list[Any]) -> bool:
        """The same of a list; a small one is seen to fit from its parts."""
        size = 0
        for part in parts:
            size += bound(part)
            if size > self._surely:
                return self.fits_carefully(parts)
        self.spent += size
        return True

    def settle(self) -> None:
        """Takes what was spent from the budget."""
        self._budget.take(self.spent - self._taken)
        self._taken = self.spent
        self._mark = self.spent + GRAIN

    def release(self) -> None:
        """Gives it back: the values are kept no longer."""
        self._budget.give_back(self._taken)
        self._taken = 0
