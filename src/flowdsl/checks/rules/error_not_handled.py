"""ASL953 error-not-handled."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.analysis.errors import is_caught, is_retried
from flowdsl.asl.bindings import Binding, Bindings
from flowdsl.asl.definition import StateNode
from flowdsl.checks.context import CheckContext
from flowdsl.checks.handler_contracts import OWN_ERRORS, contracts
from flowdsl.checks.rule import Example, Rule
from flowdsl.checks.words import listed
from flowdsl.diagnostics import Diagnostic, Severity

BINDINGS = Bindings(
    placeholders={"Charge": Binding("Charge", "lambda", "shop.payments:charge_card", raises=("CardDeclined",))}
)


class ErrorNotHandled(Rule):
    """A handler declares an error that nothing around its Task catches or retries.

    The execution fails with it. That may be what is wanted; what was done before is then left as it is.

    Instead: catch it, undo what is to be undone, and end in a Fail that says why; or leave it, and suppress this with the reason.
    """

    code = "ASL953"
    severity = Severity.INFO
    bad = Example(
        {"Charge": {"Type": "Task", "Resource": "${Charge}", "End": True}},
        at="/States/Charge",
        says="'charge_card' may raise 'CardDeclined', and nothing catches it: the execution fails with it",
        bindings=BINDINGS,
    )
    good = Example(
        {
            "Charge": {
                "Type": "Task",
                "Resource": "${Charge}",
                "Catch": [{"ErrorEquals": ["CardDeclined"], "Next": "Declined"}],
                "End": True,
            },
            "Declined": {"Type": "Fail", "Error": "OrderDeclined"},
        },
        bindings=BINDINGS,
    )

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for contract in contracts(context):
            open_ = [n for n in contract.raises if n not in OWN_ERRORS and not _is_handled(contract.state, n)]
            if open_:
                it = "it" if len(open_) == 1 else "them"
                yield self.at(
                    contract.state,
                    f"{contract.name!r} may raise {listed(open_, joint='or')}, and nothing catches {it}: the execution fails with it",
                )


def _is_handled(state: StateNode, name: str) -> bool:
    """By the Task itself, or by a Parallel or Map around it."""
    around: StateNode | None = state
    while around is not None:
        if is_caught(around, name) or is_retried(around, name):
            return True
        around = around.scope.parent
    return False
