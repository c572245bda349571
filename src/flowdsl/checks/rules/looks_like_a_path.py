"""ASL317 looks-like-a-path."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flowdsl.analysis.literals import Leaf, is_expression
from flowdsl.asl.definition import StateNode
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Edit, Fix, Severity

PATH = re.compile(r"\$\$?(?:\.[A-Za-z_*]|\[|\.\.|\.\[)[^\s]*")
CALL = re.compile(r"States\.[A-Za-z0-9]+\(.*\)", re.DOTALL)
TEMPLATES = ("Parameters", "ItemSelector", "ResultSelector", "Assign", "Credentials")


class LooksLikeAPath(Rule):
    """A path or an intrinsic call stands as plain text.

    A value is evaluated only under a key that ends in `.$` (in JSONata: only between {% and %}); anything else is passed on as it stands, and the receiver gets
    "$.orderId" for an order number. AWS warns of it (NO_DOLLAR) and takes it.

    Instead: add `.$` to the key; in a JSONata state, write {% $states.input.orderId %}.
    """

    code = "ASL317"
    severity = Severity.WARNING
    aws_code = "NO_DOLLAR"
    bad = (
        Example(
            {"Show": {"Type": "Pass", "Parameters": {"id": "$.orderId"}, "End": True}},
            at="/States/Show/Parameters/id",
            says="'$.orderId' is passed on as text; write the key 'id.$' to have it read",
        ),
        Example(
            {"Show": {"Type": "Pass", "Output": {"id": "$.orderId"}, "End": True}},
            at="/States/Show/Output/id",
            says="'$.orderId' is passed on as text: this state speaks JSONata; write '{% $states.input.orderId %}'",
            jsonata=True,
        ),
    )
    good = Example({"Show": {"Type": "Pass", "Parameters": {"id.$": "$.orderId"}, "End": True}})

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for state, leaf in context.texts:
            if "$" not in leaf.value and "States." not in leaf.value and not leaf.key.endswith(".$"):
                continue
            if not state.is_jsonata:
                if not leaf.key.endswith(".$") and leaf.field in TEMPLATES:
                    yield from self._in_jsonpath(context, state, leaf)
            elif not is_expression(leaf.value):
                yield from self._in_jsonata(leaf)

    def _in_jsonpath(self, context: CheckContext, state: StateNode, leaf: Leaf) -> Iterator[Diagnostic]:
        text = leaf.value
        is_variable = bool(re.fullmatch(r"\$[A-Za-z_]\w*", text)) and text[1:] in set(
            context.variables.visible_names(state)
        )
        if not (PATH.fullmatch(text) or CALL.fullmatch(text) or is_variable):
            return
        edits: tuple[Edit, ...] = ()
        if leaf.pointer.rpartition("/")[2] == leaf.key:
            edits = (Edit(leaf.pointer, remove=True), Edit(f"{leaf.pointer}.$", text))
        fix = Fix(f"write the key {leaf.key + '.$'!r}", edits, safe=False) if edits else None
        yield self.at(
            leaf.pointer, f"{text!r} is passed on as text; write the key {leaf.key + '.$'!r} to have it read", fix=fix
        )

    def _in_jsonata(self, leaf: Leaf) -> Iterator[Diagnostic]:
        text = leaf.value
        if leaf.key.endswith(".$"):
            message = f"the key {leaf.key!r} stays as it is, with its '.$': this state speaks JSONata; write {leaf.key[:-2]!r}"
            yield self.at(leaf.pointer, message)
        elif PATH.fullmatch(text) and not text.startswith("$$"):
            instead = f"{{% $states.input{text[1:]} %}}"
            message = f"{text!r} is passed on as text: this state speaks JSONata; write {instead!r}"
            yield self.at(
                leaf.pointer, message, fix=Fix(f"write {instead!r}", (Edit(leaf.pointer, instead),), safe=False)
            )
