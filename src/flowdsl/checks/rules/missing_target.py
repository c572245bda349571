"""ASL210 missing-target."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.analysis.graph import ScopeGraph
from flowdsl.asl.source_map import split
from flowdsl.asl.values import has_placeholder
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity, did_you_mean


class MissingTarget(Rule):
    """A transition, or StartAt, that names no state of its scope.

    AWS refuses the machine. A branch of a Parallel and the processor of a Map are scopes of their own: no transition crosses their border.

    Instead: correct the name, or add the state; to leave a branch, end it and go on from the Parallel or the Map.
    """

    code = "ASL210"
    severity = Severity.ERROR
    aws_code = "MISSING_TRANSITION_TARGET"
    bad = (
        Example(
            {"A": {"Type": "Pass", "Next": "Shpi"}, "Ship": {"Type": "Succeed"}},
            at="/States/A/Next",
            says="Missing 'Next' target: Shpi, which 'A' leads to, is no state here; did you mean 'Ship'?",
        ),
        Example(
            {"StartAt": "B", "States": {"A": {"Type": "Succeed"}}},
            at="/StartAt",
            says="StartAt is 'B', which is no state here; did you mean 'A'?",
        ),
        Example(
            {
                "Both": {
                    "Type": "Parallel",
                    "Branches": [{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "Done"}}}],
                    "Next": "Done",
                },
                "Done": {"Type": "Succeed"},
            },
            at="/States/Both/Branches/0/States/A/Next",
            says="Missing 'Next' target: Done, which 'A' leads to, is a state of another scope; no transition crosses the border "
            "of a branch or a Map",
        ),
    )
    good = Example({"A": {"Type": "Pass", "Next": "Ship"}, "Ship": {"Type": "Succeed"}})

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        elsewhere: set[str] | None = None
        for graph in context.graph.scopes:
            yield from self._start(graph)
            for transition in graph.dangling:
                if has_placeholder(transition.target):
                    continue
                if elsewhere is None:
                    elsewhere = {name for other in context.graph.scopes for name in other.row}
                where = f"Missing 'Next' target: {transition.target}, which {transition.source!r} leads to, is"
                if transition.target in elsewhere:
                    message = f"{where} a state of another scope; no transition crosses the border of a branch or a Map"
                else:
                    message = f"{where} no state here{did_you_mean(transition.target, graph.row)}"
                yield self.at(transition.pointer, message, aws_location=_aws_location(transition.pointer))

    def _start(self, graph: ScopeGraph) -> Iterator[Diagnostic]:
        start = graph.scope.start_at
        if isinstance(start, str) and graph.start is None and not has_placeholder(start) and graph.nodes:
            parent = graph.scope.parent
            where = "" if parent is None else f" of a scope of {parent.name!r}"
            message = f"StartAt{where} is {start!r}, which is no state here{_near(start, graph)}"
            at = f"{graph.scope.pointer}/StartAt"
            yield self.at(at, message, aws_location=_aws_location(at))


def _near(start: str, graph: ScopeGraph) -> str:
    hint = did_you_mean(start, graph.row)
    return hint or (f"; did you mean {graph.nodes[0].name!r}?" if len(graph.nodes) == 1 else "")


def _aws_location(pointer: str) -> str:
    """As AWS writes places: indexes of Choices, Catch and Branches in brackets."""
    text: str = ""
    before: str = ""
    for token in split(pointer):
        indexed = token.isdigit() and before in ("Choices", "Catch", "Branches")
        text += f"[{token}]" if indexed else f"/{token}"
        before = "" if before == "States" else token
    return text
