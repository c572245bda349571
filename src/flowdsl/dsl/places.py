"""Places in Python source: kept as a code object and an instruction's offset, looked up only when somebody asks.

Looking a position up eagerly costs more than all the rest of a build; a place costs two attributes of a frame.
A place may go on with steps into the call it stands for: `(code, offset, "timeout_seconds")` is that keyword's value.
"""

from __future__ import annotations

import ast
import dis
import linecache
import opcode
import os
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, cast

from flowdsl.diagnostics import Location
from flowdsl.query.expression import Place

frame_at: Callable[[int], FrameType] = sys._getframe  # pyright: ignore[reportPrivateUsage] # nothing public is as fast
"""The frame so many calls up: 0 is one's own."""


def _caches() -> list[int]:
    """By opcode: how many cache entries follow an instruction. The interpreter has no public name for it."""
    known: Any = getattr(opcode, "_inline_cache_entries")  # noqa: B009 - its type differs between versions
    if isinstance(known, dict):  # by name, from 3.13 on
        named = cast("dict[str, int]", known)
        return [named.get(dis.opname[code] if code < len(dis.opname) else "", 0) for code in range(256)]
    return [*known, *([0] * (256 - len(known)))]


CACHES = _caches()
_EXTENDED_ARG = dis.opmap["EXTENDED_ARG"]
_STORE_FAST = dis.opmap["STORE_FAST"]
_STORE_DEREF = dis.opmap["STORE_DEREF"]
_STORE_NAMES = {dis.opmap["STORE_NAME"], dis.opmap["STORE_GLOBAL"]}
# Python 3.13 and later fuse a store with what follows; the store's variable is in the upper half of the argument.
_STORE_FAST_LOAD_FAST = dis.opmap.get("STORE_FAST_LOAD_FAST")

# By id, the code object kept alive in the entry: a code object's own hash reads all of its code.
_instructions: dict[int, tuple[CodeType, bytes, tuple[str, ...]]] = {}


def bound_name(place: Place) -> str | None:
    """The variable that the call at a place is assigned to, None when it is not the whole right side of an assignment."""
    code: CodeType = place[0]
    known = _instructions.get(id(code))
    if known is None:
        cells = tuple(name for name in code.co_cellvars if name not in code.co_varnames)
        known = _instructions[id(code)] = (code, code.co_code, code.co_varnames + cells + code.co_freevars)
    _, raw, names = known
    at: int = place[1]
    at += 2 + 2 * CACHES[raw[at]]
    argument = 0
    while raw[at] == _EXTENDED_ARG:
        argument = (argument | raw[at + 1]) << 8
        at += 2
    argument |= raw[at + 1]
    operation = raw[at]
    if operation in (_STORE_FAST, _STORE_DEREF):
        return names[argument]
    if operation in _STORE_NAMES:
        return code.co_names[argument]
    if operation == _STORE_FAST_LOAD_FAST:
        return names[argument >> 4]
    return None


class _File:
    """One source file as a syntax tree, indexed by where its expressions stand."""

    def __init__(self, filename: str) -> None:
        self.lines = linecache.getlines(filename)
        self.exact: dict[tuple[int, int, int, int], list[ast.AST]] = {}
        self.by_end: dict[tuple[int, int], list[ast.AST]] = {}
        self.parents: dict[ast.AST, ast.AST] = {}
        self.functions: dict[int, list[ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda]] = {}
        """By the line that a code object gives as its first: that of the first decorator."""
        try:
            tree = ast.parse("".join(self.lines))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return
        stack: list[ast.AST] = [tree]
        while stack:
            parent = stack.pop()
            for node in ast.iter_child_nodes(parent):
                self.parents[node] = parent
                stack.append(node)
                if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
                    decorators = getattr(node, "decorator_list", ())
                    first = decorators[0].lineno if decorators else node.lineno
                    self.functions.setdefault(first, []).append(node)
                    if first != node.lineno:
                        # Compiled once more without its decorators, it starts here.
                        self.functions.setdefault(node.lineno, []).append(node)
                if isinstance(node, ast.expr):
                    end = (node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)
                    self.exact.setdefault((node.lineno, node.col_offset, *end), []).append(node)
                    self.by_end.setdefault(end, []).append(node)
                elif isinstance(node, (ast.If, ast.While, ast.Assert, ast.For)):
                    # Where Python decides or loops, it may give the whole statement: what it decides on is meant.
                    asked = node.iter if isinstance(node, ast.For) else node.test
                    whole = (node.lineno, node.col_offset, node.end_lineno or 0, node.end_col_offset or 0)
                    self.exact.setdefault(whole, []).append(asked)


_files: dict[str, _File] = {}
_Position = tuple[int | None, int | None, int | None, int | None]
_positions: dict[int, tuple[CodeType, list[_Position]]] = {}


def forget() -> None:
    """Drops what was read of source files: they may have changed."""
    _files.clear()
    _positions.clear()
    linecache.checkcache()


def file_of(filename: str) -> _File:
    """The syntax tree of a file, read once."""
    known = _files.get(filename)
    if known is None:
        known = _files[filename] = _File(filename)
    return known


def _raw_position(place: Place) -> _Position:
    code: CodeType = place[0]
    known = _positions.get(id(code))
    if known is None:
        known = _positions[id(code)] = (code, list(code.co_positions()))
    at = place[1] // 2
    nothing: _Position = (code.co_firstlineno, None, None, None)
    positions: list[_Position] = known[1]
    return positions[at] if 0 <= at < len(positions) else nothing  # pyright: ignore[reportUnknownVariableType]


