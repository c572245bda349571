"""Backwards through JSONata: what must be made up so that an expression gives what is wanted.

An expression is turned round where it can be: a path leads to a place, `x + 1 > 5` asks for an x above 4, `$count(x) > 0`
for an item. Where it cannot, the values that it reads are tried out one by one; whether they do, a run says.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from flowdsl.analysis import value_sets as v
from flowdsl.analysis.shape import ARRAY, OBJECT, SCALAR
from flowdsl.analysis.value_sets import Values
from flowdsl.asl.values import is_list, is_number, is_object
from flowdsl.explore.found import Found, fixed, together
from flowdsl.explore.jsonata_guesses import guessed
from flowdsl.explore.jsonata_reading import Reading
from flowdsl.explore.jsonata_scope import NO_SCOPE, Bound, Scope, Written, applied, is_plain, links
from flowdsl.explore.results import of_index
from flowdsl.explore.views import Place
from flowdsl.explore.wants import (
    GONE,
    MISSING,
    THERE,
    Every,
    Inside,
    Steps,
    Want,
    descend,
    exactly,
    items,
    satisfies,
)
from flowdsl.query.jsonata import nodes as n
from flowdsl.query.jsonata.dialect import is_expression, source_of
from flowdsl.query.jsonata.syntax import parse
from flowdsl.query.jsonata.tokens import SyntaxFault

Json = Any

DEEPEST: Final = 40
MOST_LET_THROUGH: Final = 12

TRUTHY: Final = Values(
    true=True,
    numbers=(v.numbers(high=0).numbers + v.numbers(low=0).numbers),
    strings=(v.Term(but=frozenset({""})),),
    other=True,
)
FALSY: Final = Values(null=True, false=True, numbers=v.number(0).numbers, strings=v.string("").strings)

_INDEX: Final = ["context", "Map", "Item", "Index"]


class JsonataOrigins(Reading):
    """What the JSONata fields of one visit make their values from."""

    def template(self, value: Json, steps: Steps, want: Want) -> Found:
        """A value of a field: `{% %}` texts at any depth are expressions."""
        while True:
            if is_expression(value):
                yield from self.expression(value, steps, want)
                return
            if not steps:
                break
            step, rest = steps[0], steps[1:]
            if is_object(value) and isinstance(step, str) and step in value:
                value = value[step]
            elif is_list(value) and value and not isinstance(step, (str, Inside)):
                index = 0 if isinstance(step, Every) else step
                if not -len(value) <= index < len(value):
                    break
                value = value[index]
            else:
                break
            steps = rest
        if is_object(value) and not steps and want.exact is not MISSING and is_object(want.exact):
            if value.keys() == want.exact.keys():
                yield from together([partial(self.template, value[k], (), exactly(x)) for k, x in want.exact.items()])
            return
        yield from fixed(value, steps, want)

    def expression(self, text: str, steps: Steps, want: Want, *, guess: bool = False) -> Found:
        """What a `{% %}` text gives; at last, with `guess`, by trying out values for what it reads."""
        source = source_of(text)
        try:
            tree = parse(source)
        except SyntaxFault:
            return
        if not is_plain(source):
            self.origins.is_opaque = True
        outer, self.source = self.source, source
        try:
            yield from self.solve(tree, steps, want, NO_SCOPE)
            if guess:
                yield from guessed(self.origins, self.visit, tree)
        finally:
            self.source = outer

    def condition(self, text: Json, holds: bool) -> Found:
        """A Choice rule's Condition, which must give a boolean."""
        if is_expression(text):
            yield from self.expression(text, (), exactly(holds), guess=True)
        elif text is holds:
            yield ()

    # -- parts of an expression ----------------------------------------------------------------------------------------

    def solve(self, node: n.Node, steps: Steps, want: Want, scope: Scope) -> Found:
        """The ways for a part of the expression to give what is wanted, `steps` below its value."""
        from flowdsl.explore.jsonata_calls import call
        from flowdsl.explore.jsonata_tests import binary

        if self.depth > DEEPEST:
            self.origins.is_opaque = True
            return
        self.depth += 1
        try:
            if isinstance(node, n.Literal):
                yield from fixed(node.value, steps, want)
            elif isinstance(node, n.Block):
                yield from self._block(node, steps, want, scope)
            elif isinstance(node, n.Bind):
                yield from self.solve(node.value, steps, want, scope)
            elif isinstance(node, (n.Path, n.Variable, n.Name, n.Filter, n.KeepArray, n.Focus, n.Sort, n.Wildcard)):
                yield from self._path(node, steps, want, scope)
            elif isinstance(node, n.Binary):
                yield from binary(self, node, steps, want, scope)
            elif isinstance(node, (n.Call, n.Apply)):
                yield from call(self, node, steps, want, scope)
            elif isinstance(node, n.Condition):
                yield from self._conditional(node, steps, want, scope)
            elif isinstance(node, n.Object):
                yield from self._object(node, steps, want, scope)
            elif isinstance(node, n.Array):
                yield from self._array(node, steps, want, scope)
            else:
                yield from self.as_it_is(node, steps, want, scope)
        finally:
            self.depth -= 1

    def as_it_is(self, node: n.Node, steps: Steps, want: Want, scope: Scope) -> Found:
        """What cannot be turned round: fine where it happens to be as wanted."""
        if not isinstance(node, n.Literal):
            self.origins.is_opaque = True
        now = self.evaluate(node, scope)
        if satisfies(descend(now, steps), want):
            yield ()

    def bound(self, bound: Bound, steps: Steps, want: Want) -> Found:
        """What a bound name stands for."""
        if isinstance(bound, Place):
            return self.origins.achieve(bound.under(steps), want)
        return self.solve(bound.node, steps, want, bound.scope)

    def truthy(self, node: n.Node, holds: bool, scope: Scope) -> Found:
        """A part of a condition that counts as true, or as false."""
        if self.is_test(node):
            yield from self.solve(node, (), exactly(holds), scope)
            return
        if holds:
            yield from self.solve(node, (), Want(values=TRUTHY, kinds=SCALAR), scope)
            yield from self.solve(node, (), Want(values=TRUTHY, kinds=OBJECT | ARRAY, low=1), scope)
        else:
            yield from self.solve(node, (), GONE, scope)
            yield from self.solve(node, (), Want(values=FALSY), scope)
            yield from self.solve(node, (), items(0, 0), scope)

    def is_test(self, node: n.Node) -> bool:
        """Whether a part gives a boolean whatever it reads."""
        if isinstance(node, n.Block) and len(node.expressions) == 1:
            return self.is_test(node.expressions[0])
        if isinstance(node, n.Binary):
            return node.operator in ("and", "or", "=", "!=", "<", "<=", ">", ">=", "in")
        name, _ = applied(node)
        return isinstance(name, n.Variable) and name.name in ("not", "boolean", "exists", "contains")

    def _block(self, node: n.Block, steps: Steps, want: Want, scope: Scope) -> Found:
        for inner in node.expressions:
            if isinstance(inner, n.Bind):
                scope = scope.having(inner.name, Written(inner.value, scope))
        if node.expressions:
            yield from self.solve(node.expressions[-1], steps, want, scope)

    def _conditional(self, node: n.Condition, steps: Steps, want: Want, scope: Scope) -> Found:
        yield from together(
            [lambda: self.truthy(node.test, True, scope), lambda: self.solve(node.then, steps, want, scope)]
        )
        otherwise = node.otherwise
        if otherwise is not None:
            yield from together(
                [lambda: self.truthy(node.test, False, scope), lambda: self.solve(otherwise, steps, want, scope)]
            )
        elif want.may_be_absent:
            yield from self.truthy(node.test, False, scope)

    def _object(self, node: n.Object, steps: Steps, want: Want, scope: Scope) -> Found:
        if not steps:
            yield from fixed({"": None} if node.pairs else {}, (), want)
            return
        for key, value in node.pairs:
            if isinstance(key, n.Literal) and key.value == steps[0]:
                yield from self.solve(value, steps[1:], want, scope)
                return
        yield from fixed(MISSING, (), want)

    def _array(self, node: n.Array, steps: Steps, want: Want, scope: Scope) -> Found:
        plain = not any(isinstance(item, n.Binary) and item.operator == ".." for item in node.items)
        if not steps:
            if want.exact is not MISSING:
                if is_list(want.exact) and len(want.exact) == len(node.items) and plain:
                    pairs = zip(node.items, want.exact, strict=True)
                    yield from together([partial(self.solve, i, (), exactly(x), scope) for i, x in pairs])
                else:
                    yield from self.as_it_is(node, steps, want, scope)
            elif want.low and len(node.items) == 1:
                yield from self.solve(node.items[0], (), THERE, scope)
            else:
                yield from self.as_it_is(node, steps, want, scope)
            return
        if len(node.items) == 1 and not isinstance(node.items[0], (n.Array, n.Literal, n.Object)):
            # What gives several values gives as many items.
            yield from self.solve(node.items[0], steps, want, scope)
        index = 0 if isinstance(steps[0], Every) else steps[0]
        if isinstance(index, int) and plain and -len(node.items) <= index < len(node.items):
            yield from self.solve(node.items[index], steps[1:], want, scope)

    # -- paths ---------------------------------------------------------------------------------------------------------

    def _path(self, node: n.Node, steps: Steps, want: Want, scope: Scope) -> Found:
        """A path: to the place where it leads, with what its predicates ask for on the way."""
        asked: list[Callable[[], Found]] = []
        refused: list[Callable[[], Found]] = []
        filters: list[tuple[n.Node, Scope]] = []
        chain = list(links(node))
        if self.item is not None and [part.name for _, part in chain[1:] if isinstance(part, n.Name)] == _INDEX:
            yield from of_index(self.origins, self.visit, self.item, want)
            return
        at, tail, rest = self.start(chain, scope)
        if at is None:
            yield from self.as_it_is(node, steps, want, scope)
            return
        for number, (kind, part) in enumerate(rest):
            if kind == "part" and not isinstance(part, (n.Name, n.Wildcard)):
                # A part that makes a value of its own, of each value that comes to it.
                if not isinstance(at, Place) or number != len(rest) - 1:
                    yield from self.as_it_is(node, steps, want, scope)
                    return
                inner = scope._replace(here=self.one(at))
                below = self._past(at, steps)
                yield from together([*asked, partial(self.solve, part, below, want, inner)])
                return
            if isinstance(part, n.Name):
                at, tail = (at.under((part.name,)), ()) if isinstance(at, Place) else (at, (*tail, part.name))
            elif isinstance(part, n.Filter):
                index = self.constant(part.predicate, scope)
                if is_number(index):
                    at, tail = (at.under((int(index),)), ()) if isinstance(at, Place) else (at, (*tail, int(index)))
                    continue
                if not isinstance(at, Place):
                    yield from self.as_it_is(node, steps, want, scope)
                    return
                at = at if is_object(self.origins.value(at)) else at.under((0,))
                met = scope._replace(here=at)
                asked.append(partial(self.truthy, part.predicate, True, met))
                refused.append(partial(self.truthy, part.predicate, False, met))
                filters.append((part.predicate, met))
            elif isinstance(part, n.Focus) and isinstance(at, Place):
                at = self.one(at)
                scope = scope.having(part.name, at)
            elif isinstance(part, n.Wildcard) and isinstance(at, Place) and part.sign == "*":
                now = self.origins.value(at)
                at = at.under((next(iter(now)),) if is_object(now) and now else (0,))
        if asked and not steps and isinstance(at, Place) and want.exact is MISSING:
            if want.low > 1 and len(filters) == 1:
                yield from self._several(at, *filters[0], want)
            yield from self._filtered(at, asked, refused, want)
            return
        yield from together([*asked, lambda: self.bound(at, (*tail, *steps), want)])

    def _several(self, at: Place, predicate: n.Node, scope: Scope, want: Want) -> Found:
        """As many items as are wanted, of which each is let through."""
        if at.steps[-1:] != (0,) or want.low > MOST_LET_THROUGH:
            return
        every = at._replace(steps=at.steps[:-1])
        each = [partial(self.truthy, predicate, True, scope._replace(here=every.under((i,)))) for i in range(want.low)]
        yield from together([partial(self.origins.achieve, every, items(want.low)), *each])

    def _filtered(
        self, at: Place, asked: list[Callable[[], Found]], refused: list[Callable[[], Found]], want: Want
    ) -> Found:
        """What a predicate lets through: an item, or none."""
        if not want.may_be_absent and not (want.kinds == ARRAY and want.low == 0):
            one = want if want.kinds != ARRAY else THERE
            yield from together([*asked, lambda: self.origins.achieve(at, one)])
            return
        yield from together([refused[0], lambda: self.origins.achieve(at, THERE)])
        yield from self.origins.achieve(at._replace(steps=at.steps[:-1]), items(0, 0))
        yield from self.origins.achieve(at._replace(steps=at.steps[:-1]), GONE)

    def _past(self, at: Place, steps: Steps) -> Steps:
        """The steps below each value that a path's last part makes, when they begin with an item of the sequence."""
        is_sequence = is_list(self.origins.value(at))
        return steps[1:] if is_sequence and steps and not isinstance(steps[0], (str, Inside)) else steps
