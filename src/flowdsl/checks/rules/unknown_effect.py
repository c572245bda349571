"""ASL958 unknown-effect."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.asl.bindings import Binding, Bindings
from flowdsl.checks.context import CheckContext
from flowdsl.checks.handler_contracts import contracts
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity
from flowdsl.integrations.catalog import UnknownOperation
from flowdsl.integrations.handler_permissions import effect

WRITE = {"Write": {"Type": "Task", "Resource": "${Write}", "End": True}}


def _declaring(*effects: str) -> Bindings:
    return Bindings(
        placeholders={"Write": Binding("Write", "lambda", "shop.orders:write", contract={"effects": list(effects)})}
    )


class UnknownEffect(Rule):
    """A handler declares an effect that is no operation of AWS.

    Permissions and the checks on repeats follow from what a handler declares. A misspelt effect is left out of both, and nobody hears of it.

    Instead: name the operation as aws.dynamodb.put_item, which an editor completes, or as "dynamodb:putItem".
    """

    code = "ASL958"
    severity = Severity.ERROR
    bad = Example(
        WRITE,
        at="/States/Write",
        says="'write' declares an effect that AWS does not have: aws-sdk:dynamodb has no action 'putItm'; did you mean 'putItem'?",
        bindings=_declaring("dynamodb:putItm"),
    )
    good = Example(WRITE, bindings=_declaring("dynamodb:putItem"))

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for contract in contracts(context):
            for declared in contract.binding.contract.get("effects") or ():
                try:
                    effect(declared)
                except UnknownOperation as error:
                    yield self.at(
                        contract.state, f"{contract.name!r} declares an effect that AWS does not have: {error}"
                    )
