"""ASL320 duplicate-variable."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flowdsl.analysis.variables import ScopeVariables, Site, Variables, is_child_execution
from flowdsl.asl.source_map import escape, split
from flowdsl.asl.values import is_list
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity


class DuplicateVariable(Rule):
    """A branch or a Map that assigns a variable which the scope around it assigns too.

    AWS refuses the machine: an inner scope reads outer variables, but cannot set them. A Distributed Map's children are executions of their own.

    Instead: give the inner variable another name, and return its value as the branch's or the Map's output.
    Source: AWS documentation, Passing data between states with variables.
    """

    code = "ASL320"
    severity = Severity.ERROR
    aws_code = "DUPLICATE_VARIABLE_NAME"
    bad = Example(
        {
            "Set": {"Type": "Pass", "Assign": {"total": 0}, "Next": "Each"},
            "Each": {
                "Type": "Map",
                "ItemProcessor": {
                    "StartAt": "Add",
                    "States": {"Add": {"Type": "Pass", "Assign": {"total": 1}, "End": True}},
                },
                "End": True,
            },
        },
        jsonata=True,
        at="/States/Each/ItemProcessor/States/Add/Assign/total",
        says="'Add' assigns 'total', which 'Set' assigns in the scope around it; an inner scope cannot set it, use another name",
    )
    good = Example(
        {
            "Set": {"Type": "Pass", "Assign": {"total": 0}, "Next": "Each"},
            "Each": {
                "Type": "Map",
                "ItemProcessor": {
                    "StartAt": "Add",
                    "States": {"Add": {"Type": "Pass", "Assign": {"part": 1}, "End": True}},
                },
                "End": True,
            },
        },
        jsonata=True,
    )

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        variables = context.variables
        for own in variables.scopes.values():
            for site in own.sites:
                for name in site.names:
                    outer = _outer(variables, own, name)
                    if outer is not None:
                        yield self.at(
                            f"{site.pointer}/{escape(key_of(site, name))}",
                            f"{site.state.name!r} assigns {name!r}, which {outer.state.name!r} assigns in the scope around it; an "
                            "inner scope cannot set it, use another name",
                        )


def _outer(variables: Variables, own: ScopeVariables, name: str) -> Site | None:
    """Where a scope around assigns a name that this scope sees."""
    scope = own.graph.scope
    while scope.parent is not None and not is_child_execution(scope):
        scope = scope.parent.scope
        outer = variables.scopes[scope.pointer]
        if name in outer.masks:
            return next(site for site in outer.sites if name in site.names)
    return None


def key_of(site: Site, name: str) -> str:
    """A variable's key in an Assign: in JSONPath it may end in .$."""
    assign: Any = site.state.fields
    for token in split(site.pointer[len(site.state.pointer) :]):
        assign = assign[int(token)] if is_list(assign) else assign[token]
    return name if name in assign else f"{name}.$"
