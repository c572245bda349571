"""Ways to have what is wanted: one after the other, each a set of edits to what is made up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from flowdsl.explore.sources import Edits, Source
from flowdsl.explore.wants import GONE, Steps, Want, descend, items, satisfies

Json = Any
Found = Iterator[Edits]
"""One way after the other to have what is wanted; none: there is no way, or none is known."""


def fixed(value: Json, steps: Steps, want: Want) -> Found:
    """What no source feeds: it is as wanted, or never will be."""
    if satisfies(descend(value, steps), want):
        yield ()


def made(source: Source, steps: Steps, want: Want) -> Found:
    """What is made up: as wanted; or, where nothing is wanted there, nothing further up."""
    yield ((source, steps, want),)
    if want.possible or not want.may_be_absent:
        return
    for end in range(len(steps) - 1, 0, -1):
        step = steps[end]
        if isinstance(step, int):
            yield ((source, steps[:end], items(0, max(step, 0))),)
        yield ((source, steps[:end], GONE),)


def together(parts: list[Callable[[], Found]], most: int = 48) -> Found:
    """Every part at once: one way of each, in every combination; at most so many."""
    if not parts:
        yield ()
        return
    made = 0
    stack: list[tuple[Found, Edits]] = [(parts[0](), ())]
    while stack:
        ways, before = stack[-1]
        way = next(ways, None)
        if way is None:
            stack.pop()
            continue
        edits = before + way
        if len(stack) == len(parts):
            yield edits
            made += 1
            if made >= most:
                return
        else:
            stack.append((parts[len(stack)](), edits))
