"""ASL612 whole-list-kept."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flowdsl.analysis import shape as s
from flowdsl.analysis.task_results import target
from flowdsl.asl.definition import StateNode
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity

LISTS = re.compile(r"(?:list|scan|query|describe|search|select|get\w*(?:Results|Objects|Items|Events|s)$)")
LIST = {
    "Type": "Task",
    "Resource": "arn:aws:states:::aws-sdk:s3:listObjectsV2",
    "Parameters": {"Bucket": "b"},
    "End": True,
}


class WholeListKept(Rule):
    """The whole answer of an API that lists things is kept.

    An answer grows with what there is; at 256 KiB the state fails with States.DataLimitExceeded. What works in a test account fails in production.

    Instead: ResultSelector (in JSONata: Output, Assign) for the fields that are needed; MaxItems or a page at a time; a Distributed Map with an ItemReader.
    Source: AWS, quotas (documented).
    """

    code = "ASL612"
    severity = Severity.INFO
    grows_when_strict = False
    bad = Example(
        {"List": LIST},
        at="/States/List",
        says="'List' keeps the whole answer of aws-sdk:s3:listObjectsV2, which may outgrow 256 KiB; keep the fields that are needed",
    )
    good = Example({"List": {**LIST, "ResultSelector": {"names.$": "$.Contents[*].Key"}}})

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for state in context.states("Task"):
            found = target(state)
            operation = found.operation
            if operation is None or operation.kind != "aws-sdk" or not LISTS.match(operation.action) or _selects(state):
                continue
            flow = context.flow.of(state)
            if flow is not None and _holds_structures(flow.result):
                message = (
                    f"{state.name!r} keeps the whole answer of {found.name}, which may outgrow {256} KiB; keep the fields that are "
                    "needed"
                )
                yield self.at(state, message)


def _selects(state: StateNode) -> bool:
    """Whether a state keeps part of its result, or none of it."""
    fields = state.fields
    if state.is_jsonata:
        return "Output" in fields
    return (
        "ResultSelector" in fields
        or ("ResultPath" in fields and fields["ResultPath"] is None)
        or fields.get("OutputPath", "$") != "$"
    )


def _holds_structures(shape: s.Shape) -> bool:
    """Whether an answer holds a list of objects at its first level."""
    return any(
        member.kinds == s.ARRAY and member.item is not None and member.item.kinds & s.OBJECT
        for member in shape.fields.values()
    )
