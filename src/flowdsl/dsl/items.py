"""The item of a Map, or the input of a branch: `$states.input` in the entry state's first run, a variable elsewhere."""

from __future__ import annotations

from typing import Any

from flowdsl.dsl.naming import Variables
from flowdsl.dsl.needs import Needs
from flowdsl.dsl.references import ItemSource
from flowdsl.dsl.state import State
from flowdsl.dsl.trace import Scope
from flowdsl.dsl.wiring import Wiring


class Items:
    """How each scope's parameter is read and bound."""

    def __init__(self, needs: Needs, wirings: dict[Scope, Wiring], variables: Variables) -> None:
        self.entries: dict[State, ItemSource] = {}
        """Entry states on whose ways out the parameter is bound."""
        self.binders: dict[Scope, ItemSource] = {}
        """Scopes that bind it in a Pass before their entry."""
        self.names: dict[Scope, str] = {}
        self.first: dict[ItemSource, State] = {}
        for scope, sites in needs.items.items():
            wiring = wirings[scope]
            source: ItemSource = scope.parameter
            entry = wiring.states[wiring.entry]
            self.first[source] = entry
            others = any(index != entry.index for index, _ in sites)
            inner = any(inner and index == entry.index for index, inner in sites)
            if not others and not inner and not wiring.reentered:
                continue
            variables.need(scope, source)
            if inner or wiring.reentered or entry.type in ("Succeed", "Fail"):
                self.binders[scope] = source
            else:
                self.entries[entry] = source

    def spelled(self, source: ItemSource, state: State | None) -> str:
        """The parameter as a state reads it."""
        if not source.variable or (state is not None and self.entries.get(state) is source):
            return "$states.input"
        return f"${source.variable}"

    def assigned(self, state: Any, way: Any) -> dict[str, str] | None:
        """What a way out of a state binds beside the user's own assignments."""
        source = self.entries.get(state) if self.entries else None
        return {source.variable or "": "{% $states.input %}"} if source is not None else None

    def binder(self, scope: Scope) -> tuple[str, dict[str, str]] | None:
        """The name of the Pass before a scope's entry, and what it assigns."""
        source = self.binders.get(scope)
        if source is None:
            return None
        return self.names[scope], {source.variable or "": "{% $states.input %}"}

    def name_binders(self, taken: set[str]) -> None:
        """Names each such Pass after the parameter: `BindLine`."""
        from flowdsl.dsl.names import pascal

        for scope, source in self.binders.items():
            base = name = f"{scope.prefix}Bind{pascal(source.name)}"
            number = 1
            while name in taken:
                number += 1
                name = f"{base}{number}"
            taken.add(name)
            self.names[scope] = name
