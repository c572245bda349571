"""ASL402 error-never-raised."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, cast

from flowdsl.analysis.errors import Kind, handlers, impossible
from flowdsl.asl.definition import StateNode
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity
from flowdsl.errors import RESERVED
from flowdsl.integrations.errors import NameProblem

SEVERITIES: Final = {
    "no-such-reserved": Severity.ERROR,
    "uncatchable": Severity.ERROR,
    "not-of-a-task": Severity.ERROR,
    "other-service": Severity.ERROR,
    "spelling": Severity.WARNING,
    "foreign": Severity.WARNING,
    "undeclared": Severity.INFO,
}
"""How sure it is that a name of each kind of problem never comes."""

PUT: dict[str, Any] = {
    "Type": "Task",
    "Resource": "arn:aws:states:::dynamodb:putItem",
    "Parameters": {"TableName": "t", "Item": {}},
    "End": True,
}


class ErrorNeverRaised(Rule):
    """A Retrier or Catcher names an error that its state cannot raise.

    Names are compared letter by letter, and AWS takes any: a misspelt one, another service's, or one of the other form of an integration (DynamoDB. for the optimised one,
    DynamoDb. for the SDK's) never matches, and nobody is told. States.Runtime can be neither retried nor caught (recorded).

    Instead: the name that the state does raise.
    Source: recorded; the services' API models.
    """

    code = "ASL402"
    severity = Severity.ERROR
    bad = (
        Example(
            {"Save": {**PUT, "Retry": [{"ErrorEquals": ["States.TimeOut"]}]}},
            at="/States/Save/Retry/0/ErrorEquals/0",
            says="there is no error 'States.TimeOut'; did you mean 'States.Timeout'?",
        ),
        Example(
            {"Save": {**PUT, "Retry": [{"ErrorEquals": ["Lambda.ServiceException"]}]}},
            at="/States/Save/Retry/0/ErrorEquals/0",
            says="'Lambda.ServiceException' is an error of another service than dynamodb:putItem; "
            "did you mean 'DynamoDB.SdkClientException'?",
        ),
    )
    good = Example(
        {"Save": {**PUT, "Retry": [{"ErrorEquals": ["States.Timeout", "DynamoDB.InternalServerErrorException"]}]}}
    )

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for state in context.states("Task", "Map", "Parallel"):
            for handler in context.all_handlers(state):
                for i, name in enumerate(cast("list[object]", handler.fields.get("ErrorEquals") or ())):
                    if not isinstance(name, str) or "${" in name:
                        continue
                    problem = impossible(state, name)
                    if problem is not None:
                        yield self.at(
                            state,
                            problem.message,
                            handler.kind,
                            handler.number,
                            "ErrorEquals",
                            i,
                            severity=_severity(state, handler.kind, name, problem),
                        )


def _severity(state: StateNode, kind: Kind, name: str, problem: NameProblem) -> Severity:
    if problem.kind == "no-such-reserved" and not any(_is_slip(name.lower(), known.lower()) for known in RESERVED):
        # It may be younger than this release; one that differs in case or in one letter is not.
        return Severity.WARNING
    if problem.kind == "uncatchable" and any("States.ALL" in other.names for other in handlers(state, kind)):
        # What stands beside it was meant to take everything.
        return Severity.WARNING
    return SEVERITIES[problem.kind]


def _is_slip(name: str, meant: str) -> bool:
    """Whether a name is another with one letter more, fewer or changed, or the same."""
    if abs(len(name) - len(meant)) > 1:
        return False
    start = 0
    while start < min(len(name), len(meant)) and name[start] == meant[start]:
        start += 1
    rest, left = name[start:], meant[start:]
    return rest == left or rest[1:] == left or rest == left[1:] or rest[1:] == left[1:]
