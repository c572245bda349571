"""Amount: a worst case that may depend on how many items a Map has or how often a loop goes round.

A sum of products, `2 + 7 n`, with symbols that are never negative; where two ways cannot be compared, both are kept and
the larger counts, whatever the symbols turn out to be.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

Number = int | float
Monomial = tuple[str, ...]
"""Symbols multiplied, sorted; () is the plain number."""
Sum = dict[Monomial, Number]

KEPT = 8
"""Ways kept side by side; beyond, they are merged into one that is at least as large as each."""


class Amount:
    """An upper bound. Immutable."""

    __slots__ = ("sums",)

    def __init__(self, sums: tuple[Sum, ...]) -> None:
        self.sums = sums
        """The amount is the largest of these; each a sum by monomial, without zeros."""

    @classmethod
    def of(cls, number: Number) -> Amount:
        """A plain number."""
        return cls(({(): number} if number else {},))

    @classmethod
    def symbol(cls, name: str, factor: Number = 1) -> Amount:
        """A number of times something that is not known."""
        return cls(({(name,): factor},))

    def __add__(self, other: Amount) -> Amount:
        if len(self.sums) == 1 and len(other.sums) == 1:
            if not self.sums[0]:
                return other
            if not other.sums[0]:
                return self
            return Amount((_plus(self.sums[0], other.sums[0]),))
        return _pruned([_plus(a, b) for a in self.sums for b in other.sums])

    def __mul__(self, other: Amount | Number) -> Amount:
        if not isinstance(other, Amount):
            if other == 1:
                return self
            return Amount(tuple({m: n * other for m, n in s.items()} for s in self.sums)) if other else ZERO
        return _pruned([_times(a, b) for a in self.sums for b in other.sums])

    __rmul__ = __mul__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Amount) and list(self.sums) == list(other.sums)

    def __hash__(self) -> int:
        return hash(tuple(frozenset(s.items()) for s in self.sums))

    @property
    def constant(self) -> Number | None:
        """The number, where it depends on nothing."""
        if all(not m for s in self.sums for m in s):
            return max((s.get((), 0) for s in self.sums), default=0)
        return None

    @property
    def symbols(self) -> list[str]:
        """Names of what it depends on, sorted."""
        return sorted({name for s in self.sums for m in s for name in m})

    def at(self, values: Mapping[str, Number]) -> Number:
        """The number for given values; a symbol without one counts 1."""
        return max(sum(n * math.prod(values.get(name, 1) for name in m) for m, n in s.items()) for s in self.sums)

    def put(self, values: Mapping[str, Number]) -> Amount:
        """The amount with some symbols replaced by numbers."""
        if not values:
            return self
        return _pruned([_put(s, values) for s in self.sums])

    def highest(self, symbol: str, limit: Number, values: Mapping[str, Number] | None = None) -> int | None:
        """The largest whole value of a symbol with which the amount is within a limit; the others as in `values`, or 1.

        None where no value goes over it; -1 where even 0 does.
        """
        given = dict(values or {})

        def fits(n: int) -> bool:
            return self.at({**given, symbol: n}) <= limit

        if not fits(0):
            return -1
        high = 1
        while fits(high):
            high *= 2
            if high > 2**60:
                return None
        low = high // 2
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if fits(middle) else (low, middle)
        return low

    def __str__(self) -> str:
        written = [_written(s) for s in self.sums]
        return written[0] if len(written) == 1 else f"max({', '.join(written)})"

    def __repr__(self) -> str:
        return f"Amount({self})"


ZERO = Amount.of(0)
ONE = Amount.of(1)


def largest(amounts: Iterable[Amount]) -> Amount:
    """At least as large as each of them; 0 where there are none."""
    given = list(amounts)
    if len(given) == 1:
        return given[0]
    return _pruned([s for amount in given for s in amount.sums])


def smaller(amount: Amount, other: Amount) -> Amount:
    """Whichever of two bounds of one thing is never above the other; the first where neither is."""
    return other if all(any(_covers(a, b) for a in amount.sums) for b in other.sums) else amount


def total(amounts: Iterable[Amount]) -> Amount:
    """Their sum."""
    found = ZERO
    for amount in amounts:
        found = found + amount
    return found


def _plus(a: Sum, b: Sum) -> Sum:
    if len(b) > len(a):
        a, b = b, a
    result = dict(a)
    for monomial, number in b.items():
        result[monomial] = result.get(monomial, 0) + number
    return result


def _times(a: Sum, b: Sum) -> Sum:
    result: Sum = {}
    for m, x in a.items():
        for k, y in b.items():
            monomial = tuple(sorted((*m, *k)))
            result[monomial] = result.get(monomial, 0) + x * y
    return result


def _put(s: Sum, values: Mapping[str, Number]) -> Sum:
    result: Sum = {}
    for monomial, number in s.items():
        rest = tuple(name for name in monomial if name not in values)
        factor = number * math.prod(values[name] for name in monomial if name in values)
        if factor:
            result[rest] = result.get(rest, 0) + factor
    return result


def _covers(a: Sum, b: Sum) -> bool:
    """Whether a is at least b for any values."""
    if len(b) > len(a) or a is b:
        return a is b
    for monomial, number in b.items():  # noqa: SIM110 - half the time of all() on what is done most often
        if a.get(monomial, 0) < number:
            return False
    return True


def _pruned(sums: list[Sum]) -> Amount:
    kept: list[Sum] = []
    for candidate in sums:
        covered = False
        for k in kept:
            if _covers(k, candidate):
                covered = True
                break
        if not covered:
            kept = [k for k in kept if not _covers(candidate, k)]
            kept.append(candidate)
    if len(kept) > KEPT:
        merged: Sum = {}
        for s in kept:
            for monomial, number in s.items():
                merged[monomial] = max(merged.get(monomial, 0), number)
        kept = [merged]
    return Amount(tuple(kept)) if kept else ZERO


def _written(s: Sum) -> str:
    terms = [
        f"{_number(n)} {' '.join(m)}" if m and n != 1 else " ".join(m) if m else _number(n)
        for m, n in sorted(s.items(), key=lambda term: (len(term[0]), term[0]))
    ]
    return " + ".join(terms) or "0"


def _number(n: Number) -> str:
    if isinstance(n, float):
        return f"{n:,.0f}" if n.is_integer() else f"{n:,.4g}" if abs(n) < 1 else f"{n:,.2f}"
    return f"{n:,}"
