"""Every object of ASL in a definition (states, rules, retriers, readers, ...), each with its type, language and place."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from flowdsl.asl.definition import Definition
from flowdsl.asl.field import Field, Language
from flowdsl.asl.fields import OBJECTS, STATE_TYPES
from flowdsl.asl.source_map import escape
from flowdsl.asl.values import Json, has_placeholder, is_list, is_object


class Here:
    """An object of ASL, its type, and the way to it from the outside."""

    __slots__ = ("fields", "language", "outer", "state", "tokens", "type")

    def __init__(
        self,
        fields: dict[str, Any],
        type: str,
        language: Language,
        outer: Here | None = None,
        tokens: tuple[str | int, ...] = (),
        state: str | None = None,
    ) -> None:
        self.fields = fields
        self.type = type
        self.language: Language = language
        """Of the state it belongs to."""
        self.outer = outer
        self.tokens = tokens
        """The steps from the outer object: ("Retry", 0), ("States", "Charge")."""
        self.state = state
        """The name of the innermost state; None outside every state."""

    @property
    def is_jsonata(self) -> bool:
        return self.language == "JSONata"

    @property
    def path(self) -> list[str | int]:
        """The steps from the whole document."""
        found: list[str | int] = []
        here: Here | None = self
        while here is not None:
            found[:0] = here.tokens
            here = here.outer
        return found

    @property
    def pointer(self) -> str:
        """JSON Pointer of the object."""
        return pointer_of(self.path)

    @property
    def subject(self) -> str:
        """How a message calls it: 'Charge', Retry[0] of 'Charge', the state machine."""
        steps: list[str | int] = []
        here = self
        while here.outer is not None and here.tokens[:1] != ("States",):
            steps[:0] = here.tokens
            here = here.outer
        owner = repr(here.state) if here.outer is not None else "the state machine"
        return f"{dotted(steps)} of {owner}" if steps else owner


def dotted(steps: list[str | int] | tuple[str | int, ...]) -> str:
    """Steps as a person writes them: Choices[0].And[1]."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    return text.removeprefix(".")


def pointer_of(steps: list[str | int]) -> str:
    return "".join(f"/{step}" if isinstance(step, int) else f"/{escape(step)}" for step in steps)


def aws_location_of(steps: list[str | int]) -> str:
    """As AWS writes places (recorded): /States/C/Choices[0]/Next, and / for the whole."""
    return "".join(f"[{step}]" if isinstance(step, int) else f"/{step}" for step in steps) or "/"


def objects(definition: Definition) -> Iterator[Here]:
    """Every object of ASL, an outer one before its inner ones, in document order. No recursion.

    A state whose Type is none of the eight has the type "". Malformed parts are passed over, and so is what stands in a
    field of the other query language or of no object.
    """
    if not is_object(definition.document):
        return
    machine: Language = definition.query_language
    stack = [Here(definition.document, "StateMachine", machine)]
    while stack:
        here = stack.pop()
        yield here
        if not here.type:
            continue
        table = _inner_fields(here.type)
        names = [name for name in here.fields if name in table]
        # Backwards, so that what is written first is popped first.
        for name in reversed(names):
            field, value = table[name], here.fields[name]
            if field.language not in (None, here.language):
                continue
            if field.kind == "states":
                if is_object(value):
                    stack.extend(_states(here, value, machine))
            elif field.kind == "object":
                if is_object(value):
                    stack.append(Here(value, field.of, here.language, here, (name,), here.state))
            elif is_list(value):
                for i in range(len(value) - 1, -1, -1):
                    if is_object(value[i]):
                        stack.append(Here(value[i], field.of, here.language, here, (name, i), here.state))


def _states(outer: Here, states: dict[str, Json], machine: Language) -> Iterator[Here]:
    for name in reversed(states):
        state = states[name]
        if is_object(state):
            type = state.get("Type")
            known = type if isinstance(type, str) and type in STATE_TYPES else ""
            yield Here(state, known, language_of(state, machine), outer, ("States", name), name)


def language_of(state: dict[str, Json], machine: Language) -> Language:
    """A state's query language. Whatever is not exactly JSONPath is taken as JSONata, as AWS does (measured)."""
    own = state.get("QueryLanguage")
    if own is None or has_placeholder(own):
        return machine
    return "JSONPath" if own == "JSONPath" else "JSONata"


@cache
def _inner_fields(type: str) -> dict[str, Field]:
    """The fields of a type that hold objects of ASL."""
    return {name: field for name, field in OBJECTS[type].items() if field.kind in ("object", "list", "states")}
