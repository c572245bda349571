"""ASL508 fresh-key-each-attempt."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flowdsl.analysis.effects import KEYS
from flowdsl.analysis.literals import leaves_of
from flowdsl.analysis.task_results import parameters_of, target
from flowdsl.asl.definition import StateNode
from flowdsl.asl.values import is_object
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.checks.rules.fixed_execution_name import STARTS
from flowdsl.diagnostics import Diagnostic, Severity

FRESH = re.compile(r"States\.UUID\(|States\.MathRandom\(|\$(?:uuid|random|now|millis)\(|RetryCount|EnteredTime")
UUID = re.compile(r"States\.UUID\(|\$uuid\(")
PUTS = frozenset({"dynamodb:putItem", "aws-sdk:dynamodb:putItem"})
IDENTITY = re.compile(r"(?:^|[_-])(?:id|pk|sk|key)$|(?:^|[a-z])(?:Id|ID|PK|SK|Key)$|^(?:PK|SK|ID|Id)$")
"""Names of attributes that make an item's key. Which of them do, only the table tells: all must be made anew."""
SEND = {
    "Type": "Task",
    "Resource": "arn:aws:states:::sqs:sendMessage",
    "Retry": [{"ErrorEquals": ["States.ALL"]}],
    "End": True,
}


class FreshKeyEachAttempt(Rule):
    """A key that tells a repeat from a new call is made anew on each attempt.

    Parameters are evaluated for every attempt: a retry carries another key, and AWS takes it for another call.

    Instead: a key made of the input, or of $$.Execution.Name and $$.State.Name.
    Source: measured for a Map's Items; inferred for a Task.
    """

    code = "ASL508"
    severity = Severity.WARNING
    bad = (
        Example(
            {
                "Tell": {
                    **SEND,
                    "Parameters": {
                        "QueueUrl": "${Queue}",
                        "MessageBody": "m",
                        "MessageDeduplicationId.$": "States.UUID()",
                    },
                }
            },
            at="/States/Tell/Parameters/MessageDeduplicationId.$",
            says="MessageDeduplicationId of 'Tell' is another on each attempt, and a retry counts as a new call; make it of the input",
        ),
        Example(
            {
                "Save": {
                    **SEND,
                    "Resource": "arn:aws:states:::dynamodb:putItem",
                    "Parameters": {
                        "TableName": "t",
                        "Item": {"id": {"S.$": "States.UUID()"}, "total": {"N.$": "$.total"}},
                    },
                }
            },
            at="/States/Save/Parameters/Item/id",
            says="'id' of the Item of 'Save' is another on each attempt, and a retry writes a second item; make it of the input",
        ),
    )
    good = Example(
        {
            "Tell": {
                **SEND,
                "Parameters": {"QueueUrl": "${Queue}", "MessageBody": "m", "MessageDeduplicationId.$": "$.id"},
            }
        }
    )

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for state in context.states("Task"):
            if not any(retrier.attempts for retrier in context.handlers(state, "Retry")):
                continue
            names = KEYS | ({"Name"} if target(state).name in STARTS else frozenset[str]())
            field = "Arguments" if state.is_jsonata else "Parameters"
            for key, value in parameters_of(state).items():
                if key.removesuffix(".$") in names and isinstance(value, str) and FRESH.search(value):
                    message = (
                        f"{key.removesuffix('.$')} of {state.name!r} is another on each attempt, and a retry counts as a new call; "
                        "make it of the input"
                    )
                    yield self.at(state, message, field, key)
            if target(state).name in PUTS:
                yield from self._items(state, field)

    def _items(self, state: StateNode, field: str) -> Iterator[Diagnostic]:
        """An Item whose every name of a key holds a new UUID: what a first attempt wrote is not overwritten but doubled."""
        given = parameters_of(state).get("Item")
        item = given if is_object(given) else {}
        keys = [name for name in item if IDENTITY.search(name)]
        texts = [[leaf.value for leaf in leaves_of(item[name], "") if isinstance(leaf.value, str)] for name in keys]
        if keys and all(any(UUID.search(text) for text in found) for found in texts):
            message = (
                f"{keys[0]!r} of the Item of {state.name!r} is another on each attempt, and a retry writes a second item; "
                "make it of the input"
            )
            yield self.at(state, message, field, "Item", keys[0])
