"""How a function of `fn` becomes an expression: what its arguments must be, and what it gives."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, cast

from flowdsl.diagnostics import did_you_mean
from flowdsl.dsl.expressions import BROKEN, Expr
from flowdsl.dsl.kinds import ANY, BOOLEAN, STRING, Kind
from flowdsl.dsl.operators import check_comparison, compared, kind_of_value
from flowdsl.dsl.places import frame_at
from flowdsl.dsl.trace import report
from flowdsl.dsl.values import as_node
from flowdsl.query.expression import (
    Array,
    Call,
    Conditional,
    Default,
    Exists,
    Function,
    Listed,
    Literal,
    Node,
    Operation,
    Parameter,
    Place,
    Raw,
    Read,
    Some,
)

_NUMBERS = frozenset(
    {"abs", "floor", "ceil", "round", "power", "sqrt", "formatNumber", "formatBase", "formatInteger", "fromMillis"}
)
_TEXTS = frozenset(
    [
        "length",
        "substring",
        "substringBefore",
        "substringAfter",
        "uppercase",
        "lowercase",
        "trim",
        "pad",
        "contains",
        "split",
        "replace",
        "base64encode",
        "base64decode",
        "encodeUrlComponent",
        "decodeUrlComponent",
        "encodeUrl",
        "decodeUrl",
        "hash",
        "parse",
        "parseInteger",
        "toMillis",
    ]
)
_LISTS = frozenset(
    {
        "count",
        "sum",
        "max",
        "min",
        "average",
        "join",
        "append",
        "sort",
        "reverse",
        "shuffle",
        "distinct",
        "partition",
        "map",
        "filter",
        "single",
        "reduce",
    }
)
_FOLDING = frozenset({"count", "sum", "max", "min", "average", "join"})
"""Functions that take one item for a list of one, and nothing for a list of none."""
_OF_NONE = frozenset({"sum", "join"})
"""Those of them that give something for an empty list, 0 and "", and nothing for nothing (the reference implementation)."""


def _place() -> Place:
    frame = frame_at(3)
    return (frame.f_code, frame.f_lasti)


def call(function: str, gives: Kind | str | None, *arguments: Any) -> Any:
    """A function's call. `gives` is a Kind, "item" for the Kind of a list's items, "values" for an object's members', None for the first argument's."""
    place = _place()
    first = kind_of_value(arguments[0]) if arguments else ANY
    if not _check(function, first, arguments, place):
        return Expr(Literal(None, place), BROKEN)
    nodes = [as_node(a, (*place, i)) for i, a in enumerate(arguments)]
    if (
        function in _FOLDING
        and type(nodes[0]) is Listed
        and first.item is not None
        and first.item.json not in ("array", "any")
    ):
        base = nodes[0].base
        nodes[0] = Array([base], place) if function in _OF_NONE else base
    if function == "string" and first.json == "string" and not first.nullable and len(arguments) == 1:
        # A text is its own text.
        return Expr(nodes[0], STRING)
    return Expr(Call(function, nodes, place, first.json), _given(gives, first))


def list_call(function: str, gives: Kind | str, *arguments: Any) -> Any:
    """A call that gives a list."""
    place = _place()
    first = kind_of_value(arguments[0]) if arguments else ANY
    if not _check(function, first, arguments, place):
        return Expr(Literal(None, place), BROKEN)
    item = _given(gives, first)
    given = Kind("array", f"list[{item.name}]", item=item)
    nodes = [as_node(a, (*place, i)) for i, a in enumerate(arguments)]
    if function == "append":
        if not _is_array(nodes[1]):
            return Expr(Listed(Call(function, nodes, place), place), given)
        # Appending an array gives one, whatever stands before it.
        nodes[0] = _unlisted(nodes[0], first)
        return Expr(Call(function, nodes, place), given)
    if function in _TAKING_ONE:
        nodes[0] = _unlisted(nodes[0], first)
    return Expr(Listed(Call(function, nodes, place), place), given)


