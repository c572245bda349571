"""The size of a JSON document whose parts are told apart: what came in, and what states have put into it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flowdsl.estimate.amount import ZERO, Amount, Sum


def flat(amount: Amount) -> Amount:
    """One sum that is at least as large as each of an amount's ways."""
    if len(amount.sums) == 1:
        return amount
    return joined(*(Amount((s,)) for s in amount.sums))


def joined(*amounts: Amount) -> Amount:
    """Coefficient by coefficient the largest."""
    merged: Sum = {}
    for amount in amounts:
        for s in amount.sums:
            for monomial, number in s.items():
                merged[monomial] = max(merged.get(monomial, 0), number)
    return Amount((merged,))


def beyond(more: Amount, less: Amount) -> Amount:
    """What one has over another, coefficient by coefficient."""
    taken = joined(less).sums[0]
    difference = {m: n - taken.get(m, 0) for m, n in joined(more).sums[0].items()}
    return Amount(({m: n for m, n in difference.items() if n > 0},))


@dataclass(frozen=True)
class Document:
    """The size of a JSON document: of what came in, and of the fields that states have put into it since."""

    base: Amount = ZERO
    fields: Mapping[str, Amount] = field(default_factory=dict[str, Amount])
    """By dotted path."""

    @property
    def whole(self) -> Amount:
        size = self.base
        for name, amount in self.fields.items():
            # The field's name, its quotes, colon and comma; braces where an object is inside another.
            size = size + amount + Amount.of(len(name.rpartition(".")[2]) + 4 + 2 * name.count("."))
        return flat(size)

    def knows(self, steps: tuple[str, ...]) -> bool:
        """Whether a state has put something at or around a path; otherwise `at` gives the whole base."""
        path = ".".join(steps)
        return any(name == path or name.startswith(f"{path}.") or path.startswith(f"{name}.") for name in self.fields)

    def at(self, steps: tuple[str, ...]) -> Amount:
        """The size of what stands at a path; the whole base where no state has put anything there."""
        if not steps:
            return self.whole
        path = ".".join(steps)
        inside = [amount for name, amount in self.fields.items() if name == path or name.startswith(f"{path}.")]
        if inside:
            size = ZERO
            for amount in inside:
                size = size + amount
            return flat(size)
        around = [a for name, a in self.fields.items() if path.startswith(f"{name}.")]
        return around[0] if around else self.base

    def under(self, steps: tuple[str, ...]) -> Document:
        """What stands at a path, with the fields known below it."""
        if not steps:
            return self
        path = ".".join(steps)
        below = {n[len(path) + 1 :]: a for n, a in self.fields.items() if n.startswith(f"{path}.")}
        return Document(self.fields.get(path, ZERO), below) if below else Document(self.at(steps))

    def put(self, steps: tuple[str, ...], size: Amount) -> Document:
        """The same with something at a path; what stood there or below is gone."""
        if not steps:
            return Document(size)
        path = ".".join(steps)
        kept = {k: v for k, v in self.fields.items() if k != path and not k.startswith(f"{path}.")}
        return Document(self.base, {**kept, path: flat(size)})

    def or_(self, other: Document) -> Document:
        """A document that is at least as large as either."""
        names = {**self.fields, **other.fields}
        fields = {n: joined(self.fields.get(n, ZERO), other.fields.get(n, ZERO)) for n in names}
        return Document(joined(self.base, other.base), fields)
