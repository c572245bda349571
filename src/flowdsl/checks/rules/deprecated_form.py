"""ASL614 deprecated-form."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Edit, Fix, Severity

ONE = {"StartAt": "One", "States": {"One": {"Type": "Pass", "End": True}}}


class DeprecatedForm(Rule):
    """A Map is written in the form of before 2022.

    Iterator and Parameters still work, and no new field comes to them: AWS writes ItemProcessor and ItemSelector since.

    Instead: ItemProcessor for Iterator, ItemSelector for a Map's Parameters.
    Source: Amazon States Language, Map state (documented).
    """

    code = "ASL614"
    severity = Severity.INFO
    grows_when_strict = False
    bad = Example(
        {"Each": {"Type": "Map", "ItemsPath": "$.items", "Iterator": ONE, "End": True}},
        at="/States/Each/Iterator",
        says="'Each' has Iterator, the older name of ItemProcessor",
    )
    good = Example({"Each": {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": ONE, "End": True}})

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for state in context.states("Map"):
            for old, new in (("Iterator", "ItemProcessor"), ("Parameters", "ItemSelector")):
                if old in state.fields and new not in state.fields and not (old == "Parameters" and state.is_jsonata):
                    edits = (
                        Edit(f"{state.pointer}/{old}", remove=True),
                        Edit(f"{state.pointer}/{new}", state.fields[old]),
                    )
                    message = f"{state.name!r} has {old}, the older name of {new}"
                    yield self.at(state, message, old, fix=Fix(f"rename {old} to {new}", edits))
