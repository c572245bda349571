"""Where a run chooses: the visit, what is left to choose there, and whether it came to its end as planned."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flowdsl.asl.values import is_object
from flowdsl.explore.found import Found
from flowdsl.explore.origins import Origins
from flowdsl.explore.running import Answered, Ran
from flowdsl.explore.sources import Edits, Layer
from flowdsl.explore.trace import Visit

Json = Any
Key = tuple[object, ...]
"""A visit, the same in every run that comes to it on the same way."""


class Fork:
    """A visit at which something had to be chosen, and what is left to choose."""

    __slots__ = ("before", "expected", "key", "options")

    def __init__(self, key: Key, options: Iterator[tuple[str, Edits]], before: Layer) -> None:
        self.key = key
        self.options = options
        self.before = before
        """What had to be so when it was come to."""
        self.expected = ""


def rule(origins: Origins, visit: Visit, rule: Json, holds: bool) -> Found:
    if visit.node.jsonata:
        from flowdsl.explore.jsonata import JsonataOrigins

        condition = rule.get("Condition") if is_object(rule) else None
        return JsonataOrigins(origins, visit).condition(condition, holds)
    from flowdsl.explore.jsonpath import PathOrigins
    from flowdsl.explore.rules import Rules

    return Rules(PathOrigins(origins, visit, "effective")).rule(rule, holds)


def fails_unplanned(visit: Visit, answers: dict[tuple[str, int], Answered]) -> bool:
    """Whether a state failed, or a catcher took its failure, though no call was made to fail."""
    kind = visit.node.type
    if kind in ("Choice", "Fail") or (visit.has_ended and visit.caught is None):
        return False
    if kind in ("Map", "Parallel"):
        # What fails inside shows there.
        return visit.trouble is not None and not any(thread.visits for thread in visit.threads)
    if visit.trouble is None:
        return False
    last = answers.get((visit.node.pointer, visit.calls[-1])) if visit.calls else None
    return last is None or last.fault is None


def ends_well(ran: Ran, answers: dict[tuple[str, int], Answered]) -> bool:
    """Whether a run ends as the plan has it: well, in a Fail state, or by a call that was made to fail."""
    if ran.run.status == "SUCCEEDED":
        return True
    for visit in ran.trace.visits:
        if visit.failed:
            last = answers.get((visit.node.pointer, visit.calls[-1])) if visit.calls else None
            return visit.node.type == "Fail" or (last is not None and last.fault is not None)
    return False


def path_of(ran: Ran) -> list[tuple[str, str | None]]:
    return [(visit.node.pointer, visit.way) for visit in ran.trace.visits]


def key_of(visit: Visit, keys: dict[Visit, Key]) -> Key:
    parent = visit.thread.parent
    above: Key = () if parent is None else (keys.get(parent, ()), visit.thread.index)
    return (*above, visit.node.pointer, visit.number)
