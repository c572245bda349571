"""What AWS refuses in an expression that parses: reads of a context that is not there, and `$states` out of place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flowdsl.query.jsonata import nodes as n
from flowdsl.query.jsonata.reads import STATES, reads_of
from flowdsl.query.jsonata.syntax import parse
from flowdsl.query.jsonata.tokens import SyntaxFault

INVALID: Final = "INVALID_JSONATA_EXPRESSION"
UNSUPPORTED: Final = "UNSUPPORTED_JSONATA_EXPRESSION"

EVERYWHERE: Final = frozenset({"input", "context"})
"""The members of `$states` that every field may read."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that AWS refuses when the machine is created, in its words."""

    message: str
    position: int | None
    """Characters from the start of the expression, `{%` not counted."""
    aws_code: str


def syntax_errors(text: str, states: frozenset[str] | None = None) -> list[Problem]:
    """What AWS refuses in an expression (without its `{% %}`), in the order of the text.

    `states`: the members of `$states` that may be read where it stands (`EVERYWHERE`, with "result" in Output and Assign
    of Task, Parallel and Map, with "errorOutput" in a catcher); None: not looked at.
    """
    try:
        tree = parse(text)
    except SyntaxFault as fault:
        return [Problem(fault.message, fault.position, INVALID)]
    found = [*_references(tree), *(_places(tree, states) if states is not None else ())]
    # AWS reports each name once.
    return list({p.message: p for p in sorted(found, key=lambda p: p.position or 0, reverse=True)}.values())[::-1]


def _references(tree: n.Node) -> list[Problem]:
    """Names, `$` and `$$` that would read the top-level context (measured). A lambda's body reads that context too; the
    later steps of a path, predicates, sort terms and groupings read what came before them."""
    found: list[Problem] = []
    stack: list[tuple[n.Node, bool]] = [(tree, True)]
    while stack:
        node, top = stack.pop()
        if isinstance(node, n.Name) and top:
            found.append(_top(node.name, node.start))
        elif isinstance(node, n.Variable):
            if node.name == "$":
                found.append(Problem("Reference to '$$' is not supported.", node.start, UNSUPPORTED))
            elif node.name == "" and top:
                found.append(_top("$", node.start))
        elif isinstance(node, n.Path):
            stack.extend((step, top and i == 0) for i, step in enumerate(node.steps))
        elif isinstance(node, (n.Filter, n.Sort, n.Group)):
            stack.append((node.base, top))
            stack.extend((child, False) for child in n.children(node) if child is not node.base)
        elif isinstance(node, n.Transform):
            stack.extend((child, False) for child in n.children(node))
        else:
            stack.extend((child, top) for child in n.children(node))
    return found


def _top(name: str, position: int) -> Problem:
    return Problem(f"Reference to '{name}' at the top level is not supported.", position, UNSUPPORTED)


def _places(tree: n.Node, allowed: frozenset[str]) -> list[Problem]:
    return [
        Problem(f"Field '$states.{path.steps[0]}' does not exist.", path.start, UNSUPPORTED)
        for path in reads_of(tree).paths
        if path.root == STATES and path.steps and path.steps[0] not in allowed
    ]
