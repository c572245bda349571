"""What @handler refuses, with what to write instead."""

from __future__ import annotations

import sys
from typing import Any

from flowdsl.handler.idempotency import POWERTOOLS, Delegated, Idempotency, Once
from flowdsl.handler.wire import is_list

LAMBDA_LONGEST_SECONDS = 900
"""No invocation of a Lambda function lasts longer (documented)."""

# Bits of code.co_flags (inspect's names); importing inspect costs a cold start 10 ms (measured).
_VARARGS, _VARKEYWORDS, _GENERATOR, _COROUTINE, _ASYNC_GENERATOR = 0x04, 0x08, 0x20, 0x80, 0x200


def code_of(function: Any) -> Any:
    """The code object of a function; of the innermost one, where decorators wrap it."""
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    return getattr(function, "__code__", None)


def is_powertools(function: Any) -> bool:
    """Whether a function is under a decorator of Powertools' idempotency. Looks only; imports nothing."""
    while function is not None:
        # functools.wraps copies a name and a module, but globals tell where a wrapper was written.
        if getattr(function, "__globals__", {}).get("__name__", "").startswith(POWERTOOLS):
            return True
        function = getattr(function, "__wrapped__", None)
    return False


def check_raises(raises: Any) -> None:
    """`raises=` holds exception classes."""
    if not is_list(raises):
        raise TypeError(f"raises must be a tuple of exception classes, found {raises!r}; write raises=(CardDeclined,)")
    for error in raises:
        if not (isinstance(error, type) and issubclass(error, BaseException)):
            raise TypeError(f"raises must hold exception classes, found {error!r}")


def check_timeout(seconds: Any) -> None:
    """`timeout_seconds=` is what a Lambda function may have."""
    if seconds is None:
        return
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        raise TypeError(f"timeout_seconds must be a number, found {seconds!r}")
    if not 0 < seconds <= LAMBDA_LONGEST_SECONDS:
        raise ValueError(f"timeout_seconds must be more than 0 and at most {LAMBDA_LONGEST_SECONDS}, found {seconds!r}")


def check_function(function: Any) -> None:
    """What is decorated is a function that an event can call."""
    name = getattr(function, "__qualname__", repr(function))
    if hasattr(function, "idempotency"):
        raise TypeError(f"{name} is a handler already")
    code = code_of(function)
    if not callable(function) or isinstance(function, type) or code is None:
        raise TypeError(f"@handler takes a function, found {function!r}")
    if code.co_flags & (_COROUTINE | _ASYNC_GENERATOR):
        raise TypeError(f"{name} is async, and Lambda awaits nothing; make it a plain function")
    if code.co_flags & _GENERATOR:
        raise TypeError(f"{name} yields, and Lambda takes one answer; return a value")
    if code.co_flags & _VARARGS:
        raise TypeError(
            f"{name} takes *{code.co_varnames[code.co_argcount + code.co_kwonlyargcount]}, and an event has names only"
        )
    if code.co_posonlyargcount > 1:
        raise TypeError(f"{name} has positional-only parameters, and an event has names only; drop the /")


def check_idempotency(given: Any) -> None:
    """`idempotency=` is one of the four."""
    if given is not None and not isinstance(given, Idempotency):
        raise TypeError(f"idempotency must be natural(), once(...), delegated(...) or none(...), found {given!r}")


def rest_of(code: Any) -> str | None:
    """The name of a function's `**` parameter."""
    return code.co_varnames[code.co_argcount + code.co_kwonlyargcount] if code.co_flags & _VARKEYWORDS else None


def check_key(function: Any, idempotency: Idempotency | None) -> None:
    """A key that names parameters names some that are there."""
    key = idempotency.key if isinstance(idempotency, (Once, Delegated)) else None
    if key is None or callable(key):
        return
    code = code_of(function)
    known = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    for path in (key,) if isinstance(key, str) else key:
        if path.partition(".")[0] not in known and not code.co_flags & _VARKEYWORDS:
            raise TypeError(
                f"{function.__qualname__} has no parameter {path.partition('.')[0]!r}, which its key names; it has {', '.join(known)}"
            )


def callers_locals() -> dict[str, Any]:
    """The local names where @handler is written: what its annotations may name."""
    frame: Any = sys._getframe(1)  # pyright: ignore[reportPrivateUsage] # inspect's own way, without its import
    while frame is not None and frame.f_globals.get("__package__") == __package__:
        frame = frame.f_back
    return dict(frame.f_locals) if frame is not None else {}
