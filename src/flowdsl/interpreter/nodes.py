"""Node: one state, compiled. Everything that can be decided before a run has been decided here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowdsl.interpreter.frames import Frame, Steps
from flowdsl.interpreter.history import ENTERED, EXITED, Kind
from flowdsl.interpreter.retries import Catcher, Retrier

INSTANT, CHOICE, LASTING = 0, 1, 2
"""How a state's work goes: a function, a function that also says where to go, a generator that may wait."""


class Node:
    """A compiled state. Its `flow` says which of `step`, `choose` and `execute` does its work."""

    __slots__ = (
        "catchers",
        "choose",
        "entered_kind",
        "execute",
        "exited_kind",
        "fields",
        "finish",
        "flow",
        "jsonata",
        "name",
        "next",
        "pointer",
        "retriers",
        "stages",
        "step",
        "type",
    )

    def __init__(self, name: str, kind: str, fields: dict[str, Any], pointer: str, jsonata: bool) -> None:
        self.name = name
        self.type = kind
        self.fields = fields
        self.pointer = pointer
        self.jsonata = jsonata
        self.entered_kind: Kind = ENTERED[kind]
        self.exited_kind: Kind | None = EXITED.get(kind)
        self.flow = INSTANT
        self.step: Callable[[Frame, Any], Any] | None = None
        """Output from input; None: the output is the input."""
        self.choose: Callable[[Frame, Any], tuple[Any, Node]] | None = None
        self.execute: Callable[[Frame, Any], Steps] | None = None
        self.next: Node | None = None
        self.retriers: tuple[Retrier, ...] = ()
        self.catchers: tuple[Catcher, ...] = ()
        self.finish: Callable[[Frame, Any, Any], Any] | None = None
        """(frame, raw input, result) -> output, of a Task, Map or Parallel."""
        self.stages: Any = None
        """The data flow's stages one by one, as TestState shows them."""

    def __repr__(self) -> str:
        return f"<{self.type} {self.name!r}>"


class Machine:
    """One `States` map, compiled: the machine, a branch or a processor."""

    __slots__ = ("nodes", "pointer", "start")

    def __init__(self, pointer: str) -> None:
        self.pointer = pointer
        self.nodes: dict[str, Node] = {}
        self.start: Node | None = None
