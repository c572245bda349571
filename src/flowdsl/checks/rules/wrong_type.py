"""ASL307 wrong-type."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.analysis import shape as s
from flowdsl.analysis.flow_jsonata import LEAST
from flowdsl.analysis.flow_state import Problem
from flowdsl.analysis.shape import Shape, describe
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity

OF_ITEMS = "an item of "
"""What the data flow puts before the name of a function that takes an array of values of one type."""


class WrongType(Rule):
    """A value is used where one of its type cannot be.

    JSONata calculates with numbers only, and compares numbers with numbers, strings with strings; a field such as TimeoutSeconds takes a whole number; a
    function's arguments have types. Anything else fails with States.QueryEvaluationError when it is evaluated.

    Instead: convert ($number, $string), or use the value that was meant.
    """

    code = "ASL307"
    severity = Severity.ERROR
    bad = (
        Example(
            {"Hold": {"Type": "Wait", "Seconds": "{% '30' %}", "End": True}},
            at="/States/Hold/Seconds",
            says="Seconds must be a number, and \"'30'\" is a string",
            jsonata=True,
        ),
        Example(
            {"Add": {"Type": "Pass", "Output": "{% $states.input.total + 1 %}", "End": True}},
            at="/States/Add/Output",
            says="'+' takes a number, and '$states.input.total' is a string; convert it with $number()",
            jsonata=True,
            input_schema={"type": "object", "properties": {"total": {"type": "string"}}, "required": ["total"]},
        ),
    )
    good = Example({"Hold": {"Type": "Wait", "Seconds": "{% $number('30') %}", "End": True}}, jsonata=True)

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for problem in context.problems("type"):
            if problem.role == "Variable":
                continue
            yield self.at(problem.pointer, _said(problem), severity=None if problem.certain else Severity.WARNING)
        for problem in context.problems("range"):
            takes = (
                "must be a timestamp such as 2030-01-02T03:04:05Z"
                if problem.role == "Timestamp"
                else f"must be at least {LEAST[problem.role]}"
            )
            yield self.at(problem.pointer, f"{problem.role} {takes}, and is {problem.text}")


def _said(problem: Problem) -> str:
    text = " ".join(problem.text.split())
    text = text if len(text) <= 80 else text[:77] + "..."
    verb = "is" if problem.certain else "may be"
    if problem.shape.kinds == s.FUNCTION:
        return f"{problem.role} is given a function, {text!r}, which is no JSON value; call it"
    found = described(problem.shape, 0 if problem.certain else ~problem.expected)
    if problem.name == problem.role:
        return f"{problem.role} must be {_kinds(problem.expected)}, and {text!r} {verb} {found}"
    if problem.name.startswith("whole "):
        return f"{problem.role} must be a whole number, and {text!r} is none"
    convert = ""
    if problem.expected == s.NUMBER and problem.shape.kinds & s.TEXT:
        convert = "; convert it with $number()"
    elif problem.expected == s.TEXT and problem.shape.kinds & s.NUMBER:
        convert = "; convert it with $string()"
    function, of_items = problem.name.removeprefix(OF_ITEMS), problem.name.startswith(OF_ITEMS)
    if of_items:
        items = f"an array, each item of which is {_kinds(problem.expected)}"
        return f"{function!r} takes {items}, and one of {text!r} {verb} {found}{convert}"
    return f"{problem.name!r} takes {_kinds(problem.expected)}, and {text!r} {verb} {found}{convert}"


def described(shape: Shape, only: int = 0) -> str:
    """What a value is; with `only`, those of its kinds."""
    return describe(shape.only(only)) if only and shape.kinds & only else describe(shape)


def _kinds(kinds: int) -> str:
    return describe(Shape(kinds))
