"""fn.some: whether a Choice on every way makes sure that what is read is there."""

from __future__ import annotations

from typing import Any

from flowdsl.asl.values import is_list, is_object
from flowdsl.dsl.choice import Choice
from flowdsl.dsl.needs import Needs
from flowdsl.dsl.state import State
from flowdsl.dsl.trace import Scope, Trace
from flowdsl.dsl.wiring import Wiring
from flowdsl.query.expression import (
    Conditional,
    Default,
    Exists,
    Field,
    Index,
    Node,
    Operation,
    Read,
    Some,
    children,
    leaves,
)

Key = tuple[Any, ...]


def path_of(node: Node) -> Key | None:
    """What a path reads, comparable: its source and its steps; None for anything that is no path."""
    steps: list[Any] = []
    while True:
        if isinstance(node, Field):
            steps.append(node.name)
            node = node.base
        elif isinstance(node, Index) and isinstance(node.index, int):
            steps.append(node.index)
            node = node.base
        elif isinstance(node, (Default, Some)):
            node = node.base
        elif isinstance(node, Read):
            return (node.source, *reversed(steps))
        else:
            return None


def implied(condition: Any, holds: bool) -> set[Key]:
    """The paths that are there when a condition holds, or when it does not."""
    found: set[Key] = set()
    stack = [(condition, holds)]
    while stack:
        node, positive = stack.pop()
        if isinstance(node, Exists):
            key = path_of(node.base)
            if positive and key is not None:
                found.add(key)
        elif isinstance(node, Operation):
            if node.operator == "not":
                stack.append((node.left, not positive))
            elif node.operator == ("and" if positive else "or"):
                stack += [(node.left, positive), (node.right, positive)]
            elif positive and node.operator == "=":
                # What equals something that is no null is there.
                for side, other in ((node.left, node.right), (node.right, node.left)):
                    key = path_of(side) if side is not None else None
                    if key is not None and getattr(other, "value", None) is not None:
                        found.add(key)
    return found


def covered_inside(root: Any, some: Some) -> bool:
    """Whether the very expression tests for presence before it reads: `exists(x) and some(x) > 3`, `if_else(exists(x), ...)`."""
    wanted = path_of(some.base)
    stack: list[tuple[Any, frozenset[Key]]] = [(root, frozenset())]
    while stack:
        node, known = stack.pop()
        if node is some:
            return wanted in known
        if is_object(node):
            stack += [(item, known) for item in node.values()]
        elif is_list(node):
            stack += [(item, known) for item in node]
        elif isinstance(node, Operation) and node.right is not None and node.operator in ("and", "or"):
            stack += [(node.left, known), (node.right, known | implied(node.left, node.operator == "and"))]
        elif isinstance(node, Conditional):
            stack += [
                (node.test, known),
                (node.then, known | implied(node.test, True)),
                (node.otherwise, known | implied(node.test, False)),
            ]
        elif isinstance(node, Node):
            stack += [(inner, known) for inner in children(node)]
    return False


class Guards:
    """The paths that are certainly there on entry to each state of a scope."""

    def __init__(self, wirings: dict[Scope, Wiring]) -> None:
        self.wirings = wirings
        self._known: dict[Scope, list[frozenset[Key] | None]] = {}

    def on_entry(self, scope: Scope) -> list[frozenset[Key] | None]:
        """By state: the paths, None for a state that is not reached."""
        known = self._known.get(scope)
        if known is None:
            known = self._known[scope] = self._solved(self.wirings[scope])
        return known

    def _solved(self, wiring: Wiring) -> list[frozenset[Key] | None]:
        entry: list[frozenset[Key] | None] = [None] * len(wiring.states)
        if wiring.states:
            entry[wiring.entry] = frozenset()
        changed = True
        while changed:
            changed = False
            for i in wiring.order:
                known = entry[i]
                if known is None:
                    continue
                state = wiring.states[i]
                kept = frozenset(
                    key for key in known if getattr(key[0], "state", None) is not state and not _sets(state, key)
                )
                ways = _ways(state) if type(state) is Choice else {}
                for target, port in wiring.edges[i]:
                    after = kept | ways.get(port, frozenset())
                    before = entry[target]
                    merged = after if before is None else before & after
                    if merged != before:
                        entry[target] = merged
                        changed = True
        return entry

    def has(self, state: State, key: Key) -> bool:
        """Whether a path is certainly there when a state runs, by a Choice of its own scope or of one around it."""
        site: State | None = state
        while site is not None:
            known = self.on_entry(site.scope)[site.index]
            if known is None or key in known:
                return True
            site = site.scope.owner
        return False


def _sets(state: State, key: Key) -> bool:
    return bool(state.assigned) and getattr(key[0], "var", None) in (state.assigned or {})


def _ways(choice: Choice) -> dict[Any, frozenset[Key]]:
    """What each way out of a Choice makes sure of: its own condition, and that those before it did not hold."""
    found: dict[Any, frozenset[Key]] = {}
    failed: frozenset[Key] = frozenset()
    for rule in choice.rules:
        found[rule] = failed | implied(rule.condition, True)
        failed |= implied(rule.condition, False)
    if choice.default is not None:
        found[choice.default] = failed
    return found


def _on_port(choice: Choice, port: Any, some: Some) -> frozenset[Key]:
    """What is certain where a rule's condition is tried, or where its own Assign and Output run."""
    failed: frozenset[Key] = frozenset()
    for rule in choice.rules:
        condition = rule.condition
        if rule is port and isinstance(condition, Node) and any(leaf is some for leaf in leaves(condition)):
            return failed
        failed |= implied(rule.condition, False)
    return _ways(choice).get(port, frozenset())


def check_guards(trace: Trace, needs: Needs, wirings: dict[Scope, Wiring]) -> None:
    """Reports every fn.some that nothing guards."""
    guards = Guards(wirings)
    for some, state, port in needs.guarded:
        key = path_of(some.base)
        if key is None or guards.has(state, key) or any(covered_inside(value, some) for value in _values(state)):
            continue
        if isinstance(state, Choice) and key in _on_port(state, port, some):
            continue
        trace.report(
            "unguarded-optional",
            f"fn.some promises that this is there, and no Choice on the way to {state.name!r} makes sure; "
            "lead here from choice.when(fn.exists(...))",
            some.place,
            state=state,
        )


def _values(state: State) -> list[Any]:
    found: list[Any] = [*state.fields.values(), *(state.assigned or {}).values(), state.scope.result]
    call = getattr(state, "call", None)
    if call is not None:
        found.append(call.arguments)
    for port in (*getattr(state, "rules", ()), *(state.catchers or ())):
        found += [getattr(port, "condition", None), port.output_value, *(port.assigned or {}).values()]
    return found
