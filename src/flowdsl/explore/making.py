"""Values made up: as wanted, fitting their schema, and with no more in them than either asks for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from flowdsl.analysis import value_sets as v
from flowdsl.analysis.shape import ARRAY, BOOLEAN, NULL, NUMBER, OBJECT, TEXT
from flowdsl.asl.values import is_list, is_number, is_object
from flowdsl.explore.plausible import kind_for, singular
from flowdsl.explore.scalars import number_for, text_for_want
from flowdsl.explore.schemas import OPEN, Option, Schema
from flowdsl.explore.wants import MISSING, NO_WISH, Want, Wish, contains, meet, satisfies

Json = Any

_KINDS: Final = {
    "null": NULL,
    "boolean": BOOLEAN,
    "number": NUMBER,
    "integer": NUMBER,
    "string": TEXT,
    "array": ARRAY,
    "object": OBJECT,
}
_ORDER: Final = (TEXT, NUMBER, BOOLEAN, OBJECT, ARRAY, NULL)
_DEEPEST: Final = 40
_OPEN: Final = (v.EVERYTHING, v.PRESENT)
MOST_ITEMS: Final = 1_000
"""Items that an array is made of at most."""


class CannotBe(Exception):
    """No value is as wanted; the message says why, in a few words."""


class Maker:
    """Makes the values of one source: the input, or a Task's results."""

    def __init__(self, schema: Json = None) -> None:
        self.schema = Schema(schema)
        self._known: dict[tuple[int, int, str], tuple[Wish, Json, Json]] = {}
        """What was made of each part of a wish: another wish shares most of its parts with the one before."""

    def value(self, wish: Wish, name: str = "") -> Json:
        """A value; raises CannotBe."""
        return self._made(wish, self.schema.root, name, 0)

    def _made(self, wish: Wish, node: Json, name: str, depth: int) -> Json:
        key = (id(wish), id(node), name)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = (wish, node, self._newly(wish, node, name, depth))
        return known[2]

    def _newly(self, wish: Wish, node: Json, name: str, depth: int) -> Json:
        if depth > _DEEPEST:
            raise CannotBe("the type nests without end")
        want = wish.want
        if want.exact is not MISSING:
            if not self.schema.accepts(node, want.exact):
                raise CannotBe(f"{_called(name)} cannot be {json.dumps(want.exact, ensure_ascii=False)[:60]}")
            return want.exact
        options = self.schema.options(node)
        reason = CannotBe(f"there is no {_called(name)}")
        for option in self._by_preference(options, want):
            try:
                return self._of_option(wish, option, name, depth)
            except CannotBe as found:
                reason = found
        raise reason

    def _by_preference(self, options: list[Option], want: Want) -> list[Option]:
        if len(options) < 2:
            return options
        return sorted(options, key=lambda o: not _KINDS.get(o.get("type", ""), 0) & want.prefer if want.prefer else 0)

    def _of_option(self, wish: Wish, option: Option, name: str, depth: int) -> Json:
        want = wish.want
        given = [option["const"]] if "const" in option else option.get("enum")
        if is_list(given):
            for value in given:
                if satisfies(value, want) and _has(value, wish):
                    return value
            raise CannotBe(f"{_called(name)} has only the values {json.dumps(given, ensure_ascii=False)[:80]}")
        for kind in _kinds_to_try(wish, option, name):
            made = self._of_kind(kind, wish, option, name, depth)
            if made is not MISSING:
                return made
        raise CannotBe(f"{_called(name)} is {_article(option.get('type', 'anything'))}")

    def _of_kind(self, kind: int, wish: Wish, option: Option, name: str, depth: int) -> Json:
        want = wish.want
        if kind == TEXT:
            if wish.inside is not None:
                inner = self._made(wish.inside, OPEN, name, depth + 1)
                return json.dumps(inner, ensure_ascii=False, separators=(",", ":"))
            text = text_for_want(want, option, name)
            return MISSING if text is None else text
        if kind == NUMBER:
            number = number_for(want, option)
            return MISSING if number is None else number
        if kind == BOOLEAN:
            default = option.get("default")
            if isinstance(default, bool) and contains(want.values, default):
                return default
            return True if want.values.true else False if want.values.false else MISSING
        if kind == NULL:
            return None
        return self._object(wish, option, depth) if kind == OBJECT else self._array(wish, option, name, depth)

    def _object(self, wish: Wish, option: Option, depth: int) -> Json:
        made: dict[str, Json] = {}
        needed = self.schema.required(option)
        properties = option.get("properties")
        declared = list(properties) if is_object(properties) else []
        asked = [*(name for name in declared if name in needed or name in wish.members), *needed, *wish.members]
        for name in dict.fromkeys(asked):
            inner = wish.members.get(name, NO_WISH)
            gone = inner.want.exact is MISSING and not inner.want.possible
            if gone:
                if name in needed:
                    raise CannotBe(f"{name!r} is always there")
                continue
            schema = self.schema.member(option, name)
            if schema is False:
                if inner.want.may_be_absent:
                    continue
                raise CannotBe(f"there is no {name!r} in it")
            made[name] = self._made(inner, schema, name, depth + 1)
        return made

    def _array(self, wish: Wish, option: Option, name: str, depth: int) -> Json:
        low, high = option.get("minItems"), option.get("maxItems")
        least = max(wish.want.low, int(low) if is_number(low) else 0)
        most = min(
            MOST_ITEMS if wish.want.high is None else wish.want.high, int(high) if is_number(high) else MOST_ITEMS
        )
        size = max([least, *(_reach(index) for index in wish.items), int(least == 0 and most > 0 and depth < 8)])
        if size > most:
            raise CannotBe(f"{_called(name)} has at most {most} items")
        first = option.get("prefixItems")
        made: list[Json] = []
        # What is called a `list` is no list of lists.
        of_each = singular(name) if singular(name) != name else "item"
        for index in range(size):
            schema = first[index] if is_list(first) and index < len(first) else option.get("items", OPEN)
            made.append(self._made(_item(wish, index, size), schema, of_each, depth + 1))
        return made


