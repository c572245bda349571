"""SourceTree: the syntax tree of one file, with its functions, imports and names. It is never imported."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias, TypeVar, cast

from flowdsl.checks.handler_text import parse, read_text
from flowdsl.diagnostics import Location

N = TypeVar("N", bound=ast.AST)
FunctionNode: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(eq=False, slots=True)
class Function:
    """A function or method of the file. What is defined inside it is a part of it."""

    node: FunctionNode
    name: str
    """`charge`, `Ledger.record`."""
    owner: str | None = None
    """The class it is a method of."""
    nodes: list[ast.AST] = field(default_factory=list[ast.AST])
    """Everything in its body, in the order of the text."""
    inner: dict[str, FunctionNode] = field(default_factory=dict[str, FunctionNode])
    """Functions defined inside it, by name."""
    globals: set[str] = field(default_factory=set[str])
    """Names it declares `global`."""

    @property
    def decorators(self) -> list[ast.expr]:
        return [] if isinstance(self.node, ast.Lambda) else self.node.decorator_list

    @property
    def positional(self) -> list[str]:
        """Names of the parameters that may be given by position, without self or cls."""
        arguments = self.node.args
        names = [a.arg for a in (*arguments.posonlyargs, *arguments.args)]
        static = any(isinstance(d, ast.Name) and d.id == "staticmethod" for d in self.decorators)
        return names[1:] if self.owner is not None and not static else names

    @property
    def parameters(self) -> list[str]:
        """Names of all parameters but self and cls."""
        arguments = self.node.args
        rest = [a.arg for a in (arguments.vararg, arguments.kwarg) if a is not None]
        return [*self.positional, *(a.arg for a in arguments.kwonlyargs), *rest]

    @property
    def body(self) -> list[ast.stmt]:
        """Its statements without the docstring; a lambda's value as the return that it is."""
        if isinstance(self.node, ast.Lambda):
            return [ast.copy_location(ast.Return(self.node.body), self.node.body)]
        body = self.node.body
        first = body[0]
        documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
        return body[1:] if documented else body

    def of(self, kind: type[N]) -> Iterator[N]:
        """Its nodes of one type, in the order of the text."""
        return (node for node in self.nodes if isinstance(node, kind))


class SourceTree:
    """The syntax tree of one file, walked once. Raises UnreadableSource for what is no Python 3.

    `path` is as messages show it.
    """

    def __init__(self, text: str, path: str = "handler.py") -> None:
        self.text = text
        self.path = path
        self.tree = parse(text)
        self.parents: dict[ast.AST, ast.AST] = {}
        self.functions: dict[str, Function] = {}
        """By name, in the order of the text; of two with one name the last, as Python has it."""
        self.top: list[ast.AST] = []
        """Nodes that run when the file is imported, class bodies included."""
        self.imports: dict[str, str] = {}
        """What each imported name stands for: `dt` for `datetime`, `uuid4` for `uuid.uuid4`. Wherever it is imported."""
        self.classes: dict[str, ast.ClassDef] = {}
        self._owner: dict[ast.AST, Function] = {}
        self._walk()

    @classmethod
    def read(cls, path: Path, shown: str | None = None) -> SourceTree:
        """The source in a file. OSError is the caller's."""
        return cls(read_text(path), shown if shown is not None else path.as_posix())

    # -- one walk -------------------------------------------------------------------------------------------------

    def _walk(self) -> None:
        # A stack, not recursion: how deep an expression nests is the author's to choose.
        stack: list[tuple[ast.AST, Function | None, str | None]] = [(self.tree, None, None)]
        parents, top = self.parents, self.top
        while stack:
            node, function, owner = stack.pop()
            kind = type(node)
            if function is not None:
                function.nodes.append(node)
                self._owner[node] = function
            else:
                top.append(node)
            if kind in (ast.Import, ast.ImportFrom):
                self._import(node)
                continue
            if kind is ast.ClassDef:
                assert isinstance(node, ast.ClassDef)
                if function is None:
                    self.classes[node.name] = node
                    owner = node.name
            elif kind is ast.Global:
                assert isinstance(node, ast.Global)
                if function is not None:
                    function.globals.update(node.names)
            inside = function
            body: list[ast.stmt] | None = None
            if kind in (ast.FunctionDef, ast.AsyncFunctionDef):
                assert isinstance(node, DEFINITIONS)
                body = node.body
                if function is None:
                    inside = Function(node, f"{owner}.{node.name}" if owner else node.name, owner)
                    self.functions[inside.name] = inside
                else:
                    function.inner[node.name] = node
            elif kind is ast.Assign and function is None and owner is None:
                assert isinstance(node, ast.Assign)
                self._named_lambda(node, stack)
                if parents.get(node.value) is node:
                    continue
            children: list[tuple[ast.AST, Function | None, str | None]] = []
            for name in node._fields:
                value: Any = getattr(node, name, None)
                # A function's body is its own; its decorators and defaults run where it is defined.
                where = inside if value is body and body is not None else function
                if isinstance(value, list):
                    for item in _items(value):
                        if isinstance(item, ast.AST):
                            parents[item] = node
                            children.append((item, where, owner if where is None else None))
                elif isinstance(value, ast.AST) and not isinstance(value, ast.expr_context):
                    parents[value] = node
                    children.append((value, where, owner if where is None else None))
            children.reverse()
            stack.extend(children)

    def _named_lambda(self, node: ast.Assign, stack: list[tuple[ast.AST, Function | None, str | None]]) -> None:
        """`handler = lambda event, context: ...` is a function of that name."""
        target = node.targets[0]
        if not (isinstance(node.value, ast.Lambda) and isinstance(target, ast.Name)):
            return
        made = Function(node.value, target.id)
        self.functions[target.id] = made
        self.parents[target] = self.parents[node.value] = node
        self.parents[node.value.body] = node.value
        stack.append((node.value.body, made, None))

    def _import(self, node: ast.AST) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                self.imports[alias.asname or alias.name.partition(".")[0]] = (
                    alias.name if alias.asname else alias.name.partition(".")[0]
                )
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            for alias in node.names:
                dot = "" if module.endswith(".") or not module else "."
                self.imports[alias.asname or alias.name] = f"{module}{dot}{alias.name}"

    # -- names ----------------------------------------------------------------------------------------------------

    def dotted(self, node: ast.AST | None) -> str:
        """What a name or attribute chain stands for, imports resolved: `datetime.datetime.now`; "" for anything else."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return ""
        parts.append(self.imports.get(node.id, node.id))
        return ".".join(reversed(parts))

    @cached_property
    def constants(self) -> dict[str, list[ast.expr]]:
        """What each module-level name is given, in the order of the text; for a loop's or with's name where it comes from."""
        found: dict[str, list[ast.expr]] = {}
        for node in self.top:
            if self.class_of(node) is None:
                for name, value in bindings_of(node):
                    found.setdefault(name, []).append(value)
        return found

    def class_of(self, node: ast.AST) -> str | None:
        """The class whose body a module-level node stands in."""
        while (up := self.parents.get(node)) is not None:
            if isinstance(up, ast.ClassDef):
                return up.name
            node = up
        return None

    def function_of(self, node: ast.AST) -> Function | None:
        """The function whose body a node stands in; None for what runs at import."""
        return self._owner.get(node)

    def decorated_with(self, function: Function) -> list[str]:
        """What its decorators are called, imports resolved."""
        return [self.dotted(d.func if isinstance(d, ast.Call) else d) for d in function.decorators]

    # -- places ---------------------------------------------------------------------------------------------------

    def above(self, node: ast.AST) -> Iterator[ast.AST]:
        """What a node stands in, the nearest first."""
        while (up := self.parents.get(node)) is not None:
            yield up
            node = up

    def statement(self, node: ast.AST) -> ast.stmt | None:
        """The statement a node is part of: itself, when it is one."""
        found: ast.AST | None = node
        while found is not None and not isinstance(found, ast.stmt):
            found = self.parents.get(found)
        return found

    @cached_property
    def lines(self) -> list[str]:
        return re.split(r"\r\n|\r|\n", self.text)

    def locate(self, node: ast.AST) -> Location:
        """Where a node is written. Columns count characters; the tree's own count bytes of UTF-8."""
        line = getattr(node, "lineno", 1)
        end_line = getattr(node, "end_lineno", None) or line
        return Location(
            self.path,
            line,
            self._column(line, getattr(node, "col_offset", 0)),
            end_line,
            self._column(end_line, getattr(node, "end_col_offset", None) or 0),
        )

    def _column(self, line: int, offset: int) -> int:
        written = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        if not written.isascii():
            offset = len(written.encode("utf-8", "surrogatepass")[:offset].decode("utf-8", "ignore"))
        return offset + 1


