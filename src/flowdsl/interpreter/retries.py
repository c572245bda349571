"""Which Retrier takes an error and how long to wait, and which Catcher then. No clock here: the engine sleeps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from flowdsl.errors import HeartbeatTimeout, matches
from flowdsl.interpreter.failures import StateFailure
from flowdsl.query.base import Evaluate


@dataclass(frozen=True, slots=True)
class Retrier:
    """One object of Retry, its defaults filled in (spec)."""

    error_equals: tuple[str, ...]
    interval_seconds: float = 1
    max_attempts: int = 3
    """Retries, not calls: 0 is one call and no retry."""
    backoff_rate: float = 2.0
    max_delay_seconds: float | None = None
    jitter: bool = False

    @classmethod
    def of(cls, fields: dict[str, Any]) -> Retrier:
        return cls(
            tuple(fields.get("ErrorEquals", ())),
            fields.get("IntervalSeconds", 1),
            fields.get("MaxAttempts", 3),
            fields.get("BackoffRate", 2.0),
            fields.get("MaxDelaySeconds"),
            fields.get("JitterStrategy") == "FULL",
        )


@dataclass(frozen=True, slots=True)
class Catcher:
    """One object of Catch, its fields compiled."""

    error_equals: tuple[str, ...]
    next: Any
    """The node that follows."""
    assign: Evaluate | None = None
    output: Evaluate | None = None
    """JSONata: what the next state gets. None: the Error Output itself."""
    place: Callable[[Any, Any], Any] | None = None
    """JSONPath: puts the Error Output into the raw input at ResultPath. None: it replaces the input."""


def takes(error_equals: tuple[str, ...], failure: StateFailure) -> bool:
    """Whether a retrier or catcher takes a failure."""
    if failure.final:
        return False
    return any(matches(p, failure.error) or (failure.heartbeat and p == HeartbeatTimeout) for p in error_equals)


def first(rules: tuple[Any, ...], failure: StateFailure) -> int | None:
    """The index of the first retrier or catcher that takes a failure. It alone decides: when it is spent, no later one
    is asked (recorded)."""
    for index, rule in enumerate(rules):
        if takes(rule.error_equals, failure):
            return index
    return None


def next_delay(retrier: Retrier, attempt: int, random: Random | None = None) -> float | None:
    """Seconds before retry number `attempt` (1 = first retry), or None when the retrier is spent.

    IntervalSeconds * BackoffRate ** (attempt - 1), cut at MaxDelaySeconds; with JitterStrategy FULL a random point
    between 0 and that (spec).
    """
    if attempt > retrier.max_attempts:
        return None
    ceiling = 99_999_999.0 if retrier.max_delay_seconds is None else float(retrier.max_delay_seconds)
    try:
        delay = min(retrier.interval_seconds * retrier.backoff_rate ** (attempt - 1), ceiling)
    except OverflowError:
        delay = ceiling
    if retrier.jitter and random is not None:
        return random.uniform(0, delay)
    return delay
