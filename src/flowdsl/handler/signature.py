"""What a handler's annotations say: its parameters and its result as types."""

from __future__ import annotations

import typing
from collections.abc import Callable
from inspect import Parameter, signature
from typing import Any


def resolve(function: Callable[..., Any], names: dict[str, Any] | None) -> tuple[dict[str, Parameter], Any]:
    """(parameters by name with resolved annotations, result type). Raises TypeError for one that cannot be resolved."""
    local = dict(names or {})
    for name, cell in zip(_free_names(function), getattr(function, "__closure__", None) or (), strict=False):
        try:
            local.setdefault(name, cell.cell_contents)
        except ValueError:  # a variable that is not bound yet
            continue
    try:
        hints = typing.get_type_hints(function, localns=local or None, include_extras=True)
    except NameError as error:
        raise TypeError(
            f"{function.__qualname__}: an annotation names {error.name!r}, which is not defined where the handler is; "
            "import it at run time, not under TYPE_CHECKING"
        ) from None
    parameters = {
        name: parameter.replace(annotation=hints.get(name, Any))
        for name, parameter in signature(function).parameters.items()
    }
    return parameters, hints.get("return", Any)


def _free_names(function: Callable[..., Any]) -> tuple[str, ...]:
    code = getattr(function, "__code__", None)
    return code.co_freevars if code is not None else ()
