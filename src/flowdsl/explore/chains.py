"""A run's states as one line: `Reserve > Quotes {Price} x3 > Charge [CardDeclined caught] > GiveBack > Declined`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple, TypeVar

from flowdsl.explore.trace import Thread, Trace, Visit

T = TypeVar("T")

_LONGEST_ROUND: Final = 40
"""States of a round of a loop that is still told in short."""


class Repeated(NamedTuple):
    """A part of a sequence, and how often it stands there one after the other."""

    start: int
    length: int
    times: int


def repeats(items: Sequence[T]) -> list[Repeated]:
    """The sequence as parts, from left to right; where one is repeated, the shortest that saves most."""
    found: list[Repeated] = []
    at = 0
    while at < len(items):
        best = Repeated(at, 1, 1)
        for length in range(1, min(_LONGEST_ROUND, (len(items) - at) // 2) + 1):
            times = 1
            while items[at : at + length] == items[at + times * length : at + (times + 1) * length]:
                times += 1
            if times > 1 and length * (times - 1) > best.length * (best.times - 1):
                best = Repeated(at, length, times)
        found.append(best)
        at = best.start + best.length * best.times
    return found


def chain_of(trace: Trace) -> str:
    """The states entered, in order; of a Map or Parallel what happens inside; what was retried or caught in brackets."""
    return _thread(trace.root)


def _thread(thread: Thread) -> str:
    told = [_visit(visit) for visit in thread.visits]
    return " > ".join(_part(told[p.start : p.start + p.length], p.times) for p in repeats(told))


def _part(told: list[str], times: int) -> str:
    text = " > ".join(told)
    if times == 1:
        return text
    return f"{text} x{times}" if len(told) == 1 else f"({text}) x{times}"


def _visit(visit: Visit) -> str:
    text = visit.node.name
    inside = [_thread(thread) for thread in visit.threads if thread.visits]
    if inside:
        text += f" {{{' | '.join(_part([inside[p.start]], p.times) for p in _alike(inside))}}}"
    if visit.retried:
        text += " [tried again]" if len(visit.retried) == 1 else f" [tried again x{len(visit.retried)}]"
    if visit.caught is not None:
        error = (visit.trouble or (None, None))[0] or first_trouble(visit)
        text += f" [{error} caught]" if error else " [caught]"
    return text


def _alike(told: list[str]) -> list[Repeated]:
    """Runs of one and the same."""
    found: list[Repeated] = []
    for number, text in enumerate(told):
        if found and told[found[-1].start] == text:
            found[-1] = found[-1]._replace(times=found[-1].times + 1)
        else:
            found.append(Repeated(number, 1, 1))
    return found


def first_trouble(visit: Visit) -> str | None:
    """The error of a visit, or of what failed inside it."""
    if visit.trouble is not None and visit.trouble[0]:
        return visit.trouble[0]
    for thread in reversed(visit.threads):
        if thread.visits and not thread.visits[-1].has_ended:
            found = first_trouble(thread.visits[-1])
            if found:
                return found
    return None