_TAKING_ONE = frozenset({"map", "filter", "sort", "reverse", "distinct"})
"""Functions that take one item for a list of one, and give nothing for nothing: the whole is made a list in the end."""


def _unlisted(node: Node, kind: Kind) -> Node:
    """A list as JSONata collapses it, where its only item cannot be taken for a list itself."""
    if type(node) is Listed and kind.item is not None and kind.item.json not in ("array", "any"):
        return node.base
    return node


def _is_array(node: Node) -> bool:
    """Whether an expression that gives a list gives an array whatever its length."""
    return type(node) in (Listed, Array, Read) or (type(node) is Call and node.function == "append")


def each_item(function: str, gives: str, items: Any, lambda_: Any, parameters: int, *further: Any) -> Any:
    """A call of a function that takes a function: its body is an expression of its parameters."""
    place = _place()
    kind = kind_of_value(items)
    if not _check(function, kind, (items,), place):
        return Expr(Literal(None, place), BROKEN)
    item = kind.item or ANY
    names = _parameter_names(lambda_, parameters)
    if names is None:
        report(
            "not-python",
            f"fn.{function} takes a function of {parameters} parameter{'s' if parameters > 1 else ''}, found {lambda_!r}",
            (*place, 1),
        )
        return Expr(Literal(None, place), BROKEN)
    fold = kind_of_value(further[0]) if further else item
    kinds = [fold, item] if gives == "fold" else [item] * parameters
    made = lambda_(*[Expr(Parameter(n), k) for n, k in zip(names, kinds, strict=True)])
    body = as_node(made, (*place, 1))
    if function in ("filter", "single", "sort") and kind_of_value(made).json not in ("boolean", "any"):
        report(
            "constant-condition", f"fn.{function} decides by a condition, found {kind_of_value(made).name}", (*place, 1)
        )
    listed = as_node(items, (*place, 0))
    if function in _TAKING_ONE:
        listed = _unlisted(listed, kind)
    node = Call(
        function,
        [listed, Function(tuple(names), body, place), *(as_node(f, place) for f in further)],
        place,
    )
    if gives == "one":
        return Expr(node, item)
    if gives == "fold":
        return Expr(node, fold)
    result = kind_of_value(made) if gives == "result" else item
    return Expr(Listed(node, place), Kind("array", f"list[{result.name}]", item=result))


def _parameter_names(function: Any, count: int) -> list[str] | None:
    if not callable(function) or isinstance(function, Expr):
        return None
    try:
        names = [n.strip("_") or "item" for n in inspect.signature(function).parameters]
    except (TypeError, ValueError):
        return None
    return names if len(names) == count else None


def logic(operator: str, conditions: tuple[Any, ...]) -> Any:
    """`not`, or all or any of several conditions."""
    place = _place()
    nodes: list[Node] = []
    for i, given in enumerate(conditions):
        kind = kind_of_value(given)
        if not isinstance(given, Expr):
            report("constant-condition", f"this condition is {given!r} already when the workflow is built", (*place, i))
            continue
        if kind.json not in ("boolean", "any"):
            report(
                "bad-operands",
                f"a condition is true or false, found {kind.name}; write a comparison, or fn.exists(...)",
                (*place, i),
            )
            continue
        nodes.append(given.__node__)
    if not nodes:
        return Expr(Literal(True, place), BROKEN if conditions else BOOLEAN)
    if operator == "not":
        return Expr(Operation("not", nodes[0], None, place), BOOLEAN)
    joined = nodes[0]
    for node in nodes[1:]:
        joined = Operation(operator, joined, node, place)
    return Expr(joined, BOOLEAN)


