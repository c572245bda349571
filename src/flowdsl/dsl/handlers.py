"""What the language knows of a handler: its parameters, its result and its errors; and a handler's call in a workflow."""

from __future__ import annotations

from typing import Any

from flowdsl.asl.values import is_object
from flowdsl.diagnostics import did_you_mean
from flowdsl.dsl.calls import Call
from flowdsl.dsl.expressions import Expr
from flowdsl.dsl.fit import misfit
from flowdsl.dsl.kinds import ANY, Kind, kind_of
from flowdsl.dsl.operators import kind_of_value
from flowdsl.dsl.places import Keyword
from flowdsl.dsl.references import CONTEXT
from flowdsl.dsl.trace import Scope, report, tracing
from flowdsl.dsl.values import freeze
from flowdsl.handler.idempotency import KEY_FIELD
from flowdsl.query.expression import Field, Node, Place, Read, Text

Json = Any


class HandlerInfo:
    """What the language needs to know of a handler: its parameters' and its result's Kinds, its errors, its names."""

    __slots__ = (
        "errors",
        "handler",
        "module",
        "name",
        "names",
        "parameters",
        "required",
        "result",
        "takes_event",
        "variadic",
        "wants_key",
    )

    def __init__(self, handler: Any) -> None:
        self.handler = handler
        self.name: str = handler.name
        self.module: str = handler.module
        self.parameters: dict[str, Kind] = {}
        self.names: list[str] = []
        """Parameters that may be given by position."""
        self.required: list[str] = []
        self.variadic = False
        for name, parameter in handler.parameters.items():
            if parameter.kind is parameter.VAR_KEYWORD:
                self.variadic = True
                continue
            self.parameters[name] = kind_of(parameter.annotation, is_input=True)
            if parameter.kind is not parameter.KEYWORD_ONLY:
                self.names.append(name)
            if parameter.default is parameter.empty:
                self.required.append(name)
        only = next(iter(self.parameters.values()), None)
        # A handler whose one parameter is an object takes the event itself as that object.
        self.takes_event = (
            len(self.parameters) == 1 and len(self.names) == 1 and only is not None and only.json in ("object", "any")
        )
        self.result = kind_of(handler.result_type, is_input=False)
        self.errors: tuple[type[BaseException], ...] = handler.errors
        self.wants_key: bool = handler.wants_key

    @property
    def target(self) -> str:
        """`module:function`."""
        target: str = self.handler.target
        return target


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
    trace = tracing.get()
    assert trace is not None
    payload: Json
    if info.takes_event:
        payload = _event(info, arguments, keywords, reads, place)
    else:
        payload = _members(info, arguments, keywords, reads, place)
    if info.wants_key:
        payload = _with_key(info, payload, trace.scope, reads, place)
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
    meant: set[str] = set()
    if arguments:
        if len(arguments) > len(info.names):
            report(
                "unknown-argument",
                f"{info.name} takes {_few(len(info.names), 'positional argument')}, found {len(arguments)}",
                (*place, len(info.names)),
            )
            meant.update(info.required)
        keywords = {**dict(zip(info.names, arguments, strict=False)), **keywords}
    payload: dict[str, Json] = {}
    for name, value in keywords.items():
        kind = parameters.get(name)
        if kind is None:
            if not info.variadic:
                meant.add(_unknown(info, name, place))
                continue
        elif type(value) is Expr:
            given = value.__kind__
            if given is not kind and kind is not ANY and given is not ANY:
                check_argument(info.name, name, kind, given, value, place)
        else:
            check_argument(info.name, name, kind, kind_of_value(value), value, place)
        payload[name] = freeze(value, reads, place if type(value) is Expr else (*place, name))
    for name in info.required:
        if name not in payload and name not in meant:
            report("missing-argument", f"{info.name} needs the argument {name!r} ({parameters[name].name})", place)
    return payload


def _event(
    info: HandlerInfo, arguments: tuple[Any, ...], keywords: dict[str, Any], reads: list[Read], place: Place
) -> Json:
    (name, kind), *_ = info.parameters.items()
    meant = {_unknown(info, keyword, place) for keyword in keywords if keyword != name}
    if len(arguments) > 1:
        report("unknown-argument", f"{info.name} takes 1 argument, found {len(arguments)}", (*place, 1))
    if not arguments and name not in keywords:
        if name in info.required and name not in meant:
            report("missing-argument", f"{info.name} needs the argument {name!r} ({kind.name})", place)
        return {}
    value = arguments[0] if arguments else keywords[name]
    check_argument(info.name, name, kind, kind_of_value(value), value, place)
    return freeze(value, reads, place)


def _with_key(info: HandlerInfo, payload: Json, scope: Scope, reads: list[Read], place: Place) -> Json:
    """The payload with an idempotency key: the same for retries of one state's run, another for each Map item and each visit."""
    if not is_object(payload):
        report(
            "unfitting-type",
            f"{info.name} wants an idempotency key beside its event, which must be given field by field here: "
            f"write new(...), or name a key of the event, once(key=...)",
            place,
        )
        return payload
    context = Read(CONTEXT, place)
    state = Field(context, "State", place)
    parts: list[str | Node] = [Field(Field(context, "Execution", place), "Id", place), ":"]
    parts += [Field(state, "Name", place), ":", Field(state, "EnteredTime", place)]
    around: Scope | None = scope
    while around is not None and not around.distributed:
        if around.kind == "processor":
            index = Read(around.index_source(), place)
            reads.append(index)
            parts += [":", index]
        around = around.parent
    return {**payload, KEY_FIELD: Text(parts, place)}


def _unknown(info: HandlerInfo, name: str, place: Place) -> str:
    """Reports an argument that is no parameter; gives the parameter that was meant, "" where none is near."""
    near = did_you_mean(name, info.parameters)
    report(
        "unknown-argument", f"{info.name} has no parameter {name!r}{near or _parameters(info)}", (*place, Keyword(name))
    )
    return near.rpartition(" ")[2].strip("'?") if near else ""


def _parameters(info: HandlerInfo) -> str:
    return f"; it takes {', '.join(info.parameters)}" if info.parameters else "; it takes none"


def _few(count: int, what: str) -> str:
    return f"no {what}" if count == 0 else f"{count} {what}{'s' if count != 1 else ''}"


def check_argument(callee: str, name: str, wanted: Kind, given: Kind, value: Any, place: Place) -> None:
    """Reports an argument whose JSON can never be what a parameter takes."""
    problem = misfit(wanted, given, value)
    if problem:
        report("unfitting-type", f"{callee} wants {name} to be {wanted.name}, {problem}", (*place, name))
