"""Sets of JSON values, as conditions carve them out of what one path may hold: intervals, finite sets, patterns, types.

Exact under intersection, union and complement, so that "covered by" and "can never hold" are decided, not guessed. Where a set
of strings would need too many terms it becomes `None` upstream: the condition is then taken as a whole.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache
from typing import Final, NamedTuple

INFINITY: Final = float("inf")
MOST_TERMS: Final = 24


class Interval(NamedTuple):
    """Numbers from `low` to `high`; an open end leaves the bound itself out."""

    low: float
    low_open: bool
    high: float
    high_open: bool

    @property
    def is_empty(self) -> bool:
        return self.low > self.high or (self.low == self.high and (self.low_open or self.high_open))


EVERY_NUMBER: Final = (Interval(-INFINITY, True, INFINITY, True),)
Intervals = tuple[Interval, ...]
"""Disjoint, ascending."""


class Term(NamedTuple):
    """Strings: those of `only` (None: all) that match every glob of `like`, none of `unlike`, and are not in `but`."""

    only: frozenset[str] | None = None
    like: frozenset[str] = frozenset()
    unlike: frozenset[str] = frozenset()
    but: frozenset[str] = frozenset()

    @property
    def is_empty(self) -> bool:
        if self.only is not None:
            return not self.settled()
        # A pattern that another covers leaves nothing; otherwise infinitely many strings are taken to be left.
        return any(glob_covers(outer, inner) for outer in self.unlike for inner in (self.like or {"*"}))

    def settled(self) -> frozenset[str]:
        """The strings of a finite term."""
        assert self.only is not None
        if not (self.but or self.like or self.unlike):
            return self.only
        return frozenset(
            text
            for text in self.only
            if text not in self.but
            and all(glob_matches(glob, text) for glob in self.like)
            and not any(glob_matches(glob, text) for glob in self.unlike)
        )


Strings = tuple[Term, ...]
EVERY_STRING: Final[Strings] = (Term(),)


class TooManyTerms(Exception):
    """A set of strings that takes more terms than is worth it."""


class Values(NamedTuple):
    """A set of values of one path; `absent` is that the path leads nowhere."""

    absent: bool = False
    null: bool = False
    true: bool = False
    false: bool = False
    numbers: Intervals = ()
    strings: Strings = ()
    other: bool = False
    """Arrays and objects."""

    @property
    def is_empty(self) -> bool:
        return not (
            self.absent
            or self.null
            or self.true
            or self.false
            or self.other
            or any(not interval.is_empty for interval in self.numbers)
            or any(not term.is_empty for term in self.strings)
        )

    def __and__(self, other: Values) -> Values:
        return Values(
            self.absent and other.absent,
            self.null and other.null,
            self.true and other.true,
            self.false and other.false,
            _meet_numbers(self.numbers, other.numbers),
            _meet_strings(self.strings, other.strings),
            self.other and other.other,
        )

    def __or__(self, other: Values) -> Values:
        return Values(
            self.absent or other.absent,
            self.null or other.null,
            self.true or other.true,
            self.false or other.false,
            _join_numbers(self.numbers, other.numbers),
            _join_strings(self.strings, other.strings),
            self.other or other.other,
        )

    def __invert__(self) -> Values:
        return Values(
            not self.absent,
            not self.null,
            not self.true,
            not self.false,
            _other_numbers(self.numbers),
            _other_strings(self.strings),
            not self.other,
        )

    def covers(self, other: Values) -> bool:
        """Whether every value of the other set is in this one."""
        if any(theirs and not ours for ours, theirs in zip(self[:4], other[:4], strict=True)):
            return False
        if other.other and not self.other:
            return False
        return _covers_numbers(self.numbers, other.numbers) and _covers_strings(self.strings, other.strings)


EVERYTHING: Final = Values(True, True, True, True, EVERY_NUMBER, EVERY_STRING, True)
NOTHING: Final = Values()
PRESENT: Final = EVERYTHING._replace(absent=False)


def number(value: float) -> Values:
    """That number."""
    return Values(numbers=(Interval(value, False, value, False),))


def numbers(low: float = -INFINITY, high: float = INFINITY, *, low_open: bool = True, high_open: bool = True) -> Values:
    """The numbers between two bounds, which are left out unless closed."""
    return Values(numbers=(Interval(low, low_open, high, high_open),))


def string(*values: str) -> Values:
    """Those strings."""
    return Values(strings=(Term(only=frozenset(values)),))


def strings_like(glob: str) -> Values:
    """The strings that a StringMatches pattern matches; `\\*` is a star."""
    if "*" not in glob.replace("\\*", ""):
        return string(glob.replace("\\*", "*").replace("\\\\", "\\"))
    return Values(strings=EVERY_STRING if glob == "*" else (Term(like=frozenset({glob})),))


def boolean(value: bool) -> Values:
    """true, or false."""
    return Values(true=value, false=not value)


def constant(value: object) -> Values | None:
    """The set of one scalar; None for an array or object."""
    if value is None:
        return Values(null=True)
    if isinstance(value, bool):
        return boolean(value)
    if isinstance(value, (int, float)):
        return number(value)
    return string(value) if isinstance(value, str) else None


@lru_cache(maxsize=4096)
def glob_matches(glob: str, text: str) -> bool:
    """Whether a StringMatches pattern matches a whole text."""
    pieces = _pieces(glob)
    if len(pieces) == 1:
        return text == pieces[0]
    if not text.startswith(pieces[0]) or not text.endswith(pieces[-1]) or len(text) < len(pieces[0]) + len(pieces[-1]):
        return False
    at, end = len(pieces[0]), len(text) - len(pieces[-1])
    for piece in pieces[1:-1]:
        found = text.find(piece, at, end)
        if found < 0:
            return False
        at = found + len(piece)
    return True


def glob_covers(outer: str, inner: str) -> bool:
    """Whether every string of the inner pattern is one of the outer's. May say False where it is, for odd patterns."""
    if outer == inner or outer == "*":
        return True
    a, b = _pieces(outer), _pieces(inner)
    if len(a) == 2 and len(b) >= 2:
        # `x*y` covers what begins with x and ends in y.
        return (
            b[0].startswith(a[0])
            and b[-1].endswith(a[-1])
            and (len(b) > 2 or len(a[0]) + len(a[1]) <= len(b[0]) + len(b[1]))
        )
    return False


