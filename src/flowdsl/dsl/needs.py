"""What each state reads: which sources need a workflow variable, and whether they are set by then."""

from __future__ import annotations

from typing import Any

from flowdsl.dsl.assignment import Assignment, source_name
from flowdsl.dsl.choice import Choice
from flowdsl.dsl.naming import Variables
from flowdsl.dsl.references import BranchSource, ErrorSource, IndexSource, ItemSource, ResultSource, Source, VarSource
from flowdsl.dsl.state import State
from flowdsl.dsl.substitute import gives_return
from flowdsl.dsl.trace import Scope, Trace
from flowdsl.dsl.wiring import Wiring
from flowdsl.query.expression import Read, Some

Need = tuple[Source, int, Read, State]
"""(source, index of the state in the source's scope, the read, the state that reads)."""


class Needs:
    """The reads of a whole trace, by the scope of what they read."""

    def __init__(self, trace: Trace, wirings: dict[Scope, Wiring]) -> None:
        self.trace = trace
        self.wirings = wirings
        self.variables = Variables()
        self.by_scope: dict[Scope, list[Need]] = {}
        self.guarded: list[tuple[Some, State, Any]] = []
        """What is read with fn.some, in which state, and in which of its ports."""
        self.items: dict[ItemSource, list[tuple[int, bool]]] = {}
        """Of a scope's item: (index of the state in that scope, whether a scope inside that state reads it)."""

    def collect(self) -> None:
        """Goes through every read once."""
        for scope in self.trace.scopes:
            wiring = self.wirings[scope]
            for state in scope.states:
                for read in state.reads:
                    self._read(read, state, None)
                for read in state.exit_reads:
                    self._read(read, state, state)
                catchers = state.catchers
                if catchers is not None:
                    for port in catchers:
                        for read in port.reads:
                            self._read(read, state, port)
                if type(state) is Choice:
                    for rule in state.rules:
                        for read in rule.reads:
                            self._read(read, state, None, rule)
                    if state.default is not None:
                        for read in state.default.reads:
                            self._read(read, state, None, state.default)
            if scope.reads:
                self._returned(scope, wiring)

    def _returned(self, scope: Scope, wiring: Wiring) -> None:
        for end in wiring.ends:
            if gives_return(end, scope):
                for read in scope.reads:
                    var = getattr(getattr(read, "source", None), "var", None)
                    # What the end sets itself it gives anew, not from the variable.
                    if var is None or not end.assigned or var not in end.assigned:
                        self._read(read, end, end)

    def _read(self, read: Any, state: State, exit: Any, port: Any = None) -> None:
        """One read in a state, or in a port of it.

        `exit` is the state or port whose own Assign or Output it stands in, None elsewhere.
        """
        if type(read) is Some:
            self.guarded.append((read, state, port))
            return
        source = read.source
        kind = type(source)  # pyright: ignore[reportUnknownVariableType]
        if kind is BranchSource:
            source, kind = source.whole, ResultSource
        if kind is ResultSource:
            home: Scope = source.state.scope
        elif kind is VarSource:
            home = source.var.scope
        elif kind is ErrorSource:
            home = source.port.scope
        elif kind is ItemSource or kind is IndexSource:
            self._item(source, state)
            return
        else:
            return
        site: State | None = state
        while site is not None and site.scope is not home:
            site = site.scope.owner
        if site is None:
            self._inner(source, read, state)
            return
        if kind is ResultSource and site is source.state:
            if exit is state is site:
                return
            self._own(source, read, state, site)
            return
        if kind is ErrorSource and exit is source.port:
            return
        self.variables.need(home, source)
        self.by_scope.setdefault(home, []).append((source, site.index, read, state))

    def _item(self, source: ItemSource, state: State) -> None:
        if source.scope.distributed:
            # A child has an execution of its own, whose input it can read anywhere.
            return
        site: State | None = state
        inner = False
        while site is not None and site.scope is not source.scope:
            site, inner = site.scope.owner, True
        if site is not None:
            self.items.setdefault(source, []).append((site.index, inner))
            return
        # Only a value smuggled out of its function gets here.
        self.trace.report(
            "result-of-inner-scope",
            f"{source.name} is an item of an inner function, and exists there alone",
            state.place,
        )

    def _inner(self, source: Source, read: Read, state: State) -> None:
        name = source_name(source)
        scope = (
            source.state.scope
            if isinstance(source, ResultSource)
            else source.var.scope
            if isinstance(source, VarSource)
            else state.scope
        )
        owner = scope.owner if scope is not None else None
        instead = (
            f"; return it from {scope.function.__name__}, and read {owner.bound or owner.name}.result"
            if owner is not None and scope is not None and scope.function is not None
            else ""
        )
        self.trace.report(
            "result-of-inner-scope",
            f"{name} belongs to a scope inside {owner.name if owner else 'another state'!r}, which {state.name!r} cannot see{instead}",
            read.place,
            state=state,
        )

    def _own(self, source: ResultSource, read: Read, state: State, site: State) -> None:
        what = (
            "its own result, which is there only when it is done"
            if state is site
            else f"the result of {site.name!r} around it, which is there only when that is done"
        )
        self.trace.report(
            "own-result",
            f"{state.name!r} reads {what}; keep what an earlier round gave in a Var",
            read.place,
            state=state,
        )

    def check(self) -> None:
        """Reports every read of what is not set on some way."""
        for scope, needs in self.by_scope.items():
            wiring = self.wirings[scope]
            assignment = Assignment(wiring, self.variables.needed[scope])
            if not wiring.order:
                continue
            at_entry, bits = assignment.at_entry(), assignment.bits
            reported: set[tuple[Any, ...]] = set()
            for source, index, read, state in needs:
                if not at_entry[index] & bits[source]:
                    key = (source, index, read.place)
                    if key not in reported:
                        reported.add(key)
                        self._missing(assignment, source, index, read, state)

    def _missing(self, assignment: Assignment, source: Source, index: int, read: Read, state: State) -> None:
        way = assignment.way_without(source, index)
        shown = " → ".join(way if len(way) <= 12 else [*way[:5], "...", *way[-5:]])
        name = source_name(source)
        ends = state.scope.has_result and read in state.scope.reads
        reads = f"{state.name!r} ends the scope with {name}" if ends else f"{state.name!r} reads {name}"
        related: tuple[Any, ...] = ()
        if isinstance(source, ResultSource):
            missing = f"{source.state.name!r} has not run on the way {shown}"
            related = ((source.state.place, f"{source.state.name} is declared here"),)
        elif isinstance(source, ErrorSource):
            caught = ", ".join(_names(source.port.errors))
            missing = f"nothing was caught on the way {shown}; it is set where {source.port.state.name!r} fails with {caught} only"
            related = ((source.port.place, "the catch"),)
        else:
            assert isinstance(source, VarSource)
            missing = f"nothing sets it on the way {shown}"
            related = ((source.var.place, f"{source.var.name} is declared here"),)
        instead = f"; give this end an output of its own: {state.bound or state.name}.output(...)" if ends else ""
        place = state.output_place or read.place
        self.trace.report("result-not-ready", f"{reads}, but {missing}{instead}", place, related, state)


def _names(errors: tuple[Any, ...]) -> list[str]:
    from flowdsl.dsl.retry import error_name

    return [error_name(e) for e in errors]
