"""Walking the literal values of a state's fields: each text with its pointer, and the key it stands under."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from flowdsl.asl.definition import StateNode
from flowdsl.asl.source_map import escape
from flowdsl.asl.values import is_list, is_object

TEMPLATES = ("Parameters", "ItemSelector", "ResultSelector", "Assign", "Arguments", "Output", "Items", "Credentials")
"""Fields of a state that hold a value of the author's own making."""
MAP_TEMPLATES = (
    ("ItemReader", ("Parameters", "Arguments")),
    ("ResultWriter", ("Parameters", "Arguments")),
    ("ItemBatcher", ("BatchInput",)),
)
"""The same of what a Map holds besides."""


class Leaf(NamedTuple):
    """A scalar inside a field."""

    pointer: str
    key: str
    """The nearest member name above it."""
    value: Any
    field: str
    """The field of the state it is in."""


def leaves_of(value: Any, pointer: str, field: str = "", key: str = "") -> list[Leaf]:
    """Every scalar of a JSON value, in document order, without recursion."""
    found: list[Leaf] = []
    stack: list[tuple[Any, str, str]] = [(value, pointer, key)]
    while stack:
        here, at, name = stack.pop()
        if is_object(here):
            stack += [(inner, f"{at}/{escape(k)}", k) for k, inner in reversed(here.items())]
        elif is_list(here):
            stack += [(here[i], f"{at}/{i}", name) for i in range(len(here) - 1, -1, -1)]
        else:
            found.append(Leaf(at, name, here, field))
    return found


def leaves(state: StateNode, *fields: str) -> Iterator[Leaf]:
    """Every scalar in these fields of a state (all that hold values, by default), those of Catchers and Choice rules too."""
    given = state.fields
    for name in fields or TEMPLATES:
        if name in given:
            yield from leaves_of(given[name], f"{state.pointer}/{name}", name)
    if fields:
        return
    for key, inner in MAP_TEMPLATES:
        holder = given.get(key)
        if is_object(holder):
            for name in inner:
                if name in holder:
                    yield from leaves_of(holder[name], f"{state.pointer}/{key}/{name}", f"{key}.{name}")
    for key in ("Catch", "Choices"):
        holders = given.get(key)
        for i, holder in enumerate(holders if is_list(holders) else ()):
            if is_object(holder):
                for name in ("Assign", "Output"):
                    if name in holder:
                        yield from leaves_of(holder[name], f"{state.pointer}/{key}/{i}/{name}", name)


def is_expression(text: str) -> bool:
    """Whether a text is a JSONata expression."""
    return text.startswith("{%") and text.endswith("%}")
