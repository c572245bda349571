"""ASL407 error-swallowed."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.analysis.graph import ScopeGraph
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity

INVOKE = {
    "Type": "Task",
    "Resource": "arn:aws:states:::lambda:invoke",
    "Parameters": {"FunctionName": "f"},
    "End": True,
}


class ErrorSwallowed(Rule):
    """Every error is caught and ends in success.

    The execution is SUCCEEDED, no alarm goes off, and what failed stands nowhere, or only in an output that looks like any other.

    Instead: lead to a Fail, or to a state that records the error; "ResultPath": "$.error" keeps it beside the input.
    """

    code = "ASL407"
    severity = Severity.WARNING
    bad = Example(
        {"Call": {**INVOKE, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Done"}]}, "Done": {"Type": "Succeed"}},
        at="/States/Call/Catch/0",
        says="every error of 'Call' ends in success, by 'Done'; lead to a Fail, or to a state that records it",
    )
    good = Example(
        {
            "Call": {**INVOKE, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Failed"}]},
            "Failed": {"Type": "Fail", "ErrorPath": "$.Error", "CausePath": "$.Cause"},
        }
    )

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for graph in context.graph.scopes:
            for state in graph.nodes:
                for catcher in context.handlers(state, "Catch") if state.fields.get("Catch") else ():
                    if not {"States.ALL", "States.TaskFailed"} & set(catcher.names):
                        continue
                    # An error that is put beside the rest, or carried over on purpose, is not lost.
                    path = catcher.fields.get("ResultPath", "$")
                    if (not state.is_jsonata and path not in ("$", None)) or {
                        "Assign",
                        "Output",
                    } & catcher.fields.keys():
                        continue
                    end = _plain_end(graph, catcher.fields.get("Next"))
                    if end is not None:
                        yield self.at(
                            state,
                            f"every error of {state.name!r} ends in success, by {end!r}; lead to a Fail, or to a state that "
                            "records it",
                            "Catch",
                            catcher.number,
                        )


def _plain_end(graph: ScopeGraph, name: object) -> str | None:
    """The end that a state leads to when nothing on the way looks at what comes in; None where something does."""
    seen: set[str] = set()
    while isinstance(name, str) and name in graph.row and name not in seen:
        seen.add(name)
        state = graph.nodes[graph.row[name]]
        looks = {"Parameters", "Result", "InputPath", "OutputPath", "Output", "Assign"} & state.fields.keys()
        if looks or state.type not in ("Succeed", "Pass", "Wait"):
            return None
        if state.type == "Succeed" or "End" in state.fields:
            return state.name
        name = state.fields.get("Next")
    return None
