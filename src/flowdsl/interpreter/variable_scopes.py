"""What AWS refuses of variables: names that are none, and what a branch or an iteration assigns of a scope around it."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.asl.definition import Definition, Scope, StateNode
from flowdsl.asl.values import has_placeholder, is_list, is_object
from flowdsl.interpreter.failures import NotSupported

LONGEST_NAME = 80


def refuse_names(definition: Definition) -> None:
    """Refuses a variable's name that is no identifier, is too long, or is reserved (documented)."""
    for state in definition.states():
        for name in _assigned(state):
            if has_placeholder(name):
                continue
            if name == "states":
                problem = "is reserved for $states"
            elif not name.isidentifier():
                problem = "is no identifier: a letter, then letters, digits and underscores"
            elif len(name) > LONGEST_NAME:
                problem = f"is longer than {LONGEST_NAME} characters"
            else:
                continue
            raise NotSupported(state.name, "Assign", f"the variable name {name!r} {problem}")


def refuse_shadowing(definition: Definition) -> None:
    """Refuses an Assign whose variable is assigned further out as well, naming the state."""
    assigned: dict[str, set[str]] = {}
    states: list[tuple[StateNode, set[str]]] = []
    for state in definition.states():
        names = set(_assigned(state))
        if names:
            assigned.setdefault(state.scope.pointer, set()).update(names)
            states.append((state, names))
    for state, names in states:
        for outer in _around(state.scope):
            shadowed = sorted(names & assigned.get(outer.pointer, set()))
            if shadowed:
                raise NotSupported(
                    state.name, "Assign", f"the variable {shadowed[0]!r} is also assigned in the scope around it"
                )


def _around(scope: Scope) -> Iterator[Scope]:
    """The scopes whose variables a scope can read; the children of a Distributed Map read none of their parent's."""
    while scope.parent is not None:
        config = scope.body.get("ProcessorConfig")
        if is_object(config) and config.get("Mode") == "DISTRIBUTED":
            return
        scope = scope.parent.scope
        yield scope


def _assigned(state: StateNode) -> Iterator[str]:
    holders = [state.fields]
    for field in ("Choices", "Catch"):
        rules = state.fields.get(field)
        holders += [rule for rule in rules if is_object(rule)] if is_list(rules) else []
    for holder in holders:
        assign = holder.get("Assign")
        if is_object(assign):
            yield from (name.removesuffix(".$") for name in assign)
