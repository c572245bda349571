"""JSONata's functions turned round: what a call must be given to give what is wanted."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from flowdsl.analysis import value_sets as v
from flowdsl.analysis.shape import ARRAY, BOOLEAN, NULL, NUMBER, OBJECT, TEXT
from flowdsl.analysis.value_sets import TooManyTerms, Values
from flowdsl.asl.values import is_list, is_number, is_object
from flowdsl.explore.found import Found, fixed, together
from flowdsl.explore.jsonata_scope import Arguments, Bound, Scope, Written, applied
from flowdsl.explore.jsonata_tests import wanted_texts
from flowdsl.explore.jsonpath import lengths
from flowdsl.explore.patterns import takes, text_like
from flowdsl.explore.scalars import number_for
from flowdsl.explore.views import Place
from flowdsl.explore.wants import (
    EVERY,
    GONE,
    INSIDE,
    MISSING,
    THERE,
    Inside,
    Steps,
    Want,
    exactly,
    items,
    number_text,
    satisfies,
)
from flowdsl.query.jsonata import nodes as n

if TYPE_CHECKING:
    from flowdsl.explore.jsonata import JsonataOrigins

Json = Any
Turned = Callable[["JsonataOrigins", Arguments, Steps, Want, "Scope"], Found]


def call(here: JsonataOrigins, node: n.Node, steps: Steps, want: Want, scope: Scope) -> Found:
    """What a call gives, or `x ~> $f`."""
    procedure, given = applied(node)
    if isinstance(procedure, n.Variable):
        bound = scope.names.get(procedure.name)
        if bound is not None and not isinstance(bound, Place) and isinstance(bound.node, n.Lambda):
            procedure, outer = bound.node, bound.scope
            yield from here.solve(procedure.body, steps, want, _given(here, procedure, given, scope, outer))
            return
        turned = _TURNED.get(procedure.name)
        if turned is not None and given:
            yield from turned(here, given, steps, want, scope)
            return
    elif isinstance(procedure, n.Lambda):
        yield from here.solve(procedure.body, steps, want, _given(here, procedure, given, scope, scope))
        return
    yield from here.as_it_is(node, steps, want, scope)


def _given(here: JsonataOrigins, function: n.Lambda, given: Arguments, scope: Scope, outer: Scope) -> Scope:
    for name, argument in zip(function.parameters, given, strict=False):
        outer = outer.having(name, Written(argument, scope))
    return outer


def _not(here: JsonataOrigins, given: Arguments, steps: Steps, want: Want, scope: Scope) -> Found:
    for outcome in (True, False):
        if satisfies(outcome, want):
            yield from here.truthy(given[0], not outcome, scope)


def _boolean(here: JsonataOrigins, given: Arguments, steps: Steps, want: Want, scope: Scope) -> Found:
    for outcome in (True, False):
        if satisfies(outcome, want):
            yield from here.truthy(given[0], outcome, scope)


def _exists(here: JsonataOrigins, given: Arguments, steps: Steps, want: Want, scope: Scope) -> Found:
    if satisfies(True, want):
        yield from here.solve(given[0], (), THERE, scope)
    if satisfies(False, want):
        yield from here.solve(given[0], (), GONE, scope)


def _count(here: JsonataOrigins, given: Arguments, steps: Steps, want: Want, scope: Scope) -> Found:
    for low, high in lengths(want):
        yield from here.solve(given[0], (), items(low, high), scope)
        if low == 0:
            yield from here.solve(given[0], (), GONE, scope)
        elif low == 1:
            yield from here.solve(given[0], (), THERE, scope)


def _length(here: JsonataOrigins, given: Arguments, steps: Steps, want: Want, scope: Scope) -> Found:
    for length in lengths(want):
        yield from here.solve(given[0], (), Want(values=Values(strings=v.EVERY_STRING), length=length), scope)


def _number(here: JsonataOrigins, given: Arguments, steps: Steps, want: Want, scope: Scope) -> Found:
    yield from here.solve(given[0], (), want, scope)
    if is_number(want.exact):
        yield from here.solve(given[0], (), exactly(str(want.exact)), scope)
    elif want.exact is MISSING and want.values.numbers:
        yield from here.solve(given[0], (), number_text(want.values.numbers), scope)


def _string(here: JsonataOrigins, given: Arguments, steps: Steps, want: Want, scope: Scope) -> Found:
    if steps[:1] == (INSIDE,):
        yield from here.solve(given[0], steps[1:], want, scope)
    elif not steps:
        yield from here.solve(given[0], (), want, scope)


def _cased(here: JsonataOrigins, given: Arguments, steps: Steps, want: Want, scope: Scope) -> Found:
    """uppercase, lowercase, trim: a text that is left as it is."""
    yield from here.solve(given[0], (), want, scope)


def _contains(here: JsonataOrigins, given: Arguments, steps: Steps, want: Want, scope: Scope) -> Found:
    if len(given) < 2:
        return
    sought = given[1]
    if isinstance(sought, n.Regex):
        text = text_like(sought.source)
        if satisfies(True, want) and text is not None:
            yield from here.solve(given[0], (), exactly(text), scope)
        if satisfies(False, want):
            yield from here.solve(given[0], (), exactly("none of it"), scope)
        return
    text = here.evaluate(sought, scope)
    if not isinstance(text, str):
        return
    like = Values(strings=v.strings_like(f"*{text.replace('*', chr(92) + '*')}*").strings)
    if satisfies(True, want):
        yield from here.solve(given[0], (), Want(values=like), scope)
    if satisfies(False, want):
        try:
            yield from here.solve(given[0], (), Want(values=Values(strings=v.EVERY_STRING) & ~like), scope)
        except TooManyTerms:
            return


def _match(here: JsonataOrigins, given: Arguments, steps: Steps, want: Want, scope: Scope) -> Found:
    pattern = given[1] if len(given) > 1 and isinstance(given[1], n.Regex) else None
    below = steps[1:] if steps[:1] == (0,) else steps
    if pattern is not None and below[:2] == ("match", INSIDE) and takes(pattern.source, "{}"):
        # What is cut out of a text is the JSON in it: that may be all there is.
        yield from here.solve(given[0], below[1:], want, scope)
        return
    text = text_like(pattern.source) if pattern is not None else None
    if want.may_be_absent or not want.possible & (OBJECT | ARRAY):
        yield from here.solve(given[0], (), exactly("none of it"), scope)
    elif text is not None:
        yield from here.solve(given[0], (), exactly(text), scope)


def _substring(here: JsonataOrigins, given: Arguments, steps: Steps, want: Want, scope: Scope) -> Found:
    start = here.evaluate(given[1], scope) if len(given) > 1 else 0
    if not is_number(start):
        return
    most = here.evaluate(given[2], scope) if len(given) > 2 else MISSING
    for text in wanted_texts(want):
        if start == 0 and most == len(text):
            pattern = re.sub(r"([*\\])", r"\\\1", text) + "*"
            yield from here.solve(given[0], (), Want(values=v.strings_like(pattern)), scope)
        made = "a" * int(start) + text if start >= 0 else "a" * max(1, -int(start) - len(text)) + text
        yield from here.solve(given[0], (), exactly(made), scope)
    if not wanted_texts(want) and want.possible & TEXT:
        other = "another text" + "x" * max(0, int(abs(start)) - 8)
        yield from here.solve(given[0], (), exactly(other), scope)


def _before(here: JsonataOrigins, given: Arguments, steps: Steps, want: Want, scope: Scope) -> Found:
    yield from _beside(here, given, want, scope, after=False)


def _after(here: JsonataOrigins, given: Arguments, steps: Steps, want: Want, scope: Scope) -> Found:
    yield from _beside(here, given, want, scope, after=True)


def _beside(here: JsonataOrigins, given: Arguments, want: Want, scope: Scope, *, after: bool) -> Found:
    mark = here.evaluate(given[1], scope) if len(given) > 1 else MISSING
    if isinstance(mark, str):
        for text in wanted_texts(want) or ["text"]:
            made = f"a{mark}{text}" if after else f"{text}{mark}a"
            yield from here.solve(given[0], (), exactly(made), scope)


def _split(here: JsonataOrigins, given: Arguments, steps: Steps, want: Want, scope: Scope) -> Found:
    mark = here.evaluate(given[1], scope) if len(given) > 1 else MISSING
    if not isinstance(mark, str):
        return
    if len(steps) == 1 and not isinstance(steps[0], (str, Inside)):
        index = steps[0] if isinstance(steps[0], int) else 0
        for text in wanted_texts(want) or ["text"]:
            yield from here.solve(given[0], (), exactly(mark.join(["a"] * max(0, index) + [text])), scope)
    elif not steps:
        yield from here.solve(given[0], (), exactly(mark.join(["a"] * max(1, want.low))), scope)


def _sum(here: JsonataOrigins, given: Arguments, steps: Steps, want: Want, scope: Scope) -> Found:
    yield from here.solve(given[0], (0,), want, scope)
    yield from here.solve(given[0], (), want, scope)
    if satisfies(0, want):
        yield from here.solve(given[0], (), items(0, 0), scope)


def _extreme(here: JsonataOrigins, given: Arguments, steps: Steps, want: Want, scope: Scope) -> Found:
    yield from here.solve(given[0], (EVERY,), want, scope)
    yield from here.solve(given[0], (), want, scope)


def _same(here: JsonataOrigins, given: Arguments, steps: Steps, want: Want, scope: Scope) -> Found:
    """sort, reverse, distinct, shuffle, round, floor, ceil, abs: as good as what they are given."""
    yield from here.solve(given[0], steps, want, scope)


def _append(here: JsonataOrigins, given: Arguments, steps: Steps, want: Want, scope: Scope) -> Found:
    for argument in given:
        yield from here.solve(argument, steps, want, scope)
    if len(given) == 2 and not steps and (want.high == 0 or want.may_be_absent):
        yield from together([partial(here.solve, a, (), want, scope) for a in given])


def _merge(here: JsonataOrigins, given: Arguments, steps: Steps, want: Want, scope: Scope) -> Found:
    parts = given[0].items if isinstance(given[0], n.Array) else given
    if not steps:
        yield from fixed({"": None}, (), want)
        return
    has_it = [part for part in parts if is_object(now := here.evaluate(part, scope)) and steps[0] in now]
    for part in (*has_it[-1:], *(part for part in reversed(parts) if part not in has_it[-1:])):
        yield from here.solve(part, steps, want, scope)


def _lookup(here: JsonataOrigins, given: Arguments, steps: Steps, want: Want, scope: Scope) -> Found:
    name = here.evaluate(given[1], scope) if len(given) > 1 else MISSING
    if isinstance(name, str):
        yield from here.solve(given[0], (name, *steps), want, scope)


def _parse(here: JsonataOrigins, given: Arguments, steps: Steps, want: Want, scope: Scope) -> Found:
    yield from here.solve(given[0], (INSIDE, *steps), want, scope)


_KINDS: Final = {
    "null": NULL,
    "boolean": BOOLEAN,
    "number": NUMBER,
    "string": TEXT,
    "array": ARRAY,
    "object": OBJECT,
}


def _type(here: JsonataOrigins, given: Arguments, steps: Steps, want: Want, scope: Scope) -> Found:
    kinds = 0
    for name, kind in _KINDS.items():
        kinds |= kind if satisfies(name, want) else 0
    if kinds:
        yield from here.solve(given[0], (), Want(values=v.PRESENT, kinds=kinds), scope)
    if want.may_be_absent:
        yield from here.solve(given[0], (), GONE, scope)


def _to_millis(here: JsonataOrigins, given: Arguments, steps: Steps, want: Want, scope: Scope) -> Found:
    found = want.exact if is_number(want.exact) else number_for(want, {})
    if found is not None and 0 <= found < 250_000_000_000_000:
        at = datetime.fromtimestamp(int(found) / 1000, UTC)
        text = at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{int(found) % 1000:03d}Z"
        yield from here.solve(given[0], (), exactly(text), scope)


def _map(here: JsonataOrigins, given: Arguments, steps: Steps, want: Want, scope: Scope) -> Found:
    if len(given) < 2:
        return
    if not steps:
        yield from here.solve(given[0], (), want, scope)
        return
    index = 0 if not isinstance(steps[0], int) else steps[0]
    rest = steps if isinstance(steps[0], str) else steps[1:]
    item = _item(here, given[0], index, scope)
    function = _function(given[1], scope)
    if item is not None and function is not None:
        yield from here.solve(function.body, rest, want, _with_item(function, item, scope))


def _filter(here: JsonataOrigins, given: Arguments, steps: Steps, want: Want, scope: Scope) -> Found:
    """filter and single: an item for which the function holds, or none."""
    function = _function(given[1], scope) if len(given) > 1 else None
    item = _item(here, given[0], 0, scope)
    if function is None or item is None:
        return
    inner = _with_item(function, item, scope)
    if not steps and (want.high == 0 or want.may_be_absent):
        yield from here.truthy(function.body, False, inner)
        yield from here.solve(given[0], (), items(0, 0), scope)
        return
    rest = steps[1:] if steps and not isinstance(steps[0], (str, Inside)) else steps
    below = want if rest or want.kinds != ARRAY else THERE
    yield from together([lambda: here.truthy(function.body, True, inner), lambda: here.bound(item, rest, below)])


def _item(here: JsonataOrigins, array: n.Node, index: int, scope: Scope) -> Bound | None:
    """An item of an array that is simply read, as a place."""
    place = here.place_of(array, scope)
    if place is not None:
        now = here.origins.value(place)
        return place if is_object(now) else place.under((index,))
    written = here.constant(array, scope)
    if is_list(written) and written:
        return Written(array, scope)
    return None


def _function(node: n.Node, scope: Scope) -> n.Lambda | None:
    if isinstance(node, n.Lambda):
        return node
    bound = scope.names.get(node.name) if isinstance(node, n.Variable) else None
    if bound is not None and not isinstance(bound, Place) and isinstance(bound.node, n.Lambda):
        return bound.node
    return None


def _with_item(function: n.Lambda, item: Bound, scope: Scope) -> Scope:
    return scope.having(function.parameters[0], item) if function.parameters else scope


_TURNED: Final[dict[str, Turned]] = {
    "not": _not,
    "boolean": _boolean,
    "exists": _exists,
    "count": _count,
    "length": _length,
    "number": _number,
    "string": _string,
    "uppercase": _cased,
    "lowercase": _cased,
    "trim": _cased,
    "contains": _contains,
    "match": _match,
    "substring": _substring,
    "substringBefore": _before,
    "substringAfter": _after,
    "split": _split,
    "sum": _sum,
    "max": _extreme,
    "min": _extreme,
    "average": _extreme,
    "sort": _same,
    "reverse": _same,
    "distinct": _same,
    "shuffle": _same,
    "round": _same,
    "floor": _same,
    "ceil": _same,
    "abs": _same,
    "append": _append,
    "merge": _merge,
    "lookup": _lookup,
    "parse": _parse,
    "type": _type,
    "toMillis": _to_millis,
    "map": _map,
    "filter": _filter,
    "single": _filter,
}
