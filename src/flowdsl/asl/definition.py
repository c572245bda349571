"""Definition: the narrow waist. The language and the loaders can only produce one; every tool can only take one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, Literal

from flowdsl.asl.bindings import Bindings
from flowdsl.asl.source_map import SourceMap, escape
from flowdsl.asl.values import Json, is_list, is_object
from flowdsl.diagnostics import FlowDslError

__all__ = ["Definition", "Json", "MachineType", "Scope", "StateNode", "is_distributed"]

MachineType = Literal["STANDARD", "EXPRESS"]

DEEPEST: Final = 500
"""Maps and Parallels inside one another that are followed. The text of a definition can have a quarter as many; a pointer
is as long as its state is deep, so that there must be an end."""


@dataclass(frozen=True, slots=True)
class Scope:
    """One `States` map: the machine itself, a Parallel branch, or a Map's processor."""

    pointer: str
    """Of the object that holds StartAt and States."""
    body: dict[str, Any]
    kind: Literal["machine", "branch", "processor"]
    depth: int = 0
    parent: StateNode | None = None
    """The Map or Parallel that holds it."""
    distributed: bool = False
    """Whether its states run in child executions of their own (Distributed Map), at any depth above included."""

    @property
    def start_at(self) -> Any:
        return self.body.get("StartAt")

    @property
    def states(self) -> dict[str, Any]:
        """The raw States object; empty when it is missing or malformed."""
        states = self.body.get("States")
        return states if is_object(states) else {}


@dataclass(frozen=True, slots=True)
class StateNode:
    """One state of a definition, with where it stands. `fields` is the raw object: rules and engines read it as it is."""

    name: str
    type: str
    """The Type field, or "" when it is missing or no text."""
    fields: dict[str, Any]
    pointer: str
    scope: Scope
    query_language: Literal["JSONPath", "JSONata"]

    @property
    def is_jsonata(self) -> bool:
        return self.query_language == "JSONata"


@dataclass(frozen=True)
class Definition:
    """A state machine's document, where its parts were written, and what its placeholders stand for.

    The document is the truth: plain JSON values as they were read or compiled, unknown fields and the order of keys
    included. Nothing writes to it.
    """

    document: dict[str, Any]
    source_map: SourceMap = field(default_factory=SourceMap)
    bindings: Bindings = field(default_factory=Bindings)
    name: str = ""
    """The workflow's or the file's name."""
    type: MachineType | None = None
    """None where nothing says: a plain definition does not know its type."""

    @property
    def query_language(self) -> Literal["JSONPath", "JSONata"]:
        """The machine's language. Anything but exactly JSONPath is taken as JSONata, as AWS does (measured)."""
        return "JSONPath" if self.document.get("QueryLanguage", "JSONPath") == "JSONPath" else "JSONata"

    def scopes(self) -> Iterator[Scope]:
        """Every scope, an outer one before its inner ones, in document order. Malformed parts are passed over.

        Raises FlowDslError, as `states` does, for what is nested more than DEEPEST deep.
        """
        for scope, _ in self._walked:
            yield scope

    def states(self, *types: str) -> Iterator[StateNode]:
        """Every state (of these types), an outer one before its inner ones, in document order."""
        for _, nodes in self._walked:
            for node in nodes:
                if not types or node.type in types:
                    yield node

    @cached_property
    def _walked(self) -> list[tuple[Scope, list[StateNode]]]:
        """Every scope with its states: walked once, since the document never changes."""
        return list(self._walk())

    def _walk(self) -> Iterator[tuple[Scope, list[StateNode]]]:
        # A stack, not recursion: depth is the user's to choose.
        language = self.query_language
        stack = [Scope("", self.document, "machine")]
        while stack:
            scope = stack.pop()
            nodes: list[StateNode] = []
            inner: list[Scope] = []
            for name, fields in scope.states.items():
                if not is_object(fields):
                    continue
                kind = fields.get("Type")
                own = fields.get("QueryLanguage")
                pointer = f"{scope.pointer}/States/{escape(name)}"
                node = StateNode(
                    name,
                    kind if isinstance(kind, str) else "",
                    fields,
                    pointer,
                    scope,
                    # A branch or processor takes the machine's language, not that of the state around it (measured).
                    language if own is None else ("JSONPath" if own == "JSONPath" else "JSONata"),
                )
                nodes.append(node)
                if kind in ("Map", "Parallel"):
                    if scope.depth >= DEEPEST:
                        raise FlowDslError(f"state {name!r}: Maps and Parallels are nested more than {DEEPEST} deep")
                    inner.extend(_inner_scopes(node))
            yield scope, nodes
            stack.extend(reversed(inner))


def is_distributed(map_state: dict[str, Any]) -> bool:
    """Whether a Map state runs its processor in child executions (ProcessorConfig.Mode DISTRIBUTED)."""
    processor = map_state.get("ItemProcessor") or map_state.get("Iterator")
    config = processor.get("ProcessorConfig") if is_object(processor) else None
    return is_object(config) and config.get("Mode") == "DISTRIBUTED"


def _inner_scopes(node: StateNode) -> Iterator[Scope]:
    depth = node.scope.depth + 1
    if node.type == "Parallel":
        branches = node.fields.get("Branches")
        for i, branch in enumerate(branches if is_list(branches) else ()):
            if is_object(branch):
                yield Scope(f"{node.pointer}/Branches/{i}", branch, "branch", depth, node, node.scope.distributed)
        return
    for key in ("ItemProcessor", "Iterator"):
        processor = node.fields.get(key)
        if is_object(processor):
            distributed = node.scope.distributed or is_distributed(node.fields)
            yield Scope(f"{node.pointer}/{key}", processor, "processor", depth, node, distributed)
