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
        self._overlaid: dict[tuple[int, int], tuple[Wish, Wish, Wish]] = {}

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
            found = self._results[source.pointer] = Maker(result_schema(self._states[source.pointer], self.definition))
        return found

    def overlaid(self, below: Wish, above: Wish) -> Wish:
        """One wish over another; the same for the same two, so that what is made of it is known."""
        key = (id(below), id(above))
        if key not in self._overlaid:
            self._overlaid[key] = (below, above, overlaid(below, above))
        return self._overlaid[key][2]

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


class Layer:
    """What is wanted of sources, call by call: of one call what is wanted of it, over what was wanted of those before."""

    __slots__ = ("_numbers", "_whole", "wishes")

    def __init__(self, wishes: Mapping[Source, Wish]) -> None:
        self.wishes = wishes
        self._whole: dict[Source, Wish] = {}
        self._numbers: dict[tuple[str, str], list[int]] = {}
        for kind, pointer, number in sorted(wishes):
            self._numbers.setdefault((kind, pointer), []).append(number)

    def governing(self, source: Source) -> int:
        """The last call, up to this one, of which something is said; 0: none."""
        numbers = self._numbers.get((source.kind, source.pointer), [])
        at = bisect_right(numbers, source.number)
        return numbers[at - 1] if at else 0

    def wish(self, source: Source) -> Wish:
        """What is wanted of a source."""
        governing = self.governing(source)
        if not governing:
            return NO_WISH
        source = source._replace(number=governing)
        if source not in self._whole:
            below = NO_WISH
            for number in self._numbers[source.kind, source.pointer]:
                if number > source.number:
                    break
                each = source._replace(number=number)
                below = self._whole[each] = self._whole.get(each) or overlaid(below, self.wishes[each])
        return self._whole[source]


class Materials:
    """What is wanted of every source. Never changed: `edited` and `supplied` give others.

    What has to be so for the way to be taken lies over what states would like to find: where the two contradict each
    other, the way goes before.
    """

    __slots__ = ("_made", "asked", "liked", "makers")

    def __init__(self, makers: Makers, asked: Layer | None = None, liked: Layer | None = None) -> None:
        self.makers = makers
        self.asked = asked or Layer({})
        """For the way."""
        self.liked = liked or Layer({})
        """For the states."""
        self._made: dict[Source, Json] = {}

    def governing(self, source: Source) -> Source:
        """The last call, up to this one, of which something is said."""
        number = max(self.asked.governing(source), self.liked.governing(source), 1)
        return source if source.number == number else source._replace(number=number)

    def is_known(self, source: Source) -> bool:
        """Whether anything is said of a source."""
        return bool(self.asked.governing(source) or self.liked.governing(source))

    def value(self, source: Source) -> Json:
        """The value; raises CannotBe. The same object for the same source."""
        key = self.governing(source)
        if key not in self._made:
            wish = self.makers.overlaid(self.liked.wish(key), self.asked.wish(key))
            self._made[key] = self.makers.of(source).value(wish, self.makers.name(source))
        return self._made[key]

    def edited(self, edits: Iterable[Edit]) -> Materials | None:
        """With more that has to be so; None where that contradicts what has to be so already, or a type."""
        changed: dict[Source, Wish] = {}
        for source, steps, want in edits:
            before = changed.get(source) or self.asked.wishes.get(source, NO_WISH)
            wish = with_want(before, steps, want)
            if wish is None:
                return None
            changed[source] = wish
        if not changed:
            return self
        new = Materials(self.makers, Layer({**self.asked.wishes, **changed}), self.liked)
        return self._checked(new, changed)

    def supplied(self, edits: Iterable[Edit]) -> Materials | None:
        """With more that is liked; what was liked before gives way. None where a type has no such thing."""
        changed: dict[Source, Wish] = {}
        for source, steps, want in edits:
            before = changed.get(source) or self.liked.wishes.get(source, NO_WISH)
            wish = with_want(before, steps, want)
            if wish is None:
                alone = with_want(NO_WISH, steps, want)
                if alone is None:
                    return None
                wish = overlaid(before, alone)
            changed[source] = wish
        if not changed:
            return self
        new = Materials(self.makers, self.asked, Layer({**self.liked.wishes, **changed}))
        return self._checked(new, changed)

    def asking(self, asked: Layer) -> Materials:
        """With something else that has to be so."""
        return Materials(self.makers, asked, self.liked)

    def _checked(self, new: Materials, changed: Mapping[Source, Wish]) -> Materials | None:
        first: dict[tuple[str, str], int] = {}
        for kind, pointer, number in changed:
            first[kind, pointer] = min(number, first.get((kind, pointer), number))
        for source, value in self._made.items():
            if source.number < first.get((source.kind, source.pointer), source.number + 1):
                new._made[source] = value
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
        sources = {
            source: None for each in (self, other) for layer in (each.asked, each.liked) for source in layer.wishes
        }
        return any(_differ(self.value(source), other.value(source)) for source in sources)


def _differ(a: Json, b: Json) -> bool:
    return a is not b and _text(a) != _text(b)


def _text(value: Json) -> str:
    return "" if value is MISSING else json.dumps(value, sort_keys=True)
