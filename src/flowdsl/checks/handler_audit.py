"""audit(): many files of handlers at once, with the helpers that they share; which of the handlers are good tasks."""

from __future__ import annotations

import ast
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from flowdsl.checks.config import Settings
from flowdsl.checks.handler_entries import Entry, Root, TaskUse
from flowdsl.checks.handler_runner import check_source, in_order, unreadable
from flowdsl.checks.handler_source import HandlerSource
from flowdsl.checks.handler_text import UnreadableSource, decode, read_text
from flowdsl.checks.handler_tree import Function
from flowdsl.checks.handler_writes import guards, is_covered
from flowdsl.diagnostics import Diagnostic, FlowDslError

_OTHERS = {
    "__pycache__",
    "node_modules",
    "site-packages",
    "cdk.out",
    "build",
    "dist",
    "tests",
    "test",
    "venv",
    "env",
    "layers",
}
"""Folders below the one named that hold no handlers of one's own."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to read."""

    path: Path
    shown: str
    """As messages show it."""
    raw: bytes | None = None
    """What is in it, where it need not be read."""


Place = tuple[str, str]
"""(file, function)."""


@dataclass(frozen=True)
class Audited:
    """What was found in some files."""

    findings: list[Diagnostic]
    sources: list[HandlerSource] = field(default_factory=list[HandlerSource])
    """Those that could be read."""
    calls: Mapping[Place, frozenset[Place]] = field(default_factory=dict[Place, frozenset[Place]])
    """By function, the functions of other files that it calls."""

    @property
    def handlers(self) -> list[tuple[HandlerSource, Entry]]:
        """Every function that Lambda calls, by file."""
        return [(s, e) for s in self.sources for e in s.handlers if e.kind != "helper"]

    def about(self, source: HandlerSource, entry: Entry) -> list[Diagnostic]:
        """The findings in functions that a handler runs, those of other files too, and those in its file that stand outside
        every function.
        """
        spans: dict[str, list[tuple[int, int]]] = {}
        for path, function in self._run_by(source, entry):
            spans.setdefault(path, []).append(_span(function))
        others = [_span(f) for f in source.tree.functions.values()]
        found: list[Diagnostic] = []
        for finding in self.findings:
            place = finding.location
            if place is None:
                continue
            inside = any(first <= place.line <= last for first, last in spans.get(place.path, ()))
            outside = place.path == source.path and not any(first <= place.line <= last for first, last in others)
            if inside or outside:
                found.append(finding)
        return found

    def _run_by(self, source: HandlerSource, entry: Entry) -> Iterable[tuple[str, Function]]:
        """Every function that a handler runs, with its file."""
        by_path = {s.path: s for s in self.sources}
        pending = [(source, entry)]
        seen = {(source.path, entry.function.name)}
        while pending:
            current, running = pending.pop()
            for function, entries in current.reached.items():
                if running not in entries:
                    continue
                yield current.path, function
                for path, name in sorted(self.calls.get((current.path, function.name), ())):
                    other = by_path.get(path)
                    helper = next((e for e in other.handlers if e.function.name == name), None) if other else None
                    if other is not None and helper is not None and (path, name) not in seen:
                        seen.add((path, name))
                        pending.append((other, helper))


def python_files(path: Path) -> list[Path]:
    """The Python files of a folder, sorted; tests, environments, layers and what tools made are left out. A file is itself."""
    if path.is_file():
        return [path]
    if not path.exists():
        raise FlowDslError(f"{path.as_posix()} does not exist")
    found: list[Path] = []
    pending = [path]
    while pending:
        folder = pending.pop()
        try:
            entries = sorted(folder.iterdir())
        except OSError as error:
            raise FlowDslError(f"{folder.as_posix()} cannot be read: {error.strerror or error}") from None
        for entry in entries:
            if entry.is_dir():
                if not entry.name.startswith(".") and entry.name not in _OTHERS and not entry.is_symlink():
                    pending.append(entry)
            elif entry.suffix == ".py" and not _is_test(entry.name):
                found.append(entry)
    return sorted(found)


def _is_test(name: str) -> bool:
    return name.startswith("test_") or name.endswith("_test.py") or name == "conftest.py"


