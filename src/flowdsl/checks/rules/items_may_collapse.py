"""ASL721 items-may-collapse."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.analysis.jsonata_syntax import Node, expression_of, parse
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Edit, Fix, Severity

ONE = {"ProcessorConfig": {"Mode": "INLINE"}, "StartAt": "One", "States": {"One": {"Type": "Pass", "End": True}}}
EACH = {"Type": "Map", "ItemProcessor": ONE, "End": True}


class ItemsMayCollapse(Rule):
    """A Map's Items are found by a filter or a function that makes no list of one thing.

    JSONata gives one match as itself, not as a list of one, and no match as nothing: the Map fails with States.QueryEvaluationError on the day that there is one, or
    none.

    Instead: brackets around it, [x[...]]: a list of as many as there are.
    """

    code = "ASL721"
    severity = Severity.WARNING
    bad = Example(
        {"Each": {**EACH, "Items": "{% $states.input.orders[status = 'paid'] %}"}},
        at="/States/Each/Items",
        says="one match is no list, and none is nothing: 'Each' then fails; write {% [$states.input.orders[status = 'paid']] %}",
        jsonata=True,
    )
    good = Example({"Each": {**EACH, "Items": "{% [$states.input.orders[status = 'paid']] %}"}}, jsonata=True)

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        known = {problem.pointer for problem in context.problems("items", "undefined")}
        for state in context.states("Map"):
            text = expression_of(state.fields.get("Items")) if state.is_jsonata else None
            tree = parse(text) if text is not None else None
            pointer = f"{state.pointer}/Items"
            if tree is None or text is None or pointer in known or not _collapses(tree):
                continue
            instead = f"{{% [{text.strip()}] %}}"
            shown = instead if len(instead) <= 100 else "[...] around it"
            fix = Fix("put brackets around it", (Edit(pointer, instead),), safe=False)
            yield self.at(
                pointer, f"one match is no list, and none is nothing: {state.name!r} then fails; write {shown}", fix=fix
            )


def _collapses(tree: Node) -> bool:
    """Whether an expression's value is a sequence that JSONata collapses."""
    if tree.kind == "block" and tree.parts:
        return _collapses(tree.parts[-1])
    if tree.kind == "filter":
        return tree.parts[1].kind not in ("number", "negate")
    if tree.kind == "step":
        return any(_collapses(part) for part in tree.parts)
    if tree.kind == "call":
        return tree.parts[0].kind == "variable" and tree.parts[0].value in ("filter", "map", "keys")
    if tree.kind == "apply":
        return _collapses(tree.parts[1])
    return False
