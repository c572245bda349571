"""Annotations of the user's functions as types; those that name nothing are told, since all checking hangs on them."""

from __future__ import annotations

import ast
import builtins
import typing
from collections.abc import Callable
from types import CodeType
from typing import Any

from flowdsl.diagnostics import did_you_mean
from flowdsl.dsl.places import file_of, function_node
from flowdsl.dsl.trace import report


def resolved_hints(function: Callable[..., Any], local: dict[str, Any] | None = None) -> dict[str, Any]:
    """A function's annotations as types; those that cannot be resolved are left out."""
    names = _names(function, local)
    try:
        return typing.get_type_hints(function, localns=names, include_extras=True)
    except Exception:  # whatever an annotation's own code raises
        found, _ = _one_by_one(function, names)
        return found


def check_annotations(function: Callable[..., Any], local: dict[str, Any] | None = None) -> None:
    """Reports the annotations that cannot be resolved."""
    if not getattr(function, "__annotations__", None):
        return
    names = _names(function, local)
    try:
        typing.get_type_hints(function, localns=names, include_extras=True)
    except Exception:  # likewise
        _, failed = _one_by_one(function, names)
        for name, error in failed.items():
            _report(function, name, error, names)


def _names(function: Callable[..., Any], local: dict[str, Any] | None) -> dict[str, Any]:
    """The names that its annotations may use beside its module's: of the functions around it."""
    names = dict(local or {})
    closure = getattr(function, "__closure__", None) or ()
    for name, cell in zip(function.__code__.co_freevars, closure, strict=False):
        try:
            names.setdefault(name, cell.cell_contents)
        except ValueError:  # a variable that is not bound yet
            continue
    return names


def _one_by_one(function: Callable[..., Any], names: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Exception]]:
    found: dict[str, Any] = {}
    failed: dict[str, Exception] = {}
    for name, annotation in getattr(function, "__annotations__", {}).items():
        probe: Any = lambda: None  # noqa: E731 - get_type_hints wants a function
        probe.__annotations__ = {name: annotation}
        try:
            found.update(typing.get_type_hints(probe, function.__globals__, names, include_extras=True))
        except Exception as error:  # likewise
            failed[name] = error
    return found, failed


def _report(function: Callable[..., Any], name: str, error: Exception, names: dict[str, Any]) -> None:
    code: CodeType = function.__code__
    node = _annotation_node(code, name)
    text = ast.unparse(node).strip("'\"") if node is not None else str(function.__annotations__[name])
    subject = f"what {function.__name__} returns" if name == "return" else name
    missing = str(getattr(error, "name", None) or "")
    if isinstance(error, NameError) and missing:
        known = [n for n in (*names, *function.__globals__, *dir(builtins)) if not n.startswith("_")]
        why = (
            f"there is no {missing!r} when the workflow is built: import it outside `if TYPE_CHECKING:`"
            if missing in _type_checking_names(code.co_filename)
            else f"there is no {missing!r} here{did_you_mean(missing, known)}"
        )
    else:
        why = str(error).splitlines()[0] if str(error) else type(error).__name__
    whole = "" if text == missing else f" {text},"
    place = (code, -1, node) if node is not None else (code, -1)
    report("unresolved-annotation", f"the type of {subject} is not known:{whole} {why}", place)


def _annotation_node(code: CodeType, name: str) -> ast.expr | None:
    node = function_node(code)
    if node is None or isinstance(node, ast.Lambda):
        return None
    if name == "return":
        return node.returns
    every = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
    return next((argument.annotation for argument in every if argument.arg == name), None)


def _type_checking_names(filename: str) -> set[str]:
    """What a file imports for type checkers alone."""
    found: set[str] = set()
    for node in file_of(filename).parents:
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            for inner in ast.walk(node):
                if isinstance(inner, ast.alias):
                    found.add(inner.asname or inner.name)
    return found
