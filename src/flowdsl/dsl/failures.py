"""What a workflow's function raised, said in the language's own words."""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType, TracebackType
from typing import Any

from flowdsl.diagnostics import FlowDslError, did_you_mean
from flowdsl.dsl.expressions import Expr
from flowdsl.dsl.places import definition_place
from flowdsl.dsl.trace import Trace
from flowdsl.query.expression import Place

MEMBERS = ("result", "result_of", "retry", "catch", "when", "otherwise", "assign", "output", "value", "error", "start")
"""What states, ports and Vars offer to a workflow; their other attributes are the compiler's."""


def failed(trace: Trace, function: Callable[..., Any], error: Exception | SystemExit) -> None:
    """Reports an exception that stopped the trace, at the user's line."""
    place = _place(error.__traceback__, function.__code__) or definition_place(function.__code__)
    if isinstance(error, UnboundLocalError):
        name = getattr(error, "name", None) or str(error).split("'")[1]
        trace.report(
            "hidden-handler",
            f"{name!r} is a variable of this function, so that it hides what is imported under that name; "
            f"give the state another name, or call it by its module (orders.{name})",
            place,
        )
        return
    if isinstance(error, NameError):
        name = str(getattr(error, "name", None) or error)
        code: CodeType = place[0]
        if name not in {*code.co_varnames, *code.co_cellvars, *code.co_freevars}:
            near = did_you_mean(name, [*code.co_varnames, *code.co_cellvars, *code.co_freevars, *function.__globals__])
            trace.report("read-before-declared", f"there is no {name!r} here{near}", place)
            return
        trace.report(
            "read-before-declared",
            f"{name!r} is read before it is declared: declare the state that gives it further up",
            place,
        )
        return
    if isinstance(error, RecursionError):
        trace.report(
            "workflow-raises",
            "the functions, scopes or expressions of this workflow nest too deep for Python; AWS's engine stops at "
            "some 200 operations in a chain",
            place,
        )
        return
    if isinstance(error, FlowDslError):
        said = str(error).partition(": ")[2] or str(error)
        if not any(m.message == said for m in trace.mistakes):
            trace.report("workflow-raises", said, place)
        return
    if isinstance(error, AttributeError) and type(error.obj).__module__.startswith("flowdsl.dsl"):
        kind, name = type(error.obj).__name__, str(error.name)
        near = "" if name in MEMBERS else did_you_mean(name, [m for m in MEMBERS if hasattr(type(error.obj), m)])
        trace.report("workflow-raises", f"a {kind} has no .{name}{near}", place)
        return
    model = _refused_model(error)
    if model:
        trace.report(
            "no-json",
            f"{model} is checked by pydantic now, while its values come when the workflow runs; write new({model})(...)",
            place,
        )
        return
    import traceback  # only a failure pays for it

    said = "".join(traceback.format_exception_only(error)).strip().splitlines()[0]
    trace.report("workflow-raises", f"{trace.name} raised {said}", place)


def _refused_model(error: Exception | SystemExit) -> str | None:
    """The model of a pydantic ValidationError that is about an expression, without loading pydantic for other failures."""
    found: Any = error
    if type(error).__name__ != "ValidationError" or not hasattr(error, "title"):
        return None
    return str(found.title) if any(isinstance(e.get("input"), Expr) for e in found.errors()) else None


def _place(found: TracebackType | None, function: CodeType) -> Place | None:
    """Where the user's code was when it raised: the last frame in the workflow's own file, or in any that is not flowdsl's."""
    own: Place | None = None
    other: Place | None = None
    while found is not None:
        code: CodeType = found.tb_frame.f_code
        if code.co_filename == function.co_filename:
            own = (code, found.tb_lasti)
        elif not str(found.tb_frame.f_globals.get("__name__", "")).startswith("flowdsl."):
            other = (code, found.tb_lasti)
        found = found.tb_next
    return own or other
