"""ASL305 unknown-context-field."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.checks.absences import has_origin, hint, there
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity


class UnknownContextField(Rule):
    """A field of the context object is read that it does not have, or not here.

    The context object has Execution (Id, Input, Name, RoleArn, StartTime), State (EnteredTime, Name, RetryCount in Task and Map), StateMachine (Id, Name),
    Task (Token, where a task token is waited for), and in ItemSelector Map.Item (Index, Value). Case counts.

    Instead: use the name as it is, in the place where it is known.
    Source: Amazon States Language, context object (documented); recorded.
    """

    code = "ASL305"
    severity = Severity.WARNING
    bad = Example(
        {"Show": {"Type": "Pass", "Parameters": {"run.$": "$$.Execution.ID"}, "End": True}},
        at="/States/Show/Parameters/run.$",
        says="the context object has no '$$.Execution.ID' here; there is 'Id', 'Name', 'RoleArn', 'StartTime', 'RedriveCount' and 2 more"
        "; did you mean 'Id'?",
    )
    good = Example({"Show": {"Type": "Pass", "Parameters": {"run.$": "$$.Execution.Id"}, "End": True}})

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for problem in context.problems("missing", "absent"):
            if has_origin(problem, "context"):
                found = there(problem.shape)
                message = f"the context object has no {problem.text!r} here; there is {found}{hint(problem)}"
                # A name that differs in case alone is no newer field.
                misspelt = problem.certain and problem.name.lower() in {name.lower() for name in problem.shape.fields}
                yield self.at(problem.pointer, message, severity=Severity.ERROR if misspelt else None)
