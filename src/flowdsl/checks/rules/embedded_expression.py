"""ASL720 embedded-expression."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.analysis.literals import is_expression
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Edit, Fix, Severity


class EmbeddedExpression(Rule):
    """A JSONata expression stands in the middle of a text.

    Only a text that begins with {% and ends with %} is evaluated, blanks before and after included (recorded): any other is passed on as it stands, marks and all.

    Instead: one expression for the whole text: {% 'WHERE c = ' & $states.input.c %}.
    """

    code = "ASL720"
    severity = Severity.WARNING
    bad = Example(
        {"Ask": {"Type": "Pass", "Output": {"q": "c = '{% $states.input.c %}'"}, "End": True}},
        at="/States/Ask/Output/q",
        says="the {% %} in this text is not evaluated: the whole text must be one expression; write "
        "\"{% 'c = \\\\'' & $states.input.c & '\\\\'' %}\"",
        jsonata=True,
    )
    good = Example(
        {"Ask": {"Type": "Pass", "Output": {"q": "{% 'c = ' & $states.input.c %}"}, "End": True}},
        jsonata=True,
    )

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for state, leaf in context.texts:
            text = leaf.value
            if not state.is_jsonata or "{%" not in text or "%}" not in text or is_expression(text):
                continue
            # What opens with the mark and does not close is refused by AWS: the grammar says so.
            if not text.startswith("{%"):
                instead = joined(text)
                message = f"the {{% %}} in this text is not evaluated: the whole text must be one expression; write {instead!r}"
                fix = Fix(f"write {instead}", (Edit(leaf.pointer, instead),), safe=False)
                yield self.at(leaf.pointer, message, fix=fix)


def joined(text: str) -> str:
    """The same as one expression: texts and expressions joined with `&`."""
    parts: list[str] = []
    while text:
        before, mark, rest = text.partition("{%")
        if before:
            parts.append("'" + before.replace("\\", "\\\\").replace("'", "\\'") + "'")
        if not mark:
            break
        inner, _, text = rest.partition("%}")
        inner = inner.strip()
        parts.append(inner if inner.replace("$", "a").replace(".", "a").replace("_", "a").isalnum() else f"({inner})")
    return "{% " + " & ".join(parts) + " %}"
