"""The proof: a handler, an event and a world; every fault at every call; one line for whatever goes wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from flowdsl.diagnostics import FlowDslError
from flowdsl.proof import statelessness
from flowdsl.proof.delivery import NeverAnswers
from flowdsl.proof.keys import coarse
from flowdsl.proof.marshal import MarshalError
from flowdsl.proof.report import Finding, Report
from flowdsl.proof.scenarios import Trial, findings_of
from flowdsl.proof.setups import missing, subject_of, unset_variable
from flowdsl.proof.subject import Subject
from flowdsl.proof.world import Setup, World

Progress = Callable[[int, str], AbstractContextManager[Callable[..., None]]]
"""(number of scenarios, whose) -> a context that gives advance(): `cli.output.progress` is one."""

LARGEST_CALLS = 60
"""Calls of a delivery at which faults are tried; of more, as many are taken evenly."""


def prove(
    handler: Any,
    event: Any,
    setup: Setup | None = None,
    *,
    raises: tuple[type[BaseException], ...] = (),
    other_event: Any = None,
    ignore: Iterable[str] = (),
    at_least_once: Iterable[str] = (),
    partial_batch: bool | None = None,
    only: str = "",
    seed: int = 0,
    then: Callable[[], object] | None = None,
    progress: Progress | None = None,
) -> Report:
    """Proves a handler idempotent and stateless for one event, against moto. Nothing reaches a network or an account.

    `handler`: under @handler, or any function of (event, context). `setup` makes the world that it finds: tables, queues,
    environment variables; it runs before each scenario. `raises`: errors that are answers, of a plain function.
    `other_event`: a second event, for what an environment keeps from one to the next; by default one is derived.
    `ignore`: what is no effect: a table, a queue, or `table.attribute`. Records of idempotency keys never are.
    `at_least_once`: queues, topics and streams (`"stream clicks"`) whose readers drop repeats: the same message twice is
    fine there, and none, or another one, is not.
    `partial_batch`: whether records of the event may fail alone, by an answer with batchItemFailures; then only those come
    again (of a stream, all from the first of them on). By default it is told by the shape of event and answer.
    `only`: tries the scenarios whose name contains this text, as a finding gives it; the others are left out.
    `then`: called at the end, in the world after one clean delivery.

    Raises FlowDslError when the handler does not work on the event at all.
    """
    subject = Subject(handler, raises)
    event = subject.event_with_key(event)
    report = Report(subject.name, seed)
    with World(setup, seed) as world:
        trial = Trial(world, subject, event, partial_batch)
        world.fresh()
        world.ignore = frozenset(ignore) | frozenset(f"table {name}" for name in subject.marker_tables())
        world.at_least_once = frozenset(at_least_once)
        trial.learn()
        report.calls = trial.expected.calls
        if isinstance(error := trial.expected.outcome.error, MarshalError):
            # It never answers anything: what else might go wrong has nothing to be compared with.
            report.scenarios = 1
            report.findings.append(
                Finding("each delivery", f"fails with Runtime.MarshalError: Lambda cannot return it: {error}")
            )
            return report
        _check(trial)
        other = statelessness.other_event(trial, subject.event_with_key(other_event))
        every = [*trial.scenarios(LARGEST_CALLS), *statelessness.scenarios(trial, other)]
        scenarios = [scenario for scenario in every if only in scenario.label]
        if not scenarios:
            raise FlowDslError(
                f"{subject.name} has no scenario {only!r}; there are: {'; '.join(s.label for s in every)}"
            )
        if not subject.can_start_anew:
            report.skipped.append("a cold environment: the handler's module cannot be imported a second time")
        if len(report.calls) > LARGEST_CALLS:
            report.skipped.append(f"faults at {len(report.calls) - LARGEST_CALLS} of {len(report.calls)} calls")
        report.scenarios = len(scenarios)
        with progress(len(scenarios), subject.name) if progress is not None else nullcontext(_no_bar) as advance:
            for scenario in scenarios:
                report.findings += findings_of(scenario)
                advance()
        if note := coarse(trial):
            report.notes.append(note)
        if then is not None:
            trial.clean()
            then()
    return report


def _no_bar(n: int = 1) -> None:
    """Nobody looks."""


def _check(trial: Trial) -> None:
    """That there is something to prove: the handler answers, and moto answers it."""
    unanswered = trial.world.wire.unanswered
    if unanswered:
        raise FlowDslError(f"{trial.subject.name} calls {unanswered[0]}, which moto does not answer")
    outcome = trial.expected.outcome
    if isinstance(outcome.error, NeverAnswers):
        raise FlowDslError(f"{trial.subject.name} never answers: {outcome.error}") from outcome.error
    if not trial.subject.is_final(outcome):
        if trial.world.web.refused:
            raise FlowDslError(
                f"{trial.subject.name} connects to {trial.world.web.refused[0]}, and a proof reaches no network: it records boto3, and HTTP "
                "through urllib, urllib3, requests and httpx; whatever else a handler talks to, its setup puts something else there"
            ) from outcome.error
        lacking = _lacking(trial, outcome.error)
        raise FlowDslError(
            f"{trial.subject.name} {lacking}"
            if lacking
            else f"{trial.subject.name} fails on this event before anything is done to it: {outcome.error_name}: {outcome.error}"
        ) from outcome.error


def _lacking(trial: Trial, error: BaseException | None) -> str:
    """What the handler needs and the world does not have; empty where it fails for another reason."""
    # What flowdsl's own errors are made from says more than they do themselves.
    code = missing(error) or missing(getattr(error, "__cause__", None))
    variable = unset_variable(error)
    if code and code != missing(error):
        found = f"cannot begin: {error}"
    elif code and trial.expected.failed is not None:
        call, parameters = trial.expected.failed
        what = subject_of(parameters)
        found = f"calls {call}{f' with {what}' if what else ''}, which is not there ({code})"
    elif variable:
        found = f"reads the environment variable {variable!r}, which is not set"
    else:
        return ""
    made = trial.world.setup
    if made is None:
        return f"{found}: the proof has no world; give it one with --setup MODULE:FUNCTION, or @proof(handler, event, setup)"
    return f"{found}: the setup {made.__module__}:{made.__qualname__} does not make it"


def assert_idempotent(handler: Any, event: Any, *, setup: Setup | None = None, **options: Any) -> Report:
    """Asserts that a handler is idempotent and stateless for one event. See `prove` for the other arguments."""
    __tracebackhide__ = True  # pytest shows the caller's line, not this one
    report = prove(handler, event, setup, **options)
    if not report.is_proved:
        raise AssertionError(str(report))
    return report