def audit(
    files: Sequence[SourceFile],
    settings: Settings | None = None,
    tasks: Mapping[Path, Mapping[str, TaskUse]] | None = None,
    *,
    all_tasks: bool = False,
    advance: Callable[[int], object] = lambda n: None,
) -> Audited:
    """What is to be said about files of handlers, in order. `tasks`: by file, the functions that Tasks call; with
    `all_tasks`, every handler is taken for one. `advance` is called as files are done.
    """
    settings = settings or Settings()
    findings: list[Diagnostic] = []
    sources: list[HandlerSource] = []
    for file in files:
        try:
            text = read_text(file.path) if file.raw is None else decode(file.raw)
            uses = (tasks or {}).get(Path(os.path.realpath(file.path)), {})
            source = HandlerSource(text, file.shown, uses)
            if all_tasks:
                plain = {e.function.name: uses.get(e.function.name, TaskUse()) for e in source.handlers}
                source = HandlerSource(text, file.shown, plain)
            sources.append(source)
        except UnreadableSource as error:
            findings += unreadable(file.shown, error, settings)
            advance(1)
        except OSError as error:
            # One file of many: a link to nothing, one that is not ours to read. The others are read all the same.
            findings += unreadable(file.shown, UnreadableSource(f"cannot be read: {error.strerror or error}"), settings)
            advance(1)
    sources, calls = _linked(sources)
    for source in sources:
        findings += check_source(source, settings)
        advance(1)
    return Audited(in_order(findings), sources, calls)


# -- helpers in other files -------------------------------------------------------------------------------------------


def _linked(sources: list[HandlerSource]) -> tuple[list[HandlerSource], dict[Place, frozenset[Place]]]:
    """The same sources, each told which of its functions the handlers of other files call, and with what; and who calls whom."""
    by_module: dict[str, HandlerSource] = {}
    for source in sources:
        parts = list(Path(source.path).with_suffix("").parts)
        if parts and parts[-1] == "__init__":
            parts.pop()
        for i in range(len(parts)):
            # The longest name wins; a short one that two files answer to means neither for certain: the first.
            by_module.setdefault(".".join(parts[i:]), source)
    current = {source.path: source for source in sources}
    roots: dict[str, dict[str, Root]] = {}
    calls: dict[Place, set[Place]] = {}
    pending = [source.path for source in sources if source.handlers]
    rounds = 0
    while pending and rounds < 4 * len(sources) + 20:
        rounds += 1
        source = current[pending.pop(0)]
        for caller, path, name, root in _called_elsewhere(source, by_module):
            if path == source.path:
                continue
            calls.setdefault((source.path, caller), set()).add((path, name))
            known = roots.setdefault(path, {})
            merged = _merged(known.get(name), root)
            if known.get(name) != merged:
                known[name] = merged
                current[path] = current[path].with_roots(known)
                if path not in pending:
                    pending.append(path)
    return [current[source.path] for source in sources], {place: frozenset(called) for place, called in calls.items()}


def _merged(known: Root | None, new: Root) -> Root:
    if known is None:
        return new
    given = {name: known.given.get(name, 0) | new.given.get(name, 0) for name in {**known.given, **new.given}}
    return Root(given, known.covered and new.covered, known.is_task or new.is_task)


def _called_elsewhere(
    source: HandlerSource, by_module: Mapping[str, HandlerSource]
) -> Iterable[tuple[str, str, str, Root]]:
    """(caller, file, function, how) of each call of a function of another file."""
    for function, entries in source.reached.items():
        for node in function.nodes:
            if not isinstance(node, ast.Call):
                continue
            dotted = source.tree.dotted(node.func).lstrip(".")
            module, _, name = dotted.rpartition(".")
            other = by_module.get(module)
            if other is None and "." in module:
                # repository.Orders.save, or an object of a class that was imported.
                module, _, owner = module.rpartition(".")
                other, name = by_module.get(module), f"{owner}.{name}"
            if other is None:
                continue
            covered = is_covered(source, function) or guards(source, node, function)
            is_task = any(e.is_task for e in entries)
            for helper in _functions_of(other, name):
                yield (
                    function.name,
                    other.path,
                    helper.name,
                    Root(_given(source, function, node, helper), covered, is_task),
                )


def _functions_of(source: HandlerSource, name: str) -> list[Function]:
    """The function of a name; of a class, its methods."""
    if name in source.tree.functions:
        return [source.tree.functions[name]]
    if name in source.tree.classes:
        return [f for f in source.tree.functions.values() if f.owner == name]
    return []


def _given(source: HandlerSource, function: Function, call: ast.Call, helper: Function) -> dict[str, int]:
    positional = helper.positional
    found = {name: source.origins(value, function) for name, value in zip(positional, call.args, strict=False)}
    for keyword in call.keywords:
        if keyword.arg:
            found[keyword.arg] = source.origins(keyword.value, function)
    return {name: origins for name, origins in found.items() if origins}


def _span(function: Function) -> tuple[int, int]:
    decorators = [d.lineno for d in function.decorators]
    return min([function.node.lineno, *decorators]), function.node.end_lineno or function.node.lineno
