"""The item of a Map, or the input of a branch: `$states.input` in the entry state's first run, a variable elsewhere."""

from __future__ import annotations

from flowdsl.dsl.names import pascal
from flowdsl.dsl.naming import Variables
from flowdsl.dsl.needs import Needs
from flowdsl.dsl.references import IndexSource, ItemSource
from flowdsl.dsl.spell_jsonata import member
from flowdsl.dsl.state import State
from flowdsl.dsl.trace import Scope
from flowdsl.dsl.wiring import Wiring


class Items:
    """How each scope's item is read and bound."""

    def __init__(self, needs: Needs, wirings: dict[Scope, Wiring], variables: Variables) -> None:
        self.entries: dict[State, list[ItemSource]] = {}
        """Entry states on whose ways out items are bound."""
        self.binders: dict[Scope, list[ItemSource]] = {}
        """Scopes that bind them in a Pass before their entry."""
        self.names: dict[Scope, str] = {}
        """Of those Passes."""
        for source, sites in needs.items.items():
            scope = source.scope
            wiring = wirings[scope]
            entry = wiring.states[wiring.entry]
            others = any(index != entry.index for index, _ in sites)
            inner = any(inner and index == entry.index for index, inner in sites)
            if not others and not inner and not wiring.reentered:
                continue
            variables.need(scope, source)
            # In JSONPath, `$` in a Task's Assign is its result: nothing but a Pass can bind its input.
            if inner or wiring.reentered or entry.query_language != "JSONata":
                self.binders.setdefault(scope, []).append(source)
            else:
                self.entries.setdefault(entry, []).append(source)
        for scope in self.binders:
            # One place binds all that a scope needs.
            wiring = wirings[scope]
            self.binders[scope] += self.entries.pop(wiring.states[wiring.entry], [])

    def spelled(self, source: ItemSource, state: State | None, language: str = "JSONata") -> str:
        """The item as a state reads it."""
        if source.scope.distributed:
            return child_input(source.scope, None, language)
        if not source.variable or (state is not None and source in self.entries.get(state, ())):
            return self.direct(source, language)
        return f"${source.variable}"

    @staticmethod
    def direct(source: ItemSource, language: str = "JSONata") -> str:
        """The item as the scope's first state gets it. Where an index is needed, both are wrapped in an object."""
        whole = "$states.input" if language == "JSONata" else "$"
        if source.scope.index is None:
            return whole
        return f"{whole}.index" if isinstance(source, IndexSource) else f"{whole}.item"

    def assigned(self, state: State) -> dict[str, str]:
        """What each way out of a state binds beside the user's own assignments."""
        sources = self.entries.get(state) if self.entries else None
        return self._bound(sources, "JSONata") if sources else {}

    def _bound(self, sources: list[ItemSource], language: str) -> dict[str, str]:
        if language == "JSONata":
            return {source.variable or "": f"{{% {self.direct(source)} %}}" for source in sources}
        return {f"{source.variable}.$": self.direct(source, "JSONPath") for source in sources}

    def binder(self, scope: Scope) -> tuple[str, dict[str, str]] | None:
        """The name of the Pass before a scope's entry, and what it assigns."""
        sources = self.binders.get(scope)
        return None if sources is None else (self.names[scope], self._bound(sources, scope.trace.query_language))

    def name_binders(self, taken: set[str]) -> None:
        """Names each such Pass after the item: `BindLine`."""
        for scope, sources in self.binders.items():
            base = name = f"{scope.prefix}Bind{pascal(sources[0].name)}"
            number = 1
            while name in taken:
                number += 1
                name = f"{base}{number}"
            taken.add(name)
            self.names[scope] = name


def child_input(scope: Scope, name: str | None, language: str) -> str:
    """How a child of a Distributed Map reads its item (None), or what it was given under a name."""
    whole = "$states.context.Execution.Input" if language == "JSONata" else "$$.Execution.Input"
    owner = scope.owner
    batched, imports = getattr(owner, "batched", False), getattr(owner, "imports", {})
    if name is not None:
        return f"{whole}.BatchInput{member(name)}" if batched else f"{whole}{member(name)}"
    if batched:
        return f"{whole}.Items"
    return f"{whole}{member(item_name(scope))}" if imports else whole


def item_name(scope: Scope) -> str:
    """The member under which a child finds its item beside what it was given: the parameter's name."""
    return scope.parameter.name if scope.parameter is not None else "item"
