"""How many items Maps run over, where the data flow says so: a list that an earlier state makes, a schema's maxItems."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flowdsl.analysis.flow import Flow
from flowdsl.analysis.graph import Graph
from flowdsl.analysis.shape import ALWAYS, ARRAY
from flowdsl.analysis.variables import Variables
from flowdsl.asl.definition import Definition


@dataclass(frozen=True, slots=True)
class KnownItems:
    """By the Map's pointer."""

    counts: dict[str, int] = field(default_factory=dict[str, int])
    """Exact numbers."""
    most: dict[str, int] = field(default_factory=dict[str, int])
    """Upper bounds."""


def known_items(definition: Definition, input_schema: Any = None) -> KnownItems:
    """What the data flow says of the items of every Map. `input_schema` describes the execution's input; the workflow's
    own where None is given.
    """
    found = KnownItems()
    if next(definition.states("Map"), None) is None:
        return found
    graph = Graph(definition)
    schema = definition.bindings.input_schema if input_schema is None else input_schema
    flow = Flow(definition, graph, Variables(graph), schema)
    for node in definition.states("Map"):
        state = flow.of(node)
        items = state.items if state is not None else None
        if items is None or items.kinds != ARRAY or items.presence != ALWAYS or items.high is None:
            continue
        if items.low == items.high:
            found.counts[node.pointer] = items.high
        else:
            found.most[node.pointer] = items.high
    return found
