"""The raw escapes: a text in JSONata or JSONPath, parsed when the workflow is built."""

from __future__ import annotations

from typing import Any

from flowdsl.dsl.expressions import Expr
from flowdsl.dsl.kinds import ANY
from flowdsl.dsl.places import frame_at
from flowdsl.dsl.trace import tracing
from flowdsl.dsl.values import raw


def jsonata(text: str) -> Any:
    """A JSONata expression, without `{% %}`: `jsonata("$sum($prices)")`. An f-string may hold what the workflow reads."""
    frame = frame_at(1)
    return _made("JSONata", text, (frame.f_code, frame.f_lasti))


def jsonpath(text: str) -> Any:
    """A JSONPath, a context path or an intrinsic function: `jsonpath("$.order.id")`. For JSONPath states."""
    frame = frame_at(1)
    return _made("JSONPath", text, (frame.f_code, frame.f_lasti))


def _made(language: str, text: str, place: Any) -> Any:
    node = raw(language, text, (*place, 0))
    trace = tracing.get()
    if trace is not None:
        trace.raws.append(node)
    return Expr(node, ANY)
