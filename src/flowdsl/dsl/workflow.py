"""@workflow: a function that runs once, to declare; traced when its definition is first asked for."""
# mypy: disable-error-code="no-any-return"
# To a type checker an expression is the value that it stands for.

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import CodeType
from typing import TYPE_CHECKING, Any, Generic, Literal, ParamSpec, TypeVar, overload

from flowdsl._uncollected import uncollected
from flowdsl.asl.definition import Definition
from flowdsl.diagnostics import Diagnostic, FlowDslError, Location
from flowdsl.dsl.annotations import check_annotations, resolved_hints
from flowdsl.dsl.bindings import bindings_of
from flowdsl.dsl.compile import compiled
from flowdsl.dsl.expressions import Expr
from flowdsl.dsl.failures import failed
from flowdsl.dsl.handlers import call_handler
from flowdsl.dsl.kinds import ANY, Kind, kind_of
from flowdsl.dsl.places import definition_place, frame_at, location
from flowdsl.dsl.positions import source_map_of
from flowdsl.dsl.references import InputSource
from flowdsl.dsl.retry import Retry
from flowdsl.dsl.run import check_plain, finish
from flowdsl.dsl.settings import check_settings, default_retry, head, query_language
from flowdsl.dsl.source_scan import check_source
from flowdsl.dsl.trace import UNSET, Scope, Trace, report, tracing
from flowdsl.handler._declaring import current as declaring
from flowdsl.query.expression import Place, Read

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flowdsl.dsl.nested import Named

P = ParamSpec("P")
R = TypeVar("R")

declared: list[Workflow[Any, Any]] = []
"""Every workflow of the process, in the order of decoration."""


class Workflow(Generic[P, R]):
    """A workflow: its function, and once asked for, its Definition."""

    def __init__(self, function: Callable[P, R], settings: dict[str, Any], place: Place, local: dict[str, Any]) -> None:
        self.function = function
        self.settings = settings
        self.place = place
        """Of the decorator."""
        self._local = local
        self._definition: Definition | None = None
        self._diagnostics: tuple[Diagnostic, ...] | None = None
        self.__name__ = function.__name__
        self.__qualname__ = function.__qualname__
        self.__doc__ = function.__doc__
        self.__module__ = function.__module__
        self.__wrapped__ = function
        declared.append(self)

    @property
    def name(self) -> str:
        """The function's name."""
        return self.__name__

    @property
    def type(self) -> Literal["STANDARD", "EXPRESS"]:
        return "EXPRESS" if self.settings.get("type") == "EXPRESS" else "STANDARD"

    @property
    def location(self) -> Location:
        """Of its function."""
        return location(definition_place(self.function.__code__))

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What is wrong with it, in the order of the source; empty when it builds."""
        if self._diagnostics is None:
            self._build()
        assert self._diagnostics is not None
        return self._diagnostics

    @property
    def definition(self) -> Definition:
        """Its Definition. Raises FlowDslError with all its diagnostics when it has mistakes."""
        if self._diagnostics is None:
            self._build()
        if self._definition is None:
            found = self._diagnostics or ()
            listed = "\n".join(str(d) for d in found)
            raise FlowDslError(f"{self.name} has {len(found)} mistake{'s' if len(found) != 1 else ''}\n{listed}", found)
        return self._definition

    def _build(self) -> None:
        trace, document = self.traced()
        if document is None:
            self._diagnostics = _diagnostics(trace)
            return
        self._diagnostics = _diagnostics(trace) if trace.mistakes else ()
        self._definition = Definition(
            document, source_map_of(self, trace, document), bindings_of(self, trace, document), self.name, self.type
        )

    def traced(self) -> tuple[Trace, dict[str, Any] | None]:
        """One run of the function: the trace, and the document where nothing is wrong."""
        with uncollected():
            return self._traced()

    def _traced(self) -> tuple[Trace, dict[str, Any] | None]:
        function = self.function
        settings = self.settings
        trace = self._fresh_trace()
        try:
            policies = self._run(trace, function)
        except (Exception, SystemExit) as error:  # the user's own code: whatever it raises is theirs, and said so
            return self._past_failures() or self._stopped(trace, error), None
        token = tracing.set(trace)
        try:
            _check_unused(trace)
            document = compiled(trace, head(settings, self.__doc__), policies)
        except RecursionError as error:
            failed(trace, function, error)
            return trace, None
        finally:
            tracing.reset(token)
        return trace, document

    def _fresh_trace(self) -> Trace:
        trace = Trace(self.name, self.type)
        trace.query_language = query_language(self.settings)
        trace.scope = Scope(trace, self.function, "machine", definition_place(self.function.__code__), None)
        trace.scopes.append(trace.scope)
        return trace

    def _run(self, trace: Trace, function: Callable[..., Any]) -> list[Any]:
        """Runs the function; gives the policies of every Task without one of its own."""
        scope = trace.scope
        outer_trace = tracing.set(trace)
        outer_call = declaring.set(_declare)
        try:
            check_settings(self.settings, self.place)
            check_plain(self.function)
            check_annotations(self.function, self._local)
            policies = default_retry(trace, self.settings.get("retry"), self.place)
            finish(scope, self.function, function(*self._arguments(scope)))
        finally:
            declaring.reset(outer_call)
            tracing.reset(outer_trace)
        return policies

    def _past_failures(self) -> Trace | None:
        """The trace again, going on past what raises, so that one build tells every mistake. None where it cannot.

        What only a whole trace can tell (the graph, the data flow) is left for the next build.
        """
        from flowdsl.dsl.guarded import guarded

        trace = self._fresh_trace()
        function = guarded(self.function, lambda error: failed(trace, self.function, error))
        if function is None:
            return None
        try:
            self._run(trace, function)
        except (Exception, SystemExit) as error:
            self._stopped(trace, error)
        check_source(trace)
        return trace

    def _stopped(self, trace: Trace, error: Exception | SystemExit) -> Trace:
        failed(trace, self.function, error)
        return trace

    def _arguments(self, scope: Scope) -> list[Any]:
        parameters = list(inspect.signature(self.function).parameters.values())
        if not parameters:
            return []
        if len(parameters) > 1:
            report(
                "bad-workflow",
                f"{self.name} takes {len(parameters)} parameters; a workflow takes one, the execution's input",
                scope.place,
            )
        source = InputSource()
        scope.parameter = source
        first = Expr(Read(source), self.input_kind)
        return [first, *(Expr(Read(source), ANY) for _ in parameters[1:])]

    @property
    def input_annotation(self) -> Any:
        """The annotation of its parameter; None when it has none."""
        name = next(iter(inspect.signature(self.function).parameters), None)
        return None if name is None else resolved_hints(self.function, self._local).get(name)

    @property
    def input_kind(self) -> Kind:
        annotation = self.input_annotation
        return ANY if annotation is None else kind_of(annotation, is_input=True)

    @property
    def result_kind(self) -> Kind:
        hints = resolved_hints(self.function, self._local)
        return kind_of(hints["return"], is_input=False) if "return" in hints else ANY

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """While another workflow is declared: a call that a Task makes, which waits for this one's result."""
        from flowdsl.dsl.nested import call_workflow

        frame = frame_at(1)
        made: Any = call_workflow(self, args, kwargs, (frame.f_code, frame.f_lasti), wait=True)
        return made

    def start(self, *args: P.args, **kwargs: P.kwargs) -> Any:
        """Like a call, but the Task does not wait: its result is what StartExecution answers."""
        from flowdsl.dsl.nested import call_workflow

        frame = frame_at(1)
        return call_workflow(self, args, kwargs, (frame.f_code, frame.f_lasti), wait=False)

    def named(self, execution_name: str) -> Named[P, R]:
        """The same with a name for the execution: a retry of the Task that starts it cannot start a second one.

        `Task(ship.named(f"ship-{order.id}")(order))`, or `.named(...).start(order)`. A name is used again only after 90 days.
        """
        from flowdsl.dsl.nested import Named

        return Named(self, execution_name)

    def __repr__(self) -> str:
        return f"<workflow {self.name}>"


