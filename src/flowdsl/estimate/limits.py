"""An estimate held against AWS's quotas: how much of each is used, and at how many items or rounds it is not enough."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from flowdsl.analysis.bounds import number_of
from flowdsl.asl.definition import StateNode, is_distributed
from flowdsl.estimate.amount import Amount, Number
from flowdsl.estimate.estimate import Estimate
from flowdsl.estimate.model import HISTORY_QUOTA, PAYLOAD_QUOTA, Costs, Symbol
from flowdsl.estimate.sizes import literal_size

DEFINITION_QUOTA = 1_048_576
INLINE_ITEMS = PAYLOAD_QUOTA // 2
"""No list in 256 KiB has more items than this: a digit and a comma each."""
DISTRIBUTED_ITEMS = 100_000_000
LimitKind = Literal["events", "child events", "duration", "payload", "definition"]


@dataclass(frozen=True, slots=True)
class Break:
    """Where a quota is not enough any more."""

    symbol: Symbol
    at: int
    """The last value that fits, the other symbols at 1 or at what the definition counts."""

    def __str__(self) -> str:
        what = self.symbol.means
        each = self.symbol.seconds_each
        after = f" ({duration(self.at * each)} at {each:,} s a round)" if each and self.at > 0 else ""
        return f"at more than {self.at:,} {what}{after}" if self.at >= 0 else f"whatever the {what}"


@dataclass(frozen=True, slots=True)
class Limit:
    """One quota and what is used of it."""

    kind: LimitKind
    quota: Number
    worst: Amount
    """With what the definition counts put in."""
    about: str
    """What it is about: the execution, a child execution of a Map, a state's payload."""
    pointer: str
    breaks: tuple[Break, ...]
    values: dict[str, Number]
    surely: Amount
    """What is surely used; for anything but the duration the same as `worst`."""

    @property
    def at_values(self) -> Number:
        """The worst case for the values asked for, 1 for any other symbol."""
        return self.worst.at(self.values)

    @property
    def exceeded(self) -> bool:
        """Whether the quota is not enough for the values asked for. A time limit cuts a worst case short: it is exceeded
        only when a single Wait takes longer."""
        return self.surely.at(self.values) > self.quota


