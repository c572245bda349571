"""new: an object of expressions in the shape of a model."""
# mypy: disable-error-code="no-any-return"
# To a type checker an expression is the value that it stands for.

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from flowdsl.diagnostics import did_you_mean
from flowdsl.dsl.expressions import Expr
from flowdsl.dsl.fit import misfit
from flowdsl.dsl.kinds import ABSENT, COMPUTED, REQUIRED, kind_of
from flowdsl.dsl.operators import kind_of_value
from flowdsl.dsl.places import frame_at
from flowdsl.dsl.trace import report
from flowdsl.dsl.values import as_node
from flowdsl.query.expression import Node, Object

P = ParamSpec("P")
T = TypeVar("T")


def new(model: Callable[P, T]) -> Callable[P, T]:
    """A model's constructor for expressions: `new(Receipt)(id=charge.result.id)`. It has the model's own signature."""

    def make(*arguments: P.args, **keywords: P.kwargs) -> T:
        frame = frame_at(1)
        made: Any = _made(model, arguments, keywords, (frame.f_code, frame.f_lasti))
        return made

    return make


def _made(model: Any, arguments: tuple[Any, ...], keywords: dict[str, Any], place: Any) -> Expr:
    kind = kind_of(model, is_input=True)
    fields = kind.fields
    name = getattr(model, "__name__", repr(model))
    if fields is None:
        report("no-value", f"new takes a model, dataclass or TypedDict, found {name}", place)
        return Expr(Object({}, place), kind)
    by_wire = {f.wire: key for key, f in fields.items()}
    given = {**dict(zip(fields, arguments, strict=False)), **keywords}
    if len(arguments) > len(fields):
        report("unknown-argument", f"{name} has {len(fields)} fields, found {len(arguments)} values", place)
    members: dict[str, Node] = {}
    meant: set[str] = set()
    for key, value in given.items():
        field = fields.get(key) or fields.get(by_wire.get(key, ""))
        if field is None:
            if kind.open:
                members[key] = as_node(value, (*place, key))
            else:
                near = did_you_mean(key, fields)
                meant.add(near.rpartition(" ")[2].strip("'?"))
                report("unknown-argument", f"{name} has no field {key!r}{near}", (*place, key))
            continue
        problem = misfit(field.kind, kind_of_value(value), value)
        if problem:
            report("unfitting-type", f"{name} wants {key} to be {field.kind.name}, {problem}", (*place, key))
        members[field.wire] = as_node(value, (*place, key))
    for key, field in fields.items():
        if field.wire in members or key in meant:
            continue
        if field.default is REQUIRED:
            report("missing-argument", f"{name} needs the field {key!r} ({field.kind.name})", place)
        elif field.default is not ABSENT and field.default is not COMPUTED:
            # What stands in the model as a default is written out: nobody fills it in at run time.
            members[field.wire] = as_node(field.default, place)
    return Expr(Object(members, place), kind_of(model, is_input=False))
