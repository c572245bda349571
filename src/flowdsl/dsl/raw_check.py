"""Texts of a query language that the user wrote: parsed when the workflow is built."""

from __future__ import annotations

import re

from flowdsl.dsl.places import Offset
from flowdsl.dsl.trace import Trace
from flowdsl.query.base import ExpressionSyntaxError
from flowdsl.query.expression import Raw


def check_raws(trace: Trace) -> None:
    """Reports each raw text that its language does not take, at the character where the parser stopped."""
    for node in trace.raws:
        place = node.place
        if place is None:
            continue
        wanted = trace.query_language
        if node.language != wanted and not (wanted == "JSONPath" and node.language == "JSONata"):
            trace.report(
                "cannot-be-said",
                'jsonpath(...) in a workflow of JSONata: write jsonata(...), or @workflow(query_language="JSONPath")',
                place,
            )
        elif node.language == "JSONata":
            _check_jsonata(trace, node)


def _check_jsonata(trace: Trace, node: Raw) -> None:
    from flowdsl.query.jsonata.syntax import parse  # only who writes raw texts pays for a parser

    text = "".join(part if isinstance(part, str) else "$value" for part in node.parts)
    written, shift = text, 0
    if _MARKED.fullmatch(text):
        written, shift = text[2:-2], 2
    try:
        parse(written)
    except ExpressionSyntaxError as error:
        place = node.place
        assert place is not None
        if error.position is not None and len(node.parts) == 1:
            place = (*place, Offset(error.position + shift))
        trace.report("raw-jsonata", f"no JSONata: {error.message}", place)


_MARKED = re.compile(r"\{%.*%\}", re.DOTALL)
