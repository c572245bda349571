"""Whether an environment keeps anything for the next delivery: memory, variables, files, threads; and whether it tells."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from flowdsl.handler.wire import is_list, is_mapping
from flowdsl.proof import memory
from flowdsl.proof.delivery import Outcome
from flowdsl.proof.entry import Entry, flat
from flowdsl.proof.scenarios import REDELIVERY_SECONDS, Clean, Scenario, Trial
from flowdsl.proof.state import State, differences
from flowdsl.proof.subject import Subject

_MOST_OTHERS = 8


@dataclass(frozen=True, slots=True)
class Other:
    """A second event, and what a clean delivery of it does."""

    event: Any
    expected: Clean


@dataclass(slots=True)
class Seen:
    """What came out of a run of deliveries in one environment."""

    first: list[str] = field(default_factory=list[str])
    """What is wrong with the very first one."""
    later: list[str] = field(default_factory=list[str])
    """What is wrong with those after another event."""
    kept: list[str] = field(default_factory=list[str])
    """What stayed in the environment."""


def scenarios(trial: Trial, other: Other) -> Iterator[Scenario]:
    """A warm environment; a cold one; two events in either order; what an environment keeps."""
    seen: list[Seen] = []

    def looked() -> Seen:
        if not seen:
            seen.append(_look(trial, other))
        return seen[0]

    yield Scenario("in a warm environment", lambda: _same(trial.expected, trial.clean()))
    if trial.subject.can_start_anew:
        yield Scenario("in a cold environment", lambda: looked().first)
    yield Scenario("after another event", lambda: looked().later)
    if other.expected.outcome.kind == "answered":
        yield Scenario("delivered again after another event", lambda: _returning(trial, other))
    yield Scenario("kept for the next delivery", lambda: looked().kept)


def other_event(trial: Trial, given: Any) -> Other:
    """The second event: as given, or the first one with all its values changed, or with one, until one is taken."""
    if given is not None:
        return Other(given, trial.clean(given))
    candidates = [_changed(trial.event, None), *(_changed(trial.event, path) for path in flat(trial.event))]
    tried: list[Other] = []
    for candidate in candidates[:_MOST_OTHERS]:
        tried.append(Other(candidate, trial.clean(candidate)))
        if tried[-1].expected.outcome.kind == "answered":
            return tried[-1]
    return tried[0]


def _changed(event: Any, only: str | None, at: str = "") -> Any:
    if is_mapping(event):
        return {k: _changed(v, only, f"{at}.{k}" if at else str(k)) for k, v in event.items()}
    if is_list(event):
        return [_changed(v, only, f"{at}[{i}]") for i, v in enumerate(event)]
    if only is not None and at != only:
        return event
    if isinstance(event, bool) or event is None:
        return event
    return f"{event}-2" if isinstance(event, str) else event + 1


def _same(wanted: Clean, clean: Clean) -> list[str]:
    """The same seed, the same time, a fresh world: whatever differs comes from the environment's memory."""
    told = f"{_told(clean.outcome)} instead of {_told(wanted.outcome)}"
    found = [] if wanted.outcome.same_as(clean.outcome) else [told]
    return found + differences(wanted.state, clean.state)


def _told(outcome: Outcome) -> str:
    return repr(outcome.value) if outcome.kind == "answered" else outcome.error_name


def _look(trial: Trial, other: Other) -> Seen:
    """One event, the other, and both again, each in a fresh world, in one environment: a cold one, where that is possible."""
    seen = Seen()
    with trial.subject.anew() if trial.subject.can_start_anew else nullcontext(trial.subject) as subject:
        modules = subject.modules
        steps: list[dict[str, str]] = []
        before = _remembering(modules)
        texts = before
        for turn, (event, expected) in enumerate([(trial.event, trial.expected), (other.event, other.expected)] * 2):
            if turn == 0:
                clean, seen.kept = _surrounded(trial, subject)
                seen.first = _same(expected, clean)
            else:
                seen.later = seen.later or _same(expected, trial.clean(event, subject))
            now = _remembering(modules)
            steps.append(memory.changes(before, now))
            texts = before if turn == 1 else texts
            before = now
        seen.kept = _remembered(steps, texts, trial.event, other.event) + seen.kept
    return seen


def _remembering(modules: list[ModuleType]) -> dict[str, str]:
    return {**memory.remembered(modules), **memory.of_the_process()}


def _remembered(steps: list[dict[str, str]], before_other: dict[str, str], event: Any, other: Any) -> list[str]:
    """What grows or changes with the events: once for each new event, or again when each comes a second time.

    What changes with the first event only is a client, a setting, a cache of what is the same for all: welcome.
    """
    first, second, *again = steps
    leaves = {str(leaf) for leaf in flat(other).values()} - {str(leaf) for leaf in flat(event).values()}
    found = {name: text for step in again for name, text in step.items()}
    for name, text in second.items():
        if name in first or any(leaf in before_other.get(name, "") for leaf in leaves if len(leaf) > 1):
            found.setdefault(name, text)
    return [found[name] for name in sorted(found)]


def _returning(trial: Trial, other: Other) -> list[str]:
    """An event, another one, and the first again, in one world: as if it had come once, before the other or after it.

    A mark that knows only who came last takes the first for a new one. What is answered may differ: the other one was there.
    """
    found: list[list[str]] = []
    first, second = trial.event, other.event
    states = [_after(trial, events) for events in ((first, second), (second, first), (first, second, first))]
    for one in states[:2]:
        found.append(differences(one, states[2], trial.mask))
        if not found[-1]:
            return []
    # Where a repeat by itself does it twice, that has been told.
    return [] if trial.repeated() else found[1]


def _after(trial: Trial, events: tuple[Any, ...]) -> State:
    """What is there after some deliveries, one after the other. Versions that were in between count for nothing."""
    trial.world.fresh()
    for event in events:
        trial.deliver(event=event)
        trial.world.clock.advance(REDELIVERY_SECONDS)
    containers = trial.world.observe().containers
    return State(
        {
            name: [Entry(e.container, e.identity, {k: v for k, v in e.facts.items() if k != "versions"}) for e in held]
            for name, held in containers.items()
        }
    )


def _surrounded(trial: Trial, subject: Subject) -> tuple[Clean, list[str]]:
    """A clean delivery, and the environment variables, files and threads that outlive it."""
    trial.world.fresh()
    variables = dict(os.environ)
    threads = set(threading.enumerate())
    trial.world.files.remove()
    delivery = trial.deliver(subject=subject)
    assert delivery.outcome is not None
    found = [
        f"the environment variable {name} is {os.environ.get(name)!r}, and was {variables.get(name)!r}"
        for name in sorted(os.environ.keys() | variables.keys())
        if os.environ.get(name) != variables.get(name)
    ]
    found += [f"{path} is left behind" for path in trial.world.files.left]
    found += [f"the thread {t.name!r} still runs" for t in threading.enumerate() if t not in threads]
    return Clean(delivery.outcome, trial.world.observe(), delivery.calls), found
