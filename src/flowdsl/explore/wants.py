"""What a made-up value must be (Want), and what is wanted of everything below it (Wish)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from flowdsl.analysis import value_sets as v
from flowdsl.analysis.shape import ALL, ARRAY, BOOLEAN, NULL, NUMBER, OBJECT, TEXT
from flowdsl.analysis.shape_constants import kind_of
from flowdsl.analysis.value_sets import Interval, Intervals, Term, TooManyTerms, Values, glob_matches
from flowdsl.asl.values import is_list, is_object
from flowdsl.explore.ranges import ANY_TEXT, TextRange
from flowdsl.query.timestamps import instant

Json = Any


class Every:
    """A step to each item of an array."""

    def __repr__(self) -> str:
        return "[*]"


class Inside:
    """A step from a text to the JSON value that it holds."""

    def __repr__(self) -> str:
        return "(parsed)"


EVERY: Final = Every()
INSIDE: Final = Inside()

Step = str | int | Every | Inside
Steps = tuple[Step, ...]

MISSING: Final[Any] = ...
"""No value at all, as `exact` and where a value is asked for."""


class Want(NamedTuple):
    """What one value must be: everything at once."""

    values: Values = v.EVERYTHING
    kinds: int = ALL
    prefer: int = 0
    """Kinds to take where there is a choice."""
    low: int = 0
    high: int | None = None
    """Least and greatest number of items, of an array."""
    exact: Json = MISSING
    """This value and no other."""
    form: str = ""
    """Of a text: `timestamp`, `json`."""
    numeric: Intervals = ()
    """Of a text: the numbers that it may stand for; (): any text."""
    moments: Intervals = ()
    """Of a text: the moments that it may stand for, in nanoseconds since 1970; (): any text."""
    texts: TextRange = ANY_TEXT
    """Of a text: where it stands in the order of texts."""
    length: tuple[int, int | None] = (0, None)
    """Of a text: its least and greatest number of characters."""

    @property
    def may_be_absent(self) -> bool:
        return self.values.absent and self.exact is MISSING

    @property
    def possible(self) -> int:
        """The kinds it leaves."""
        if self.exact is not MISSING:
            return kind_of(self.exact)
        found = 0
        if self.values.null:
            found |= NULL
        if self.values.true or self.values.false:
            found |= BOOLEAN
        if self.values.numbers:
            found |= NUMBER
        if self.values.strings:
            found |= TEXT
        if self.values.other:
            found |= OBJECT
            if self.high is None or self.low <= self.high:
                found |= ARRAY
        return found & self.kinds

    @property
    def is_empty(self) -> bool:
        """Whether nothing fits, not even no value."""
        return not self.possible and not self.may_be_absent


ANYTHING: Final = Want()
THERE: Final = Want(values=v.PRESENT)
GONE: Final = Want(values=Values(absent=True))


def of_kind(kinds: int, prefer: int = 0) -> Want:
    """A value of one of these kinds."""
    return Want(values=v.PRESENT, kinds=kinds, prefer=prefer)


def rather(kinds: int) -> Want:
    """A value, best of one of these kinds."""
    return Want(values=v.PRESENT, prefer=kinds)


def within(values: Values, prefer: int = 0) -> Want:
    """A scalar (or an absence) of a set."""
    return Want(values=values, prefer=prefer)


def items(low: int, high: int | None = None) -> Want:
    """An array of so many items."""
    return Want(values=Values(other=True), kinds=ARRAY, low=low, high=high)


def number_text(numbers: Intervals) -> Want:
    """A text that stands for one of these numbers."""
    return Want(values=Values(strings=v.EVERY_STRING), numeric=numbers)


def text_beside(text: str, *, below: bool, with_equal: bool) -> Want:
    """A text that comes before another one, or after it."""
    bounds = TextRange(high=text, high_open=not with_equal) if below else TextRange(text, not with_equal)
    return Want(values=Values(strings=v.EVERY_STRING), texts=bounds)


def exactly(value: Json) -> Want:
    """That value; MISSING: none."""
    return GONE if value is MISSING else Want(values=v.PRESENT, exact=value)


def meet(a: Want, b: Want) -> Want | None:
    """Both at once; None where nothing is both."""
    if a == b:
        return a
    for one, other in ((a, b), (b, a)):
        if one.exact is not MISSING:
            return one if satisfies(one.exact, other) else None
    try:
        values = a.values & b.values
    except TooManyTerms:
        return None
    texts = a.texts.meet(b.texts)
    longest = [high for high in (a.length[1], b.length[1]) if high is not None]
    highs = [high for high in (a.high, b.high) if high is not None]
    want = Want(
        values,
        a.kinds & b.kinds,
        (a.prefer & b.prefer) or b.prefer or a.prefer,
        max(a.low, b.low),
        min(highs) if highs else None,
        form=a.form or b.form,
        numeric=a.numeric or b.numeric,
        moments=a.moments or b.moments,
        texts=texts,
        length=(max(a.length[0], b.length[0]), min(longest) if longest else None),
    )
    if a.numeric and b.numeric:
        want = want._replace(numeric=_both(a.numeric, b.numeric))
    if a.moments and b.moments:
        want = want._replace(moments=_both(a.moments, b.moments))
    is_one_empty = (a.numeric and not want.numeric) or (a.moments and not want.moments) or texts.is_empty
    return None if is_one_empty or want.is_empty else want


def _both(a: Intervals, b: Intervals) -> Intervals:
    return (Values(numbers=a) & Values(numbers=b)).numbers


def satisfies(value: Json, want: Want) -> bool:
    """Whether a value (MISSING: none) is as wanted; a form is not looked at."""
    if value is MISSING:
        return want.may_be_absent
    if want.exact is not MISSING:
        return same(value, want.exact)
    kind = kind_of(value)
    if not kind & want.kinds or not contains(want.values, value):
        return False
    if not fits(value, want):
        return False
    return not is_list(value) or (want.low <= len(value) and (want.high is None or len(value) <= want.high))


def same(a: Json, b: Json) -> bool:
    """Whether two JSON values are one: 1 and 1.0 are, 1 and true are not."""
    if is_object(a):
        return is_object(b) and a.keys() == b.keys() and all(same(value, b[name]) for name, value in a.items())
    if is_list(a):
        return is_list(b) and len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    return bool(kind_of(a) == kind_of(b) and a == b)


def contains(values: Values, value: Json) -> bool:
    """Whether a value is in a set."""
    if value is None:
        return values.null
    if isinstance(value, bool):
        return values.true if value else values.false
    if isinstance(value, (int, float)):
        return any(_between(interval, value) for interval in values.numbers)
    if isinstance(value, str):
        return any(_of_term(term, value) for term in values.strings)
    return values.other


def stands_for(text: Json, numbers: Intervals) -> bool:
    """Whether a text stands for one of these numbers."""
    try:
        return isinstance(text, str) and any(_between(interval, float(text)) for interval in numbers)
    except ValueError:
        return False


def fits(text: Json, want: Want) -> bool:
    """Whether a text stands for what it shall, and has its length and its place in the order; what is no text does not."""
    if want.numeric and not stands_for(text, want.numeric):
        return False
    if want.moments:
        at = instant(text) if isinstance(text, str) else None
        if at is None or not any(_between(interval, at) for interval in want.moments):
            return False
    if not isinstance(text, str):
        return want.texts == ANY_TEXT and want.length == (0, None)
    low, high = want.length
    return want.texts.has(text) and low <= len(text) and (high is None or len(text) <= high)


def _between(interval: Interval, value: float) -> bool:
    above = value > interval.low or (value == interval.low and not interval.low_open)
    return above and (value < interval.high or (value == interval.high and not interval.high_open))


def _of_term(term: Term, text: str) -> bool:
    return (
        (term.only is None or text in term.only)
        and text not in term.but
        and all(glob_matches(glob, text) for glob in term.like)
        and not any(glob_matches(glob, text) for glob in term.unlike)
    )


class Wish(NamedTuple):
    """What is wanted of a value and of what is in it. Never changed: `with_want` gives another."""

    want: Want = ANYTHING
    members: Mapping[str, Wish] = {}
    """Of an object; of each item, where it turns out to be an array."""
    items: Mapping[int, Wish] = {}
    every: Wish | None = None
    """Of each item."""
    inside: Wish | None = None
    """Of the JSON value that a text holds."""


NO_WISH: Final = Wish()


def with_want(wish: Wish, steps: Steps, want: Want) -> Wish | None:
    """The wish with one more want, `steps` below it; None where that contradicts what is wanted already."""
    if not steps:
        both = meet(wish.want, want)
        if both is None:
            return None
        deep = _kinds_above(wish)
        return None if deep and not both.possible & deep else wish._replace(want=both)
    if wish.want.exact is not MISSING:
        return wish if satisfies(descend(wish.want.exact, steps), want) else None
    step, rest = steps[0], steps[1:]
    if not want.may_be_absent:
        if not wish.want.possible & _kinds_for(step):
            return None
        if wish.want.values.absent:
            wish = wish._replace(want=wish.want._replace(values=wish.want.values._replace(absent=False)))
    if isinstance(step, str):
        inner = with_want(wish.members.get(step, NO_WISH), rest, want)
        return None if inner is None else wish._replace(members={**wish.members, step: inner})
    if isinstance(step, int):
        inner = with_want(wish.items.get(step, wish.every or NO_WISH), rest, want)
        return None if inner is None else wish._replace(items={**wish.items, step: inner})
    if isinstance(step, Inside):
        inner = with_want(wish.inside or NO_WISH, rest, want)
        return None if inner is None else wish._replace(inside=inner)
    inner = with_want(wish.every or NO_WISH, rest, want)
    if inner is None:
        return None
    each: dict[int, Wish] = {}
    for number, item in wish.items.items():
        one = with_want(item, rest, want)
        if one is None:
            return None
        each[number] = one
    return wish._replace(every=inner, items=each)


def _kinds_for(step: Step) -> int:
    """The kinds of value that a step can be taken from. The members of an array are those of its items (JSONata)."""
    if isinstance(step, str):
        return OBJECT | ARRAY
    return TEXT if isinstance(step, Inside) else ARRAY


def _kinds_above(wish: Wish) -> int:
    """The kinds that what is wanted below leaves; 0 where nothing is."""
    if wish.inside is not None:
        return TEXT
    if wish.items or wish.every is not None:
        return ARRAY
    return OBJECT | ARRAY if any(not inner.want.may_be_absent for inner in wish.members.values()) else 0


def descend(value: Json, steps: Steps) -> Json:
    """What steps lead to; MISSING where they lead nowhere. EVERY leads to the first item."""
    here = value
    for step in steps:
        if here is MISSING:
            return MISSING
        if isinstance(step, str):
            here = here[step] if is_object(here) and step in here else MISSING
        elif isinstance(step, Inside):
            try:
                here = json.loads(here) if isinstance(here, str) else MISSING
            except ValueError:
                here = MISSING
        else:
            index = 0 if isinstance(step, Every) else step
            here = here[index] if is_list(here) and -len(here) <= index < len(here) else MISSING
    return here
