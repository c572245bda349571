"""Flow coverage: which transitions (Next, Choice rule, Default, Catch) and retriers the executions of a test session took."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from flowdsl.asl.definition import Definition
from flowdsl.diagnostics import FlowDslError
from flowdsl.interpreter.run import Run
from flowdsl.interpreter.ways import taken, ways
from flowdsl.project import Project


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
        self.unread: list[str] = []
        """What is wrong with files of the project that hold no workflow one could count."""
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

    def include(self, project: Project) -> None:
        """Counts the project's workflows that no test has run, too: nothing of them was taken."""
        from flowdsl.dsl.discover import sources, workflows_of

        for path in sources([folder for folder in project.source_folders if folder.is_dir()]):
            try:
                found = workflows_of(path, project.root, none_is_fine=True)
            except FlowDslError as error:
                self.unread.append(str(error))
                continue
            for workflow in found:
                try:
                    self.workflow(workflow.definition)
                except FlowDslError as error:
                    self.unread.append(str(error))

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
        lines.extend(f"not counted: {problem}" for problem in self.unread)
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
