"""Trying out: values for what an expression reads, one at a time; whether they do, a run says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from flowdsl.analysis import value_sets as v
from flowdsl.analysis.shape import ARRAY
from flowdsl.asl.values import is_number
from flowdsl.explore.found import Found
from flowdsl.explore.origins import Origins
from flowdsl.explore.trace import Visit
from flowdsl.explore.views import Place
from flowdsl.explore.wants import GONE, Want, exactly
from flowdsl.query.jsonata import nodes as n
from flowdsl.query.jsonata.reads import reads_of

Json = Any

MOST_GUESSES: Final = 24


def guessed(origins: Origins, visit: Visit, tree: n.Node) -> Found:
    """Values for what the expression reads, one at a time."""
    constants = [node.value for node in n.walk(tree) if isinstance(node, n.Literal)]
    made = 0
    for path in reads_of(tree).paths:
        if path.root == "states":
            if not path.steps or path.steps[0] not in ("input", "result"):
                continue
            place = Place(visit, path.steps[0], path.steps[1:])
        else:
            place = Place(visit, f"${path.root}", path.steps)
        for want in guesses(constants):
            for edits in origins.achieve(place, want):
                if edits:
                    yield edits
                break
            made += 1
            if made >= MOST_GUESSES:
                return


def guesses(constants: list[Json]) -> Iterator[Want]:
    """What to try, the constants of the expression and their neighbours first."""
    tried: list[Json] = []
    for constant in constants:
        tried.append(constant)
        if is_number(constant):
            tried += [constant + 1, constant - 1]
        elif isinstance(constant, str):
            tried += [f"{constant}x"]
    others: list[Json] = [True, False, "text", 0, 1, [], {}, None]
    for value in (*tried, *others):
        yield exactly(value)
    yield GONE
    yield Want(values=v.PRESENT, kinds=ARRAY, low=1)
