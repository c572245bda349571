"""Proof that an imported file says the same: it is built, and the result compared with the original."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

from flowdsl.asl.definition import Definition
from flowdsl.asl.values import is_list, is_object
from flowdsl.diagnostics import Diagnostic, FlowDslError


def rebuilt(source: str, function: str, filename: str) -> Definition:
    """The definition that a generated file builds to. The file holds names of ours and literals, nothing else runs."""
    module = ModuleType("flowdsl_imported")
    module.__file__ = filename
    # The language looks a state's line up in the module it was declared in.
    sys.modules[module.__name__] = module
    try:
        exec(compile(source, filename, "exec"), module.__dict__)
        workflow = getattr(module, function)
        definition: Definition = workflow.definition
        return definition
    finally:
        del sys.modules[module.__name__]


def first_difference(before: Any, after: Any) -> tuple[str, Any, Any] | None:
    """(pointer, before, after) of the first place where two JSON values differ, the order of keys aside; None when equal.

    ... stands for a member that is not there. 1 and 1.0 are the same number, 1 and true are not the same value.
    """
    stack: list[tuple[str, Any, Any]] = [("", before, after)]
    while stack:
        pointer, a, b = stack.pop()
        if is_object(a) and is_object(b):
            for key in [*a, *(k for k in b if k not in a)][::-1]:
                stack.append(
                    (f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}", a.get(key, ...), b.get(key, ...))
                )
        elif is_list(a) and is_list(b):
            for i in reversed(range(max(len(a), len(b)))):
                stack.append((f"{pointer}/{i}", a[i] if i < len(a) else ..., b[i] if i < len(b) else ...))
        elif a != b or isinstance(a, bool) != isinstance(b, bool):
            return pointer, a, b
    return None


def verify(definition: Definition, source: str, function: str, filename: str) -> None:
    """Raises a FlowDslError that names the first difference, when the file does not build to the same definition."""
    try:
        after = rebuilt(source, function, filename)
    except FlowDslError as error:
        found: tuple[Diagnostic, ...] = error.diagnostics
        raise FlowDslError(f"the imported file does not build: {error}", found) from None
    difference = first_difference(definition.document, after.document)
    if difference is not None:
        pointer, was, now = difference
        raise FlowDslError(
            f"the imported file builds to something else at {pointer or '/'}: {_short(was)} became {_short(now)}"
        )


def _short(value: Any) -> str:
    text = "nothing" if value is ... else repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
