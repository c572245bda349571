"""ASL607 retries-for-hours."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.analysis.bounds import back_off, machine_seconds, number_of
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.checks.words import duration
from flowdsl.diagnostics import Diagnostic, Severity

INVOKE = {
    "Type": "Task",
    "Resource": "arn:aws:states:::lambda:invoke",
    "Parameters": {"FunctionName": "f"},
    "End": True,
}
RETRY = {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 10, "MaxAttempts": 8, "BackoffRate": 2.5}
LONGEST = 3600.0
"""Seconds that retries may take in all, unless the setting max-retry-time says otherwise."""


class RetriesForHours(Rule):
    """A state that keeps failing is retried for hours.

    A delay that is multiplied each time grows without bound: an error that no retry mends is told about hours later. Nobody notices until somebody looks.

    Instead: MaxDelaySeconds, fewer attempts, and a Retrier with "MaxAttempts": 0 first for the errors that no retry mends. The setting max-retry-time says how long is too long (an hour).
    """

    code = "ASL607"
    severity = Severity.WARNING
    bad = Example(
        {"Call": {**INVOKE, "TimeoutSeconds": 900, "Retry": [RETRY]}},
        at="/States/Call/Retry/0",
        says="'Call' may be retried for 5.1 h: 8 waits of 2.8 h in all, and 9 attempts of up to 15 min; set MaxDelaySeconds",
    )
    good = Example({"Call": {**INVOKE, "TimeoutSeconds": 30, "Retry": [{**RETRY, "MaxDelaySeconds": 60}]}})

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        longest = float(context.options.get("max-retry-time", LONGEST))
        limit = machine_seconds(context.document, express=context.is_express)
        for state in context.states("Task", "Map", "Parallel"):
            for retrier in context.handlers(state, "Retry"):
                waits = back_off(retrier)
                # Growth is the trap: a fixed delay says how long it takes.
                if not retrier.attempts or number_of(retrier.fields.get("BackoffRate", 2)) == 1:
                    continue
                attempt = number_of(state.fields.get("TimeoutSeconds")) or 0
                total = waits + (retrier.attempts + 1) * attempt
                if waits <= longest / 4 or total <= longest or (limit is not None and limit <= longest):
                    continue
                attempts = f", and {retrier.attempts + 1} attempts of up to {duration(attempt)}" if attempt else ""
                instead = (
                    "; set MaxDelaySeconds" if "MaxDelaySeconds" not in retrier.fields else "; make fewer attempts"
                )
                message = (
                    f"{state.name!r} may be retried for {duration(total)}: {retrier.attempts} waits of {duration(waits)} in "
                    f"all{attempts}{instead}"
                )
                yield self.at(state, message, "Retry", retrier.number)
