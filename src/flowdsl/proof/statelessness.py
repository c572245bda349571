"""Whether an environment keeps anything for the next delivery: memory, variables, files, threads; and whether it tells."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from typing import Any, cast

from flowdsl.proof import memory
from flowdsl.proof.delivery import Outcome
from flowdsl.proof.entry import flat
from flowdsl.proof.files import Files
from flowdsl.proof.scenarios import Clean, Scenario, Trial
from flowdsl.proof.state import differences
from flowdsl.proof.subject import Subject

_MOST_OTHERS = 8


def scenarios(trial: Trial, other: Any) -> Iterator[Scenario]:
    """A warm environment, what it keeps, two events in either order; a cold one."""
    yield Scenario("in a warm environment", lambda: _same(trial, trial.clean()))
    yield Scenario("kept for the next delivery", lambda: _kept(trial, other))
    yield Scenario("after another event", lambda: _after_another(trial, other))
    if trial.subject.can_start_anew:
        yield Scenario("in a cold environment", lambda: _cold(trial, other))


def other_event(trial: Trial) -> Any:
    """An event that differs, for a handler of which only one is known: changed in all its values, or in one, until one fits."""
    candidates = [_changed(trial.event, None), *(_changed(trial.event, path) for path in flat(trial.event))]
    for candidate in candidates[:_MOST_OTHERS]:
        if trial.clean(candidate).outcome.kind == "answered":
            return candidate
    return candidates[0]


def _changed(event: Any, only: str | None, at: str = "") -> Any:
    if isinstance(event, dict):
        members = cast("dict[str, Any]", event)
        return {k: _changed(v, only, f"{at}.{k}" if at else str(k)) for k, v in members.items()}
    if isinstance(event, list):
        return [_changed(v, only, f"{at}[{i}]") for i, v in enumerate(cast("list[Any]", event))]
    if only is not None and at != only:
        return event
    if isinstance(event, bool) or event is None:
        return event
    return f"{event}-2" if isinstance(event, str) else event + 1


def _same(trial: Trial, clean: Clean) -> list[str]:
    """The same seed, the same time, a fresh world: whatever differs comes from the environment's memory."""
    wanted = trial.expected
    found = [] if wanted.outcome.same_as(clean.outcome) else [f"{_told(clean.outcome)} instead of {_told(wanted.outcome)}"]
    return found + differences(wanted.state, clean.state)


def _told(outcome: Outcome) -> str:
    return repr(outcome.value) if outcome.kind == "answered" else outcome.error_name


def _after_another(trial: Trial, other: Any) -> list[str]:
    trial.clean(other)
    return _same(trial, trial.clean())


def _cold(trial: Trial, other: Any) -> list[str]:
    with trial.subject.anew() as cold:
        found = _same(trial, trial.clean(subject=cold))
    if found:
        return found
    with trial.subject.anew() as cold:
        trial.clean(other, subject=cold)
        return [f"after another event, {text}" for text in _same(trial, trial.clean(subject=cold))]


def _kept(trial: Trial, other: Any) -> list[str]:
    subject = trial.subject
    if subject.can_start_anew:
        with subject.anew() as cold:
            return _memory(trial, cold, other) + _surroundings(trial, cold)
    return _memory(trial, subject, other) + _surroundings(trial, subject)


def _memory(trial: Trial, subject: Subject, other: Any) -> list[str]:
    """What grows or changes with the events: once for each new event, or again when each comes a second time.

    What changes with the first event only is a client, a setting, a cache of what is the same for all: welcome.
    """
    modules = subject.modules
    steps: list[dict[str, str]] = []
    seen = memory.remembered(modules)
    for event in (trial.event, other, trial.event, other):
        trial.clean(event, subject=subject)
        now = memory.remembered(modules)
        steps.append(memory.changes(seen, now))
        seen = now
    first, second, *again = steps
    leaves = {str(leaf) for leaf in flat(other).values() if len(str(leaf)) > 1} - {str(leaf) for leaf in flat(trial.event).values()}
    found = {name: text for step in again for name, text in step.items()}
    for name, text in second.items():
        if name in first or any(leaf in seen.get(name, "") for leaf in leaves):
            found.setdefault(name, text)
    return [found[name] for name in sorted(found)]


def _surroundings(trial: Trial, subject: Subject) -> list[str]:
    """Environment variables, files and threads that outlive a delivery."""
    trial.world.fresh()
    variables = dict(os.environ)
    threads = set(threading.enumerate())
    with Files() as files:
        trial.deliver(subject=subject)
    found = [f"the environment variable {n} is {os.environ.get(n)!r}, and was {variables.get(n)!r}" for n in _changed_names(variables)]
    found += [f"{path} is left behind" for path in files.left]
    found += [f"the thread {t.name!r} still runs" for t in threading.enumerate() if t not in threads]
    files.remove()
    return found


def _changed_names(before: dict[str, str]) -> list[str]:
    return sorted(n for n in os.environ.keys() | before.keys() if os.environ.get(n) != before.get(n))

