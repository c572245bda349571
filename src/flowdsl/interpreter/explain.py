"""Why a history went the way it went: which Retrier or Catcher took an error, and why the others did not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from flowdsl.asl.definition import Definition, StateNode
from flowdsl.asl.values import is_object
from flowdsl.interpreter.failures import StateFailure
from flowdsl.interpreter.retries import Retrier, first, next_delay, takes
from flowdsl.interpreter.story import Line, Story, span
from flowdsl.interpreter.threads import FAILED, Event, Stay, details


def explained(events: Iterable[Event], definition: Definition | None) -> Iterator[Line]:
    """The lines of a history's story, and after each failure what Retry and Catch made of it."""
    story = Story()
    reasons = Reasons(definition) if definition is not None else None
    for event in events:
        lines = story.tell(event)
        yield from lines
        if reasons is not None:
            yield from reasons.of(event, story)


class Reasons:
    """Counts the retries of every stay, and says what each failure meets."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.states = {state.name: state for state in definition.states()}
        self._made: dict[tuple[int, int], int] = {}
        self._errors: dict[int, tuple[str | None, str | None]] = {}

    def of(self, event: Event, story: Story) -> Iterator[Line]:
        """What Retry and Catch of the event's state make of its failure."""
        kind, told, number = event["type"], details(event), event["id"]
        at = story.threads.at(event)
        thread, stay = story.threads.place(number)
        if stay is None:
            return
        state = self.states.get(stay.name)
        if kind == "FailStateEntered" and state is not None:
            self._errors[number] = (state.fields.get("Error"), state.fields.get("Cause"))
        if kind in FAILED or kind in ("EvaluationFailed", "MapRunFailed"):
            self._errors[number] = (told.get("error"), told.get("cause"))
        elif kind in ("MapIterationFailed", "MapStateFailed", "ParallelStateFailed"):
            self._errors[number] = self._errors.get(event.get("previousEventId", 0), (None, None))
        else:
            return
        fan = stay.type in ("Map", "Parallel")
        # A Map or Parallel that retries tells of no failure of its own: its iteration's is the one to explain.
        if state is None or (fan and kind == "MapStateFailed") or (fan and kind == "ParallelStateFailed"):
            if state is not None and not state.fields.get("Retry"):
                yield from self._met(at, thread.depth, state, stay, self._errors[number])
            return
        yield from self._met(at, thread.depth, state, stay, self._errors[number])

    def _met(
        self, at: float, depth: int, state: StateNode, stay: Stay, error: tuple[str | None, str | None]
    ) -> Iterator[Line]:
        failure = StateFailure(error[0], error[1], final=error[0] == "States.Runtime")
        retriers = tuple(Retrier.of(r) for r in state.fields.get("Retry", ()) if is_object(r))
        names: list[tuple[str, ...]] = [
            tuple(c.get("ErrorEquals", ())) for c in state.fields.get("Catch", ()) if is_object(c)
        ]
        name = error[0] or "an error without a name"

        def line(text: str, pointer: str = "") -> Line:
            place = self.definition.source_map.locate(pointer) if pointer else None
            return Line(at, depth + 1, "", f"{text} ({place.path}:{place.line})" if place else text, "note")

        if failure.final and (retriers or names):
            yield line("States.Runtime is never retried nor caught")
            return
        index = first(retriers, failure)
        for i, retrier in enumerate(retriers):
            if index is not None and i > index:
                break
            at_retrier = f"{state.pointer}/Retry/{i}"
            if i != index:
                yield line(f"Retry[{i}] does not name {name}: {', '.join(retrier.error_equals)}", at_retrier)
                continue
            made = self._made.get((stay.event, i), 0) + 1
            self._made[stay.event, i] = made
            delay = next_delay(retrier, made)
            if delay is not None:
                upto = "up to " if retrier.jitter else ""
                yield line(
                    f"Retry[{i}] takes it: retry {made} of {retrier.max_attempts}, after {upto}{span(delay)}",
                    at_retrier,
                )
                return
            yield line(f"Retry[{i}] takes it, but its {retrier.max_attempts} retries are spent", at_retrier)
        for i, catcher in enumerate(names):
            at_catcher = f"{state.pointer}/Catch/{i}"
            if takes(catcher, failure):
                target: Any = state.fields["Catch"][i].get("Next")
                yield line(f"Catch[{i}] takes it: on to {target}", at_catcher)
                return
            yield line(f"Catch[{i}] does not name {name}: {', '.join(catcher)}", at_catcher)
        if retriers or names:
            yield line("nothing takes it")
