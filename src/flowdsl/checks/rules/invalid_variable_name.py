"""ASL321 invalid-variable-name."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.asl.source_map import escape
from flowdsl.asl.values import has_placeholder
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.checks.rules.duplicate_variable import key_of
from flowdsl.diagnostics import Diagnostic, Severity

MOST_CHARACTERS = 80


class InvalidVariableName(Rule):
    """An Assign to what is no name of a variable.

    AWS refuses the machine. A name is an identifier of at most 80 characters, without $; `states` is taken. A part of a variable cannot be set.

    Instead: assign the whole variable: "order": {"id": ...}.
    Source: AWS documentation, Passing data between states with variables.
    """

    code = "ASL321"
    severity = Severity.ERROR
    aws_code = "SCHEMA_VALIDATION_FAILED"
    bad = Example(
        {"A": {"Type": "Pass", "Assign": {"order.id": 1}, "End": True}},
        at="/States/A/Assign/order.id",
        says="'A' assigns 'order.id', but a part of a variable cannot be set; assign the whole variable 'order'",
    )
    good = Example({"A": {"Type": "Pass", "Assign": {"order": {"id": 1}}, "End": True}})

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for own in context.variables.scopes.values():
            for site in own.sites:
                for name in site.names:
                    reason = _why_not(name)
                    if reason is not None:
                        at = f"{site.pointer}/{escape(key_of(site, name))}"
                        yield self.at(at, f"{site.state.name!r} assigns {name!r}, but {reason}")


def _why_not(name: str) -> str | None:
    if has_placeholder(name):
        return None
    if name == "states":
        return "that name is taken: $states is the state's own data"
    if name.isidentifier():
        return None if len(name) <= MOST_CHARACTERS else f"a variable's name has at most {MOST_CHARACTERS} characters"
    if name.startswith("$"):
        return f"the $ is no part of a variable's name; write {name.lstrip('$')!r}"
    head = name.replace("[", ".").partition(".")[0]
    if head != name and head.isidentifier():
        return f"a part of a variable cannot be set; assign the whole variable {head!r}"
    return "a variable's name is letters, digits and _, and begins with no digit"