class Limits:
    """Every quota of a definition."""

    def __init__(self, estimate: Estimate, values: dict[str, Number] | None = None, *, sized: bool = False) -> None:
        self.estimate = estimate
        self.sized = sized
        """Whether the sizes of payloads are more than assumed: then the quota counts, not only a literal that breaks it."""
        self.values = dict(values or {})
        """Numbers for symbols, by name."""
        counted = {s.name: s.highest for s in estimate.symbols if s.counted and s.highest is not None}
        self._known: dict[str, Number] = {**counted, **self.values}

    def known(self, costs: Costs) -> Costs:
        """With what the definition counts, and the values asked for, put in."""
        return costs.put(self._known)

    @cached_property
    def worst(self) -> Costs:
        """A whole execution at most, with what is known put in."""
        return self.known(self.estimate.worst)

    @cached_property
    def smooth(self) -> Costs:
        """The longest execution on which nothing fails, with the values asked for put in: a loop need not go round as
        often as it may."""
        return self.estimate.smooth.put(self.values)

    @cached_property
    def all(self) -> list[Limit]:
        """Events, duration, children's events, payloads, the definition's size; what cannot break is there too."""
        estimate = self.estimate
        found: list[Limit] = []
        if estimate.type == "STANDARD":
            found.append(self._limit("events", HISTORY_QUOTA, estimate.worst.events, "the execution's history", ""))
        life, why = estimate.life
        found.append(self._limit("duration", life, estimate.worst.seconds, why, "", Amount.of(self._longest_wait)))
        for visit in estimate.visits:
            if visit.child is not None:
                about = f"the history of a child execution of {visit.node.name!r}"
                found.append(self._limit("child events", HISTORY_QUOTA, visit.child.events, about, visit.node.pointer))
        payload = self._payload()
        if payload is not None:
            found.append(payload)
        size = len(json.dumps(estimate.definition.document, ensure_ascii=False).encode("utf-8", "surrogatepass"))
        found.append(self._limit("definition", DEFINITION_QUOTA, Amount.of(size), "the definition's text", ""))
        return found

    @property
    def _longest_wait(self) -> Number:
        waits = [number_of(v.node.fields.get("Seconds")) or 0 for v in self.estimate.visits if v.node.type == "Wait"]
        return max(waits, default=0)

    def _limit(
        self, kind: LimitKind, quota: Number, worst: Amount, about: str, pointer: str, surely: Amount | None = None
    ) -> Limit:
        known = worst.put(self._known)
        sure = known if surely is None else surely.put(self._known)
        return Limit(kind, quota, known, about, pointer, self._breaks(known, quota), self.values, sure)

    def _breaks(self, worst: Amount, quota: Number) -> tuple[Break, ...]:
        found: list[Break] = []
        for symbol in self.estimate.symbols:
            if symbol.name not in worst.symbols or symbol.kind == "seconds":
                continue
            at = worst.highest(symbol.name, quota)
            if at is not None and at < self._most(symbol):
                found.append(Break(symbol, at))
        return tuple(found)

    def _most(self, symbol: Symbol) -> Number:
        """What a symbol can come to at all: nobody wants to hear that a year is not enough for a billion items."""
        if symbol.highest is not None:
            return symbol.highest
        if symbol.kind != "items":
            return math.inf
        node = next(v.node for v in self.estimate.visits if v.node.pointer == symbol.pointer)
        return DISTRIBUTED_ITEMS if is_distributed(node.fields) else INLINE_ITEMS

    def _literal(self, node: StateNode) -> int:
        """Bytes that a state's own text is sure to make."""
        keys = ("Result",) if not node.is_jsonata else ("Arguments", "Output")
        return max((literal_size(node.fields[key]) for key in keys if key in node.fields), default=0)

    def _payload(self) -> Limit | None:
        """The state whose payload is the first to be too large."""
        limits = [
            self._limit(
                "payload",
                PAYLOAD_QUOTA,
                state.largest,
                f"the payload of {state.node.name!r}",
                state.node.pointer,
                None if self.sized else Amount.of(self._literal(state.node)),
            )
            for state in self.estimate.payloads.states.values()
        ]
        if not limits:
            return None
        return max(
            limits, key=lambda x: (x.at_values > x.quota, -min((b.at for b in x.breaks), default=2**61), x.at_values)
        )


def duration_of(amount: Amount) -> str:
    """An amount of seconds in words: `2 min 10 s`, `15 d + 8 s n`, `1 h + t`."""
    written: list[str] = []
    for s in amount.sums:
        terms: list[str] = []
        for monomial, seconds in sorted(s.items(), key=lambda term: (len(term[0]), term[0])):
            names = " ".join(monomial)
            in_seconds = all(name.startswith("t") for name in monomial)
            if not monomial:
                terms.append(duration(seconds))
            elif in_seconds:
                terms.append(names if seconds == 1 else f"{seconds:,g} {names}")
            elif any(name.startswith("t") for name in monomial):
                terms.append(f"{seconds:,g} {names}" if seconds != 1 else names)
            else:
                terms.append(f"{duration(seconds)} {names}")
        written.append(" + ".join(terms) or "0 s")
    return written[0] if len(written) == 1 else f"max({', '.join(written)})"


def duration(seconds: Number) -> str:
    """Seconds in the two largest units that say something: `1 h 30 min`, `45 s`, `2 years`."""
    whole = float(seconds)
    if whole < 60:
        return f"{whole:.3g} s"
    units = ((31_536_000, "y"), (86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
    parts: list[str] = []
    rest = round(whole)
    for size, name in units:
        count, left = divmod(rest, size)
        if count:
            parts.append(f"{count:,} {name}")
            rest = left
        if len(parts) == 2 or (parts and size == 31_536_000):
            break
    return " ".join(parts)
