"""ASL316 unread-variable."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.analysis.variables import ScopeVariables, bits_of
from flowdsl.asl.source_map import escape
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Edit, Fix, Severity


class UnreadVariable(Rule):
    """A variable is assigned, and no state reads that value.

    It counts against the 10 MiB of variables and is copied with every state; most often it is left over, or read under another name.

    Instead: remove it, or read it.
    """

    code = "ASL316"
    severity = Severity.WARNING
    bad = Example(
        {"Load": {"Type": "Pass", "Assign": {"leftover": "{% $states.input %}"}, "End": True}},
        at="/States/Load/Assign/leftover",
        says="$leftover is assigned here, and no state reads the value",
        jsonata=True,
    )
    good = Example(
        {
            "Load": {"Type": "Pass", "Assign": {"order": "{% $states.input %}"}, "Next": "Show"},
            "Show": {"Type": "Pass", "Output": "{% $order.id %}", "End": True},
        },
        jsonata=True,
    )

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        used: dict[str, int] = {}
        for read in context.flow.reads:
            sighting = context.variables.sighting(read.state, read.name)
            if sighting is not None:
                used[sighting.scope.pointer] = used.get(sighting.scope.pointer, 0) | sighting.sites
        for pointer, own in context.variables.scopes.items():
            known = used.get(pointer, 0)
            for name, mask in own.masks.items():
                # Of a variable that is read somewhere, one value that is not may be a start or a default.
                if not mask & known:
                    yield from self._unread(own, name, mask)

    def _unread(self, own: ScopeVariables, name: str, mask: int) -> Iterator[Diagnostic]:
        for bit in bits_of(mask):
            made = own.by_bit[bit]
            # A state that is never reached reads nothing either, and is told about already.
            if made is None or not own.graph.reachable[own.graph.row[made[0].state.name]]:
                continue
            site = made[0]
            assign = site.state.fields.get("Assign") if site.pointer == f"{site.state.pointer}/Assign" else None
            key = f"{name}.$" if isinstance(assign, dict) and f"{name}.$" in assign else name
            fix = Fix(f"remove ${name}", (Edit(f"{site.pointer}/{escape(key)}", remove=True),), safe=False)
            yield self.at(site.pointer, f"${name} is assigned here, and no state reads the value", key, fix=fix)
