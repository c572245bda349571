"""What the parts of a JSONata expression read, and what they are in one run."""

from __future__ import annotations

import json
from typing import Any, Final

from flowdsl.asl.values import is_list
from flowdsl.explore.jsonata_scope import Bound, Link, Scope, Written, applied, is_function, links
from flowdsl.explore.origins import Origins
from flowdsl.explore.trace import Visit
from flowdsl.explore.views import Place
from flowdsl.explore.wants import INSIDE, MISSING, Steps
from flowdsl.query.base import ExpressionError, ExpressionSyntaxError
from flowdsl.query.jsonata import nodes as n
from flowdsl.query.jsonata.dialect import compile_expression
from flowdsl.query.jsonata.tokens import SyntaxFault

Json = Any

_ROOTS: Final = {"input": "input", "result": "result", "context": "context", "errorOutput": "error"}


class Reading:
    """The fields of one visit, read in the light of its run."""

    def __init__(self, origins: Origins, visit: Visit, item: int | None = None) -> None:
        self.origins = origins
        self.visit = visit
        self.item = item
        """The item that an ItemSelector sees."""
        self.source = ""
        self.depth = 0

    def start(self, links: list[Link], scope: Scope) -> tuple[Bound | None, Steps, list[Link]]:
        """(what a path begins in, steps below it, the links that follow)"""
        (_, first), rest = links[0], links[1:]
        if isinstance(first, n.Name):
            return (None if scope.here is None else scope.here.under((first.name,))), (), rest
        if isinstance(first, n.Wildcard):
            return scope.here, (), links
        if not isinstance(first, n.Variable):
            return self._parsed(first, scope) or Written(first, scope), (), rest
        if first.name == "states":
            member = rest[0][1] if rest else None
            if not isinstance(member, n.Name) or member.name not in _ROOTS:
                return None, (), []
            names = [part.name for _, part in rest[1:4] if isinstance(part, n.Name)]
            if member.name == "context" and self.item is not None and names == ["Map", "Item", "Value"]:
                return Place(self.visit, "items", (self.item,)), (), rest[4:]
            return Place(self.visit, _ROOTS[member.name]), (), rest[1:]
        if first.name in scope.names:
            return scope.names[first.name], (), rest
        if first.name in ("", "$"):
            return (scope.here if first.name == "" else None), (), rest
        return Place(self.visit, f"${first.name}"), (), rest

    def place_of(self, node: n.Node, scope: Scope) -> Place | None:
        """The place that a part simply names; None for one that computes."""
        while isinstance(node, n.Block) and len(node.expressions) == 1:
            node = node.expressions[0]
        if isinstance(node, (n.Call, n.Apply)):
            return self._parsed(node, scope)
        if not isinstance(node, (n.Path, n.Variable, n.Name, n.KeepArray)):
            return None
        at, tail, rest = self.start(list(links(node)), scope)
        if isinstance(at, Written):
            return self.place_of(at.node, at.scope) if not rest and not tail else None
        for _, part in rest:
            if at is None or not isinstance(part, n.Name):
                return None
            at = at.under((part.name,))
        return at

    def _parsed(self, node: n.Node, scope: Scope) -> Place | None:
        """What `$parse` makes of a text that is simply read."""
        procedure, given = applied(node)
        if not isinstance(procedure, n.Variable) or procedure.name != "parse" or len(given) != 1:
            return None
        place = self.place_of(given[0], scope)
        return None if place is None else place.under((INSIDE,))

    def one(self, at: Place) -> Place:
        """An item of what may be an array."""
        return at.under((0,)) if is_list(self.origins.value(at)) else at

    # -- what it is in this run ----------------------------------------------------------------------------------------

    def constant(self, node: n.Node, scope: Scope) -> Json:
        """The value of a part that reads nothing; MISSING for one that does."""
        if isinstance(node, n.Literal):
            return node.value
        return MISSING if self._reads(node) else self.evaluate(node, scope)

    def _reads(self, node: n.Node) -> bool:
        return any(
            isinstance(inner, (n.Variable, n.Name, n.Wildcard)) and not is_function(inner, node)
            for inner in n.walk(node)
        )

    def evaluate(self, node: n.Node, scope: Scope) -> Json:
        """The value of a part in this run; MISSING where it has none, or fails."""
        text = self._text(node)
        if text is None:
            return MISSING
        prefix = ""
        for name, bound in scope.names.items():
            if f"${name}" not in text and not any(
                f"${name}" in (self._bound_text(b) or "") for b in scope.names.values()
            ):
                continue
            written = self._bound_text(bound)
            if written is None:
                return MISSING
            prefix += f"${name} := {written}; "
        if scope.here is not None and self._reads(node):
            now = self.origins.value(scope.here)
            if now is MISSING:
                return MISSING
            text = f"({json.dumps(now)}).({text})"
        try:
            evaluate = compile_expression(f"({prefix}{text})" if prefix else text, "")
            return evaluate(self.origins.env(self.visit, "input"))
        except (ExpressionError, ExpressionSyntaxError, SyntaxFault):
            return MISSING

    def _text(self, node: n.Node) -> str | None:
        return self.source[node.start : node.end] if node.end > node.start else None

    def _bound_text(self, bound: Bound) -> str | None:
        if isinstance(bound, Written):
            return self._text(bound.node)
        now = self.origins.value(bound)
        return None if now is MISSING else json.dumps(now)
