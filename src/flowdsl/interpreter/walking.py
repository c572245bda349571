"""The loop that drives one frame from state to state. What needs no time runs here without leaving it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowdsl.interpreter.failures import StateFailure
from flowdsl.interpreter.frames import Frame, Steps
from flowdsl.interpreter.history import Kind
from flowdsl.interpreter.nodes import CHOICE, INSTANT, Node
from flowdsl.interpreter.retries import Catcher, first, next_delay
from flowdsl.query.base import ExpressionError

__tracebackhide__ = True
"""pytest shows the lines of the test and of its mocks, not those in between."""

Attempt = Callable[[Frame, Any], Steps]


def walk(frame: Frame, node: Node, value: Any, entered: bool = False) -> Steps:
    """Runs the states of one thread from `node` on; returns the last one's output.

    `entered`: the first state was entered before (a redrive); it is not entered again.
    """
    run = frame.run
    records = run.records
    append = records.append
    timeline = run.timeline
    ready = timeline.ready
    brim = run.brim
    follow: Node | None
    try:
        while True:
            if entered:
                entered = False
            else:
                number = len(records) + 1
                if number > brim:
                    brim = run.go_on()
                append((node.entered_kind, frame.last, timeline.now, node, value))
                frame.before = frame.last
                frame.last = frame.entered = number
                frame.entered_at = timeline.now
                frame.node = node
                frame.value = value
            if frame.built:
                del frame.context
                frame.built = False
            flow = node.flow
            if flow == INSTANT:
                step = node.step
                output = value if step is None else step(frame, value)
                follow = node.next
            elif flow == CHOICE:
                output, follow = node.choose(frame, value)  # type: ignore[misc]
            else:
                frame.follow = node.next
                output = yield from node.execute(frame, value)  # type: ignore[misc]
                follow = frame.follow
            assigned = frame.assigned
            if assigned is not None:
                frame.keep(assigned)
            number = len(records) + 1
            if number > brim:
                brim = run.go_on()
            if assigned is None:
                append((node.exited_kind, frame.last, timeline.now, node, output))
            else:
                append((node.exited_kind, frame.last, timeline.now, node, output, assigned))
            frame.last = number
            if follow is None:
                frame.node = None
                return output
            node = follow
            value = output
            if ready:
                frame.node = None
                frame.upcoming = node
                frame.value = value
                yield None
    except ExpressionError as error:
        raise frame.failure(error) from None


def guarded(node: Node, attempt: Attempt, failed: Kind | None = None) -> Attempt:
    """A Task's, Map's or Parallel's work under its Retry and Catch.

    `failed` is the event of a Map or Parallel that gives up: written once no retrier takes the failure (recorded).
    """
    retriers, catchers = node.retriers, node.catchers

    def execute(frame: Frame, value: Any) -> Steps:
        run = frame.run
        frame.retries = 0
        frame.token = None
        made = [0] * len(retriers)
        while True:
            try:
                return (yield from attempt(frame, value))
            except ExpressionError as error:
                failure = frame.failure(error)
            except StateFailure as error:
                failure = error
            frame.assigned = None
            fan, frame.fan = frame.fan, None
            index = first(retriers, failure)
            if index is not None:
                made[index] += 1
                delay = next_delay(retriers[index], made[index], run.random)
                if delay is not None:
                    frame.last = failure.event
                    frame.retries += 1
                    run.decisions.append((node, ("Retry", index), failure.event))
                    if frame.built:
                        del frame.context
                        frame.built = False
                    if delay:
                        yield run.timeline.now + round(delay * 1000)
                    continue
            stood = failure.event
            if failed is not None and not failure.final:
                failure.event = run.record(failed, failure.event)
                failure.state = failure.state or node.name
            frame.last = failure.event
            index = first(catchers, failure)
            if index is None:
                frame.saved = None if fan is None else fan.saved
                raise failure
            run.decisions.append((node, ("Catch", index), failure.event))
            try:
                return caught(frame, node, catchers[index], failure, value)
            except ExpressionError as error:
                # The catcher's own failure is told from where the state stood before, and fails the state once more
                # (measured).
                frame.last = stood
                second = frame.failure(error, stood)
                frame.assigned = None
                if failed is not None and not second.final:
                    second.event = run.record(failed, second.event)
                raise second from None

    return execute


def caught(frame: Frame, node: Node, catcher: Catcher, failure: StateFailure, raw: Any) -> Any:
    """What a catcher makes of a failure: the output that its Next gets, and what it assigns."""
    cause = failure.cause if failure.caught_cause is None else failure.caught_cause
    told: Any = {"Error": failure.error, "Cause": cause}
    frame.follow = catcher.next
    if node.jsonata:
        frame.input = raw
        frame.error_output = told
        try:
            if catcher.assign is not None:
                frame.assigned = catcher.assign(frame)
            if catcher.output is not None:
                told = catcher.output(frame)
        finally:
            frame.error_output = ...
    else:
        frame.input = told
        if catcher.assign is not None:
            frame.assigned = catcher.assign(frame)
        if catcher.place is not None:
            told = catcher.place(raw, told)
    if not frame.run.fits(told):
        raise frame.too_large(node.name)
    return told
