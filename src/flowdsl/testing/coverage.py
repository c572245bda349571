"""Flow coverage: which transitions (Next, Choice rule, Default, Catch) and retriers the executions of a test session took."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
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


@dataclass
class Workflow:
    """One definition's coverage."""

    name: str
    file: str
    ways: list[tuple[str, str, str]]
    """(pointer, words, place) of each."""
    taken: set[str] = field(default_factory=set[str])

    @property
    def missing(self) -> list[tuple[str, str, str]]:
        """What no test took."""
        return [way for way in self.ways if way[0] not in self.taken]


class FlowCoverage:
    """Counts over a session, by definition. Its data is JSON, so that worker processes can hand theirs over."""

    def __init__(self) -> None:
        self.workflows: dict[str, Workflow] = {}
        self._known: dict[int, tuple[Definition, Workflow]] = {}

    def ended(self, run: Run) -> None:
        """An execution has ended."""
        self.workflow(run.program.definition).taken.update(taken(run))

    def workflow(self, definition: Definition) -> Workflow:
        """A definition's coverage, empty at first."""
        known = self._known.get(id(definition))
        if known is not None and known[0] is definition:
            return known[1]
        text = json.dumps([definition.name, definition.document], sort_keys=True, default=str)
        key = hashlib.sha256(text.encode()).hexdigest()
        found = self.workflows.get(key)
        if found is None:
            listed = [(w.pointer, str(w), _place(definition, w.pointer)) for w in ways(definition)]
            place = definition.source_map.locate("")
            found = Workflow(definition.name or "(no name)", place.path if place else "", listed)
            self.workflows[key] = found
        self._known[id(definition)] = (definition, found)
        return found

    @property
    def counts(self) -> tuple[int, int]:
        """(taken, all) over every workflow."""
        whole = sum(len(w.ways) for w in self.workflows.values())
        return whole - sum(len(w.missing) for w in self.workflows.values()), whole

    @property
    def percentage(self) -> float:
        """Of the ways, those taken; 100 where there are none."""
        done, whole = self.counts
        return 100.0 * done / whole if whole else 100.0

    def data(self) -> dict[str, Any]:
        """What a worker process hands over."""
        return {
            key: {"name": w.name, "file": w.file, "ways": [list(way) for way in w.ways], "taken": sorted(w.taken)}
            for key, w in self.workflows.items()
        }

    def merge(self, data: dict[str, Any]) -> None:
        """Adds what a worker process handed over."""
        for key, told in data.items():
            found = self.workflows.get(key)
            if found is None:
                listed = [(str(p), str(words), str(place)) for p, words, place in told["ways"]]
                found = self.workflows[key] = Workflow(told["name"], told["file"], listed)
            found.taken.update(told["taken"])

    def report(self) -> list[str]:
        """Lines of a table, and what is missing with its place."""
        lines: list[str] = []
        for workflow in sorted(self.workflows.values(), key=lambda w: (w.file, w.name)):
            whole = len(workflow.ways)
            missing = workflow.missing
            share = 100.0 * (whole - len(missing)) / whole if whole else 100.0
            label = f"{workflow.file}:{workflow.name}" if workflow.file else workflow.name
            lines.append(f"{label:<50} {whole - len(missing):>4}/{whole:<4} {share:5.1f}%")
            lines.extend(f"    {place + ': ' if place else ''}{words}" for _, words, place in missing)
        done, whole = self.counts
        lines.append(f"{'TOTAL':<50} {done:>4}/{whole:<4} {self.percentage:5.1f}%")
        return lines


def _place(definition: Definition, pointer: str) -> str:
    found = definition.source_map.locate(pointer)
    return f"{found.path}:{found.line}" if found else ""


current: FlowCoverage | None = None
"""What counts now; None while nothing does."""


def switch_on() -> FlowCoverage:
    """Counts from now on."""
    global current
    current = FlowCoverage()
    return current


def switch_off() -> None:
    """Counts no more."""
    global current
    current = None