def _pieces(glob: str) -> list[str]:
    """What stands between the stars of a pattern, escapes undone."""
    pieces: list[str] = []
    here, i = "", 0
    while i < len(glob):
        if glob[i] == "\\" and i + 1 < len(glob):
            here += glob[i + 1]
            i += 2
            continue
        if glob[i] == "*":
            pieces.append(here)
            here = ""
        else:
            here += glob[i]
        i += 1
    return [*pieces, here]


def _meet_numbers(a: Intervals, b: Intervals) -> Intervals:
    found: list[Interval] = []
    i = j = 0
    while i < len(a) and j < len(b):
        x, y = a[i], b[j]
        low, low_open = max((x.low, x.low_open), (y.low, y.low_open))
        x_end, y_end = (x.high, not x.high_open), (y.high, not y.high_open)
        high, closed = min(x_end, y_end)
        interval = Interval(low, low_open, high, not closed)
        if not interval.is_empty:
            found.append(interval)
        if x_end <= y_end:
            i += 1
        else:
            j += 1
    return tuple(found)


def _join_numbers(a: Intervals, b: Intervals) -> Intervals:
    if not a or not b:
        return a or b
    merged: list[Interval] = []
    for interval in sorted((*a, *b)):
        if interval.is_empty:
            continue
        if merged:
            last = merged[-1]
            touches = interval.low < last.high or (
                interval.low == last.high and not (interval.low_open and last.high_open)
            )
            if touches:
                high, closed = max((last.high, not last.high_open), (interval.high, not interval.high_open))
                merged[-1] = Interval(last.low, last.low_open, high, not closed)
                continue
        merged.append(interval)
    return tuple(merged)


def _other_numbers(a: Intervals) -> Intervals:
    found: list[Interval] = []
    low, low_open = -INFINITY, True
    for interval in a:
        if interval.is_empty:
            continue
        gap = Interval(low, low_open, interval.low, not interval.low_open)
        if not gap.is_empty:
            found.append(gap)
        low, low_open = interval.high, not interval.high_open
    last = Interval(low, low_open, INFINITY, True)
    return tuple(found if last.is_empty else [*found, last])


def _covers_numbers(a: Intervals, b: Intervals) -> bool:
    for interval in b:
        if interval.is_empty:
            continue
        # The one that begins last before it: neighbours that touch are one.
        at = bisect_right(a, (interval.low, interval.low_open, INFINITY, True)) - 1
        if at < 0 or (a[at].high, not a[at].high_open) < (interval.high, not interval.high_open):
            return False
    return True


def _meet_strings(a: Strings, b: Strings) -> Strings:
    found: list[Term] = []
    for x in a:
        for y in b:
            only = x.only if y.only is None else y.only if x.only is None else x.only & y.only
            term = Term(only, x.like | y.like, x.unlike | y.unlike, x.but | y.but)
            if not term.is_empty:
                found.append(term)
    if len(found) > MOST_TERMS:
        raise TooManyTerms
    return tuple(found)


def _covers_strings(a: Strings, b: Strings) -> bool:
    if not b or a == EVERY_STRING:
        return True
    if len(a) == len(b) == 1 and a[0].only is not None and b[0].only is not None:
        return b[0].settled() <= a[0].settled()
    if len(a) == 1 and a[0].only is None and len(a[0].like) == 1 and not (a[0].unlike or a[0].but):
        [glob] = a[0].like
        return all(
            all(glob_matches(glob, text) for text in term.settled())
            if term.only is not None
            else any(glob_covers(glob, inner) for inner in term.like)
            for term in b
        )
    return not _meet_strings(b, _other_strings(a))


def _join_strings(a: Strings, b: Strings) -> Strings:
    found = tuple(dict.fromkeys(term for term in (*a, *b) if not term.is_empty))
    finite = [term for term in found if term.only is not None]
    if len(finite) > 1:
        merged = Term(only=frozenset(text for term in finite for text in term.settled()))
        found = (*(term for term in found if term.only is None), merged)
    if len(found) > MOST_TERMS:
        raise TooManyTerms
    return found


def _other_strings(a: Strings) -> Strings:
    found: Strings = EVERY_STRING
    for term in a:
        parts: list[Term] = []
        if term.only is not None:
            parts.append(Term(but=term.settled()))
        else:
            parts += [Term(unlike=frozenset({glob})) for glob in sorted(term.like)]
            parts += [Term(like=frozenset({glob})) for glob in sorted(term.unlike)]
            if term.but:
                parts.append(Term(only=term.but))
        found = _meet_strings(found, tuple(part for part in parts if not part.is_empty))
    return found
