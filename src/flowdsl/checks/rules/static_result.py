"""ASL318 static-result."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.analysis.literals import leaves_of
from flowdsl.asl.values import is_list, is_object
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.checks.rules.looks_like_a_path import CALL, PATH
from flowdsl.diagnostics import Diagnostic, Edit, Fix, Severity


class StaticResult(Rule):
    """A path stands in a Pass state's Result, where nothing is evaluated.

    Result is passed on as it is written, keys that end in `.$` included (recorded).

    Instead: write Parameters in place of Result.
    """

    code = "ASL318"
    severity = Severity.WARNING
    aws_code = "PASS_RESULT_IS_STATIC"
    bad = Example(
        {"Show": {"Type": "Pass", "Result": {"id.$": "$.orderId"}, "End": True}},
        at="/States/Show/Result/id.$",
        says="nothing in Result is evaluated: 'id.$' stays as it stands; write Parameters instead",
    )
    good = Example({"Show": {"Type": "Pass", "Parameters": {"id.$": "$.orderId"}, "End": True}})

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for state in context.states("Pass"):
            result = state.fields.get("Result")
            if state.is_jsonata or not (is_object(result) or is_list(result)):
                continue
            edits = (Edit(f"{state.pointer}/Result", remove=True), Edit(f"{state.pointer}/Parameters", result))
            fix = (
                Fix("write Parameters in place of Result", edits, safe=False)
                if "Parameters" not in state.fields
                else None
            )
            for leaf in leaves_of(result, f"{state.pointer}/Result"):
                if not isinstance(leaf.value, str):
                    continue
                if leaf.key.endswith(".$") or PATH.fullmatch(leaf.value) or CALL.fullmatch(leaf.value):
                    what = leaf.key if leaf.key.endswith(".$") else leaf.value
                    message = f"nothing in Result is evaluated: {what!r} stays as it stands; write Parameters instead"
                    yield self.at(leaf.pointer, message, fix=fix)
