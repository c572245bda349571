"""A workflow's function once more, with every statement guarded: after a mistake of its Python the trace goes on.

Asked for only when a trace was stopped. The function's own syntax tree is compiled again, a `try` around each statement;
what a failed statement would have bound is bound to a value that nothing more is said about.
"""

from __future__ import annotations
import __future__

import ast
import copy
from collections.abc import Callable
from types import CellType, CodeType, FunctionType
from typing import Any

from flowdsl.dsl.expressions import BROKEN, Expr
from flowdsl.dsl.places import function_node, instruction_start
from flowdsl.query.expression import Literal

MOST = 200
"""Failures after which a trace is given up: a loop around a failing statement may never end."""

_KEEP = "__flowdsl_keep__"
_VALUE = "__flowdsl_value__"

Keep = Callable[[Exception], None]


def unknown() -> Any:
    """A value of which nothing is known, and about which nothing more is said."""
    return Expr(Literal(None), BROKEN)


def guarded(function: Callable[..., Any], keep: Keep) -> Callable[..., Any] | None:
    """The same function with its statements guarded; what they raise goes to `keep`. None where its source cannot be read."""
    code: CodeType = function.__code__
    node = function_node(code)
    if not isinstance(node, ast.FunctionDef):
        return None
    guard = _Guard()
    copied = copy.deepcopy(node)
    copied.decorator_list = []
    copied.args.defaults, copied.args.kw_defaults = [], [None] * len(copied.args.kwonlyargs)
    copied.body = guard.body(copied.body)
    found = _compiled(copied, code)
    if found is None:
        return None
    failures = 0

    def kept(error: Exception) -> None:
        nonlocal failures
        failures += 1
        if failures > MOST or isinstance(error, RecursionError) or _on_purpose(error, guard.raises, code.co_filename):
            raise error
        keep(error)

    cells = dict(zip(code.co_freevars, function.__closure__ or (), strict=False))
    cells[_KEEP], cells[_VALUE] = CellType(kept), CellType(unknown())
    closure = tuple(cells.get(name) or CellType() for name in found.co_freevars)
    again = FunctionType(found, function.__globals__, function.__name__, function.__defaults__, closure)
    again.__kwdefaults__ = function.__kwdefaults__
    again.__annotations__ = function.__annotations__
    again.__doc__ = function.__doc__
    return again


def _compiled(node: ast.FunctionDef, code: CodeType) -> CodeType | None:
    """The code of a function, its free variables and the guards' names being those of a function around it."""
    names = [*code.co_freevars, _KEEP, _VALUE]
    newer: Any = {"type_params": []} if "type_params" in ast.FunctionDef._fields else {}
    around = ast.FunctionDef(
        name="around",
        args=ast.arguments(
            posonlyargs=[], args=[ast.arg(name) for name in names], kwonlyargs=[], kw_defaults=[], defaults=[]
        ),
        body=[node],
        decorator_list=[],
        **newer,
    )
    module = ast.Module([around], [])
    for inner in (around, *ast.walk(around.args)):
        ast.copy_location(inner, node)
    ast.fix_missing_locations(module)
    flags = code.co_flags & __future__.annotations.compiler_flag
    try:
        compiled: CodeType = compile(module, code.co_filename, "exec", flags=flags, dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError):
        return None
    for name in ("around", node.name):
        compiled = next(c for c in compiled.co_consts if isinstance(c, CodeType) and c.co_name == name)
    return compiled


def _on_purpose(error: Exception, raises: set[tuple[int | None, int | None]], filename: str) -> bool:
    """Whether the traced function itself said `raise`: then it wants to stop."""
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    if last is None or last.tb_frame.f_code.co_filename != filename:
        return False
    return instruction_start((last.tb_frame.f_code, last.tb_lasti)) in raises


class _Guard:
    def __init__(self) -> None:
        self.raises: set[tuple[int | None, int | None]] = set()
        """Where the function says `raise`: line and column."""

    def body(self, statements: list[ast.stmt]) -> list[ast.stmt]:
        return [made for statement in statements for made in self.statement(statement)]

    def statement(self, node: ast.stmt) -> list[ast.stmt]:
        if isinstance(node, (ast.Global, ast.Nonlocal, ast.Pass, ast.Break, ast.Continue)):
            return [node]
        if isinstance(node, ast.Raise):
            self.raises.add((node.lineno, node.col_offset))
            return [node]
        if isinstance(node, ast.Return):
            return [_around(node, [], [ast.Return(_name(_VALUE))])]
        bound = _bound(node)
        if isinstance(node, (ast.FunctionDef, ast.If, ast.For, ast.While, ast.With)):
            node.body = self.body(node.body)
            if isinstance(node, (ast.If, ast.For, ast.While)):
                node.orelse = self.body(node.orelse)
        # What stands under the user's own try, or in a match, is left to it: it may mean to see what is raised.
        self.raises.update((n.lineno, n.col_offset) for n in ast.walk(node) if isinstance(n, ast.Raise))
        simple = isinstance(node, (ast.Assign, ast.AnnAssign))
        return [_around(node, sorted(bound), [], rebind=simple)]


def _around(node: ast.stmt, names: list[str], last: list[ast.stmt], *, rebind: bool = False) -> ast.Try:
    error = "__flowdsl_error__"
    keep: ast.stmt = ast.Expr(ast.Call(_name(_KEEP), [_name(error)], []))
    binds: list[ast.stmt] = []
    for name in names:
        bind = ast.Assign([ast.Name(name, ast.Store())], _name(_VALUE))
        if rebind:
            binds.append(bind)
        else:
            unbound = ast.ExceptHandler(_name("NameError"), None, [bind])
            binds.append(ast.Try([ast.Expr(_name(name))], [unbound], [], []))
    made = ast.Try([node], [ast.ExceptHandler(_name("Exception"), error, [keep, *binds, *last])], [], [])
    for inner in ast.walk(made):
        if (
            inner is not node
            and not hasattr(inner, "lineno")
            and isinstance(inner, (ast.stmt, ast.expr, ast.excepthandler))
        ):
            ast.copy_location(inner, node)
    return made


def _name(name: str) -> ast.Name:
    return ast.Name(name, ast.Load())


def _bound(node: ast.stmt) -> set[str]:
    """The names that a statement binds in the function it stands in."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)):
        return {node.name}
    found: set[str] = set()
    stack: list[ast.AST] = [node]
    while stack:
        inner = stack.pop()
        if isinstance(inner, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)):
            found.add(inner.name)
        elif isinstance(inner, (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            continue
        elif isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
            found.add(inner.id)
        elif isinstance(inner, ast.alias):
            found.add((inner.asname or inner.name).partition(".")[0])
        else:
            stack.extend(ast.iter_child_nodes(inner))
    return found
