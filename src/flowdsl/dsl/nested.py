"""A workflow as another's Task: StartExecution, waited for or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar

from flowdsl.diagnostics import FlowDslError, did_you_mean
from flowdsl.dsl.calls import Call
from flowdsl.dsl.fit import misfit
from flowdsl.dsl.kinds import ANY
from flowdsl.dsl.names import pascal
from flowdsl.dsl.operators import kind_of_value
from flowdsl.dsl.places import Keyword, frame_at, location
from flowdsl.dsl.retry import error_name
from flowdsl.dsl.trace import Trace, report, tracing
from flowdsl.dsl.values import freeze
from flowdsl.query.expression import Place, Read

if TYPE_CHECKING:
    from flowdsl.dsl.states import Working
    from flowdsl.dsl.workflow import Workflow

P = ParamSpec("P")
R = TypeVar("R")


class Named(Generic[P, R]):
    """A workflow whose execution gets a name: `Task(ship.named(f"ship-{order.id}")(order))`."""

    __slots__ = ("_execution_name", "_workflow")

    def __init__(self, workflow: Workflow[P, R], execution_name: str) -> None:
        self._workflow = workflow
        self._execution_name = execution_name

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """The call that a Task makes, which waits for the result."""
        frame = frame_at(1)
        place = (frame.f_code, frame.f_lasti)
        made: R = call_workflow(  # type: ignore[assignment] # to the type checker a call is its result
            self._workflow, args, kwargs, place, wait=True, execution_name=self._execution_name
        )  # pyright: ignore[reportAssignmentType]
        return made

    def start(self, *args: P.args, **kwargs: P.kwargs) -> Any:
        """Like a call, but the Task does not wait."""
        frame = frame_at(1)
        place = (frame.f_code, frame.f_lasti)
        return call_workflow(self._workflow, args, kwargs, place, wait=False, execution_name=self._execution_name)


def call_workflow(
    workflow: Workflow[Any, Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    place: Place,
    *,
    wait: bool,
    execution_name: Any = ...,
) -> Call:
    """The call that `other(order)` is while a workflow is declared. `execution_name`: ... where AWS makes one up."""
    trace = tracing.get()
    if trace is None:
        raise FlowDslError(
            f"{location(place)}: the workflow {workflow.name} is not run by calling it; write Task({workflow.name}(...)) in another workflow, "
            f"or simulate({workflow.name}, input) in a test"
        )
    import inspect

    names = list(inspect.signature(workflow.function).parameters)[:1]
    reads: list[Read] = []
    given: Any = ...
    for name, value in kwargs.items():
        if name in names:
            given = value
        else:
            report(
                "unknown-argument",
                f"{workflow.name} has no parameter {name!r}{did_you_mean(name, names)}",
                (*place, Keyword(name)),
            )
    if args:
        given = args[0]
        if len(args) > len(names):
            report(
                "unknown-argument",
                f"{workflow.name} takes {'one argument' if names else 'no argument'}, found {len(args)}",
                (*place, len(names)),
            )
    if given is ... and names:
        report(
            "missing-argument", f"{workflow.name} needs the argument {names[0]!r} ({workflow.input_kind.name})", place
        )
    placeholder = _placeholder(workflow)
    arguments: dict[str, Any] = {"StateMachineArn": placeholder}
    if given is not ...:
        problem = misfit(workflow.input_kind, kind_of_value(given), given)
        if problem and names:
            report(
                "unfitting-type",
                f"{workflow.name} wants {names[0]} to be {workflow.input_kind.name}, {problem}",
                (*place, 0 if args else names[0]),
            )
        arguments["Input"] = freeze(given, reads, (*place, 0))
    if execution_name is not ...:
        arguments["Name"] = freeze(execution_name, reads, place)
    call = Call("workflow", "arn:aws:states:::states:startExecution", arguments, reads, place)
    if wait:
        if workflow.type == "EXPRESS":
            report(
                "unsupported-pattern",
                f"{workflow.name} is an Express workflow, which nobody can wait for; write {workflow.name}.start(...)",
                place,
            )
        if trace.type == "EXPRESS":
            report(
                "unsupported-pattern",
                f"an Express workflow cannot wait for {workflow.name}; write {workflow.name}.start(...)",
                place,
            )
        call.pattern = ".sync:2"
        call.envelope = ("Output",)
        call.result = workflow.result_kind
    else:
        call.result = ANY
    trace.calls.append(call)
    return call


def _placeholder(workflow: Workflow[Any, Any]) -> str:
    trace = tracing.get()
    assert trace is not None
    name = pascal(workflow.name)
    meaning = ("state-machine", f"{workflow.__module__}:{workflow.name}", "string")
    if trace.placeholders.get(name, meaning) != meaning:
        name = f"{name}StateMachine"
    trace.placeholders[name] = meaning
    return f"${{{name}}}"


_RAISED = frozenset(
    {
        "States.ALL",
        "States.TaskFailed",
        "States.Timeout",
        "States.QueryEvaluationError",
        "States.DataLimitExceeded",
        "States.Permissions",
        "States.Runtime",
    }
)
"""What a Task that waits for a workflow can fail with, beside StartExecution's own errors."""


def check_caught(trace: Trace, state: Working) -> None:
    """Reports errors that a nested workflow never fails with: whatever it raises arrives as States.TaskFailed (recorded)."""
    handled = [(p.errors, p.place) for p in state.catchers or ()] + [
        (p.errors, place) for p, place in state.retriers or ()
    ]
    for errors, place in handled:
        for i, error in enumerate(errors):
            name = error_name(error)
            if name not in _RAISED and not name.startswith(("StepFunctions.", "Sfn.")):
                trace.report(
                    "never-raised",
                    f"{state.name!r} runs a workflow, which fails as States.TaskFailed whatever it raised: {name} never arrives; "
                    "catch TaskFailed, and decide on the Cause",
                    (*place, i),
                    state=state,
                )
