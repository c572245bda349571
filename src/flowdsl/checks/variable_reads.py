"""Every read of a workflow variable, sorted by what is wrong with it: five rules share the work."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from flowdsl.analysis.flow_state import VariableRead
from flowdsl.analysis.variables import ScopeVariables, Sighting
from flowdsl.asl.definition import StateNode
from flowdsl.checks.context import CheckContext

Fault = Literal["undefined", "later", "some-path", "same-state", "out-of-scope"]
"""`undefined`: nobody assigns it. `later`: only states that run after this one do. `some-path`: there is a way on which nothing has.
`same-state`: the state's own Assign does, which is there only after the state. `out-of-scope`: it is another scope's."""


class Misread(NamedTuple):
    """A read that finds no value, or not on every way."""

    fault: Fault
    read: VariableRead
    sighting: Sighting | None = None
    owner: ScopeVariables | None = None
    """The scope that has it, for what is out of scope."""


def misreads(context: CheckContext) -> Iterator[Misread]:
    """Every read that is wrong, each variable once a state and field."""
    variables = context.variables
    seen: set[tuple[str, str]] = set()
    for read in context.flow.reads:
        if (read.pointer, read.name) in seen:
            continue
        seen.add((read.pointer, read.name))
        sighting = variables.sighting(read.state, read.name)
        if read.tolerant and sighting is not None:
            continue
        if sighting is None:
            owners = variables.owners(read.name)
            yield Misread("out-of-scope" if owners else "undefined", read, owner=owners[0] if owners else None)
        elif sighting.unassigned:
            if sighting.sites:
                yield Misread("some-path", read, sighting)
            elif assigns_itself(read.state, read.name):
                yield Misread("same-state", read, sighting)
            else:
                yield Misread("later", read, sighting)


def assigns_itself(state: StateNode, name: str) -> bool:
    """Whether a state's own Assign (not that of its rules and Catchers) gives a variable a value."""
    assign = state.fields.get("Assign")
    return isinstance(assign, dict) and (name in assign or f"{name}.$" in assign)


def misreads_of(context: CheckContext, *faults: Fault) -> Iterator[Misread]:
    """Those of one rule."""
    return (misread for misread in context.misreads if misread.fault in faults)
