"""placeholder: a value that the deployment fills in, `${Name}`."""
# mypy: disable-error-code="no-any-return"
# To a type checker an expression is the value that it stands for.

from __future__ import annotations

import re
from typing import Any, TypeVar, overload

from flowdsl.diagnostics import did_you_mean
from flowdsl.dsl.expressions import Expr
from flowdsl.dsl.kinds import kind_of
from flowdsl.dsl.places import frame_at
from flowdsl.dsl.trace import report
from flowdsl.query.expression import Placeholder

T = TypeVar("T")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_:.]*")
_TYPES: dict[Any, str] = {str: "string", int: "number", float: "number", bool: "boolean"}
KINDS = (
    "value",
    "lambda",
    "activity",
    "state-machine",
    "table",
    "queue",
    "topic",
    "bucket",
    "event-bus",
    "role",
    "connection",
)
"""What a placeholder may stand for."""


@overload
def placeholder(name: str, *, kind: str = ...) -> str: ...
@overload
def placeholder(name: str, type: type[T], *, kind: str = ...) -> T: ...
def placeholder(name: str, type: Any = str, *, kind: str = "value") -> Any:
    """`${Name}`, wherever a value may stand: `placeholder("TableName", kind="table")`, `placeholder("Pause", int)`."""
    frame = frame_at(1)
    place = (frame.f_code, frame.f_lasti)
    given: Any = name
    if not isinstance(given, str) or not _NAME.fullmatch(given):
        report("bad-value", f"a placeholder's name has letters, digits, _ and :: only, found {name!r}", (*place, 0))
        name = "Placeholder"
    json = _TYPES.get(type)
    if json is None:
        report("bad-value", f"a placeholder is a str, int, float or bool, found {type!r}", (*place, 1))
        json = "string"
    if kind not in KINDS:
        report(
            "bad-value",
            f"a placeholder's kind is one of {', '.join(KINDS)}, found {kind!r}{did_you_mean(str(kind), KINDS)}",
            (*place, "kind"),
        )
    return Expr(Placeholder(name, json, kind, place), kind_of(type, is_input=False))
