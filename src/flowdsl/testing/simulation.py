"""simulate(...): one execution for a test, and the mocks that a test gives."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from flowdsl.diagnostics import FlowDslError
from flowdsl.interpreter.budgets import SECONDS
from flowdsl.interpreter.clock import DEFAULT_START
from flowdsl.interpreter.execution import Execution
from flowdsl.interpreter.execution import start as begin
from flowdsl.interpreter.mocks import Hangs, Mocks, Raises, Returns, Waits
from flowdsl.interpreter.program import program_of
from flowdsl.testing import coverage
from flowdsl.testing.inputs import jsonable, misfit

__tracebackhide__ = True
"""pytest shows the line of the test, not those in here."""


def start(
    workflow: Any,
    input: Any = None,
    mocks: Mapping[Any, Any] | None = None,
    *,
    seed: int | str = 0,
    now: str | datetime = DEFAULT_START,
    type: Literal["STANDARD", "EXPRESS"] | None = None,
    sync: bool = False,
    quotas: bool = True,
    name: str | None = None,
    max_events: int | None = None,
    max_seconds: float | None = SECONDS,
    substitutions: Mapping[str, Any] | None = None,
    s3: Any = None,
    handlers: bool = True,
    check_input: bool = True,
) -> Execution:
    """Starts an execution to be taken on step by step: `advance("12h")`, `pending`, `finish()`, `stop()`.

    A callback or activity without a mock stays open, for `pending[0].succeed(...)` to answer.
    """
    try:
        program = program_of(workflow, substitutions)
        return begin(
            program,
            _input(workflow, input, check_input),
            Mocks(program, mocks, handlers=handlers, open=True),
            seed=seed,
            now=now,
            type=type,
            sync=sync,
            quotas=quotas,
            name=name,
            max_events=max_events,
            max_seconds=max_seconds,
            s3=s3,
            tally=coverage.current,
        ).settle()
    except FlowDslError as error:
        raise error.with_traceback(None) from error.__cause__


def simulate(
    workflow: Any,
    input: Any = None,
    mocks: Mapping[Any, Any] | None = None,
    *,
    seed: int | str = 0,
    now: str | datetime = DEFAULT_START,
    type: Literal["STANDARD", "EXPRESS"] | None = None,
    sync: bool = False,
    quotas: bool = True,
    name: str | None = None,
    max_events: int | None = None,
    max_seconds: float | None = SECONDS,
    substitutions: Mapping[str, Any] | None = None,
    s3: Any = None,
    handlers: bool = True,
    check_input: bool = True,
    unused_mocks: Literal["error", "ignore"] = "error",
) -> Execution:
    """Runs a workflow to its end, offline, on a virtual clock.

    `mocks` answer Tasks, by the state's name, by operation (`"dynamodb:putItem"`) or by handler (the function itself, or
    `"module:function"`). An answer is a value, a function of the request (and of the Call, if it takes two arguments),
    `raises(...)`, `returns(...)`, `hangs()`, or a list of these, one for each call. A Task without a mock whose handler is
    in this project calls it. A mock that no call uses is an error, unless `unused_mocks="ignore"`. `substitutions` stand for
    the `${Name}` of a definition, as they would when it is deployed; only those in place of a number must be given.
    The input is held against the annotation of the workflow's parameter, unless `check_input=False`.

    An Express workflow is started by StartExecution, or with `sync=True` by StartSyncExecution: its context object tells
    which (only the former has a RedriveCount).

    The same workflow, input, mocks and seed give the same execution, event for event. `max_events` bounds what AWS does
    not (Express, or `quotas=False`), `max_seconds` the real time that it may take.
    """
    try:
        program = program_of(workflow, substitutions)
        answers = Mocks(program, mocks, handlers=handlers)
        execution = begin(
            program,
            _input(workflow, input, check_input),
            answers,
            seed=seed,
            now=now,
            type=type,
            sync=sync,
            quotas=quotas,
            name=name,
            max_events=max_events,
            max_seconds=max_seconds,
            s3=s3,
            tally=coverage.current,
        ).finish()
        if execution.status == "RUNNING":
            waiting = ", ".join(repr(task.state) for task in execution.pending)
            raise FlowDslError(
                f"the execution waits for an answer from outside, in {waiting}; give it a mock, or use start()"
            )
        leftovers = answers.leftovers()
        if leftovers and unused_mocks == "error":
            path = " > ".join(execution.path) or "empty"
            raise FlowDslError(f"{'; '.join(leftovers)} (the execution is {execution.status}, its path is {path})")
    except FlowDslError as error:
        raise error.with_traceback(None) from error.__cause__
    return execution


def _input(workflow: Any, value: Any, check: bool) -> Any:
    """The execution's input. What does not fit the workflow's parameter is refused: AWS takes any JSON, the states do
    not."""
    told: Any = jsonable({} if value is None else value)
    if check:
        problem = misfit(told, getattr(workflow, "input_annotation", None))
        if problem is not None:
            raise FlowDslError(f"the input {problem} (check_input=False passes it all the same)")
    return told


def raises(
    error: str | type[BaseException] | BaseException | None = None, cause: str | None = None, *, after: float = 0
) -> Raises:
    """A mock that fails: with an error's name, or as a Lambda function fails that raises this exception."""
    return Raises(error, cause, after=after)


def returns(value: Any = None, *, after: float = 0, whole: bool = False) -> Returns:
    """A mock's value that takes virtual time (`after`, in seconds), or that is a list.

    `whole`: the value is the result as AWS gives it; nothing is wrapped around it.
    """
    return Returns(value, after=after, whole=whole)


def hangs(*, heartbeats: bool = False) -> Hangs:
    """A mock that never answers, with or without heartbeats: the task times out."""
    return Hangs(heartbeats=heartbeats)


def waits() -> Waits:
    """A mock that leaves the task open for an answer from outside."""
    return Waits()
