"""ASL613 wait-until-the-past."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity

YEAR = re.compile(r"([0-9]{4})-[0-9]{2}-[0-9]{2}T")
LATEST = 2025
"""Every day of that year had passed when this was written: a check does not look at the clock."""


class WaitUntilThePast(Rule):
    """A Wait for a time that has passed.

    It ends at once (recorded): most often the time was meant to come from the input.

    Instead: TimestampPath, or in JSONata an expression.
    """

    code = "ASL613"
    severity = Severity.WARNING
    bad = Example(
        {"Hold": {"Type": "Wait", "Timestamp": "2020-01-01T00:00:00Z", "End": True}},
        at="/States/Hold/Timestamp",
        says="'Hold' waits until 2020-01-01T00:00:00Z, which has passed: it does not wait",
    )
    good = Example({"Hold": {"Type": "Wait", "TimestampPath": "$.due", "End": True}})

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for state in context.states("Wait"):
            text = state.fields.get("Timestamp")
            match = YEAR.match(text) if isinstance(text, str) else None
            if match is not None and int(match[1]) <= LATEST:
                yield self.at(
                    state, f"{state.name!r} waits until {text}, which has passed: it does not wait", "Timestamp"
                )
