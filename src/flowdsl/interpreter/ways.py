"""Ways: the transitions (Next, Choice rule, Default, Catch) and retriers of a definition, and which of them a run has taken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flowdsl.asl.definition import Definition
from flowdsl.asl.values import is_object
from flowdsl.interpreter.history import EXITED
from flowdsl.interpreter.run import Run

_EXITS = frozenset(EXITED.values())


@dataclass(frozen=True, slots=True)
class Way:
    """One thing that a test can take."""

    pointer: str
    state: str
    label: str
    """`Next`, `Choices[0]`, `Default`, `Catch[1]`, `Retry[0]`."""
    target: str | None
    """The state it leads to; None for a retrier."""

    def __str__(self) -> str:
        leads = f" -> {self.target}" if self.target else ""
        return f"{self.state} {self.label}{leads}"


def ways(definition: Definition) -> Iterator[Way]:
    """Every way of a definition, in document order. A state that only ends its scope has none of its own."""
    for state in definition.states():
        fields, at = state.fields, state.pointer
        if state.type == "Choice":
            for index, rule in enumerate(fields.get("Choices", ())):
                if is_object(rule):
                    yield Way(f"{at}/Choices/{index}/Next", state.name, f"Choices[{index}]", _name(rule.get("Next")))
            if "Default" in fields:
                yield Way(f"{at}/Default", state.name, "Default", _name(fields["Default"]))
        elif "Next" in fields:
            yield Way(f"{at}/Next", state.name, "Next", _name(fields["Next"]))
        for index, catcher in enumerate(fields.get("Catch", ())):
            if is_object(catcher):
                yield Way(f"{at}/Catch/{index}/Next", state.name, f"Catch[{index}]", _name(catcher.get("Next")))
        for index, retrier in enumerate(fields.get("Retry", ())):
            # A retrier that never retries (MaxAttempts 0) is taken by no test.
            if is_object(retrier) and retrier.get("MaxAttempts") != 0:
                yield Way(f"{at}/Retry/{index}", state.name, f"Retry[{index}]", None)


def _name(target: Any) -> str | None:
    return target if isinstance(target, str) else None


def taken(run: Run) -> set[str]:
    """Pointers of the ways that an execution has taken."""
    found: set[str] = set()
    caught: dict[str, int] = {}
    for node, way, _ in run.decisions:
        if not isinstance(way, int):
            kind, index = way
            if kind == "Catch":
                caught[node.pointer] = caught.get(node.pointer, 0) + 1
                found.add(f"{node.pointer}/Catch/{index}/Next")
            else:
                found.add(f"{node.pointer}/Retry/{index}")
        else:
            found.add(f"{node.pointer}/Choices/{way}/Next" if way >= 0 else f"{node.pointer}/Default")
    exits: dict[str, int] = {}
    for record in run.records:
        if record[0] in _EXITS:
            node = record[3]
            if node.next is not None:
                exits[node.pointer] = exits.get(node.pointer, 0) + 1
    # A caught failure exits its state too, but not by Next.
    found.update(f"{pointer}/Next" for pointer, count in exits.items() if count > caught.get(pointer, 0))
    return found
