"""What an expression reads, found in its tree: workflow variables, members of `$states`, functions."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from flowdsl.query.jsonata import nodes as n
from flowdsl.query.jsonata.builtins import FUNCTIONS, IMPURE
from flowdsl.query.jsonata.syntax import parse

STATES: Final = "states"
"""The reserved variable's name."""

PLACES: Final = frozenset({"input", "context", "result", "errorOutput"})
"""The members of `$states`."""


@dataclass(frozen=True, slots=True)
class ReadPath:
    """`$states.input.a.b` or `$name.a.b` as far as it is names: `root` is the variable, `steps` the names behind it.

    A predicate in between (`$name.items[x > 1].price`) does not end it: then `filtered` is true.
    """

    root: str
    steps: tuple[str, ...]
    start: int
    end: int
    filtered: bool = False


@dataclass(frozen=True, slots=True)
class Reads:
    """What one expression reads from outside itself."""

    variables: tuple[str, ...]
    """Workflow variables, sorted, without `$`; a function's name only where it is not called or passed as one."""
    states: tuple[str, ...]
    """The members of `$states` it reads, sorted; ("",) among them where it takes `$states` whole."""
    paths: tuple[ReadPath, ...]
    """Every read of a variable or of `$states`, in the order of the text."""
    functions: tuple[str, ...]
    """JSONata's and AWS's functions it names, sorted, each of them a name that a workflow variable would hide."""
    impure: tuple[str, ...]
    """Those of them that give another value each time, sorted."""
    unknown_calls: tuple[tuple[str, int], ...]
    """Names called that are neither functions nor bound in the expression, with their positions."""


class _Frame:
    """Names bound in a block or a lambda, and the frame around it."""

    __slots__ = ("names", "outer")

    def __init__(self, outer: _Frame | None, names: tuple[str, ...] = ()) -> None:
        self.outer = outer
        self.names = set(names)

    def binds(self, name: str) -> bool:
        frame: _Frame | None = self
        while frame is not None:
            if name in frame.names:
                return True
            frame = frame.outer
        return False


class _Collector:
    """Walks a tree in the order of evaluation. A stack and a queue: an expression may be any depth."""

    def __init__(self) -> None:
        self.paths: list[ReadPath] = []
        self.functions: set[str] = set()
        self.unknown: list[tuple[str, int]] = []

    def collect(self, tree: n.Node) -> None:
        # A lambda's body runs later, when all of its block has been bound: it waits in a queue.
        waiting: deque[tuple[n.Node, _Frame]] = deque([(tree, _Frame(None))])
        while waiting:
            start, frame = waiting.popleft()
            stack: list[tuple[n.Node | str, _Frame]] = [(start, frame)]
            while stack:
                node, scope = stack.pop()
                if isinstance(node, str):
                    scope.names.add(node)
                elif isinstance(node, n.Lambda):
                    waiting.append((node.body, _Frame(scope, node.parameters)))
                else:
                    stack.extend(reversed(self._inside(node, scope)))

    def _inside(self, node: n.Node, scope: _Frame) -> list[tuple[n.Node | str, _Frame]]:
        """What to walk next; a text is a name to bind when its turn comes."""
        if isinstance(node, n.Block):
            inner = _Frame(scope)
            return [(e, inner) for e in node.expressions]
        if isinstance(node, n.Bind):
            return [(node.value, scope), (node.name, scope)]
        if isinstance(node, n.Focus):
            return [(node.base, scope), (node.name, scope)]
        if isinstance(node, n.Path):
            rest = self._path(node, scope)
            if rest is not None:
                return rest
        if isinstance(node, n.Variable):
            self._read(node, (), node.end, False, scope)
            return []
        if isinstance(node, n.Call) and isinstance(node.procedure, n.Variable):
            self._call(node.procedure, scope)
            return [(a, scope) for a in node.arguments if a is not None]
        return [(child, scope) for child in n.children(node)]

    def _path(self, path: n.Path, scope: _Frame) -> list[tuple[n.Node | str, _Frame]] | None:
        """A path that begins in a variable: its names, and what else has to be walked."""
        todo: list[n.Node | str] = []
        first = _plain(path.steps[0], todo)
        if not isinstance(first, n.Variable):
            return None
        names: list[str] = []
        end = first.end
        rest = path.steps[1:]
        while rest:
            step = _plain(rest[0], todo)
            if not isinstance(step, n.Name):
                break
            names.append(step.name)
            end = step.end
            rest = rest[1:]
        self._read(first, tuple(names), end, bool(todo), scope)
        return [(node, scope) for node in (*todo, *rest)]

    def _read(self, variable: n.Variable, names: tuple[str, ...], end: int, filtered: bool, scope: _Frame) -> None:
        name = variable.name
        if name in ("", "$") or scope.binds(name):
            return
        if name in FUNCTIONS:
            self.functions.add(name)
        else:
            self.paths.append(ReadPath(name, names, variable.start, end, filtered))

    def _call(self, procedure: n.Variable, scope: _Frame) -> None:
        name = procedure.name
        if name in ("", "$") or scope.binds(name):
            return
        if name in FUNCTIONS:
            self.functions.add(name)
        else:
            self.unknown.append((name, procedure.start))


def _plain(step: n.Node, todo: list[n.Node | str]) -> n.Node:
    """A step without its predicates and the names it binds, which go to `todo`."""
    while True:
        if isinstance(step, n.Filter):
            todo.append(step.predicate)
            step = step.base
        elif isinstance(step, n.Focus):
            todo.append(step.name)
            step = step.base
        elif isinstance(step, n.KeepArray):
            step = step.base
        else:
            return step


@lru_cache(maxsize=4096)
def reads(text: str) -> Reads:
    """What an expression (without its `{% %}`) reads; raises SyntaxFault."""
    return reads_of(parse(text))


def reads_of(tree: n.Node) -> Reads:
    """What a parsed expression reads."""
    collector = _Collector()
    collector.collect(tree)
    paths = sorted(collector.paths, key=lambda p: (p.start, p.end))
    return Reads(
        variables=tuple(sorted({p.root for p in paths} - {STATES})),
        states=tuple(sorted({p.steps[0] if p.steps else "" for p in paths if p.root == STATES})),
        paths=tuple(paths),
        functions=tuple(sorted(collector.functions)),
        impure=tuple(sorted(collector.functions & IMPURE)),
        unknown_calls=tuple(sorted(collector.unknown, key=lambda u: u[1])),
    )
