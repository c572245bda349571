"""What Python would do with an expression that cannot be right: each is a designed error, and the trace goes on."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from flowdsl.dsl.expressions import BROKEN, Expr
from flowdsl.dsl.kinds import BOOLEAN
from flowdsl.dsl.places import ITERATED, frame_at, node_at, parent_of
from flowdsl.dsl.trace import MARK, report, tracing
from flowdsl.query.expression import Call, Index, Place


def _place(depth: int = 2) -> Place:
    frame = frame_at(depth)
    return (frame.f_code, frame.f_lasti)


def _bool(self: Expr) -> bool:
    place = _place()
    if self.__kind__ is not BROKEN:
        report("not-python", lambda: _why_bool(place), place)
    # The branch that is taken is declared too, so that its mistakes are found in the same run.
    return not _repeated(place)


def _why_bool(place: Place) -> str:
    said = _builtin(place)
    if said:
        return said
    node = node_at(place)
    around = node
    while around is not None and isinstance(around, ast.expr) and not _decides(around):
        around = parent_of(place, around)
    if around is None:
        return "this is not known until the workflow runs: Python cannot decide on it; write choice.when(...)"
    text = ast.unparse(node) if isinstance(node, ast.expr) else "..."
    if isinstance(around, ast.BoolOp):
        word, sign = ("and", "&") if isinstance(around.op, ast.And) else ("or", "|")
        parts = f" {sign} ".join(
            f"({ast.unparse(v)})" if isinstance(v, (ast.Compare, ast.BoolOp)) else ast.unparse(v) for v in around.values
        )
        return f"`{word}` cannot be known until the workflow runs; write {parts}"
    if isinstance(around, ast.UnaryOp):
        return f"`not` cannot be known until the workflow runs; write fn.not_({ast.unparse(around.operand)})"
    if isinstance(around, ast.Compare):
        if any(isinstance(op, (ast.In, ast.NotIn)) for op in around.ops):
            member = f"fn.one_of({ast.unparse(around.left)}, {ast.unparse(around.comparators[0])})"
            found, written = (
                ("not in", f"fn.not_({member})") if isinstance(around.ops[0], ast.NotIn) else ("in", member)
            )
            return f"`{found}` cannot be known until the workflow runs; write {written}"
        return f"a chained comparison cannot be known until the workflow runs; write {_unchained(around)}"
    if isinstance(around, ast.IfExp):
        return f"`x if c else y` cannot be known until the workflow runs; write fn.if_else({ast.unparse(around.test)}, {ast.unparse(around.body)}, {ast.unparse(around.orelse)})"
    if isinstance(around, (ast.If, ast.While, ast.Assert)):
        word = type(around).__name__.lower()
        return (
            f"`{word}` cannot be decided until the workflow runs; write choice.when({ast.unparse(around.test)}) >> ..."
        )
    return f"{text} is not known until the workflow runs: Python cannot decide on it; write choice.when(...)"


def _decides(node: ast.AST) -> bool:
    if isinstance(node, ast.Compare):
        return len(node.ops) > 1 or isinstance(node.ops[0], (ast.In, ast.NotIn))
    return isinstance(node, (ast.BoolOp, ast.IfExp)) or (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not))


_BUILTINS = {
    "max": "fn.max({})",
    "min": "fn.min({})",
    "sum": "fn.sum({})",
    "sorted": "fn.sort({})",
    "reversed": "fn.reverse({})",
    "set": "fn.distinct({})",
    "any": "fn.any_of(...)",
    "all": "fn.all_of(...)",
    "map": "fn.map({}, lambda item: ...)",
    "filter": "fn.filter({}, lambda item: ...)",
    "zip": "fn.zip(...)",
    "dict": "fn.merge([...])",
    "list": "{}: it is a list already, when the workflow runs",
    "tuple": "{}: it is a list already, when the workflow runs",
    "range": "fn.range(first, last)",
    "enumerate": "Map(function, {}, item_selector=lambda item, index: ...)",
    "join": "fn.join({}, separator)",
}
"""What a built-in function of Python, which wants to know its arguments, is in the language. {} is what it was given."""


def _builtin(place: Place) -> str:
    """What is said of an expression that a built-in function was given; "" where none was."""
    node = node_at(place)
    if not isinstance(node, ast.Call):
        return ""
    called = (
        node.func.id
        if isinstance(node.func, ast.Name)
        else node.func.attr
        if isinstance(node.func, ast.Attribute)
        else ""
    )
    instead = _BUILTINS.get(called)
    if instead is None or (called != "join" and not isinstance(node.func, ast.Name)):
        return ""
    given = [ast.unparse(argument) for argument in node.args]
    if called in ("map", "filter"):
        given = given[1:2]
    listed = f"[{', '.join(given)}]" if len(given) > 1 else "".join(given)
    return f"`{called}()` cannot be known until the workflow runs; write {instead.format(listed or '...')}"


def _unchained(node: ast.Compare) -> str:
    parts: list[str] = []
    left = node.left
    for op, right in zip(node.ops, node.comparators, strict=True):
        parts.append(ast.unparse(ast.Compare(left, [op], [right])))
        left = right
    return f"fn.all_of({', '.join(parts)})"


def _unparsed(place: Place, fallback: str = "x") -> str:
    """The operand's own text: of `len(order.lines)`, `order.lines`."""
    node = node_at(place)
    if isinstance(node, ast.Call) and node.args:
        return ast.unparse(node.args[0])
    return ast.unparse(node) if isinstance(node, ast.expr) else fallback


