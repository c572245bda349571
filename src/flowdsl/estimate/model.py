"""What an estimate is made of: Costs of a visit, Symbols, Assumptions, and the quotas that are held against them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from flowdsl.estimate.amount import ZERO, Amount, Number, largest, smaller

HISTORY_QUOTA = 25_000
"""Events of a Standard execution; the 25,000th may be its end."""
PAYLOAD_QUOTA = 262_144
"""Bytes of any input, output, argument or result."""
EXPRESS_SECONDS = 300
"""An Express execution's longest life."""
INLINE_CONCURRENCY = 40
"""Iterations of an inline Map at once, about (documented)."""
DISTRIBUTED_CONCURRENCY = 10_000
LAMBDA_SECONDS = 900
HTTP_SECONDS = 60
HARNESS_SECONDS = 900

QUANTITIES: tuple[Quantity, ...] = ("events", "transitions", "seconds", "tasks", "lambdas")
Quantity = Literal["events", "transitions", "seconds", "tasks", "lambdas"]


@dataclass(frozen=True, slots=True)
class Costs:
    """What a visit, a way or a whole execution takes at most."""

    events: Amount = ZERO
    """Events in this execution's history; a distributed child has a history of its own."""
    transitions: Amount = ZERO
    """States entered and retries made, children's included: what a Standard workflow is billed for."""
    seconds: Amount = ZERO
    tasks: Amount = ZERO
    """Calls that Tasks make, retries included."""
    lambdas: Amount = ZERO
    """Those of them that run a Lambda function."""
    children: Amount = ZERO
    """Express child executions of Distributed Maps, which are billed as Express executions are."""
    child_seconds: Amount = ZERO
    """Their billed durations, all together."""

    def __add__(self, other: Costs) -> Costs:
        return Costs(*(mine + theirs for mine, theirs in zip(self.amounts, other.amounts, strict=True)))

    @property
    def amounts(self) -> tuple[Amount, ...]:
        """Every quantity, in the order of the fields."""
        return (
            self.events,
            self.transitions,
            self.seconds,
            self.tasks,
            self.lambdas,
            self.children,
            self.child_seconds,
        )

    def times(self, count: Amount | Number) -> Costs:
        """So many of them, one after the other."""
        return Costs(*(amount * count for amount in self.amounts))

    def put(self, values: dict[str, Number]) -> Costs:
        """With some symbols replaced by numbers."""
        return Costs(*(amount.put(values) for amount in self.amounts))


NOTHING = Costs()


def worst(costs: list[Costs]) -> Costs:
    """At least each of them, quantity by quantity: the worst way for one need not be that for another."""
    if len(costs) == 1:
        return costs[0]
    return Costs(*(largest(each) for each in zip(*(c.amounts for c in costs), strict=True)))


def tighter(costs: Costs, other: Costs) -> Costs:
    """The smaller of two bounds of one thing, quantity by quantity."""
    return Costs(*(smaller(mine, theirs) for mine, theirs in zip(costs.amounts, other.amounts, strict=True)))


@dataclass(frozen=True, slots=True)
class Symbol:
    """Something that only the running execution knows."""

    name: str
    """As it stands in the formulas: n, n2, k, t."""
    kind: Literal["items", "rounds", "seconds"]
    means: str
    """In words: `items of 'Quotes'`."""
    pointer: str
    """Of the Map, of the loop's first state, or of the Task without a time limit."""
    state: str
    highest: Number | None = None
    """What it cannot exceed, where the definition says; None: nothing does."""
    why: str = ""
    """Where `highest` comes from."""
    counted: bool = False
    """Whether `highest` is what a literal in the definition says, not merely what the time allows."""
    shared: bool = False
    """Whether it stands for the largest of several."""
    seconds_each: Number = 0
    """The least time that one round takes, for a loop."""


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What an estimate cannot know and takes as given."""

    api_seconds: Number = 60
    """The longest that one request to an AWS API may take, the SDK's own retries included."""
    task_seconds: Number = 0.2
    """What a Task's call takes when nothing fails; jobs, workers and callbacks are not among them."""
    input_bytes: int = 1_024
    """Size of the execution's input."""
    result_bytes: int = 1_024
    """Size of a Task's result."""
    item_bytes: int = 1_024
    """Size of a Map's item that is read from elsewhere."""
