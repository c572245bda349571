"""The symbols of a definition: a Map's items, a loop's rounds, the time of what nothing ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from flowdsl.analysis.bounds import number_of
from flowdsl.analysis.graph import Graph, Loop, ScopeGraph
from flowdsl.asl.definition import Definition, StateNode
from flowdsl.estimate.amount import Amount, Number
from flowdsl.estimate.items import item_count, most_items
from flowdsl.estimate.loops import Bound, counted, least_seconds
from flowdsl.estimate.model import EXPRESS_SECONDS, Assumptions, Symbol
from flowdsl.estimate.retries import YEAR
from flowdsl.estimate.tasks import Call, call_of

NAMED = 24
"""Symbols of a kind that have a name of their own. Further ones share one, which stands for the largest of them: sums of
a thousand symbols for each of ten thousand states would be of no use to anyone."""

_LETTERS = {"items": "n", "rounds": "k", "seconds": "t"}
Kind = Literal["items", "rounds", "seconds"]


@dataclass(frozen=True, slots=True)
class LoopRounds:
    """A loop with its symbol."""

    loop: Loop
    rounds: Amount
    usual: Amount
    """Rounds when nothing fails: a number where a counter alone ends the loop."""


class Symbols:
    """Every symbol, in document order, and the amounts they stand for."""

    def __init__(
        self,
        definition: Definition,
        graph: Graph,
        assumptions: Assumptions,
        item_counts: Mapping[str, int] | None = None,
        item_limits: Mapping[str, int] | None = None,
    ) -> None:
        self._item_limits = item_limits or {}
        self.all: list[Symbol] = []
        self.calls: dict[str, Call] = {}
        """Each Task's call, by pointer."""
        self._items: dict[str, Amount] = {}
        self._seconds: dict[str, Amount] = {}
        self._typical: dict[str, Amount] = {}
        self._loops: dict[str, list[LoopRounds]] = {}
        # Named once all are known: the first is n, the second n2.
        pending: list[tuple[Symbol, Callable[[Amount], None]]] = []
        life = _life(definition)
        for scope in graph.scopes:
            for node in scope.nodes:
                self._state(node, definition, assumptions, item_counts or {}, pending)
            self._loops_of(scope, life, pending)
        by_kind: dict[str, list[tuple[Symbol, Callable[[Amount], None]]]] = {}
        for symbol, take in pending:
            by_kind.setdefault(symbol.kind, []).append((symbol, take))
        named: dict[int, str] = {}
        for kind, found in by_kind.items():
            letter = _LETTERS[kind]
            alone = found if len(found) <= NAMED else found[:NAMED]
            for number, (symbol, take) in enumerate(alone, 1):
                named[id(symbol)] = name = letter + (str(number) if number > 1 else "")
                take(Amount.symbol(name))
            rest = found[len(alone) :]
            if rest:
                name = f"{letter}{NAMED + 1}"
                named[id(rest[0][0])] = name
                for _, take in rest:
                    take(Amount.symbol(name))
        shared = {id(found[NAMED][0]): found[NAMED:] for found in by_kind.values() if len(found) > NAMED}
        for symbol, _ in pending:
            if id(symbol) in named:
                one = _shared([s for s, _ in shared[id(symbol)]]) if id(symbol) in shared else symbol
                self.all.append(replace(one, name=named[id(symbol)]))

    def items(self, node: StateNode) -> Amount:
        """How many items a Map runs over."""
        return self._items[node.pointer]

    def seconds(self, node: StateNode) -> Amount:
        """How long a Task's call or a Wait takes at most."""
        return self._seconds[node.pointer]

    def typical_seconds(self, node: StateNode) -> Amount:
        """How long it takes when nothing fails: the assumed time, for a call that waits for no one."""
        return self._typical.get(node.pointer) or self._seconds[node.pointer]

    def loops(self, scope: ScopeGraph, *, smooth: bool = False) -> list[tuple[Loop, Amount]]:
        """The loops of a scope with their rounds; `smooth`: when nothing fails."""
        return [(found.loop, found.usual if smooth else found.rounds) for found in self._loops[scope.scope.pointer]]

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
            highest, why = most_items(node) or (None, "")
            limit = self._item_limits.get(pointer)
            if limit is not None and (highest is None or limit < highest):
                highest, why = limit, f"the list it runs over has {limit:,} items or fewer"
            means = f"items of {node.name!r}"
            symbol = Symbol("", "items", means, pointer, node.name, highest, why, counted=highest is not None)
            pending.append((symbol, lambda amount: self._items.__setitem__(pointer, amount)))
        elif node.type == "Task":
            call = self.calls[pointer] = call_of(node, definition, assumptions)
            if not call.waits:
                usual = assumptions.task_seconds
                self._typical[pointer] = Amount.of(usual if call.seconds is None else min(usual, call.seconds))
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
            means = f"rounds of the loop at {first.name!r}"
            bound = counted(scope, loop)
            symbol = _bounded(Symbol("", "rounds", means, first.pointer, first.name), bound, scope, loop, life)
            exact = Amount.of(bound.rounds) if bound is not None and bound.exact else None

            def take(amount: Amount, loop: Loop = loop, exact: Amount | None = exact) -> None:
                found.append(LoopRounds(loop, amount, amount if exact is None else exact))

            pending.append((symbol, take))


def _shared(symbols: list[Symbol]) -> Symbol:
    """One symbol that is at least each of these."""
    first = symbols[0]
    what = {"items": "Maps", "rounds": "loops", "seconds": "states without a time limit"}[first.kind]
    known = [s.highest for s in symbols if s.highest is not None]
    highest = max(known) if len(known) == len(symbols) else None
    return replace(
        first,
        means=f"the most {first.kind} of any of the {len(symbols):,} other {what}",
        highest=highest,
        why="" if highest is None else f"none of them has more than {highest:,}",
        counted=highest is not None and all(s.counted for s in symbols),
        seconds_each=0,
        shared=True,
    )


def _bounded(symbol: Symbol, bound: Bound | None, scope: ScopeGraph, loop: Loop, life: tuple[Number, str]) -> Symbol:
    least = least_seconds(scope, loop)
    by_time = int(life[0] // least) if least else None
    if bound is not None and (by_time is None or bound.rounds <= by_time):
        why = bound.why if bound.surely else f"{bound.why}, if it starts at 0"
        return replace(symbol, highest=bound.rounds, why=why, counted=True, seconds_each=least)
    if by_time is not None:
        why = f"each takes {least:,} s or more of the {life[1]}"
        return replace(symbol, highest=by_time, why=why, seconds_each=least)
    return symbol


def _life(definition: Definition) -> tuple[Number, str]:
    """The longest that an execution lives, and in words."""
    own = number_of(definition.document.get("TimeoutSeconds"))
    if definition.type == "EXPRESS" and (own is None or own > EXPRESS_SECONDS):
        return EXPRESS_SECONDS, "300 s of an Express execution"
    if own is not None and own < YEAR:
        return own, f"{own:,} s of the machine's TimeoutSeconds"
    return YEAR, "year of a Standard execution"
