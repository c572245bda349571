"""From a trace to a Definition: names, edges, reads, variables, then the document.

What only some workflows need is imported when one does: a command that builds ten states should not pay for all of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from flowdsl.dsl.emit import Emitter
from flowdsl.dsl.endings import check_ends
from flowdsl.dsl.items import Items
from flowdsl.dsl.naming import name_states
from flowdsl.dsl.needs import Needs
from flowdsl.dsl.source_scan import check_source
from flowdsl.dsl.trace import Trace
from flowdsl.dsl.wiring import wire

if TYPE_CHECKING:
    from flowdsl.dsl.states import Working


def compiled(trace: Trace, head: dict[str, Any], default_retry: list[Any]) -> dict[str, Any] | None:
    """The document of a trace; None where it has mistakes, which the trace then holds."""
    name_states(trace)
    if any(scope.distributed for scope in trace.scopes):
        from flowdsl.dsl.imports import import_outer_reads

        import_outer_reads(trace)
    wirings = {scope: wire(trace, scope) for scope in trace.scopes}
    if any(not wiring.states for wiring in wirings.values()):
        return None
    if trace.loose:
        # Which ways there are is not known before its edges are right.
        check_source(trace)
        return None
    needs = Needs(trace, wirings)
    needs.collect()
    items = Items(needs, wirings, needs.variables)
    needs.variables.name_all(trace)
    needs.check()
    if needs.guarded:
        from flowdsl.dsl.guards import check_guards

        check_guards(trace, needs, wirings)
    for wiring in wirings.values():
        check_ends(trace, wiring)
    if trace.raws:
        from flowdsl.dsl.raw_check import check_raws

        check_raws(trace)
    check_source(trace)
    if any(call.kind == "workflow" and call.pattern for call in trace.calls):
        from flowdsl.dsl.nested import check_caught

        for scope in trace.scopes:
            for state in scope.states:
                call = getattr(state, "call", None)
                if call is not None and call.kind == "workflow" and call.pattern:
                    check_caught(trace, cast("Working", state))
    if trace.is_wrong:
        return None
    if items.binders:
        items.name_binders({state.name for scope in trace.scopes for state in scope.states})
    emitter = Emitter(trace, wirings, items, default_retry)
    document = {**head, **emitter.scope(trace.scopes[0])}
    if "StartAt" in head:
        document["StartAt"] = head["StartAt"]
    # What a query language cannot say is found when it is written.
    return None if trace.is_wrong else document
