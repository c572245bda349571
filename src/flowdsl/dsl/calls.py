"""Call: what a Task does. Each form of it (a handler, an AWS operation, a workflow, an activity) makes one."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable
from typing import Any

from flowdsl.diagnostics import did_you_mean
from flowdsl.dsl.expressions import BROKEN, Expr
from flowdsl.dsl.kinds import ANY, ARRAY, Kind, kind_of
from flowdsl.dsl.operators import kind_of_value
from flowdsl.dsl.trace import MARK, report, tracing
from flowdsl.dsl.values import freeze
from flowdsl.query.expression import Node, Place, Read

Json = Any


class Call:
    """What a Task does: its Resource, its arguments, and where in the answer the result stands."""

    __slots__ = (
        "arguments",
        "envelope",
        "handler",
        "kind",
        "operation",
        "pattern",
        "place",
        "reads",
        "resource",
        "result",
        "used",
    )

    def __init__(self, kind: str, resource: str, arguments: Json, reads: list[Read], place: Place) -> None:
        self.kind = kind
        """"lambda", "workflow", "activity", "aws"."""
        self.resource = resource
        self.arguments = arguments
        """Frozen."""
        self.reads = reads
        self.place = place
        self.envelope: tuple[str, ...] = ()
        """The fields that lead from the answer to the result: `Payload` of a function's."""
        self.result: Kind = ANY
        self.pattern = ""
        """"", ".sync", ".sync:2", ".waitForTaskToken"."""
        self.handler: HandlerInfo | None = None
        self.operation: Any = None
        self.used = False

    def described(self) -> str:
        """How a message calls it."""
        if self.handler is not None:
            return self.handler.name
        return self.resource.rpartition(":::")[2] or self.resource


class HandlerInfo:
    """What the language needs to know of a handler: its parameters' and its result's Kinds, its errors, its names."""

    __slots__ = (
        "handler",
        "module",
        "name",
        "names",
        "parameters",
        "raises",
        "required",
        "result",
        "takes_event",
        "variadic",
    )

    def __init__(self, handler: Any) -> None:
        function: Callable[..., Any] = handler.function
        self.handler = handler
        self.name = function.__name__
        self.module = function.__module__
        signature = inspect.signature(function)
        hints = resolved_hints(function)
        self.parameters: dict[str, Kind] = {}
        self.names: list[str] = []
        self.required: list[str] = []
        self.variadic = False
        for name, parameter in signature.parameters.items():
            if parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL):
                self.variadic = True
                continue
            self.parameters[name] = kind_of(hints.get(name, Any), is_input=True)
            if parameter.kind is not parameter.KEYWORD_ONLY:
                self.names.append(name)
            if parameter.default is parameter.empty:
                self.required.append(name)
        only = next(iter(self.parameters.values()), None)
        # A handler whose one parameter is a model takes the event itself as that model.
        self.takes_event = (
            len(self.parameters) == 1 and len(self.names) == 1 and only is not None and only.json in ("object", "any")
        )
        self.result = kind_of(hints.get("return", Any), is_input=False)
        self.raises: tuple[Any, ...] = tuple(getattr(handler, "raises", ()) or ())

    @property
    def target(self) -> str:
        return f"{self.module}:{self.name}"


def resolved_hints(function: Callable[..., Any], local: dict[str, Any] | None = None) -> dict[str, Any]:
    """A function's annotations as types; those that cannot be resolved are left out."""
    names = dict(local or {})
    closure = getattr(function, "__closure__", None) or ()
    for name, cell in zip(function.__code__.co_freevars, closure, strict=False):
        try:
            names.setdefault(name, cell.cell_contents)
        except ValueError:  # a variable that is not bound yet
            continue
    try:
        return typing.get_type_hints(function, localns=names, include_extras=True)
    except (NameError, TypeError, AttributeError):
        return _one_by_one(function, names)


