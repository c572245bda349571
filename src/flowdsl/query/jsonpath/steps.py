"""The steps a path is made of, and the one walk over a document that they share."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from flowdsl.query.base import Value

if TYPE_CHECKING:
    from flowdsl.query.jsonpath.conditions import Condition

Json = Any


@dataclass(frozen=True, slots=True)
class Name:
    """`.name` or `['name']`."""

    name: str


@dataclass(frozen=True, slots=True)
class Index:
    """`[n]`; negative counts from the end."""

    index: int


@dataclass(frozen=True, slots=True)
class Names:
    """`['a','b']`: as the last step one object with those members, before another step each of them (Jayway)."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Indexes:
    """`[0,2]`."""

    indexes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Slice:
    """`[start:stop]`. Jayway reads no step: a third number is kept in `step` and has no effect."""

    start: int | None
    stop: int | None
    step: int | None = None


@dataclass(frozen=True, slots=True)
class Wildcard:
    """`.*` (`dotted`) or `[*]`: elements of an array, members of an object."""

    dotted: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Descend:
    """`..`: the next step applies to the value and to everything below it, outermost first."""


@dataclass(frozen=True, slots=True)
class Filter:
    """`[?(...)]`: elements for which the condition holds; `test` is it, compiled, on (element, root)."""

    text: str
    condition: Condition
    test: Callable[[Json, Json], bool] = field(compare=False)


Step = Name | Index | Names | Indexes | Slice | Wildcard | Descend | Filter


MOST_VISITS = 3_000_000
"""Values that one evaluation of a path may look at. An input has 262,144 bytes: only what multiplies comes near it."""


class TooMuch(Exception):
    """A path that looks at more than MOST_VISITS values: `$..a..a..a` on what is nested deep, a filter in a filter."""


class _Budget(threading.local):
    visits = 0


_budget = _Budget()


def begin() -> None:
    """Starts the count of an evaluation's visits anew."""
    _budget.visits = 0


def _visit(count: int) -> None:
    _budget.visits += count
    if _budget.visits > MOST_VISITS:
        raise TooMuch


class NotFound(Exception):
    """A definite path that leads nowhere: `step` is the number of the step that failed, `value` what it was asked of."""

    def __init__(self, step: int, value: Json, past_the_end: bool = False) -> None:
        super().__init__(step)
        self.step = step
        self.value = value
        self.past_the_end = past_the_end
        """An index past the end of an array that is there: a payload template takes it for null (measured)."""


def definite(steps: tuple[Step, ...]) -> bool:
    """Whether steps lead to one value: its absence is an error, where an indefinite path gives []."""
    last = len(steps) - 1
    return all(
        isinstance(step, (Name, Index)) or (isinstance(step, Names) and i == last) for i, step in enumerate(steps)
    )


def walk(steps: tuple[Step, ...], root: Json) -> Json:
    """The value that steps lead to in a document: one value when they are definite (or NotFound), else a list."""
    number = 0
    value = root
    last = len(steps) - 1
    while number <= last:
        step = steps[number]
        if isinstance(step, (Name, Index)):
            value = _member(value, step, number)
        elif isinstance(step, Names) and number == last:
            value = _members(value, step, number)
        else:
            return _walk_many([value], steps, number, root)
        number += 1
    return value


def _walk_many(values: list[Json], steps: tuple[Step, ...], number: int, root: Json) -> list[Json]:
    last = len(steps) - 1
    while number <= last:
        step = steps[number]
        _visit(len(values))
        if isinstance(step, Descend):
            number += 1
            values = _descend(values, steps[number], root, number == last)
        else:
            values = _select(values, step, root, number == last)
        number += 1
    return values


def _member(value: Value, step: Name | Index, number: int) -> Json:
    """The one value behind a Name or an Index."""
    if isinstance(step, Name):
        if isinstance(value, dict) and step.name in value:
            return value[step.name]
        raise NotFound(number, value)
    if not isinstance(value, list):
        raise NotFound(number, value)
    if -len(value) <= step.index < len(value):
        return value[step.index]
    raise NotFound(number, value, past_the_end=True)


def _members(value: Value, step: Names, number: int) -> dict[str, Value]:
    if not isinstance(value, dict):
        raise NotFound(number, value)
    return {name: value[name] for name in step.names if name in value}


def _select(values: list[Value], step: Step, root: Json, last: bool) -> list[Json]:
    """What a step gives for each of several values. Never fails: what does not fit gives nothing."""
    if isinstance(step, Name):
        name = step.name
        return [value[name] for value in values if isinstance(value, dict) and name in value]
    out: list[Json] = []
    for value in values:
        if isinstance(value, dict):
            _from_object(value, step, root, last, out)
        elif isinstance(value, list):
            _from_array(value, step, root, out)
    return out


def _from_object(value: dict[str, Json], step: Step, root: Json, last: bool, out: list[Json]) -> None:
    if isinstance(step, Names):
        found = {name: value[name] for name in step.names if name in value}
        if last:
            out.append(found)
        else:
            out.extend(found.values())
    elif isinstance(step, Wildcard):
        out.extend(value.values())
    elif isinstance(step, Filter) and step.test(value, root):
        out.append(value)


def _from_array(value: list[Value], step: Step, root: Json, out: list[Json]) -> None:
    size = len(value)
    _visit(len(step.indexes) if isinstance(step, Indexes) else size)
    if isinstance(step, Index):
        if -size <= step.index < size:
            out.append(value[step.index])
    elif isinstance(step, Wildcard):
        out.extend(value)
    elif isinstance(step, Slice):
        out.extend(value[i] for i in _slice(step, size))
    elif isinstance(step, Indexes):
        out.extend(value[i] for i in step.indexes if -size <= i < size)
    elif isinstance(step, Filter):
        # A filter's @ on scalars does not match (documented).
        out.extend(item for item in value if isinstance(item, (dict, list)) and step.test(item, root))


def _slice(step: Slice, size: int) -> list[int]:
    """The indexes of a slice, Jayway's own way: between two bounds it counts up, and only then are negative ones turned."""
    start, stop = step.start, step.stop
    if stop is None:
        start = 0 if start is None else start
        return list(range(max(0, size + start if start < 0 else start), size))
    if start is None:
        return list(range(min(size, size + stop if stop < 0 else stop)))
    turned = (i if i >= 0 else size + i for i in range(max(start, -size), min(size, stop)))
    return [i for i in turned if i >= 0]


def _descend(values: list[Json], step: Step, root: Json, last: bool) -> list[Json]:
    below = (node for start in values for node in _below(start))
    nodes: list[Value] = list(islice(below, MOST_VISITS + 1 - _budget.visits))
    _visit(len(nodes))
    if isinstance(step, Filter):
        # Below `..` each object answers for itself; an array's elements are asked when they are reached.
        return [node for node in nodes if isinstance(node, dict) and step.test(node, root)]
    return _select(nodes, step, root, last)


def _below(value: Value) -> Iterator[Value]:
    """The value and every object and array below it, outermost first. A stack: depth is the user's to choose."""
    stack: list[Value] = [value]
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            yield node
            stack.extend(reversed(list(node.values())))
        elif isinstance(node, list):
            yield node
            stack.extend(reversed(node))
