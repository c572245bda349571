"""ASL723 jsonata-call."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.analysis.jsonata_functions import FUNCTIONS
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity, did_you_mean


class JSONataCall(Rule):
    """A JSONata function is called that there is not, or with the wrong number of arguments.

    The field fails with States.QueryEvaluationError: T1006, attempted to invoke a non-function, or T0410. AWS has the functions of JSONata 2.0.6 but $eval, and its own
    $partition, $range, $hash, $random, $uuid and $parse.

    Instead: the function that was meant.
    Source: AWS, transforming data (documented); recorded.
    """

    code = "ASL723"
    severity = Severity.ERROR
    bad = (
        Example(
            {"Show": {"Type": "Pass", "Output": "{% $upper('a') %}", "End": True}},
            at="/States/Show/Output",
            says="there is no function $upper(); did you mean '$uppercase'?",
            jsonata=True,
        ),
        Example(
            {"Show": {"Type": "Pass", "Output": "{% $uppercase() %}", "End": True}},
            at="/States/Show/Output",
            says="$uppercase() takes 1 argument, and gets 0",
            jsonata=True,
        ),
    )
    good = Example({"Show": {"Type": "Pass", "Output": "{% $uppercase('a') %}", "End": True}}, jsonata=True)

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for problem in context.problems("function"):
            if not problem.name.startswith("States."):
                why = ": AWS leaves it out" if problem.name == "eval" else _meant(problem.name)
                yield self.at(problem.pointer, f"there is no function ${problem.name}(){why}")
        for problem in context.problems("arity"):
            if not problem.name.startswith("States."):
                signature = FUNCTIONS[problem.name]
                least, most = signature.least, signature.most
                count = f"{least}" if least == most else f"at least {least}" if most is None else f"{least} to {most}"
                plural = "" if count == "1" else "s"
                got = problem.expected
                yield self.at(problem.pointer, f"${problem.name}() takes {count} argument{plural}, and gets {got}")


def _meant(name: str) -> str:
    return did_you_mean(f"${name}", [f"${function}" for function in FUNCTIONS])
