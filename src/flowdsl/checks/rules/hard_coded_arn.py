"""ASL504 hard-coded-arn."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flowdsl.analysis.literals import is_expression, leaves
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.checks.words import listed
from flowdsl.diagnostics import Diagnostic, Severity

ARN = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:([0-9]{12}):\S+")
QUEUE = re.compile(r"https://sqs\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?/([0-9]{12})/\S+")
EXAMPLES = frozenset(
    {
        "123456789012",
        "111122223333",
        "444455556666",
        "111111111111",
        "222222222222",
        "012345678901",
        "000000000000",
        "999999999999",
    }
)
"""Account numbers that AWS uses in its documentation: nobody's."""


class HardCodedArn(Rule):
    """An account and a region are written into the definition.

    The same definition cannot be deployed to another account or region, and a test may reach into production.

    Instead: a placeholder, ${ChargeFunctionArn}, filled in when the machine is deployed (DefinitionSubstitutions).
    """

    code = "ASL504"
    severity = Severity.INFO
    bad = Example(
        {
            "Call": {
                "Type": "Task",
                "Resource": "arn:aws:states:::lambda:invoke",
                "Parameters": {"FunctionName": "arn:aws:lambda:eu-west-1:210987654321:function:f"},
                "End": True,
            }
        },
        at="/States/Call/Parameters/FunctionName",
        says="the account 210987654321 is written into 'Call'; write a placeholder, such as ${Function}",
    )
    good = Example(
        {
            "Call": {
                "Type": "Task",
                "Resource": "arn:aws:states:::lambda:invoke",
                "Parameters": {"FunctionName": "${Function}"},
                "End": True,
            }
        }
    )

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        found: list[tuple[str, str, str]] = []
        resources = [(state, leaf) for state in context.states("Task") for leaf in leaves(state, "Resource")]
        for state, leaf in [*resources, *context.texts]:
            text = leaf.value
            if not isinstance(text, str) or ("arn:" not in text and "https://sqs." not in text) or "${" in text:
                continue
            if is_expression(text):
                text = " ".join(re.findall(r"['\"]([^'\"]*)['\"]", text))
            match = ARN.search(text) or QUEUE.search(text)
            if match is not None and match[1] not in EXAMPLES:
                found.append((leaf.pointer, match[1], state.name))
        if context.strict or len(found) == 1:
            for pointer, account, name in found:
                placeholder = "${Function}" if "lambda" in str(pointer).lower() or "Function" in pointer else "${Name}"
                yield self.at(
                    pointer,
                    f"the account {account} is written into {name!r}; write a placeholder, such as {placeholder}",
                )
        elif found:
            names = listed(list(dict.fromkeys(name for _, _, name in found)))
            accounts = listed(sorted({account for _, account, _ in found}))
            yield self.at(
                found[0][0], f"accounts are written into the definition ({accounts}): in {names}; write placeholders"
            )
