"""ASL957 in-progress-not-retried."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.analysis.errors import OPEN_OUTCOME, handlers, is_caught, is_retried
from flowdsl.asl.bindings import Binding, Bindings
from flowdsl.asl.definition import StateNode
from flowdsl.checks.context import CheckContext
from flowdsl.checks.handler_contracts import Contract, contracts
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity

_ALREADY_RUNNING = "AlreadyRunning"
_POWERTOOLS = "IdempotencyAlreadyInProgressError"

BINDINGS = Bindings(
    placeholders={
        "Count": Binding(
            "Count",
            "lambda",
            "shop.points:add_points",
            raises=("AlreadyRunning", "LostLease", "Conflict", "KeyReused"),
            contract={"idempotency": "once"},
        )
    }
)
RETRIER = {"ErrorEquals": ["Lambda.ServiceException", "States.Timeout"], "MaxAttempts": 2}
COUNT = {"Type": "Task", "Resource": "${Count}", "End": True}


class InProgressNotRetried(Rule):
    """A retry that may meet its own first attempt still at work, and then gives up.

    After a time-out or an error of Lambda's own, the function may still run. A handler that is once(...) refuses the retry until the first
    attempt is done, with an error of its own. Where no Retry takes that, the execution fails although the work gets done.

    Instead: .retry(Transient) on the Task: it takes AlreadyRunning, LostLease and Conflict, besides what the handler declares. Over Powertools,
    retry IdempotencyAlreadyInProgressError.
    """

    code = "ASL957"
    severity = Severity.WARNING
    bad = Example(
        {"Count": {**COUNT, "Retry": [RETRIER]}},
        at="/States/Count/Retry/0",
        says="this retry may meet a first attempt that is still at work: 'add_points' then raises 'AlreadyRunning', and no Retry takes it: "
        "the execution fails; add .retry(Transient)",
        bindings=BINDINGS,
    )
    good = Example(
        {"Count": {**COUNT, "Retry": [RETRIER, {"ErrorEquals": ["AlreadyRunning", "LostLease", "Conflict"]}]}},
        bindings=BINDINGS,
    )

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for contract in contracts(context):
            error = _in_progress(contract)
            if error is None or _is_met(contract.state, error):
                continue
            retrier = next(
                (r for r in handlers(contract.state, "Retry") if r.attempts > 0 and OPEN_OUTCOME.intersection(r.names)),
                None,
            )
            if retrier is not None:
                way = "add .retry(Transient)" if error == _ALREADY_RUNNING else f"retry {error!r}"
                yield self.at(
                    contract.state,
                    f"this retry may meet a first attempt that is still at work: {contract.name!r} then raises {error!r}, and no Retry "
                    f"takes it: the execution fails; {way}",
                    "Retry",
                    retrier.number,
                )


def _in_progress(contract: Contract) -> str | None:
    """The error by which a handler says that another delivery is at work; None for one that never says it."""
    if contract.idempotency != "once":
        return None
    named = next((e for e in (_ALREADY_RUNNING, _POWERTOOLS) if e in contract.binding.raises), None)
    if named is not None or contract.entry is None:
        return named
    return _POWERTOOLS if contract.is_powertools else _ALREADY_RUNNING


def _is_met(state: StateNode, error: str) -> bool:
    """Whether the Task itself, or a Parallel or Map around it, retries the error; or the Task catches it by its name."""
    if is_caught(state, error) and any(error in catcher.names for catcher in handlers(state, "Catch")):
        return True
    around: StateNode | None = state
    while around is not None:
        if is_retried(around, error):
            return True
        around = around.scope.parent
    return False