def _item(wish: Wish, index: int, size: int) -> Wish:
    """What is wanted of one item."""
    found = wish.items.get(index, wish.items.get(index - size, wish.every or NO_WISH))
    if not wish.members:
        return found
    both = joined(found, Wish(members=wish.members))
    if both is None:
        raise CannotBe("its items contradict each other")
    return both


def _reach(index: int) -> int:
    return index + 1 if index >= 0 else -index


def joined(a: Wish, b: Wish) -> Wish | None:
    """Both wishes at once; None where they contradict each other."""
    if a is b or b is NO_WISH:
        return a
    if a is NO_WISH:
        return b
    want = meet(a.want, b.want)
    if want is None:
        return None
    members: dict[str, Wish] = {}
    for name in (*a.members, *b.members):
        both = joined(a.members.get(name, NO_WISH), b.members.get(name, NO_WISH))
        if both is None:
            return None
        members[name] = both
    items: dict[int, Wish] = {}
    for index in (*a.items, *b.items):
        both = joined(a.items.get(index, a.every or NO_WISH), b.items.get(index, b.every or NO_WISH))
        if both is None:
            return None
        items[index] = both
    inner: list[Wish | None] = []
    for one, other in ((a.every, b.every), (a.inside, b.inside)):
        both = joined(one, other) if one is not None and other is not None else one or other
        if both is None and one is not None:
            return None
        inner.append(both)
    return Wish(want, members, items, *inner)


def overlaid(below: Wish, above: Wish) -> Wish:
    """What is wanted above, and of what is wanted below as much as does not contradict it."""
    if below is NO_WISH:
        return above
    if above is NO_WISH:
        return below
    want = meet(above.want, below.want)
    if want is None:
        want = above.want
    if above.want.exact is not MISSING or not want.possible:
        return above
    if below.want.exact is not MISSING and not _has(below.want.exact, above):
        return above
    members = {**below.members, **above.members}
    items = {**below.items, **above.items}
    for name in below.members.keys() & above.members.keys():
        members[name] = overlaid(below.members[name], above.members[name])
    for index in below.items.keys() & above.items.keys():
        items[index] = overlaid(below.items[index], above.items[index])
    every, inside = (
        overlaid(one, other) if one is not None and other is not None else other or one
        for one, other in ((below.every, above.every), (below.inside, above.inside))
    )
    if not want.possible & ARRAY:
        items, every = dict(above.items), above.every
    elif want.high is not None:
        items = {index: wish for index, wish in items.items() if _reach(index) <= want.high}
    if not want.possible & (OBJECT | ARRAY):
        members = dict(above.members)
    return Wish(want, members, items, every, inside if want.possible & TEXT else above.inside)


def _kinds_to_try(wish: Wish, option: Option, name: str) -> Iterator[int]:
    """The kinds that a value may be of, the best first."""
    want = wish.want
    possible = want.possible
    fixed = _KINDS.get(option.get("type", ""), 0)
    if fixed:
        possible &= fixed
    if wish.inside is not None:
        possible &= TEXT
    elif wish.items or wish.every is not None:
        possible &= ARRAY
    elif any(not inner.want.may_be_absent for inner in wish.members.values()):
        possible &= OBJECT | ARRAY
    tried = 0
    for group in (want.prefer, OBJECT if wish.members else 0, kind_for(name) if want.values in _OPEN else 0, ~0):
        for kind in _ORDER:
            if kind & group & possible & ~tried:
                tried |= kind
                yield kind


def _has(value: Json, wish: Wish) -> bool:
    """Whether a value of the schema's own has in it what is wanted."""
    for name, inner in wish.members.items():
        member = value.get(name, MISSING) if is_object(value) else MISSING
        if not satisfies(member, inner.want) or (member is not MISSING and not _has(member, inner)):
            return False
    return not (wish.items or wish.every or wish.inside) or is_list(value)


def _called(name: str) -> str:
    return repr(name) if name else "it"


def _article(kind: str) -> str:
    return f"an {kind}" if kind[:1] in "aeio" else f"a {kind}"