def _one_by_one(function: Callable[..., Any], names: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, annotation in getattr(function, "__annotations__", {}).items():
        probe: Any = lambda: None  # noqa: E731 - get_type_hints wants a function
        probe.__annotations__ = {name: annotation}
        try:
            found.update(typing.get_type_hints(probe, function.__globals__, names, include_extras=True))
        except (NameError, TypeError, AttributeError):
            continue
    return found


_handlers: dict[int, HandlerInfo] = {}


def handler_info(handler: Any) -> HandlerInfo:
    """What is known of a handler, worked out once."""
    known = _handlers.get(id(handler))
    if known is None or known.handler is not handler:
        known = _handlers[id(handler)] = HandlerInfo(handler)
    return known


def call_handler(handler: Any, arguments: tuple[Any, ...], keywords: dict[str, Any], place: Place) -> Call:
    """The call that `charge_card(payment_id=order.id)` is while a workflow is declared."""
    info = handler_info(handler)
    reads: list[Read] = []
    payload: Json
    if info.takes_event:
        payload = _event(info, arguments, keywords, reads, place)
    else:
        payload = _members(info, arguments, keywords, reads, place)
    trace = tracing.get()
    assert trace is not None
    name = trace.placeholder_of(info)
    call = Call("lambda", "arn:aws:states:::lambda:invoke", {"FunctionName": name, "Payload": payload}, reads, place)
    call.envelope = ("Payload",)
    call.result = info.result
    call.handler = info
    trace.calls.append(call)
    return call


def _members(
    info: HandlerInfo, arguments: tuple[Any, ...], keywords: dict[str, Any], reads: list[Read], place: Place
) -> Json:
    parameters = info.parameters
    if arguments:
        if len(arguments) > len(info.names):
            report(
                "unknown-argument",
                f"{info.name} takes {_few(len(info.names), 'positional argument')}, found {len(arguments)}",
                (*place, len(info.names)),
            )
        keywords = {**dict(zip(info.names, arguments, strict=False)), **keywords}
    payload = {}
    for name, value in keywords.items():
        kind = parameters.get(name)
        if kind is None:
            if not info.variadic:
                _unknown(info, name, place)
                continue
        elif type(value) is Expr:
            given = value.__kind__
            if given is not kind and kind is not ANY and given is not ANY:
                check_argument(info.name, name, kind, given, value, place)
        else:
            check_argument(info.name, name, kind, kind_of_value(value), value, place)
        payload[name] = freeze(value, reads, place)
    for name in info.required:
        if name not in payload:
            report("missing-argument", f"{info.name} needs the argument {name!r} ({parameters[name].name})", place)
    return payload


def _event(
    info: HandlerInfo, arguments: tuple[Any, ...], keywords: dict[str, Any], reads: list[Read], place: Place
) -> Json:
    (name, kind), *_ = info.parameters.items()
    for keyword in keywords:
        if keyword != name:
            _unknown(info, keyword, place)
    if len(arguments) > 1:
        report("unknown-argument", f"{info.name} takes 1 argument, found {len(arguments)}", (*place, 1))
    if not arguments and name not in keywords:
        if name in info.required:
            report("missing-argument", f"{info.name} needs the argument {name!r} ({kind.name})", place)
        return {}
    value = arguments[0] if arguments else keywords[name]
    check_argument(info.name, name, kind, kind_of_value(value), value, place)
    return freeze(value, reads, place)


def _unknown(info: HandlerInfo, name: str, place: Place) -> None:
    report(
        "unknown-argument",
        lambda: f"{info.name} has no parameter {name!r}{did_you_mean(name, info.parameters) or _parameters(info)}",
        (*place, name),
    )


def _parameters(info: HandlerInfo) -> str:
    return f"; it takes {', '.join(info.parameters)}" if info.parameters else "; it takes none"


def _few(count: int, what: str) -> str:
    return f"no {what}" if count == 0 else f"{count} {what}{'s' if count != 1 else ''}"


def check_argument(callee: str, name: str, wanted: Kind, given: Kind, value: Any, place: Place) -> None:
    """Reports an argument whose JSON can never be what a parameter takes."""
    problem = misfit(wanted, given, value)
    if problem:
        report("wrong-type", f"{callee} wants {name} to be {wanted.name}, {problem}", (*place, name))


def misfit(wanted: Kind, given: Kind, value: Any = None) -> str:
    """Why a value of one Kind is never of another; "" when it may be."""
    if wanted.json == "any" or given.json == "any" or given is BROKEN or wanted is given:
        return ""
    if any(not misfit(alternative, given, value) for alternative in wanted.alternatives):
        return ""
    if given.json == "null":
        return "" if wanted.nullable else "found None"
    if given.nullable and not wanted.nullable:
        return f"found {given.name}, which may be null: guard it with fn.exists(...), then pass fn.some(...)"
    if given.json != wanted.json:
        if wanted.special in ("decimal", "timedelta") and given.json == "number":
            return ""
        return f"found {given.name}"
    if wanted.literals is not None:
        return _literal_misfit(wanted, given, value)
    if wanted.json == "array" and wanted.item is not None and given.item is not None and given is not ARRAY:
        inner = misfit(wanted.item, given.item)
        return f"found {given.name}" if inner else ""
    if wanted.json == "object":
        return _object_misfit(wanted, given)
    return ""


def _literal_misfit(wanted: Kind, given: Kind, value: Any) -> str:
    assert wanted.literals is not None
    if given.literals is not None:
        odd = [v for v in given.literals if v not in wanted.literals]
        return f"found {given.name}" if odd else ""
    if isinstance(value, (Expr, Node)) or value is None:
        return "" if not isinstance(value, Expr) else f"found any {given.name}"
    if isinstance(value, str) and MARK in value:
        return ""
    plain = getattr(value, "value", value)
    if plain in wanted.literals:
        return ""
    near = did_you_mean(plain, [v for v in wanted.literals if isinstance(v, str)]) if isinstance(plain, str) else ""
    return f"found {plain!r}{near}"


def _object_misfit(wanted: Kind, given: Kind) -> str:
    fields, offered = wanted.fields, given.fields
    if fields is None or offered is None or given.name == wanted.name:
        return ""
    wires = {f.wire: f.kind for f in offered.values()}
    for field in fields.values():
        if field.wire not in wires:
            if repr(field.default) == "REQUIRED" and not given.open:
                return f"found {given.name}, which has no {field.wire!r}"
        elif misfit(field.kind, wires[field.wire]):
            return f"found {given.name}, whose {field.wire!r} is {wires[field.wire].name}"
    return ""
