"""ASL955 ambiguous-retry."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.analysis.errors import OPEN_OUTCOME, handlers
from flowdsl.asl.bindings import Binding, Bindings
from flowdsl.checks.context import CheckContext
from flowdsl.checks.handler_contracts import contracts
from flowdsl.checks.rule import Example, Rule
from flowdsl.checks.words import listed
from flowdsl.diagnostics import Diagnostic, Severity

BINDINGS = Bindings(
    placeholders={"Page": Binding("Page", "lambda", "shop.pager:page_someone", contract={"idempotency": "none"})}
)


class AmbiguousRetry(Rule):
    """A retry that may run a handler twice which says that it must not be.

    After a time-out or an error of Lambda's own, nobody knows whether the function ran. The handler is declared none(...): each run acts
    again. The retry then does twice what it was to repeat.

    Instead: idempotency=once(key=...) on the handler; or retry only what surely did not run, Lambda.TooManyRequestsException, and the errors
    that the handler raises before it acts.
    """

    code = "ASL955"
    severity = Severity.ERROR
    bad = Example(
        {
            "Page": {
                "Type": "Task",
                "Resource": "${Page}",
                "Retry": [
                    {"ErrorEquals": ["Lambda.ServiceException", "Lambda.TooManyRequestsException"], "MaxAttempts": 2}
                ],
                "End": True,
            }
        },
        at="/States/Page/Retry/0/ErrorEquals/0",
        says="after 'Lambda.ServiceException' the function may have run, and 'page_someone' is declared none(...): a retry acts twice; declare "
        "idempotency=once(key=...), or retry only 'Lambda.TooManyRequestsException' and what it raises before it acts",
        bindings=BINDINGS,
    )
    good = Example(
        {
            "Page": {
                "Type": "Task",
                "Resource": "${Page}",
                "Retry": [{"ErrorEquals": ["Lambda.TooManyRequestsException"], "MaxAttempts": 2}],
                "End": True,
            }
        },
        bindings=BINDINGS,
    )

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for contract in contracts(context):
            if contract.idempotency != "none":
                continue
            for retrier in handlers(contract.state, "Retry"):
                open_ = [name for name in retrier.names if name in OPEN_OUTCOME]
                if open_ and retrier.attempts > 0:
                    yield self.at(
                        contract.state,
                        f"after {listed(open_, joint='or')} the function may have run, and {contract.name!r} is declared none(...): a retry "
                        "acts twice; declare idempotency=once(key=...), or retry only 'Lambda.TooManyRequestsException' and what it "
                        "raises before it acts",
                        "Retry",
                        retrier.number,
                        "ErrorEquals",
                        retrier.names.index(open_[0]),
                    )
