"""The symbols of a definition: a Map's items, a loop's rounds, the time of what nothing ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from flowdsl.analysis.graph import Graph, Loop, ScopeGraph
from flowdsl.asl.definition import Definition, StateNode
from flowdsl.estimate.amount import Amount, Number
from flowdsl.estimate.items import item_count, most_items
from flowdsl.estimate.loops import counted, least_seconds
from flowdsl.estimate.model import EXPRESS_SECONDS, Assumptions, Symbol
from flowdsl.estimate.retries import YEAR
from flowdsl.estimate.tasks import Call, call_of, number_of

_LETTERS = {"items": "n", "rounds": "k", "seconds": "t"}
Kind = Literal["items", "rounds", "seconds"]


@dataclass(frozen=True, slots=True)
class LoopRounds:
    """A loop with its symbol."""

    loop: Loop
    rounds: Amount


class Symbols:
    """Every symbol, in document order, and the amounts they stand for."""

    def __init__(
        self,
        definition: Definition,
        graph: Graph,
        assumptions: Assumptions,
        item_counts: Mapping[str, int] | None = None,
    ) -> None:
        self.all: list[Symbol] = []
        self.calls: dict[str, Call] = {}
        """Each Task's call, by pointer."""
        self._items: dict[str, Amount] = {}
        self._seconds: dict[str, Amount] = {}
        self._loops: dict[str, list[LoopRounds]] = {}
        # Named once all are known: a lone one is n, of several the second is n2.
        pending: list[tuple[Symbol, Callable[[Amount], None]]] = []
        life = _life(definition)
        for scope in graph.scopes:
            for node in scope.nodes:
                self._state(node, definition, assumptions, item_counts or {}, pending)
            self._loops_of(scope, life, pending)
        counts: dict[str, int] = {}
        for symbol, take in pending:
            counts[symbol.kind] = counts.get(symbol.kind, 0) + 1
            number = counts[symbol.kind]
            name = _LETTERS[symbol.kind] + (str(number) if number > 1 else "")
            self.all.append(replace(symbol, name=name))
            take(Amount.symbol(name))

    def items(self, node: StateNode) -> Amount:
        """How many items a Map runs over."""
        return self._items[node.pointer]

    def seconds(self, node: StateNode) -> Amount:
        """How long a Task's call or a Wait takes at most."""
        return self._seconds[node.pointer]

    def loops(self, scope: ScopeGraph) -> list[LoopRounds]:
        """The loops of a scope with their rounds."""
        return self._loops[scope.scope.pointer]

    @property
    def bounds(self) -> dict[str, Number]:
        """The greatest value of each symbol that has one."""
        return {s.name: s.highest for s in self.all if s.highest is not None}

    def _state(
        self,
        node: StateNode,
        definition: Definition,
        assumptions: Assumptions,
        item_counts: Mapping[str, int],
        pending: list[tuple[Symbol, Callable[[Amount], None]]],
    ) -> None:
        pointer = node.pointer
        if node.type == "Map":
            exact = item_counts.get(pointer, item_count(node))
            if exact is not None:
                self._items[pointer] = Amount.of(exact)
                return
            most = most_items(node)
            symbol = Symbol("", "items", f"items of {node.name!r}", pointer, node.name, *(most or (None, "")))
            pending.append((symbol, lambda amount: self._items.__setitem__(pointer, amount)))
        elif node.type == "Task":
            call = self.calls[pointer] = call_of(node, definition, assumptions)
            if call.seconds is not None:
                self._seconds[pointer] = Amount.of(call.seconds)
                return
            self._unknown_seconds(node, f"seconds that {node.name!r} takes: {call.why}", pending)
        elif node.type == "Wait":
            literal = number_of(node.fields.get("Seconds"))
            if literal is not None:
                self._seconds[pointer] = Amount.of(literal)
                return
            self._unknown_seconds(node, f"seconds that {node.name!r} waits", pending)

    def _unknown_seconds(
        self, node: StateNode, means: str, pending: list[tuple[Symbol, Callable[[Amount], None]]]
    ) -> None:
        symbol = Symbol("", "seconds", means, node.pointer, node.name)
        pending.append((symbol, lambda amount: self._seconds.__setitem__(node.pointer, amount)))

    def _loops_of(
        self, scope: ScopeGraph, life: tuple[Number, str], pending: list[tuple[Symbol, Callable[[Amount], None]]]
    ) -> None:
        found = self._loops[scope.scope.pointer] = []
        for loop in scope.loops:
            if not any(scope.reachable[row] for row in loop.rows):
                continue
            first = scope.nodes[loop.rows[0]]
            highest, why = _most_rounds(scope, loop, life)
            means = f"rounds of the loop at {first.name!r}"
            symbol = Symbol("", "rounds", means, first.pointer, first.name, highest, why)

            def take(amount: Amount, loop: Loop = loop) -> None:
                found.append(LoopRounds(loop, amount))

            pending.append((symbol, take))


def _most_rounds(scope: ScopeGraph, loop: Loop, life: tuple[Number, str]) -> tuple[int | None, str]:
    bound = counted(scope, loop)
    least = least_seconds(scope, loop)
    by_time = int(life[0] // least) if least else None
    if bound is not None and (by_time is None or bound.rounds <= by_time):
        return bound.rounds, bound.why if bound.surely else f"{bound.why}, if it starts at 0"
    if by_time is not None:
        return by_time, f"each takes {least:,} s or more of the {life[1]}"
    return None, ""


def _life(definition: Definition) -> tuple[Number, str]:
    """The longest that an execution lives, and in words."""
    own = number_of(definition.document.get("TimeoutSeconds"))
    if definition.type == "EXPRESS" and (own is None or own > EXPRESS_SECONDS):
        return EXPRESS_SECONDS, "300 s of an Express execution"
    if own is not None and own < YEAR:
        return own, f"{own:,} s of the machine's TimeoutSeconds"
    return YEAR, "year of a Standard execution"