def _items(found: Any) -> list[Any]:
    return cast("list[Any]", found)


def block_of(node: ast.AST, name: str) -> list[ast.AST]:
    """The statements under one of a compound statement's headings (`body`, `orelse`, `finalbody`); [] where it has none."""
    found: Any = getattr(node, name, None)
    return cast("list[ast.AST]", found) if isinstance(found, list) else []


def bindings_of(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """The plain names that a statement or expression binds, each with where its value comes from."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _unpacked(target, node.value)
    elif isinstance(node, ast.AnnAssign | ast.AugAssign | ast.NamedExpr):
        if node.value is not None:
            yield from _unpacked(node.target, node.value)
    elif isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
        yield from _unpacked(node.target, node.iter)
    elif isinstance(node, ast.withitem):
        if node.optional_vars is not None:
            yield from _unpacked(node.optional_vars, node.context_expr)
    elif isinstance(node, ast.Match):
        for inner in ast.walk(node):
            name = getattr(inner, "name", None) if isinstance(inner, ast.MatchAs | ast.MatchStar) else None
            if name is not None:
                yield name, node.subject


def stores_of(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """The places that a statement or expression writes to (names, attributes, items), each with where its value comes from."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from unpacked(target, node.value)
    elif isinstance(node, ast.AnnAssign | ast.AugAssign | ast.NamedExpr):
        if node.value is not None:
            yield node.target, node.value
    elif isinstance(node, ast.For | ast.AsyncFor):
        yield from unpacked(node.target, node.iter)
    elif isinstance(node, ast.withitem) and node.optional_vars is not None:
        yield from unpacked(node.optional_vars, node.context_expr)


def _unpacked(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    for place, given in unpacked(target, value):
        if isinstance(place, ast.Name):
            yield place.id, given


def unpacked(target: ast.expr, value: ast.expr) -> Iterator[tuple[ast.expr, ast.expr]]:
    """The single places of a target, each with its part of the value, or the whole of it where the parts do not show."""
    pending = [(target, value)]
    while pending:
        target, value = pending.pop()
        if isinstance(target, ast.Name | ast.Attribute | ast.Subscript):
            yield target, value
        elif isinstance(target, ast.Starred):
            pending.append((target.value, value))
        elif isinstance(target, ast.Tuple | ast.List):
            paired = isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts)
            given: Iterable[ast.expr] = (
                value.elts if paired and isinstance(value, ast.Tuple | ast.List) else [value] * len(target.elts)
            )
            pending.extend(reversed(list(zip(target.elts, given, strict=True))))
