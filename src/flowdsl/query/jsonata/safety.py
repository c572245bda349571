"""Bounds for a library that has none of its own: memory, a regular expression's time, the size of a result."""

from __future__ import annotations

import math
import re
import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final

from flowdsl.query.base import Value
from flowdsl.query.jsonata.failure import MEMORY, TIMEOUT, JsonataFailure, NotJson

Json = Any

SPARE_BYTES: Final = 1 << 29
"""What an evaluation may take on top of what the process holds."""

MOST_BYTES: Final = 6_990_256
"""What one value may hold on AWS: a character counts one byte, everything else eight (measured)."""

_GROWING = re.compile(r"function|λ|\.\.|\$pad|~>")
_REGEX = re.compile(r"/[^/*]")
_REPEATED_GROUP = re.compile(r"\)[*+{]")


def can_grow(source: str) -> bool:
    """Whether an expression may build values much larger than its input."""
    return _GROWING.search(source) is not None


def has_regex(source: str) -> bool:
    """Whether a `/` stands in an expression that may open a regular expression."""
    return _REGEX.search(source) is not None


@contextmanager
def memory_bound() -> Generator[None]:
    """Within, the process gets no more than SPARE_BYTES of new address space, so that MemoryError comes before the end.

    Does nothing where the operating system has no such bound or no way to ask for the present size.
    """
    try:
        import resource

        with open("/proc/self/statm", encoding="ascii") as sizes:
            held = int(sizes.read().split()[0]) * resource.getpagesize()
        soft, hard = resource.getrlimit(resource.RLIMIT_AS)
        bound = held + SPARE_BYTES
        if soft != resource.RLIM_INFINITY and soft <= bound:
            raise OSError
        resource.setrlimit(resource.RLIMIT_AS, (bound, hard))
    except (ImportError, OSError, ValueError):
        yield
        return
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


class _Expired(BaseException):
    """Raised by the alarm; no Exception, so that the library does not take it for one of its own."""


def _expire(number: int, frame: FrameType | None) -> None:
    raise _Expired


@contextmanager
def time_bound(seconds: float, source: str) -> Generator[None]:
    """Within, the main thread is stopped after some seconds, in the middle of a regular expression if need be.

    Where that cannot be (another thread, an alarm set by someone else, Windows), an expression with a repeated group in a
    regular expression is refused.
    """
    if (
        threading.current_thread() is not threading.main_thread()
        or not hasattr(signal, "setitimer")
        or signal.getitimer(signal.ITIMER_REAL)[0]
    ):
        if _REPEATED_GROUP.search(source):
            raise JsonataFailure("", "a regular expression that repeats a group cannot be stopped here; jlens could")
        yield
        return
    before = signal.signal(signal.SIGALRM, _expire)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    except _Expired:
        raise JsonataFailure("", TIMEOUT) from None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def as_json(value: Value) -> Json:
    """A result as plain JSON within AWS's bound: numbers that are not finite become texts (measured), functions NotJson."""
    left = MOST_BYTES
    special = False
    stack: list[Value] = [value]
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            left -= sum(map(len, node))
            stack.extend(node.values())
        elif isinstance(node, list):
            stack.extend(node)
            special = special or type(node) is not list
        elif isinstance(node, str):
            left -= len(node)
        elif node is None or isinstance(node, (int, float)):  # pyright: ignore[reportUnnecessaryIsInstance]
            left -= 8
            special = special or isinstance(node, float)
        else:
            # Not of the type it was said to be: the library's own function or regular expression.
            raise NotJson
        if left < 0:
            raise JsonataFailure("", MEMORY)
    return _plain(value) if special else value


def _plain(value: Value) -> Json:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, float):
        if not math.isfinite(value):
            return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
        # Whole numbers are whole, as jlens gives them.
        return int(value) if value.is_integer() and abs(value) < 2**63 else value
    return value
