"""The raw escapes: a text in JSONata or JSONPath, parsed when the workflow is built."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flowdsl.asl.fields import fields_of
from flowdsl.dsl.expressions import Expr
from flowdsl.dsl.keywords import note_extra
from flowdsl.dsl.kinds import ANY
from flowdsl.dsl.places import frame_at
from flowdsl.dsl.trace import report, tracing
from flowdsl.dsl.values import raw


def jsonata(text: str) -> Any:
    """A JSONata expression, without `{% %}`: `jsonata("$sum($prices)")`. An f-string may hold what the workflow reads."""
    frame = frame_at(1)
    return _made("JSONata", text, (frame.f_code, frame.f_lasti))


def jsonpath(text: str) -> Any:
    """A JSONPath, a context path or an intrinsic function: `jsonpath("$.order.id")`. For JSONPath states."""
    frame = frame_at(1)
    return _made("JSONPath", text, (frame.f_code, frame.f_lasti))


def extra(fields: Mapping[str, Any]) -> None:
    """Fields of the branch or processor whose function says this, written as given: `extra({"Comment": ""})`.

    Of a state they are its `extra=`, of the machine @workflow's.
    """
    frame = frame_at(1)
    place = (frame.f_code, frame.f_lasti)
    trace = tracing.get()
    if trace is None or trace.scope.parent is None:
        report("bad-value", "extra(...) stands in the function of a Map or Parallel; elsewhere write extra=", place)
        return
    note_extra(fields, (*place, 0), fields_of("Branch" if trace.scope.kind == "branch" else "ItemProcessor"))
    trace.scope.extra.update(fields)


def _made(language: str, text: str, place: Any) -> Any:
    node = raw(language, text, (*place, 0))
    trace = tracing.get()
    if trace is not None:
        trace.raws.append(node)
    return Expr(node, ANY)