def _declare(handler: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    # The handler's own __call__ is between the user's frame and this one.
    frame = frame_at(2)
    return call_handler(handler, args, kwargs, (frame.f_code, frame.f_lasti))


def _check_unused(trace: Trace) -> None:
    for call in trace.calls:
        if not call.used:
            trace.report(
                "unused-call",
                f"this call of {call.described()} does nothing: a Task makes it, Task({call.described()}(...))",
                call.place,
            )
    for _, place, read_back in trace.tokens:
        if not read_back:
            trace.report("lost-text", "the text with this expression in it never gets into the workflow", place)


def _diagnostics(trace: Trace) -> tuple[Diagnostic, ...]:
    return tuple(sorted(dict.fromkeys(m.diagnostic() for m in trace.mistakes), key=_by_place))


def _by_place(diagnostic: Diagnostic) -> tuple[Any, ...]:
    where = diagnostic.location
    return (where.path, where.line, where.column, diagnostic.code) if where else ("", 0, 0, diagnostic.code)


@overload
def workflow(function: Callable[P, R], /) -> Workflow[P, R]: ...
@overload
def workflow(
    *,
    timeout_seconds: int = ...,
    retry: Retry | Sequence[Retry] = ...,
    type: Literal["STANDARD", "EXPRESS"] = ...,
    query_language: Literal["JSONata", "JSONPath"] = ...,
    comment: str = ...,
    version: str = ...,
    extra: Mapping[str, Any] = ...,
) -> Callable[[Callable[P, R]], Workflow[P, R]]: ...
def workflow(function: Any = UNSET, /, **settings: Any) -> Any:
    """Makes a function a workflow: its parameter is the execution's input, what it returns is the output.

    `timeout_seconds` of a whole execution; `retry` for every Task without one of its own; `type` "STANDARD" or "EXPRESS".
    """
    frame = frame_at(1)
    place = (frame.f_code, frame.f_lasti)
    if function is not UNSET and not isinstance(getattr(function, "__code__", None), CodeType):
        raise FlowDslError(f"{location(place)}: @workflow takes a function, found {function!r}")
    # In a function, the annotations may name its own variables; a module's are found in its globals.
    local = dict(frame.f_locals) if frame.f_code.co_flags & inspect.CO_OPTIMIZED else {}
    given = {k: v for k, v in settings.items() if v is not UNSET}
    if function is not UNSET:
        return Workflow(function, given, place, local)

    def decorate(inner: Callable[..., Any]) -> Workflow[..., Any]:
        return Workflow(inner, given, place, local)

    return decorate
