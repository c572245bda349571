"""The edges of a scope: where it starts, what is reached, where it ends. Linear, without recursion."""

from __future__ import annotations

from typing import Any

from flowdsl.dsl.choice import Choice
from flowdsl.dsl.state import State
from flowdsl.dsl.trace import Scope, Trace

Edge = tuple[int, Any]
"""(index of the state that it leads to, the port it starts at: the State itself for its Next)."""


class Wiring:
    """One scope's states as a graph."""

    __slots__ = ("edges", "ends", "entry", "has_loop", "order", "reentered", "scope", "states")

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.states: list[State] = scope.states
        self.entry = scope.start[0].index if scope.start is not None else 0
        self.edges: list[list[Edge]] = []
        """By the state's index."""
        self.ends: list[State] = []
        """States that end the scope, as declared: reached ones only."""
        self.order: list[int] = []
        """Indices of the reached states, each before what follows it, loops aside."""
        self.has_loop = False
        self.reentered = False
        """Whether some edge leads to the entry."""


def wire(trace: Trace, scope: Scope) -> Wiring:
    """The graph of a scope; its mistakes are reported."""
    wiring = Wiring(scope)
    states = scope.states
    if not states:
        if not scope.broken:
            name = scope.function.__name__ if scope.function is not None else trace.name
            trace.report("empty-scope", f"{name} declares no state", scope.place)
        return wiring
    edges = wiring.edges
    for state in states:
        out: list[Edge] = []
        target = state.target
        if target is not None and _same(trace, state, target, state.target_place):
            out.append((target.index, state))
        if state.catchers is not None:
            for port in state.catchers:
                _add(trace, port, out)
        if type(state) is Choice:
            _wire_choice(trace, state, out)
        edges.append(out)
    _walk(wiring)
    _check(trace, wiring)
    return wiring


def _add(trace: Trace, port: Any, out: list[Edge]) -> None:
    target = port.target
    if target is None and port in trace.loose:
        return  # the edge is there, and wrong: said already
    if target is None:
        trace.report(
            "open-port",
            f"{port.described()} leads nowhere; write >> and the state that follows",
            port.place,
            state=port.state,
        )
    elif _same(trace, port.state, target, port.target_place):
        out.append((target.index, port))


def _wire_choice(trace: Trace, choice: Choice, out: list[Edge]) -> None:
    for rule in choice.rules:
        _add(trace, rule, out)
    if choice.default is not None:
        _add(trace, choice.default, out)
    if not choice.rules and "Choices" not in (choice.extra or {}):
        trace.report(
            "choice-without-branch",
            f"{choice.name!r} decides nothing: a Choice has at least one rule, choice.when(condition) >> state",
            choice.place,
            state=choice,
        )


def _same(trace: Trace, state: State, target: State, place: Any) -> bool:
    if target.scope is state.scope:
        return True
    trace.report(
        "not-a-target",
        f"{target.name!r} belongs to another scope: an edge stays within one Map, branch or workflow",
        place,
        state=state,
    )
    return False


def _walk(wiring: Wiring) -> None:
    """Depth first from the entry: the reached states in reverse postorder, and whether there are loops."""
    edges = wiring.edges
    colour = bytearray(len(edges))
    entry = wiring.entry
    colour[entry] = 1
    stack = [entry]
    iterators = [iter(edges[entry])]
    order: list[int] = []
    while stack:
        for target, _ in iterators[-1]:
            seen = colour[target]
            if seen == 0:
                colour[target] = 1
                stack.append(target)
                iterators.append(iter(edges[target]))
                break
            if seen == 1:
                wiring.has_loop = True
            if target == entry:
                wiring.reentered = True
        else:
            done = stack.pop()
            iterators.pop()
            colour[done] = 2
            order.append(done)
    order.reverse()
    wiring.order = order


def _check(trace: Trace, wiring: Wiring) -> None:
    states = wiring.states
    if len(wiring.order) < len(states) and wiring.scope not in trace.loose:
        _unreached(trace, wiring)
    ends: list[State] = []
    failing = False
    for i in sorted(wiring.order):
        state = states[i]
        kind = state.type
        if kind == "Fail":
            failing = True
        elif state.target is None and kind != "Choice":
            ends.append(state)
    wiring.ends = ends
    if not ends and not failing and wiring.order and not trace.has_open_ports(wiring.scope):
        scope = wiring.scope
        name = scope.function.__name__ if scope.function is not None else trace.name
        trace.report("scope-without-end", f"{name} never ends: every state of it leads to another", scope.place)


def _unreached(trace: Trace, wiring: Wiring) -> None:
    """Reports the states at the head of what is never reached: what follows them is reached when they are."""
    states, edges = wiring.states, wiring.edges
    reached = set(wiring.order)
    missing = [i for i in range(len(states)) if i not in reached]
    led_to = {target for i in missing for target, _ in edges[i] if target != i}
    # A loop that nothing leads into has no head: its first state stands for it.
    covered: set[int] = set()
    for head in [*(i for i in missing if i not in led_to), *missing]:
        if head in covered:
            continue
        found = _from(edges, head, reached)
        covered |= found
        _report_unreached(trace, wiring, states[head], len(found) - 1, head in led_to)


def _from(edges: list[list[Edge]], head: int, reached: set[int]) -> set[int]:
    found = {head}
    stack = [head]
    while stack:
        for target, _ in edges[stack.pop()]:
            if target not in found and target not in reached:
                found.add(target)
                stack.append(target)
    return found


def _report_unreached(trace: Trace, wiring: Wiring, state: State, followers: int, in_loop: bool) -> None:
    entry = wiring.states[wiring.entry]
    if not followers and not wiring.edges[state.index] and not in_loop:
        trace.report(
            "unwired-state",
            f"{state.name!r} is declared and never wired: no edge leads to it; write other >> {state.bound or state.name}, or take it out",
            state.place,
            state=state,
        )
        return
    following = f", nor {'the state' if followers == 1 else f'the {followers} states'} after it" if followers else ""
    begin = (
        f"; a scope starts at its first state unless start >> {state.bound or state.name} says otherwise"
        if wiring.scope.start is None
        else ""
    )
    trace.report(
        "unreached-state",
        f"{state.name!r} is never reached{following}: no way leads to it from {entry.name!r}, where the scope starts{begin}",
        state.place,
        state=state,
    )
