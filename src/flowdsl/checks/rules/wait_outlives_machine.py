"""ASL601 wait-outlives-machine."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.analysis.bounds import EXPRESS_SECONDS, machine_seconds, number_of
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.checks.words import duration
from flowdsl.diagnostics import Diagnostic, Severity


class WaitOutlivesMachine(Rule):
    """A Wait that is as long as the machine may run.

    The machine's TimeoutSeconds ends the execution while it waits: whatever comes after the Wait never runs.

    Instead: a shorter Wait, or a longer TimeoutSeconds.
    """

    code = "ASL601"
    severity = Severity.ERROR
    bad = Example(
        {"Pause": {"Type": "Wait", "Seconds": 1800, "Next": "Done"}, "Done": {"Type": "Succeed"}},
        at="/States/Pause/Seconds",
        says="'Pause' waits 30 min, and the machine is ended after 15 min (TimeoutSeconds 900)",
        machine={"TimeoutSeconds": 900},
    )
    good = Example(
        {"Pause": {"Type": "Wait", "Seconds": 60, "Next": "Done"}, "Done": {"Type": "Succeed"}},
        machine={"TimeoutSeconds": 900},
    )

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        limit = machine_seconds(context.document, express=False)
        if limit is None or (context.is_express and limit > EXPRESS_SECONDS):
            return
        for state in context.states("Wait"):
            seconds = number_of(state.fields.get("Seconds"))
            if seconds is not None and seconds >= limit:
                message = (
                    f"{state.name!r} waits {duration(seconds)}, and the machine is ended after {duration(limit)} "
                    f"(TimeoutSeconds {limit:g})"
                )
                yield self.at(state, message, "Seconds")
