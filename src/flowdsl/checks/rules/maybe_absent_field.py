"""ASL303 maybe-absent-field."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.analysis import shape as s
from flowdsl.analysis.flow_state import Problem
from flowdsl.asl.values import is_list, is_object
from flowdsl.checks.absences import has_origin, is_place, since
from flowdsl.checks.caught_results import caught_reads
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity

TYPED = {"type": "object", "properties": {"id": {"type": "string"}, "coupon": {"type": "string"}}, "required": ["id"]}


class MaybeAbsentField(Rule):
    """A field is read that is not there on every way to the state, or not in every input.

    Where it is absent, a JSONPath execution fails with States.Runtime, which nothing can catch; a JSONata field that comes to nothing fails with
    States.QueryEvaluationError.

    Instead: ask first (IsPresent in a Choice; $exists(x) ? x : default), or see to it that every way leaves the field.
    """

    code = "ASL303"
    severity = Severity.WARNING
    bad = Example(
        {"Show": {"Type": "Pass", "Parameters": {"code.$": "$.coupon"}, "End": True}},
        at="/States/Show/Parameters/code.$",
        says="'$.coupon' may be absent: the input need not have it; ask with IsPresent first",
        input_schema=TYPED,
    )
    good = Example(
        {
            "HasCoupon": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.coupon", "IsPresent": True, "Next": "Show"}],
                "Default": "Done",
            },
            "Show": {"Type": "Pass", "Parameters": {"code.$": "$.coupon"}, "Next": "Done"},
            "Done": {"Type": "Succeed"},
        },
        input_schema=TYPED,
    )

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        told = {problem.pointer for problem in context.problems("missing") if problem.certain}
        for problem in context.problems("missing"):
            if problem.certain or has_origin(problem, "context") or is_place(problem):
                continue
            if problem.state.is_jsonata or not has_origin(problem, "error"):
                told.add(problem.pointer)
                yield self.at(problem.pointer, _said(problem), severity=_severity(problem))
        for read in caught_reads(context):
            if read.pointer not in told:
                told.add(read.pointer)
                yield self.at(
                    read.pointer,
                    f"{read.text!r} may be absent: over the Catch of {read.maker.name!r} its result is not there; ask with "
                    "IsPresent first, or lead the Catcher elsewhere",
                )


def _severity(problem: Problem) -> Severity | None:
    """Less where the failure is caught: a JSONata field's is an error like any other."""
    if problem.state.is_jsonata and problem.state.type in ("Task", "Map", "Parallel"):
        catch = problem.state.fields.get("Catch")
        for catcher in catch if is_list(catch) else ():
            names = catcher.get("ErrorEquals") if is_object(catcher) else None
            if is_list(names) and {"States.ALL", "States.TaskFailed", "States.QueryEvaluationError"} & {
                str(n) for n in names
            }:
                return Severity.INFO
    return None


def _said(problem: Problem) -> str:
    ask = (
        f"write $exists({problem.text}) ? {problem.text} : a default"
        if problem.state.is_jsonata
        else "ask with IsPresent first"
    )
    origins = {origin.kind for origin in problem.shape.origins}
    if origins <= {"input"} and origins:
        why = "the input need not have it"
    elif "error" in origins:
        states = [origin.state for origin in problem.shape.origins if origin.kind == "error"]
        why = f"by the Catch of {states[0]!r} only Error and Cause come here"
    elif since(problem):
        why = since(problem)
    elif problem.shape.kinds & ~s.OBJECT and not problem.shape.vague:
        why = "what should hold it is not always an object"
    else:
        made = next((origin.state for origin in problem.shape.origins if origin.state), None)
        why = f"not every way here leaves it (what {made!r} makes has none)" if made else "not every way here leaves it"
    return f"{problem.text!r} may be absent: {why}; {ask}"