def condition(operator: str, value: Any, options: Any) -> Any:
    """`value in options`."""
    place = _place()
    left, right = kind_of_value(value), kind_of_value(options)
    if right.json not in ("array", "any"):
        report("bad-operands", f"fn.one_of looks in a list, found {right.name}", (*place, 1))
    elif isinstance(options, (list, tuple)):
        known: list[Any] = list(cast("Any", options))
        for option in known:
            check_comparison("=", False, value, left, option, kind_of_value(option), (*place, 1))
        if len(known) == 1:
            return Expr(
                compared("=", as_node(value, place), left, as_node(known[0], place), kind_of_value(known[0]), place),
                BOOLEAN,
            )
    return Expr(Operation("in", as_node(value, place), as_node(options, place), place), BOOLEAN)


def present(value: Any) -> Any:
    """Whether a value is there and not null."""
    place = _place()
    if not isinstance(value, Expr):
        report("constant-condition", f"{value!r} is known already when the workflow is built", (*place, 0))
        return Expr(Literal(True, place), BOOLEAN)
    node, kind = value.__node__, value.__kind__
    if type(node) is Default or type(node) is Some:
        node = node.base
    return Expr(Exists(node, kind.nullable or kind.json == "any", place), BOOLEAN)


def then_else(form: str, *values: Any) -> Any:
    """`some(x)`, and `if_else(test, then, otherwise)`."""
    place = _place()
    if form == "some":
        (value,) = values
        if not isinstance(value, Expr):
            return value
        node, kind = value.__node__, value.__kind__
        return Expr(Some(node.base if type(node) is Default else node, place), kind.present())
    test, then, otherwise = values
    if not isinstance(test, Expr):
        report("constant-condition", f"this condition is {test!r} already when the workflow is built", (*place, 0))
        return then
    first, second = kind_of_value(then), kind_of_value(otherwise)
    kind = (
        first
        if first.json == second.json
        else first.optional()
        if second.json == "null"
        else second.optional()
        if first.json == "null"
        else ANY
    )
    return Expr(Conditional(test.__node__, as_node(then, (*place, 1)), as_node(otherwise, (*place, 2)), place), kind)


def regex(pattern: Any) -> Any:
    """A regular expression."""
    place = _place()
    if not isinstance(pattern, str):
        report("bad-operands", "a regular expression is known when the workflow is built", place)
        pattern = "."
    escaped = pattern.replace("/", "\\/")
    return Expr(Raw("JSONata", [f"/{escaped}/"], place), ANY)


def unknown_function(name: str, place: Place, known: list[str]) -> Callable[..., Expr]:
    """What stands in for a function that fn does not have."""
    report("no-such-field", lambda: f"fn has no function {name!r}{did_you_mean(name, known)}", place)
    return lambda *_, **__: Expr(Literal(None, place), BROKEN)


def _check(function: str, first: Kind, arguments: tuple[Any, ...], place: Place) -> bool:
    """Whether the first argument can be what the function takes; what cannot is reported."""
    if first is BROKEN:
        return False
    if function in _NUMBERS:
        wanted, what = "number", "a number"
    elif function in _TEXTS:
        wanted, what = "string", "a text"
    elif function in _LISTS:
        wanted, what = "array", "a list"
    else:
        return True
    if first.json in (wanted, "any") and not first.nullable:
        if (
            function in ("sum", "max", "min", "average")
            and first.item is not None
            and first.item.json not in ("number", "any")
        ):
            report("bad-operands", f"fn.{function} takes a list of numbers, found {first.name}", (*place, 0))
            return False
        return True
    if first.nullable and first.json in (wanted, "any"):
        if first.json == "any":
            return True
        report(
            "unguarded-optional",
            f"fn.{_snake(function)} on a value that may be null ({first.name}): guard it with fn.exists(...), then read it with fn.some(...)",
            (*place, 0),
        )
    else:
        report("bad-operands", f"fn.{_snake(function)} takes {what}, found {first.name}", (*place, 0))
    return False


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name)


def _given(gives: Kind | str | None, first: Kind) -> Kind:
    if gives is None:
        return first
    if isinstance(gives, Kind):
        return gives
    if gives == "item":
        return first.item or ANY
    return first.values or ANY
