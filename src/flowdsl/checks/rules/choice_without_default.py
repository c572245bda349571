"""ASL204 choice-without-default."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.analysis.conditions import Cases
from flowdsl.analysis.value_sets import INFINITY, Interval
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.checks.words import listed
from flowdsl.diagnostics import Diagnostic, Severity

PAID = {"Variable": "$.status", "StringEquals": "paid", "Next": "Ship"}


class ChoiceWithoutDefault(Rule):
    """A Choice that can match nothing.

    When no rule matches and there is no Default, the execution fails with States.Runtime (documented as States.NoChoiceMatched), which nothing can
    catch: a Choice has no Catch.

    Instead: give it a Default, even one that leads to a Fail with a clear Cause.
    Source: https://states-language.net/#choice-state (spec); the error's name (measured).
    """

    code = "ASL204"
    severity = Severity.WARNING
    bad = Example(
        {"Route": {"Type": "Choice", "Choices": [PAID]}, "Ship": {"Type": "Succeed"}},
        at="/States/Route",
        says="'Route' has no Default, and its rules do not take every value: '$.status' may be another string than 'paid'; add a Default, or a "
        "last rule that always holds",
    )
    good = (
        Example({"Route": {"Type": "Choice", "Choices": [PAID], "Default": "Ship"}, "Ship": {"Type": "Succeed"}}),
        Example(
            {
                "Route": {
                    "Type": "Choice",
                    "Choices": [
                        {"Variable": "$.ok", "BooleanEquals": True, "Next": "Ship"},
                        {"Variable": "$.ok", "BooleanEquals": False, "Next": "Ship"},
                    ],
                },
                "Ship": {"Type": "Succeed"},
            }
        ),
    )

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for state in context.states("Choice"):
            if "Default" in state.fields:
                continue
            rest = context.choices(state).left_over(context.flow)
            if rest != ():
                values = left(rest) if rest is not None and not state.is_jsonata else ""
                yield self.at(
                    state,
                    f"{state.name!r} has no Default, and its rules do not take every value{values}; add a Default, or a last rule "
                    "that always holds",
                )


def left(rest: Cases) -> str:
    """Which values of the one path that is looked at no rule takes: ` ('$.ok' may be false)`."""
    if len(rest) != 1 or len(rest[0].subjects) != 1 or rest[0].answers:
        return ""
    [(subject, values)] = rest[0].subjects.items()
    if " as a moment" in subject:
        return ""
    known = {"absent": values.absent, "null": values.null, "true": values.true, "false": values.false}
    said = [name for name, is_left in known.items() if is_left]
    said += [_numbers(interval) for interval in values.numbers[:3]] + ["another number"] * (len(values.numbers) > 3)
    for term in values.strings:
        if term.only is not None:
            said.append(listed(sorted(term.only), joint="or"))
        elif term.but and not term.like and not term.unlike:
            said.append(f"another string than {listed(sorted(term.but), joint='and')}")
        else:
            said.append("another string")
    said += ["an array or an object"] * values.other
    text = said[0] if len(said) == 1 else f"{', '.join(said[:-1])} or {said[-1]}"
    return f": {subject!r} may be {text}"


def _numbers(interval: Interval) -> str:
    low, high = f"{interval.low:g}", f"{interval.high:g}"
    if interval.low == interval.high:
        return low
    if not interval.low_open and not interval.high_open:
        return f"from {low} to {high}"
    above = f"more than {low}" if interval.low_open else f"{low} or more"
    below = f"less than {high}" if interval.high_open else f"{high} or less"
    if interval.low == -INFINITY:
        return below if interval.high != INFINITY else "a number"
    return above if interval.high == INFINITY else f"{above} and {below}"
