"""ASL604 payload-over-limit."""

from __future__ import annotations

import json
from collections.abc import Iterator

from flowdsl.analysis.bounds import MAX_PAYLOAD
from flowdsl.asl.values import is_list, is_object
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.checks.words import size
from flowdsl.diagnostics import Diagnostic, Severity

FIELDS = frozenset({"Result", "Parameters", "Arguments", "Output", "ItemSelector", "ResultSelector", "Items", "Assign"})


class PayloadOverLimit(Rule):
    """A literal of more than the 256 KiB that may pass between states.

    The state fails with States.DataLimitExceeded; in a Pass nothing can catch that (recorded).

    Instead: keep it in S3 and pass its key.
    Source: AWS, quotas (documented).
    """

    code = "ASL604"
    severity = Severity.ERROR
    bad = Example(
        {"Load": {"Type": "Pass", "Result": {"text": "x" * 300_000}, "End": True}},
        at="/States/Load/Result",
        says="Result of 'Load' is 293 KiB, and no more than 256 KiB may pass between states; keep it in S3",
    )
    good = Example({"Load": {"Type": "Pass", "Result": {"text": "x"}, "End": True}})

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for state in context.states():
            for field in state.fields.keys() & FIELDS:
                value = state.fields[field]
                if _may_be_large(value):
                    count = len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace"))
                    if count > MAX_PAYLOAD:
                        message = (
                            f"{field} of {state.name!r} is {size(count)}, and no more than {size(MAX_PAYLOAD)} may pass "
                            "between states; keep it in S3"
                        )
                        yield self.at(state, message, field)


def _may_be_large(value: object) -> bool:
    """Whether it is worth writing out: at least a quarter of the limit in texts, or ten thousand values."""
    stack, length, count = [value], 0, 0
    while stack:
        here = stack.pop()
        count += 1
        if isinstance(here, str):
            length += len(here)
        elif is_object(here):
            stack.extend(here.values())
            length += sum(map(len, here))
        elif is_list(here):
            stack.extend(here)
        if length > MAX_PAYLOAD // 4 or count > 10_000:
            return True
    return False
