"""What a workflow's function raised, said in the language's own words."""

from __future__ import annotations

import builtins
import re
from collections.abc import Callable
from types import CodeType, TracebackType
from typing import Any

import flowdsl
from flowdsl.diagnostics import FlowDslError, a, did_you_mean
from flowdsl.dsl.calls import Call
from flowdsl.dsl.expressions import Expr
from flowdsl.dsl.places import definition_place
from flowdsl.dsl.trace import Trace
from flowdsl.query.expression import Place

MEMBERS = ("result", "result_of", "retry", "catch", "when", "otherwise", "assign", "output", "value", "error", "start")
"""What states, ports and Vars offer to a workflow; their other attributes are the compiler's."""


def failed(trace: Trace, function: Callable[..., Any], error: Exception | SystemExit) -> None:
    """Reports an exception of the traced function, at the user's line."""
    place = _place(error.__traceback__, function.__code__) or definition_place(function.__code__)
    if isinstance(error, NameError) and not _is_ours(error):
        trace.report(*_name(function, error, place[0]), place)
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
        trace.report("workflow-raises", _member(error.obj, str(error.name)), place)
        return
    model = _refused_model(error)
    if model:
        trace.report(
            "no-json",
            f"{model} is checked by pydantic now, while its values come when the workflow runs; write new({model})(...)",
            place,
        )
        return
    if isinstance(error, TypeError) and any(m.place is not None and m.place[:2] == place for m in trace.mistakes):
        return  # what Python made of something that was reported just now
    said = _type_error(str(error)) if isinstance(error, TypeError) else ""
    if not said:
        import traceback  # only a failure pays for it

        raised = "".join(traceback.format_exception_only(error)).strip().splitlines()[0]
        said = f"{trace.name} raised {raised}"
    trace.report("workflow-raises", said, place)


def _name(function: Callable[..., Any], error: NameError, code: CodeType) -> tuple[str, str]:
    """The finding and the message of a name that is not there, or not yet."""
    name = str(getattr(error, "name", None) or _quoted(str(error)))
    own = [*code.co_varnames, *code.co_cellvars, *code.co_freevars, *_parents(function)]
    if isinstance(error, UnboundLocalError) and (name in function.__globals__ or hasattr(builtins, name)):
        module = _module_of(function.__globals__.get(name))
        elsewhere = (
            f", or call it by its module ({module}.{name})" if module != function.__module__.rpartition(".")[2] else ""
        )
        return "hidden-handler", (
            f"{name!r} is a variable of this function, so that it hides what is imported under that name; "
            f"give the state another name{elsewhere}"
        )
    if name in own:
        return (
            "read-before-declared",
            f"{name!r} is read before it is declared: declare the state that gives it further up",
        )
    if name in flowdsl.__all__:
        return "read-before-declared", f"there is no {name!r} here; write from flowdsl import {name}"
    near = did_you_mean(name, [n for n in (*own, *function.__globals__, *dir(builtins)) if not n.startswith("__")])
    if not near:
        near = did_you_mean(name, flowdsl.__all__)
        near = f"{near} It is in flowdsl" if near else ""
    return "read-before-declared", f"there is no {name!r} here{near}"


def _module_of(value: Any) -> str:
    """The module of what a name stands for, as one would call it."""
    module = getattr(value, "module", None) or getattr(value, "__module__", None) or "module"
    return str(module).rpartition(".")[2]


def _parents(function: Callable[..., Any]) -> tuple[str, ...]:
    """The variables of the workflow's own function: an inner function reads them too."""
    code: CodeType = function.__code__
    return (*code.co_varnames, *code.co_cellvars)


def _quoted(text: str) -> str:
    parts = text.split("'")
    return parts[1] if len(parts) > 1 else text


def _member(owner: Any, name: str) -> str:
    """The message of an attribute that something of the language does not have."""
    owned: type[Any] = owner.__class__
    kind = owned.__name__
    if isinstance(owner, Call):
        return (
            f"a call has run nothing yet, and has no .{name}: give it to a Task, done = Task({owner.described()}(...)), "
            f"then read done.result.{name}"
        )
    fields = getattr(getattr(owner, "result_kind", None), "fields", None)
    if hasattr(owned, "result") and fields is not None and name in fields:
        return f"{a(kind)} has no .{name}; its result has: write .result.{name}"
    if name in MEMBERS:
        return f"{a(kind)} has no .{name}{_ELSEWHERE.get(name, '')}"
    near = did_you_mean(name, [m for m in MEMBERS if hasattr(owned, m)])
    return f"{a(kind)} has no .{name}{near}"


_ELSEWHERE = {
    "catch": "; what can fail is a Task, a Map or a Parallel",
    "retry": "; what can be tried again is a Task, a Map or a Parallel",
    "when": "; rules belong to a Choice",
    "otherwise": "; it belongs to a Choice",
    "result": "; what gives a result is a Task, a Map, a Parallel or a Pass",
    "value": "; what holds a value is a Var",
    "error": "; what was caught is read from the port, failed = task.catch(...), then failed.error",
}

_SIGNATURE = re.compile(r"(?:\w+\.)?(\w+)\.__init__\(\) (.*)")


def _type_error(message: str) -> str:
    """What Python says of a call, without its own names for a constructor; "" where it is no such message."""
    if ": an annotation names " in message:
        return message
    found = _SIGNATURE.match(message)
    if found is None:
        method = _METHOD.match(message)
        return f".{method[2]}(...) {method[3]}" if method is not None and method[1] in _OWN else ""
    if found[1] not in flowdsl.__all__:
        return ""
    counted = re.fullmatch(r"takes (?:from \d+ to )?(\d+) positional arguments? but (\d+) (?:was|were) given", found[2])
    if counted is None:
        return f"{found[1]} {found[2]}"
    most = int(counted[1]) - 1
    takes = "no positional argument" if most == 0 else f"{most} positional argument{'s' if most > 1 else ''}"
    return f"{found[1]} takes {takes}, found {int(counted[2]) - 1}; everything else is a keyword: {_EXAMPLES.get(found[1], f'{found[1]}(...)')}"


_METHOD = re.compile(r"(\w+)\.(\w+)\(\) (.*)")
_OWN = ("State", "Working", "Port", "Choice", "Group", "Var", "Functions", "Parallel")
"""Classes of the language whose methods a workflow calls."""

_EXAMPLES = {
    "Task": "Task(charge_card(...), timeout_seconds=30)",
    "Choice": "Choice(), then choice.when(order.total > 10) >> review",
    "Wait": "Wait(seconds=30)",
    "Fail": 'Fail("OrderDeclined", cause="...")',
    "Pass": "Pass({...}, assign={...})",
    "Succeed": "Succeed({...})",
    "Map": "Map(quote, order.lines, max_concurrency=10)",
    "DistributedMap": "DistributedMap(quote, source, max_concurrency=10)",
    "Var": "Var[int](), then state.assign(var, 0)",
}


def _refused_model(error: Exception | SystemExit) -> str | None:
    """The model of a pydantic ValidationError that is about an expression, without loading pydantic for other failures."""
    found: Any = error
    if type(error).__name__ != "ValidationError" or not hasattr(error, "title"):
        return None
    return str(found.title) if any(isinstance(e.get("input"), Expr) for e in found.errors()) else None


def _is_ours(error: BaseException) -> bool:
    """Whether flowdsl's own code raised it, not the user's."""
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    return last is not None and str(last.tb_frame.f_globals.get("__name__", "")).startswith("flowdsl.")


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
