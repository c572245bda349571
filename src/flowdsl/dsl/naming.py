"""Names of a whole workflow: of its states, unique across all scopes, and of its variables."""

from __future__ import annotations

from collections import Counter
from typing import Any

from flowdsl.dsl.mistakes import Mistake
from flowdsl.dsl.names import MAX_NAME, forbidden_in, free_name
from flowdsl.dsl.places import location
from flowdsl.dsl.references import ErrorSource, ItemSource, ResultSource, Source, VarSource
from flowdsl.dsl.state import State
from flowdsl.dsl.trace import Scope, Trace


def name_states(trace: Trace) -> None:
    """Gives every state its final name, and reports names that are missing, taken twice or not allowed."""
    used = Counter(id(s.function.__code__) for s in trace.scopes if s.function is not None and s.owner is not None)
    known: dict[str, State] = {}
    for scope in trace.scopes:
        owner = scope.owner
        if owner is not None:
            repeated = scope.function is not None and used[id(scope.function.__code__)] > 1
            scope.prefix = f"{owner.scope.prefix}{owner.prefix}" if not repeated else owner.name
        prefix = scope.prefix
        for state in scope.states:
            name = state.name
            if prefix or state.prefix:
                name = _prefixed(prefix + state.prefix, state, name)
                state.rename(name)
            if len(name) > MAX_NAME or not name or not name.isidentifier():
                _check(trace, state, name)
            earlier = known.get(name)
            if earlier is None:
                known[name] = state
            elif name:
                _twice(trace, name, earlier, state)


def _prefixed(prefix: str, state: State, name: str) -> str:
    return f"{prefix} {name}" if state.given_name is not None and not name.isidentifier() else f"{prefix}{name}"


def _check(trace: Trace, state: State, name: str) -> None:
    place = (*state.place, "name") if state.given_name is not None else state.place
    if not name and state.given_name is None:
        trace.report(
            "unnamed-state",
            f"this {state.type} has no name: assign it to a variable of its own, or write name=",
            state.place,
        )
    elif not 0 < len(name) <= MAX_NAME:
        trace.report(
            "bad-state-name", f"a state's name has 1 to {MAX_NAME} characters, found {len(name)}: {name!r}", place
        )
    elif forbidden_in(name):
        trace.report("bad-state-name", f"a state's name cannot hold {forbidden_in(name)!r}, found {name!r}", place)


def _twice(trace: Trace, name: str, first: State, second: State) -> None:
    place = (*second.place, "name") if second.given_name is not None else second.place
    trace.mistakes.append(
        Mistake(
            "duplicate-name",
            lambda: (
                f"two states are called {name!r}, here and on line {location(first.place).line}; "
                "a name is unique in the whole workflow: give one of them name="
            ),
            place,
            ((first.place, "the first"),),
            second,
        )
    )


class Variables:
    """The workflow variables of a trace: which sources have one, and what it is called."""

    def __init__(self) -> None:
        self.needed: dict[Scope, list[Source]] = {}
        """By the scope that holds them, in the order of first need."""

    def need(self, scope: Scope, source: Source) -> None:
        """Asks for a variable that holds a source's value."""
        if source.variable is None:
            source.variable = ""
            self.needed.setdefault(scope, []).append(source)

    def name_all(self, trace: Trace) -> None:
        """Names them, outer scopes first: an inner one may not be called as one of any scope around it."""
        taken: dict[Scope, set[str]] = {}
        for scope in trace.scopes:
            around: set[str] = set(taken[scope.parent]) if scope.parent is not None else set()
            for state in scope.states:
                for holder in _holders(state):
                    around.update(key.removesuffix(".$") for key in holder if isinstance(key, str))
            taken[scope] = around
            for source in sorted(self.needed.get(scope, ()), key=_order):
                source.variable = free_name(_wanted(source), around)


def _holders(state: State) -> list[dict[Any, Any]]:
    found = [state.assigned] if state.assigned else []
    for port in (*(state.catchers or ()), *getattr(state, "rules", ())):
        if port.assigned:
            found.append(port.assigned)
    return found


def _order(source: Source) -> int:
    # Vars are the user's own names, so they come first; the rest in the order of need.
    return 0 if isinstance(source, VarSource) else 1


def _wanted(source: Source) -> str:
    from flowdsl.dsl.names import snake

    if isinstance(source, ResultSource):
        state = source.state
        bound = None if state.given_name is not None else state.bound
        return snake(state.name) if bound is None else snake_prefix(state) + bound
    if isinstance(source, ErrorSource):
        port = source.port
        return port.bound or f"{snake(port.state.name)}_error"
    if isinstance(source, ItemSource):
        return source.name
    assert isinstance(source, VarSource)
    return source.var.name


def snake_prefix(state: State) -> str:
    from flowdsl.dsl.names import snake

    return f"{snake(state.prefix)}_" if state.prefix else ""
