"""Where `$states.result` and `$states.errorOutput` may be read; elsewhere AWS refuses the machine (measured)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flowdsl.asl.definition import Definition, StateNode
from flowdsl.asl.values import is_expression, is_list, is_object
from flowdsl.interpreter.failures import NotSupported

INNER = frozenset({"Branches", "ItemProcessor", "Iterator"})
WORKING = ("Task", "Parallel", "Map")


def refuse_misplaced_reads(definition: Definition) -> None:
    """Refuses a member of `$states` in a field that does not have it."""
    for state in definition.states():
        if not state.is_jsonata:
            continue
        for field, value, allowed in _fields(state):
            for at, text in _texts(value, field):
                if "$states.result" in text or "$states.errorOutput" in text:
                    _refuse(state, at, text, allowed)


def _refuse(state: StateNode, field: str, text: str, allowed: frozenset[str]) -> None:
    from flowdsl.query.jsonata.dialect import source_of, syntax_errors

    for problem in syntax_errors(source_of(text), allowed):
        raise NotSupported(state.name, field, problem.message)


def _fields(state: StateNode) -> Iterator[tuple[str, Any, frozenset[str]]]:
    """(AWS's name of a field, its value, the members of `$states` that it has)."""
    from flowdsl.query.jsonata.references import EVERYWHERE

    for name, value in state.fields.items():
        if name in INNER:
            continue
        if name == "Catch" and is_list(value):
            for index, catcher in enumerate(value):
                for inner in ("Assign", "Output"):
                    if is_object(catcher) and inner in catcher:
                        yield f"Catch[{index}]/{inner}", catcher[inner], EVERYWHERE | {"errorOutput"}
        elif name in ("Assign", "Output") and state.type in WORKING:
            yield name, value, EVERYWHERE | {"result"}
        else:
            yield name, value, EVERYWHERE


def _texts(value: Any, field: str) -> Iterator[tuple[str, str]]:
    """The expressions in a value, each with its place. A stack: depth is the user's to choose."""
    stack = [(field, value)]
    while stack:
        at, item = stack.pop()
        if is_expression(item):
            yield at, item
        elif is_object(item):
            stack.extend((f"{at}/{name}", inner) for name, inner in item.items())
        elif is_list(item):
            stack.extend((f"{at}[{index}]", inner) for index, inner in enumerate(item))
