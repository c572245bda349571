"""The handler behind a Task: what it declares, and what its source shows, where the source can be found. Nothing is imported."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from flowdsl.analysis import shape as s
from flowdsl.analysis.schemas import of_schema
from flowdsl.analysis.shape import Shape
from flowdsl.analysis.task_results import handler_binding, parameters_of, target
from flowdsl.asl.bindings import Binding
from flowdsl.asl.definition import Definition, StateNode
from flowdsl.checks.context import CheckContext
from flowdsl.checks.handler_entries import Entry, TaskUse
from flowdsl.checks.handler_source import HandlerSource
from flowdsl.checks.handler_text import UnreadableSource

OWN_ERRORS = {
    "InvalidEvent",
    "InvalidResult",
    "InvalidKey",
    "KeyReused",
    "ConditionFailed",
    "AlreadyRunning",
    "LostLease",
    "Conflict",
}
"""What @handler itself may fail with, whatever the function does."""
POWERTOOLS_ERRORS = {
    "IdempotencyAlreadyInProgressError",
    "IdempotencyKeyError",
    "IdempotencyPersistenceLayerError",
    "IdempotencyValidationError",
}
"""What Powertools' idempotency may fail with (documented)."""


@dataclass(frozen=True)
class Contract:
    """One Task and the handler it calls."""

    state: StateNode
    binding: Binding
    source: HandlerSource | None = None
    """None where no file of that module is found, or it cannot be read."""
    entry: Entry | None = None
    """The handler in that source."""

    @property
    def name(self) -> str:
        """The function's name."""
        return (self.binding.target or self.binding.name).rpartition(":")[2]

    @property
    def idempotency(self) -> str:
        """`natural`, `once`, `delegated`, `none`, or `undeclared`."""
        declared: Any = self.binding.contract.get("idempotency")
        kind: Any = getattr(declared, "kind", declared)
        if isinstance(declared, dict):
            kind = cast("dict[str, Any]", declared).get("kind")
        if isinstance(kind, str):
            return kind
        return self.entry.idempotency if self.entry is not None else "undeclared"

    @property
    def timeout_seconds(self) -> float | None:
        """The function's own time limit, where it declares one."""
        declared = self.binding.contract.get("timeout_seconds")
        if isinstance(declared, int | float) and not isinstance(declared, bool):
            return float(declared)
        return self.entry.timeout_seconds if self.entry is not None else None

    @property
    def raises(self) -> tuple[str, ...]:
        """The errors it declares."""
        return self.binding.raises or (self.entry.raises if self.entry is not None else ())

    @property
    def parameters(self) -> Shape | None:
        """The event it takes; None where that is not known, or anything goes."""
        if self.binding.parameters is not None:
            return of_schema(self.binding.parameters)
        if self.entry is None or self.entry.kind != "flowdsl":
            return None
        arguments = self.entry.function.node.args
        named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        if arguments.kwarg is not None or len(named) == 1:
            # A single parameter may be a model that takes the event whole.
            return None
        optional = {a.arg for a in named[len(named) - len(arguments.kwonlyargs) - len(arguments.defaults) :]}
        optional -= {a.arg for a in arguments.kwonlyargs}
        optional |= {a.arg for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if d is not None}
        return s.closed({a.arg: s.SOME.having(s.MAYBE if a.arg in optional else s.ALWAYS) for a in named})

    @property
    def waits_for_token(self) -> bool:
        return target(self.state).pattern == "wait_for_task_token"

    def payload(self, context: CheckContext) -> Shape | None:
        """What the Task sends it; None where that cannot be told."""
        flow = context.flow.of(self.state)
        if flow is None:
            return None
        if target(self.state).name == "lambda:invoke":
            return flow.arguments.fields.get("Payload") if "Payload" in parameters_of(self.state) else None
        return flow.arguments

    @property
    def is_powertools(self) -> bool:
        """Whether its source shows it under Powertools' idempotency."""
        if self.source is None or self.entry is None:
            return False
        decorators = self.source.tree.decorated_with(self.entry.function)
        return any(name.rpartition(".")[2] in ("idempotent", "idempotent_function") for name in decorators)

    def mentions(self, name: str) -> bool:
        """Whether a name stands anywhere in the handler's file, as a name or in a text."""
        return self.source is not None and name in self.source.text


def contracts(context: CheckContext) -> Iterator[Contract]:
    """Every Task that calls a handler, with its contract."""
    for state in context.states("Task"):
        binding = handler_binding(state, context.definition.bindings)
        if binding is None or binding.kind != "lambda":
            continue
        source = source_of(context.definition, binding.target)
        name = (binding.target or "").rpartition(":")[2]
        entry = None
        if source is not None:
            entry = next((e for e in source.handlers if e.function.name == name), None)
        yield Contract(state, binding, source, entry)


def source_of(definition: Definition, target: str | None) -> HandlerSource | None:
    """The file of a handler `module:function`: below the folder of the definition's own file or one above it, or below
    the current folder.
    """
    module, colon, function = (target or "").partition(":")
    if not colon or not module or not all(part.isidentifier() for part in module.split(".")):
        return None
    place = definition.source_map.locate("")
    start = Path(place.path).resolve().parent if place is not None and place.path else Path.cwd()
    relative = Path(*module.split("."))
    for folder in dict.fromkeys([start, *start.parents, Path.cwd()]):
        for candidate in (folder / relative.with_suffix(".py"), folder / relative / "__init__.py"):
            try:
                stamp = candidate.stat().st_mtime_ns
            except OSError:
                continue
            return _read(candidate, stamp, function)
    return None


@lru_cache(maxsize=512)
def _read(path: Path, stamp: int, function: str) -> HandlerSource | None:
    """A handler's source as a Task's; `stamp` is the file's time of change, so that an edit is seen."""
    shown = os.path.relpath(path)
    try:
        return HandlerSource.read(path, Path(shown).as_posix(), {function: TaskUse(retried=True)})
    except (OSError, UnreadableSource):
        return None


def raised_in(source: HandlerSource, entry: Entry) -> set[str]:
    """The classes of the errors that a handler's functions raise by name."""
    found: set[str] = set()
    for function, running in source.reached.items():
        if entry in running:
            for node in function.of(ast.Raise):
                made: Any = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
                name = source.tree.dotted(made).rpartition(".")[2] if made is not None else ""
                if name[:1].isupper():
                    found.add(name)
    return found
