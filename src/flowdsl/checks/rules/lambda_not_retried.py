"""ASL404 lambda-not-retried."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.analysis.errors import TRANSIENT, try_again
from flowdsl.analysis.task_results import target
from flowdsl.checks.context import CheckContext
from flowdsl.checks.hygiene import HygieneRule, Lapse
from flowdsl.checks.rule import Example
from flowdsl.checks.words import listed

INVOKE = {
    "Type": "Task",
    "Resource": "arn:aws:states:::lambda:invoke",
    "Parameters": {"FunctionName": "f"},
    "End": True,
}
RETRY = {"ErrorEquals": list(TRANSIENT), "IntervalSeconds": 1, "MaxAttempts": 3, "BackoffRate": 2}


class LambdaNotRetried(HygieneRule):
    """A function is called without a Retry for what Lambda itself may fail with.

    Lambda fails now and then for no fault of the function: Lambda.ServiceException, Lambda.AWSLambdaException, Lambda.SdkClientException, and
    Lambda.TooManyRequestsException when it is throttled. AWS asks to retry them. After all but the last the function may have run: see to it that running twice does no harm.

    Instead: a Retry for these four, with a delay that grows.
    Source: AWS, best practices for Step Functions (documented).
    """

    code = "ASL404"
    bad = (
        Example(
            {"Call": INVOKE},
            at="/States/Call",
            says="'Call' calls a function and has no Retry for 'Lambda.ServiceException', 'Lambda.AWSLambdaException', "
            "'Lambda.SdkClientException' and 'Lambda.TooManyRequestsException'",
        ),
        Example(
            {"Call": {**INVOKE, "Next": "Again"}, "Again": INVOKE},
            at="/States/Call",
            says="2 of 2 Tasks that call a function have no Retry for all of Lambda's own transient errors: 'Call' and 'Again'",
        ),
    )
    good = Example({"Call": {**INVOKE, "Retry": [RETRY]}})

    def lapses(self, context: CheckContext) -> Iterator[Lapse]:
        for state in context.states("Task"):
            if target(state).is_lambda:
                retriers = context.handlers(state, "Retry")
                missing = [name for name in TRANSIENT if not try_again(retriers, name)]
                # Throttling came to AWS's list late: who has the others has thought of it.
                lacks = bool(missing) and missing != ["Lambda.TooManyRequestsException"]
                said = f"{state.name!r} calls a function and has no Retry for {listed(missing)}" if lacks else ""
                yield Lapse(state, lacks, said)

    def summary(self, names: str, count: int, total: int) -> str:
        verb = "have" if count > 1 else "has"
        return f"{count} of {total} Tasks that call a function {verb} no Retry for all of Lambda's own transient errors: {names}"
