"""ASL309 items-not-array."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.analysis import shape as s
from flowdsl.analysis.shape import describe
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity

PROCESSOR = {"StartAt": "One", "States": {"One": {"Type": "Pass", "End": True}}}


class ItemsNotArray(Rule):
    """A Map iterates over what is no array.

    It fails when it is reached: with States.Runtime in JSONPath, with States.QueryEvaluationError in JSONata (recorded). JSONata makes one value of a list with
    a single element when it was found by a filter or a step.

    Instead: name the array, or make one: [x] in JSONata, States.Array(x) in JSONPath.
    Source: recorded.
    """

    code = "ASL309"
    severity = Severity.ERROR
    bad = (
        Example(
            {
                "Set": {"Type": "Pass", "Result": {"settings": "a,b"}, "Next": "Each"},
                "Each": {"Type": "Map", "ItemsPath": "$.settings", "ItemProcessor": PROCESSOR, "End": True},
            },
            at="/States/Each/ItemsPath",
            says="'$.settings' is a string, and 'Each' needs an array",
        ),
        Example(
            {
                "Make": {"Type": "Pass", "Output": [{"id": 1}, {"id": 2}], "Next": "Each"},
                "Each": {
                    "Type": "Map",
                    "Items": "{% $states.input[id > 0] %}",
                    "ItemProcessor": PROCESSOR,
                    "End": True,
                },
            },
            at="/States/Each/Items",
            says="'{% $states.input[id > 0] %}' may be an object, and 'Each' needs an array; write [$states.input[id > 0]]",
            jsonata=True,
        ),
    )
    good = Example(
        {
            "Set": {"Type": "Pass", "Result": {"settings": ["a", "b"]}, "Next": "Each"},
            "Each": {"Type": "Map", "ItemsPath": "$.settings", "ItemProcessor": PROCESSOR, "End": True},
        }
    )

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for problem in context.problems("items"):
            needs = "an array or an object" if problem.expected & s.OBJECT else "an array"
            what = repr(problem.text) if problem.role in problem.pointer else problem.text
            if problem.certain:
                yield self.at(
                    problem.pointer, f"{what} is {describe(problem.shape)}, and {problem.state.name!r} needs {needs}"
                )
                continue
            other = problem.shape.only(~problem.expected)
            inner = problem.text.removeprefix("{%").removesuffix("%}").strip()
            instead = f"; write [{inner}]" if problem.state.is_jsonata and len(inner) <= 60 else ""
            message = f"{what} may be {describe(other)}, and {problem.state.name!r} needs {needs}{instead}"
            yield self.at(problem.pointer, message, severity=Severity.WARNING)
