"""What an event's JSON values are, in types and in words."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, TypeGuard

Problems = list[str]
"""What does not fit, each with its place: `lines[0].sku: expected text, found null`."""


def is_mapping(value: Any) -> TypeGuard[dict[Any, Any]]:
    """Whether a value is a JSON object."""
    return isinstance(value, dict)


def is_list(value: Any) -> TypeGuard[list[Any] | tuple[Any, ...]]:
    """Whether a value is a JSON list."""
    return isinstance(value, (list, tuple))


def is_number(value: Any) -> bool:
    """Whether a value is a JSON number: true and false are none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_whole(value: Any) -> bool:
    """Whether a value is a whole number. 2.0 is one: JSON makes no difference, and a workflow's arithmetic may write it."""
    return is_number(value) and (isinstance(value, int) or value.is_integer())


def found(value: Any) -> str:
    """A JSON value's kind in words. Never the value: messages end in logs and in an execution's history."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, (int, float, Decimal)):
        return "a number"
    if isinstance(value, str):
        return "text"
    if is_list(value):
        return "a list"
    return "an object" if is_mapping(value) else str(type(value).__name__)


def near(name: str, others: list[Any]) -> str:
    """`, but there is 'amuont'` for what looks like a misspelling."""
    if not others:
        return ""
    from difflib import get_close_matches  # only a mistake pays for it

    close = get_close_matches(name, sorted(map(str, others)), n=1, cutoff=0.7)
    return f", but there is {close[0]!r}" if close else ""


def member(at: str, name: Any) -> str:
    """The place of an object's member."""
    return f"{at}.{name}" if at else str(name)


def report(problems: Problems, at: str, what: str) -> None:
    """Adds a problem at a place; the event itself has none."""
    problems.append(f"{at}: {what}" if at else what)


def wrong(expected: str, value: Any, at: str, problems: Problems) -> None:
    """Adds the problem that a value is of another kind."""
    report(problems, at, f"expected {expected}, found {found(value)}")