class Offset(int):
    """The last step of a place: a character of the text that stands there."""


class Keyword(str):
    """The last step of a place: a keyword's own name in a call, not its value."""

    __slots__ = ()


def instruction_start(place: Place) -> tuple[int | None, int | None]:
    """Line and column (from 0, in bytes) where the expression or statement of an instruction starts."""
    line, _, column, _ = _raw_position(place)
    return line, column


def function_node(code: CodeType) -> ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | None:
    """The definition of a function, None where its source cannot be read."""
    for node in file_of(code.co_filename).functions.get(code.co_firstlineno, ()):
        if getattr(node, "name", "<lambda>") == code.co_name:
            return node
    return None


def node_at(place: Place) -> ast.AST | None:
    """The expression at a place, None where the source cannot be read or does not tell."""
    if place[1] < 0:
        steps: tuple[Any, ...] = place[2:]
        return steps[0] if steps else function_node(place[0])
    line, end_line, column, end_column = _raw_position(place)
    if line is None or end_line is None or column is None or end_column is None:
        return None
    file = file_of(place[0].co_filename)
    found = file.exact.get((line, column, end_line, end_column))
    if not found:
        # A method call over several lines starts, for the interpreter, at the method's name: its end tells.
        found = [n for n in file.by_end.get((end_line, end_column), ()) if isinstance(n, (ast.Call, ast.Attribute))]
    node = found[0] if found else None
    for step in place[2:]:
        node = _step(node, step)
    return node


CALLEE = "()"
"""The step of a place that leads to what is called."""


ITERATED = "for"
"""The step of a place that leads from a comprehension to what it loops over."""


def _step(node: ast.AST | None, step: Any) -> ast.AST | None:
    """One step into a call's arguments, a dict's values or a list's items."""
    if step == ITERATED and isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)):
        return node.generators[0].iter
    if isinstance(node, ast.Call):
        if step == CALLEE:
            return node.func
        if isinstance(step, int):
            return node.args[step] if step < len(node.args) else node
        return next((k.value for k in node.keywords if k.arg == step), node)
    if isinstance(node, ast.Dict):
        keys = [k.value if isinstance(k, ast.Constant) else None for k in node.keys]
        return node.values[keys.index(step)] if step in keys else node
    if isinstance(node, (ast.List, ast.Tuple)) and isinstance(step, int) and step < len(node.elts):
        return node.elts[step]
    return node


def parent_of(place: Place, node: ast.AST) -> ast.AST | None:
    """The expression or statement around one."""
    return file_of(place[0].co_filename).parents.get(node)


def shown(filename: str) -> str:
    """A file as messages show it: relative to the current folder when it is below it."""
    return _shown(filename, os.getcwd())


@cache
def _shown(filename: str, folder: str) -> str:
    path = Path(filename)
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.as_posix()


def location(place: Place) -> Location:
    """Where a place is: of the smallest expression that is known."""
    filename: str = place[0].co_filename
    if isinstance(place[-1], Offset):
        return _in_text(filename, place)
    if isinstance(place[-1], Keyword):
        named = _keyword_at(place)
        if named is not None:
            return _of_keyword(filename, named)
    node = node_at(place)
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return _of_definition(filename, node)
    if node is not None:
        return _of_node(filename, node)
    line, end_line, column, end_column = _raw_position(place[:2])
    line = line or place[0].co_firstlineno
    if column is None or end_line is None or end_column is None:
        return Location(shown(filename), line)
    return Location(
        shown(filename),
        line,
        _characters(filename, line, column),
        end_line,
        _characters(filename, end_line, end_column),
    )


def _keyword_at(place: Place) -> ast.keyword | None:
    call = node_at(place[:-1])
    if not isinstance(call, ast.Call):
        return None
    return next((k for k in call.keywords if k.arg == place[-1]), None)


def _of_keyword(filename: str, node: ast.keyword) -> Location:
    column = _characters(filename, node.lineno, node.col_offset)
    return Location(shown(filename), node.lineno, column, node.lineno, column + len(node.arg or ""))


def _of_node(filename: str, node: Any) -> Location:
    end_line: int = node.end_lineno
    return Location(
        shown(filename),
        node.lineno,
        _characters(filename, node.lineno, node.col_offset),
        end_line,
        _characters(filename, end_line, node.end_col_offset),
    )


def _of_definition(filename: str, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Location:
    """Of a function, its name."""
    column = _characters(filename, node.lineno, node.col_offset) + len(
        "def " if isinstance(node, ast.FunctionDef) else "async def "
    )
    return Location(shown(filename), node.lineno, column, node.lineno, column + len(node.name))


def _in_text(filename: str, place: Place) -> Location:
    """One character of a literal text, where the literal is written as it reads; else the whole literal."""
    whole = location(place[:-1])
    node = node_at(place[:-1])
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.lineno == node.end_lineno:
        line = file_of(filename).lines[node.lineno - 1]
        start = _characters(filename, node.lineno, node.col_offset) - 1
        at = line.find(node.value, start)
        if at >= 0 and node.value:
            column = min(at + place[-1], at + len(node.value) - 1) + 1
            return Location(whole.path, whole.line, column, whole.line, column + 1)
    return whole


def _characters(filename: str, line: int, offset: int) -> int:
    """A column in characters, from 1, of an offset in UTF-8 bytes."""
    lines = file_of(filename).lines
    if not 0 < line <= len(lines):
        return offset + 1
    return len(lines[line - 1].encode()[:offset].decode(errors="ignore")) + 1


def definition_place(code: CodeType) -> Place:
    """The place of a function: its `def` line."""
    return (code, -1)
