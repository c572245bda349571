"""ASL517 unfilled-placeholder."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.analysis.literals import leaves_of
from flowdsl.asl.bindings import Binding, Bindings
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity, did_you_mean


class UnfilledPlaceholder(Rule):
    """A placeholder that the template's DefinitionSubstitutions leave out.

    It is deployed as it stands: the machine calls a function whose name is ${FnArn}, or is refused.

    Instead: a name that DefinitionSubstitutions has, or a line there for this one.
    """

    code = "ASL517"
    severity = Severity.WARNING
    bad = Example(
        {"Charge": {"Type": "Task", "Resource": "${ChrgeArn}", "End": True}},
        bindings=Bindings(
            placeholders={"ChrgeArn": Binding("ChrgeArn", "value")},
            substitutions=("ChargeArn",),
            unfilled=("ChrgeArn",),
        ),
        at="/States/Charge/Resource",
        says="DefinitionSubstitutions fills in no ${ChrgeArn}; did you mean 'ChargeArn'?",
    )
    good = Example(
        {"Charge": {"Type": "Task", "Resource": "${ChargeArn}", "End": True}},
        bindings=Bindings(placeholders={"ChargeArn": Binding("ChargeArn", "lambda")}, substitutions=("ChargeArn",)),
    )

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        bindings = context.definition.bindings
        if not bindings.unfilled:
            return
        leaves = [
            leaf for leaf in leaves_of(context.document, "") if isinstance(leaf.value, str) and "${" in leaf.value
        ]
        for name in bindings.unfilled:
            told = f"DefinitionSubstitutions fills in no ${{{name}}}{did_you_mean(name, bindings.substitutions)}"
            places = [leaf.pointer for leaf in leaves if f"${{{name}}}" in leaf.value and leaf.key != "Comment"]
            for pointer in places:
                yield self.at(pointer, told)
