"""ASL302 catch-drops-input."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from flowdsl.analysis.flow_state import Problem
from flowdsl.asl.definition import StateNode
from flowdsl.asl.values import is_object
from flowdsl.checks.absences import has_origin
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Edit, Fix, Severity, did_you_mean

CHARGE = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "charge"}}


class CatchDropsInput(Rule):
    """The state a Catcher leads to reads the input, and the Catcher drops it.

    A Catcher without ResultPath (in JSONata: without Output) passes on Error and Cause alone, not the state's input: the handler fails with
    States.Runtime where it should have cleaned up, and nothing catches that.

    Instead: give the Catcher "ResultPath": "$.error" (in JSONata: an Output that keeps what is needed).
    Source: Amazon States Language, fallback states (spec); recorded.
    """

    code = "ASL302"
    severity = Severity.ERROR
    bad = Example(
        {
            "Charge": {
                **CHARGE,
                "ResultPath": "$.paid",
                "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Undo"}],
                "End": True,
            },
            "Undo": {"Type": "Pass", "Parameters": {"id.$": "$.orderId"}, "End": True},
        },
        at="/States/Undo/Parameters/id.$",
        says="'$.orderId' is not there: the Catch of 'Charge' passes on Error and Cause alone; give it \"ResultPath\": \"$.error\"",
    )
    good = Example(
        {
            "Charge": {
                **CHARGE,
                "ResultPath": "$.paid",
                "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Undo"}],
                "End": True,
            },
            "Undo": {"Type": "Pass", "Parameters": {"id.$": "$.orderId"}, "End": True},
        }
    )

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for problem in context.problems("missing"):
            # Where other ways bring the field, this one still surely fails.
            if has_origin(problem, "error") and (problem.certain or not problem.state.is_jsonata):
                if problem.below not in ("", "$", "$states.input") or problem.text.startswith("$states.errorOutput"):
                    yield self._of_error(context, problem)
                    continue
                state = next(origin.state for origin in problem.shape.origins if origin.kind == "error")
                caught = next((s for s in context.states("Task", "Map", "Parallel") if s.name == state), None)
                in_jsonata = caught is not None and caught.is_jsonata
                instead = "an Output that keeps it" if in_jsonata else '"ResultPath": "$.error"'
                message = f"{problem.text!r} is not there: the Catch of {state!r} passes on Error and Cause alone; give it {instead}"
                # In JSONata it fails like any expression, which a Catch may take; in JSONPath nothing can.
                mild = problem.state.is_jsonata and not (problem.certain and context.is_typed)
                severity = Severity.WARNING if mild else None
                yield self.at(problem.pointer, message, severity=severity, fix=_fix(problem, caught))

    def _of_error(self, context: CheckContext, problem: Problem) -> Diagnostic:
        """A field of what the Catcher keeps of the error."""
        below = problem.below or "$states.errorOutput"
        instead = did_you_mean(problem.name, ("Error", "Cause"))
        if not instead:
            instead = f"; the text of the error is in {f'{below}.Cause'!r}" if _MESSAGE.search(problem.name) else ""
        message = f"{problem.text!r} is not there: {below!r} has Error and Cause alone{instead}"
        mild = problem.state.is_jsonata and not (problem.certain and context.is_typed)
        return self.at(problem.pointer, message, severity=Severity.WARNING if mild else None)


_MESSAGE: Final = re.compile("message|detail|reason|text", re.IGNORECASE)


def _fix(problem: Problem, caught: StateNode | None) -> Fix | None:
    if caught is None or caught.is_jsonata:
        return None
    edits = tuple(
        Edit(f"{caught.pointer}/Catch/{i}/ResultPath", "$.error")
        for i, catcher in enumerate(caught.fields.get("Catch") or ())
        if is_object(catcher) and "ResultPath" not in catcher
    )
    return Fix('give the Catcher "ResultPath": "$.error"', edits, safe=False) if edits else None
