"""One expression made ready for the library: which names it is given, which of AWS's functions it may call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from flowdsl.query.base import Env, Evaluate
from flowdsl.query.jsonata import nodes as n
from flowdsl.query.jsonata.aws_functions import PURE, drawing
from flowdsl.query.jsonata.builtins import FUNCTIONS
from flowdsl.query.jsonata.engine import Compiled, Failed, engine, other_engine
from flowdsl.query.jsonata.failure import JsonataFailure
from flowdsl.query.jsonata.reads import STATES, reads
from flowdsl.query.jsonata.syntax import parse

Json = Any

_DRAWING: Final = frozenset({"random", "uuid"})
_CLOCK: Final = frozenset({"now", "millis"})
_ARITHMETIC: Final = frozenset("+-*/%")


class Runner:
    """An expression, compiled; `run(env)` evaluates it. Raises JsonataFailure already when it cannot be compiled."""

    __slots__ = ("_compiled", "_hideable", "_states", "_variables", "_variants", "run", "source")

    def __init__(self, source: str) -> None:
        self.source = source
        found = reads(source)
        mentioned = {node.name for node in n.walk(parse(source)) if isinstance(node, n.Variable)}
        # Every name the text mentions is given, those it binds itself too: what is read before that is the outer one.
        self._variables = tuple(sorted(mentioned - FUNCTIONS - {"", "$", STATES}))
        self._states = found.states
        self._hideable = frozenset(found.functions)
        self._variants: dict[frozenset[str], Compiled] = {}
        self._compiled = self._variant(frozenset())
        self.run: Callable[[Env], Json] = self._runs()

    def quickly(self, nothing: Evaluate, failed: Failed) -> Evaluate | None:
        """`run` by a shorter way, where there is one; see Compiled.quickly."""
        return None if self._hideable else self._compiled.quickly(self._values(), nothing, failed)

    def _variant(self, hidden: frozenset[str]) -> Compiled:
        """The expression where workflow variables hide functions of their names (measured: T1006 when called)."""
        made = self._variants.get(hidden)
        if made is None:
            names = (*self._variables, *sorted(hidden), *((STATES,) if self._states else ()))
            functions = {name: PURE[name] for name in sorted((self._hideable - hidden) & PURE.keys())}
            made = self._variants[hidden] = engine().compile(self.source, names, functions)
        return made

    def _runs(self) -> Callable[[Env], Json]:
        compiled, hideable, draws, clock = (
            self._compiled,
            self._hideable,
            self._hideable & _DRAWING,
            self._hideable & _CLOCK,
        )
        values = self._values()
        evaluate = compiled.evaluate
        if not hideable:
            return lambda env: evaluate(values(env))

        def full(env: Env) -> Json:
            chosen = compiled
            hidden: frozenset[str] = frozenset()
            if not hideable.isdisjoint(env.variables):
                hidden = hideable.intersection(env.variables)
                chosen = self._variant(hidden)
            functions = None
            if draws and not draws <= hidden:
                functions = {name: f for name, f in drawing(env).items() if name in draws and name not in hidden}
            now = env.now_ms() if clock and env.now_ms is not None else None
            return chosen.evaluate(values(env, hidden), functions, now)

        return full

    def _values(self) -> Callable[..., dict[str, Json]]:
        """What the names stand for: only what the expression reads, and nothing copied."""
        names, states = self._variables, self._states
        if not states:
            return _variables_of
        members = _MEMBERS if "" in states else tuple(m for m in _MEMBERS if m in states)
        if not names and len(members) == 1 and members[0] in ("input", "context"):
            (member,) = members

            def one(env: Env, hidden: frozenset[str] = frozenset()) -> dict[str, Json]:
                value = env.input if member == "input" else env.context
                if hidden:
                    return {**env.variables, STATES: {member: value}}
                return {STATES: {member: value}}

            return one

        def several(env: Env, hidden: frozenset[str] = frozenset()) -> dict[str, Json]:
            inner: dict[str, Json] = {}
            for member in members:
                value = getattr(env, _ATTRIBUTES[member])
                if value is not ...:
                    inner[member] = value
            given: dict[str, Json] = {STATES: inner}
            variables = env.variables
            for name in (*names, *hidden):
                if name in variables:
                    given[name] = variables[name]
            return given

        return several

    def despite(self, failure: JsonataFailure, env: Env) -> Json:
        """The value despite a failure, or the failure raised.

        AWS lets 1/0 be "Infinity" as long as no arithmetic follows (measured); jlens stops there, jsonata2py goes on.
        """
        if failure.code != "D1001" or not _ends_in_division(parse(self.source), failure.position):
            raise failure
        other = other_engine()
        if other is None or other.name == engine().name:
            raise failure
        names = (*self._variables, *((STATES,) if self._states else ()))
        functions = {name: PURE[name] for name in sorted(self._hideable & PURE.keys())}
        compiled = other.compile(self.source, names, functions)
        return compiled.evaluate(self._values()(env), drawing(env), env.now_ms() if env.now_ms is not None else None)


def _variables_of(env: Env, hidden: frozenset[str] = frozenset()) -> dict[str, Json]:
    return env.variables


_MEMBERS: Final = ("input", "context", "result", "errorOutput")
_ATTRIBUTES: Final = {"input": "input", "context": "context", "result": "result", "errorOutput": "error_output"}


def _ends_in_division(tree: n.Node, position: int | None) -> bool:
    """Whether the arithmetic at a position is no operand of further arithmetic."""
    if position is None:
        return False
    inside_arithmetic = False
    found = False
    stack: list[tuple[n.Node, bool]] = [(tree, False)]
    while stack:
        node, within = stack.pop()
        if isinstance(node, n.Binary) and node.operator in _ARITHMETIC and node.start <= position <= node.end:
            if node.start == position or node.left.end <= position <= node.right.start:
                inside_arithmetic, found = within, True
            stack.extend((child, True) for child in n.children(node))
        elif isinstance(node, n.Negate):
            stack.append((node.operand, True))
        elif isinstance(node, n.Block):
            stack.extend((child, within and child is node.expressions[-1]) for child in node.expressions)
        else:
            stack.extend((child, False) for child in n.children(node))
    return found and not inside_arithmetic
