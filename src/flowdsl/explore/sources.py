"""Where made-up values enter a run: the input, the results of calls, the items that readers read, what errors say."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple

from flowdsl.analysis.task_results import handler_binding, target
from flowdsl.asl.definition import Definition, StateNode
from flowdsl.asl.values import is_object
from flowdsl.explore.making import CannotBe, Maker, overlaid
from flowdsl.explore.wants import MISSING, NO_WISH, Steps, Want, Wish, with_want
from flowdsl.integrations.shapes import json_schema, output_shape

Json = Any


class Source(NamedTuple):
    """One made-up value."""

    kind: Literal["input", "result", "items", "cause"]
    """`result`: of a Task's call. `items`: what a Map's ItemReader reads. `cause`: the Cause of a Task's failure."""
    pointer: str = ""
    """Of the state; empty for the input."""
    number: int = 1
    """Of the call among all calls of the state. What is wanted of one call is wanted of later ones, until they differ."""


INPUT = Source("input")

Edit = tuple[Source, Steps, Want]
Edits = tuple[Edit, ...]
"""All of them at once."""


class Makers:
    """What each source of a definition makes its values with."""

    def __init__(self, definition: Definition, input_schema: Json = None) -> None:
        self.definition = definition
        self._input = Maker(input_schema if input_schema is not None else definition.bindings.input_schema)
        self._states = {state.pointer: state for state in definition.states()}
        self._results: dict[str, Maker] = {}
        self._open = Maker()

    @property
    def has_input_type(self) -> bool:
        """Whether anything says what the input is."""
        return bool(self._input.schema.root)

    def of(self, source: Source) -> Maker:
        """The maker of one source."""
        if source.kind == "input":
            return self._input
        if source.kind != "result":
            return self._open
        found = self._results.get(source.pointer)
        if found is None:
            found = self._results[source.pointer] = Maker(
                result_schema(self._states[source.pointer], self.definition)
            )
        return found

    def name(self, source: Source) -> str:
        """What a whole value of the source is called, for a plausible one."""
        return {"input": "payload", "result": "payload", "items": "items", "cause": "cause"}[source.kind]


def result_schema(state: StateNode, definition: Definition) -> Json:
    """JSON Schema of what a mock of a Task gives: a handler's return type, or the answer of the API; None: anything."""
    found = target(state)
    binding = handler_binding(state, definition.bindings)
    declared = None if binding is None else binding.result_schema
    if found.pattern == "wait_for_task_token":
        return None
    if found.operation is None or found.resource is None or found.is_lambda:
        return declared
    if found.operation.kind == "activity":
        return declared
    if found.name == "states:startExecution" and found.pattern in ("sync", "sync:2"):
        return declared
    shape = output_shape(found.operation, found.resource.pattern)
    schema = json_schema(shape)
    if found.pattern in ("sync", "sync:2") and is_object(schema):
        # What a .sync puts together at the end of a job is not documented.
        schema = {**schema, "additionalProperties": True}
    return schema or None


class Materials:
    """What is wanted of every source. Never changed: `edited` gives another."""

    __slots__ = ("_made", "_numbers", "_whole", "makers", "wishes")

    def __init__(self, makers: Makers, wishes: Mapping[Source, Wish] | None = None) -> None:
        self.makers = makers
        self.wishes: Mapping[Source, Wish] = wishes or {}
        """What is wanted of each source itself."""
        self._made: dict[Source, Json] = {}
        self._whole: dict[Source, Wish] = {}
        self._numbers: dict[tuple[str, str], list[int]] = {}
        """By kind and state, the numbers of the calls of which something is said."""
        for kind, pointer, number in sorted(self.wishes):
            self._numbers.setdefault((kind, pointer), []).append(number)

    def governing(self, source: Source) -> Source:
        """The last call, up to this one, of which something is said."""
        numbers = self._numbers.get((source.kind, source.pointer), [])
        at = bisect_right(numbers, source.number)
        return source._replace(number=numbers[at - 1] if at else 1)

    def wish(self, source: Source) -> Wish:
        """What a source is made of: what is wanted of it, over what was wanted of the calls before."""
        source = self.governing(source)
        if source not in self._whole:
            below = NO_WISH
            for number in self._numbers.get((source.kind, source.pointer), ()):
                if number > source.number:
                    break
                each = source._replace(number=number)
                below = self._whole[each] = self._whole.get(each) or overlaid(below, self.wishes[each])
        return self._whole.get(source, NO_WISH)

    def value(self, source: Source) -> Json:
        """The value; raises CannotBe. The same object for the same source."""
        key = self.governing(source)
        if key not in self._made:
            self._made[key] = self.makers.of(source).value(self.wish(source), self.makers.name(source))
        return self._made[key]

    def edited(self, edits: Iterable[Edit]) -> Materials | None:
        """With more wants; None where they contradict those that are there, or a type."""
        changed: dict[Source, Wish] = {}
        for source, steps, want in edits:
            before = changed.get(source) or self.wishes.get(source, NO_WISH)
            wish = with_want(before, steps, want)
            if wish is None:
                return None
            changed[source] = wish
        if not changed:
            return self
        new = Materials(self.makers, {**self.wishes, **changed})
        first: dict[tuple[str, str], int] = {}
        for kind, pointer, number in changed:
            first[kind, pointer] = min(number, first.get((kind, pointer), number))
        for known, kept in ((self._made, new._made), (self._whole, new._whole)):
            for source, value in known.items():
                if source.number < first.get((source.kind, source.pointer), source.number + 1):
                    kept[source] = value  # type: ignore[assignment]
        try:
            for source in changed:
                new.value(source)
        except CannotBe:
            return None
        return new

    def differs(self, other: Materials) -> bool:
        """Whether any source has another value there."""
        if self is other:
            return False
        sources = {**self.wishes, **other.wishes}
        return any(_text(self.value(source)) != _text(other.value(source)) for source in sources)


def _text(value: Json) -> str:
    return "" if value is MISSING else json.dumps(value, sort_keys=True)
