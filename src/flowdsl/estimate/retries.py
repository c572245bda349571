"""How often a state may be tried again, and how long it waits between: the Retry field by itself."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from flowdsl.estimate.amount import Number
from flowdsl.integrations.base import as_list, as_object

YEAR = 31_536_000
"""Seconds that a Standard execution may take at most."""


@dataclass(frozen=True, slots=True)
class Retries:
    """The most that a state's retriers allow in one visit."""

    count: int = 0
    """Tries beyond the first."""
    pauses: Number = 0
    """Seconds between all the tries together, jitter at its longest."""
    notes: tuple[str, ...] = ()


NONE = Retries()


def retries_of(fields: dict[str, Any]) -> Retries:
    """All retriers spent: each has a count of its own, so together they allow the sum (spec).

    A number that is a placeholder or malformed counts as the default: 3 attempts, 1 second, rate 2.
    """
    count, pauses = 0, 0.0
    notes: list[str] = []
    for retrier in map(as_object, as_list(fields.get("Retry"))):
        if not retrier:
            continue
        attempts = _number(retrier, "MaxAttempts", 3, notes)
        if attempts <= 0:
            continue
        count += int(attempts)
        pauses += pauses_of(
            int(attempts),
            _number(retrier, "IntervalSeconds", 1, notes),
            _number(retrier, "BackoffRate", 2.0, notes),
            _number(retrier, "MaxDelaySeconds", math.inf, notes),
        )
    return Retries(count, int(pauses) if pauses.is_integer() else pauses, tuple(dict.fromkeys(notes)))


def pauses_of(attempts: int, interval: Number, rate: Number, longest: Number = math.inf) -> float:
    """Seconds of all pauses before `attempts` retries: interval * rate^i each, cut at `longest`.

    A pause past a year ends the execution: those beyond count a year each.
    """
    cut = min(longest, YEAR)
    pause, together = float(interval), 0.0
    for done in range(attempts):
        if pause >= cut or rate <= 1:
            return together + min(pause, cut) * (attempts - done)
        together += pause
        pause *= rate
    return together


def _number(retrier: dict[str, Any], key: str, default: Number, notes: list[str]) -> Number:
    value = retrier.get(key, default)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    notes.append(f"{key} is not a number here; {default} assumed")
    return default
