"""ASL721 items-may-collapse."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.analysis.jsonata_trees import called, expression_of, tree_of
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Edit, Fix, Severity
from flowdsl.query.jsonata import nodes as n

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
            tree = tree_of(text) if text is not None else None
            pointer = f"{state.pointer}/Items"
            if tree is None or text is None or pointer in known or not _collapses(tree):
                continue
            instead = f"{{% [{text.strip()}] %}}"
            shown = instead if len(instead) <= 100 else "[...] around it"
            fix = Fix("put brackets around it", (Edit(pointer, instead),), safe=False)
            yield self.at(
                pointer, f"one match is no list, and none is nothing: {state.name!r} then fails; write {shown}", fix=fix
            )


def _collapses(tree: n.Node) -> bool:
    """Whether an expression's value is a sequence that JSONata collapses."""
    if isinstance(tree, n.Block) and tree.expressions:
        return _collapses(tree.expressions[-1])
    if isinstance(tree, n.Filter):
        return not (isinstance(tree.predicate, n.Literal) and not isinstance(tree.predicate.value, bool))
    if isinstance(tree, n.Path):
        return not any(isinstance(s, n.KeepArray) for s in tree.steps) and any(_collapses(s) for s in tree.steps)
    if isinstance(tree, n.Call):
        return called(tree) in ("filter", "map", "keys")
    if isinstance(tree, n.Apply):
        right = tree.right
        return _collapses(right) or (isinstance(right, n.Variable) and right.name == "keys")
    return False
