"""HandlerSource: one file of Lambda handlers, read once for all rules: its tree, its handlers, its values, its AWS calls."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from flowdsl.checks.handler_calls import AwsCall, Calls
from flowdsl.checks.handler_clients import Clients
from flowdsl.checks.handler_entries import Entries, Entry, Root, TaskUse, entries_of
from flowdsl.checks.handler_text import read_text
from flowdsl.checks.handler_tree import Function, N, SourceTree
from flowdsl.checks.handler_values import Values

T = TypeVar("T")


class HandlerSource:
    """What a rule looks at. Raises UnreadableSource for what is no Python 3; nothing in it is ever run.

    `path` is as messages show it. `tasks`: the functions of this file that Tasks call. `roots`: its functions that
    handlers of other files call.
    """

    def __init__(
        self,
        text: str,
        path: str = "handler.py",
        tasks: Mapping[str, TaskUse] | None = None,
        roots: Mapping[str, Root] | None = None,
    ) -> None:
        self.text = text
        self.tree = SourceTree(text, path)
        self.path = path
        self._tasks = dict(tasks or {})
        self._roots = dict(roots or {})
        self._shared: dict[str, Any] = {}

    @classmethod
    def read(cls, path: Path, shown: str | None = None, tasks: Mapping[str, TaskUse] | None = None) -> HandlerSource:
        """The source in a file. OSError is the caller's."""
        return cls(read_text(path), shown if shown is not None else path.as_posix(), tasks)

    def with_roots(self, roots: Mapping[str, Root]) -> HandlerSource:
        """The same source, with what handlers of other files call in it."""
        other = HandlerSource.__new__(HandlerSource)
        other.text, other.tree, other.path = self.text, self.tree, self.path
        other._tasks, other._roots, other._shared = self._tasks, dict(roots), {}
        return other

    @cached_property
    def entries(self) -> Entries:
        return entries_of(self.tree, self._tasks, self._roots)

    @property
    def handlers(self) -> tuple[Entry, ...]:
        """The functions that Lambda calls."""
        return self.entries.handlers

    @property
    def reached(self) -> Mapping[Function, tuple[Entry, ...]]:
        """All functions that run with a handler, each with the handlers that run it."""
        return self.entries.reached

    @cached_property
    def values(self) -> Values:
        return Values(self.tree, self.entries)

    @cached_property
    def clients(self) -> Clients:
        return Clients(self.tree, self.values)

    @cached_property
    def calls(self) -> Calls:
        return Calls(self.tree, self.entries, self.values, self.clients)

    def shared(self, name: str, make: Callable[[HandlerSource], T]) -> T:
        """What several rules want to know of a file, made once."""
        if name not in self._shared:
            self._shared[name] = make(self)
        found: T = self._shared[name]
        return found

    def origins(self, node: ast.expr | None, function: Function | None) -> int:
        """Where a value may come from, as bits (EVENT, CLOCK, ...)."""
        return self.values.origins(node, function)

    def runs(self, kind: type[N]) -> Iterator[tuple[Function, N]]:
        """Every node of a type in the functions that handlers run, in the order of the text."""
        for function in self.reached:
            for node in function.of(kind):
                yield function, node

    def called(self, *methods: str) -> list[AwsCall]:
        """The AWS calls of these methods that handlers make."""
        return self.calls.of(*methods)
