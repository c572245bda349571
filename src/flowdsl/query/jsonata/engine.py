"""The only door to a JSONata library: jlens, or jsonata2py where jlens is not there or FLOWDSL_JSONATA says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import jlens

Json = Any

SECONDS: Final = 5.0


class JsonataError(Exception):
    """A JSONata error: `code` such as T1006, the library's message, and where in the expression (from 0)."""

    def __init__(self, code: str, message: str, position: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.position = position


UNDEFINED: Final = ...
"""An expression's result when it gives nothing."""


def compile(
    source: str, names: tuple[str, ...], functions: dict[str, Callable[..., Json]]
) -> Callable[[dict[str, Json], dict[str, Any]], Json]:
    """(values of `names`, options) -> result. Raises JsonataError when compiled or called."""
    prefix = "(" + "".join(f"${name}:={name};" for name in names)
    shift = len(prefix)
    try:
        main = jlens.Expression(f"{prefix}{source}\n)")
        probe = jlens.Expression(f"{prefix}$type({source}\n))")
    except jlens.JlensError as error:
        raise JsonataError(error.code, str(error), error.position) from None
    for name, function in functions.items():
        main.register_function(name, function)
        probe.register_function(name, function)

    def evaluate(values: dict[str, Json], options: dict[str, Any]) -> Json:
        try:
            result = main.evaluate(values, timeout=SECONDS, **options)
            if result is None:
                kind = probe.evaluate(values, timeout=SECONDS, **options)
                if kind is None:
                    return UNDEFINED
                if kind == "function":
                    raise JsonataError("", "function")
            return result
        except jlens.JlensError as error:
            raise JsonataError(
                error.code, str(error), None if error.position is None else error.position - shift
            ) from None

    return evaluate


def names_read(source: str) -> tuple[str, ...]:
    """The free variables of an expression."""
    try:
        return tuple(jlens.Expression(source).reads().get("bindings", {}))
    except jlens.JlensError as error:
        raise JsonataError(error.code, str(error), error.position) from None