def _len(self: Expr) -> int:
    place = _place()
    function = "fn.length" if self.__kind__.json == "string" else "fn.count"
    _trap(
        self,
        place,
        lambda: (
            _builtin(place) or f"`len` cannot be known until the workflow runs; write {function}({_unparsed(place)})"
        ),
    )
    return 1


def _iter(self: Expr) -> Iterator[Expr]:
    place = (*_place(), ITERATED)
    _trap(
        self,
        place,
        lambda: (
            _builtin(place[:2])
            or f"{_iterated(place)} cannot be looped over until the workflow runs; write {_looped(place)}"
        ),
    )
    # One round, so that the mistakes of the loop's body are found in the same run.
    return iter([Expr(Index(self.__node__, 0, place), self.__kind__.item or BROKEN)])


def _looped(place: Place) -> str:
    """What to write instead of a loop: a Map for a `for`, fn.map for what computes a list."""
    node, text = node_at(place[:2]), _iterated(place)
    if node is not None and isinstance(around := parent_of(place, node), ast.comprehension):
        # From 3.13 on the instruction stands at what is looped over, no longer at the whole.
        node = parent_of(place, around)
    if isinstance(node, (ast.ListComp, ast.GeneratorExp, ast.SetComp)) and len(node.generators) == 1:
        first = node.generators[0]
        if isinstance(first.target, ast.Name):
            whole = f"fn.filter({text}, lambda {first.target.id}: {ast.unparse(first.ifs[0])})" if first.ifs else text
            if isinstance(node.elt, ast.Name) and node.elt.id == first.target.id:
                return whole
            return f"fn.map({whole}, lambda {first.target.id}: {ast.unparse(node.elt)})"
    return f"Map(function, {text})"


def _iterated(place: Place) -> str:
    node = node_at(place)
    return ast.unparse(node) if isinstance(node, ast.expr) else "a list"


def _contains(self: Expr, other: Any) -> bool:
    place = _place()
    _trap(self, place, lambda: _why_bool(place))
    return True


def _number(word: str) -> Any:
    def convert(self: Expr) -> Any:
        place = _place()
        function = "fn.floor" if word == "int" and self.__kind__.json == "number" else "fn.number"
        _trap(
            self,
            place,
            lambda: (
                _builtin(place)
                or f"`{word}()` cannot be known until the workflow runs; write {function}({_unparsed(place)})"
            ),
        )
        return float(1) if word == "float" else 1

    return convert


