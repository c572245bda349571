"""ASL952 error-not-raised."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from typing import Any, cast

from flowdsl.analysis.errors import all_handlers
from flowdsl.asl.bindings import Binding, Bindings
from flowdsl.checks.context import CheckContext
from flowdsl.checks.handler_contracts import OWN_ERRORS, POWERTOOLS_ERRORS, Contract, contracts, raised_in
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity, did_you_mean

BINDINGS = Bindings(
    placeholders={"Charge": Binding("Charge", "lambda", "shop.payments:charge_card", raises=("CardDeclined",))}
)
DONE = {"Type": "Succeed"}


class ErrorNotRaised(Rule):
    """A Retrier or Catcher names an error that its handler neither declares nor raises.

    Lambda reports an exception by the bare name of its class. A name that no class has never matches: the failure goes past it, and
    ends the execution.

    Instead: the name of a class that the handler raises; declare it in raises=(...).
    """

    code = "ASL952"
    severity = Severity.WARNING
    bad = Example(
        {
            "Charge": {
                "Type": "Task",
                "Resource": "${Charge}",
                "Catch": [{"ErrorEquals": ["CardDeclinedError"], "Next": "Done"}],
                "Next": "Done",
            },
            "Done": DONE,
        },
        at="/States/Charge/Catch/0/ErrorEquals/0",
        says="'charge_card' raises no 'CardDeclinedError'; did you mean 'CardDeclined'?",
        bindings=BINDINGS,
    )
    good = Example(
        {
            "Charge": {
                "Type": "Task",
                "Resource": "${Charge}",
                "Catch": [{"ErrorEquals": ["CardDeclined", "States.Timeout", "ValueError"], "Next": "Done"}],
                "Next": "Done",
            },
            "Done": DONE,
        },
        bindings=BINDINGS,
    )

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for contract in contracts(context):
            known = _known(contract)
            if known is None:
                continue
            for handler in all_handlers(contract.state):
                for i, name in enumerate(cast("list[Any]", handler.fields.get("ErrorEquals") or [])):
                    if (
                        isinstance(name, str)
                        and _may_be_a_class(name)
                        and name not in known
                        and not contract.mentions(name)
                    ):
                        yield self.at(
                            contract.state,
                            f"{contract.name!r} raises no {name!r}{did_you_mean(name, known)}",
                            handler.kind,
                            handler.number,
                            "ErrorEquals",
                            i,
                        )


def _known(contract: Contract) -> set[str] | None:
    """What the handler is known to raise; None where nothing is declared and no source is found."""
    declared = set(contract.raises)
    if contract.source is None or contract.entry is None:
        return declared | OWN_ERRORS if declared else None
    more = POWERTOOLS_ERRORS if contract.is_powertools else set[str]()
    return declared | raised_in(contract.source, contract.entry) | OWN_ERRORS | more


def _may_be_a_class(name: str) -> bool:
    """Whether a name is one of the handler's own: none of AWS's, none of Python's, which any line may raise."""
    return name.isidentifier() and not hasattr(builtins, name) and not name.endswith(("ClientError", "TimeoutError"))
