"""The source map of a traced workflow: where each state, edge, retrier, catcher and expression was written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flowdsl.asl.source_map import SourceMap, escape
from flowdsl.diagnostics import Location
from flowdsl.dsl.places import location
from flowdsl.dsl.trace import Trace

if TYPE_CHECKING:
    from flowdsl.dsl.workflow import Workflow


def source_map_of(workflow: Workflow[Any, Any], trace: Trace) -> SourceMap:
    """The source map, resolved when it is first asked for."""
    return SourceMap(lambda: _resolved(workflow, trace))


def _resolved(workflow: Workflow[Any, Any], trace: Trace) -> dict[str, Location]:
    found = {"": workflow.location}
    for state in trace.scopes[0].states:
        found[f"/States/{escape(state.name)}"] = location(state.place)
    return found