def _round(self: Expr, digits: int = 0) -> Expr:
    place = _place()
    _trap(
        self,
        place,
        lambda: f"`round()` cannot be known until the workflow runs; write fn.round({_unparsed(place)}, {digits})",
    )
    return self


def _str(self: Expr) -> str:
    place = _place()
    _trap(
        self,
        place,
        lambda: (
            f'`str()` cannot be known until the workflow runs; write f"{{{_unparsed(place)}}}" or fn.string({_unparsed(place)})'
        ),
    )
    return _token(self, place, reported=True)


def _repr(self: Expr) -> str:
    # Debuggers and assertion messages ask for it: never a mistake by itself, but one when it gets into a text.
    return f"<expression{MARK} of type {self.__kind__.name}>"


def _format(self: Expr, specification: str) -> str:
    place = _place()
    if specification:
        _trap(
            self,
            place,
            lambda: (
                f'a format specification ({specification!r}) is not known in ASL; write fn.format_number(value, "0.00") or fn.pad(text, width)'
            ),
        )
    return _token(self, place)


def _token(self: Expr, place: Place, *, reported: bool = False) -> str:
    trace = tracing.get()
    if trace is None:
        return repr(self)
    node, json = self.__node__, self.__kind__.json
    if json in ("object", "array"):
        # As JSON, in either query language: JSONPath's own formatting is none.
        node = Call("string", [node], place, json)
    return trace.token(node, place, reported or self.__kind__ is BROKEN)


def _hash(self: Expr) -> int:
    place = _place()
    _trap(
        self,
        place,
        lambda: (
            _builtin(place)
            or "an expression is no key: its value is not known until the workflow runs; write fn.lookup(table, key)"
        ),
    )
    return id(self)


def _invert(self: Expr) -> Expr:
    place = _place()
    _trap(self, place, lambda: f"~ is no operator of ASL; write fn.not_({_operand(place)})")
    return Expr(self.__node__, BOOLEAN)


def _operand(place: Place) -> str:
    node = node_at(place)
    return ast.unparse(node.operand) if isinstance(node, ast.UnaryOp) else "x"


def _call(self: Expr, *arguments: Any, **keywords: Any) -> Expr:
    _trap(
        self,
        _place(),
        lambda: "an expression cannot be called: what the workflow reads has no methods; fn holds the functions",
    )
    return Expr(self.__node__, BROKEN)


def _set_item(self: Expr, key: Any, value: Any) -> None:
    _trap(
        self,
        _place(),
        lambda: "a value cannot be changed in place; write fn.merge([value, {...}]), or keep it in a Var",
    )


def _shift(self: Expr, other: Any) -> Any:
    _trap(self, _place(), lambda: "an edge starts at a state, found an expression; a state that computes is Pass(...)")
    return other


def _repeated(place: Place) -> bool:
    """Whether Python asked here before: a `while` on an expression would otherwise never end."""
    trace = tracing.get()
    if trace is None:
        return False
    key = (id(place[0]), place[1])
    asked = key in trace.decided
    trace.decided.add(key)
    return asked


def _trap(expr: Expr, place: Place, message: Any) -> None:
    if expr.__kind__ is not BROKEN:
        report("not-python", message, place)


def _install() -> None:
    for name, function in {
        "bool": _bool,
        "len": _len,
        "iter": _iter,
        "contains": _contains,
        "int": _number("int"),
        "index": _number("int"),
        "float": _number("float"),
        "round": _round,
        "str": _str,
        "repr": _repr,
        "format": _format,
        "hash": _hash,
        "invert": _invert,
        "call": _call,
        "setitem": _set_item,
        "delitem": _set_item,
        "rshift": _shift,
    }.items():
        setattr(Expr, f"__{name}__", function)


_install()
