"""What an execution costs: a Standard one by its transitions, an Express one by its request, its time and its memory."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from flowdsl.analysis.bounds import number_of
from flowdsl.asl.definition import is_distributed
from flowdsl.estimate.amount import ZERO, Amount, Number
from flowdsl.estimate.estimate import Estimate
from flowdsl.estimate.model import EXPRESS_SECONDS, Costs
from flowdsl.estimate.paths import ends_of
from flowdsl.estimate.prices import Prices


@dataclass(frozen=True, slots=True)
class LambdaUse:
    """How a function is taken to run."""

    memory_mb: int
    seconds: float


@dataclass(frozen=True, slots=True)
class StateCost:
    """What one visit of a state costs a Standard workflow, children included."""

    state: str
    pointer: str
    smooth: Amount
    worst: Amount


@dataclass(frozen=True, slots=True)
class PathCost:
    """What every way that ends in one state costs a Standard workflow: the whole execution."""

    state: str
    kind: Literal["succeeds", "fails"]
    smooth: Amount | None
    """None where only a failure leads here."""
    worst: Amount


@dataclass(frozen=True, slots=True)
class ExpressCost:
    """What executions cost as Express."""

    each: float
    """One, at the volume asked for."""
    billed_seconds: float
    memory_mb: int


class Cost:
    """The prices of one definition's executions.

    `values` are numbers for symbols; `volume` is the number of executions in a month, which decides Express's tiers.
    """

    def __init__(
        self,
        estimate: Estimate,
        prices: Prices,
        values: dict[str, Number] | None = None,
        *,
        volume: int = 1_000_000,
        functions: LambdaUse | None = None,
    ) -> None:
        self.estimate = estimate
        self.prices = prices
        self.values = dict(values or {})
        self.volume = volume
        self.functions = functions

    @cached_property
    def standard(self) -> Amount:
        """A Standard execution on which nothing fails, symbolic."""
        return self._standard(self.estimate.smooth, self.values)

    @cached_property
    def standard_worst(self) -> Amount:
        """A Standard execution at most, symbolic."""
        return self._standard(self.estimate.worst, self._counted)

    def _standard(self, costs: Costs, known: dict[str, Number]) -> Amount:
        return (
            costs.transitions.put(known) * self.prices.transition
            + self._lambdas(costs, known)
            + self._express_children(costs, known)
        )

    def _express_children(self, costs: Costs, known: dict[str, Number]) -> Amount:
        """What the Express child executions of Distributed Maps cost: a request each, and their time and memory."""
        seconds = costs.child_seconds.put(known)
        if costs.children == ZERO:
            return ZERO
        memory = self.prices.memory_mb(self._definition_bytes, self._payload_bytes, 1)
        month = self.volume * float(seconds.at(self.values)) * memory / 1024 / 3600
        # The tiers are of a month's use: each second has the mean price of them all.
        gb_hour = self.prices.memory_price(month) / month if month else self.prices.tiers[0][1]
        return costs.children.put(known) * self.prices.express_request + seconds * (gb_hour * memory / 1024 / 3600)

    @cached_property
    def _counted(self) -> dict[str, Number]:
        """What the worst case takes: every counter at its end, and the values asked for."""
        counted = {s.name: s.highest for s in self.estimate.symbols if s.counted and s.highest is not None}
        return {**counted, **self.values}

    def _lambdas(self, costs: Costs, known: dict[str, Number]) -> Amount:
        return ZERO if self.functions is None else costs.lambdas.put(known) * self._lambda_price

    @property
    def _lambda_price(self) -> float:
        use = self.functions
        if use is None:
            return 0.0
        return self.prices.lambda_request + use.memory_mb / 1024 * use.seconds * self.prices.lambda_gb_second

    @cached_property
    def not_express(self) -> str | None:
        """Why the definition cannot run as Express; None where it can."""
        for visit in self.estimate.visits:
            node = visit.node
            call = self.estimate.walked.calls.get(node.pointer)
            if call is not None and call.waits:
                return f"{node.name!r} waits for a job, a worker or a callback"
            if node.type == "Map" and is_distributed(node.fields):
                return f"{node.name!r} is a Distributed Map"
            seconds = number_of(node.fields.get("Seconds")) if node.type == "Wait" else None
            if seconds is not None and seconds > EXPRESS_SECONDS:
                return f"{node.name!r} waits {seconds:,} s, and an Express execution has {EXPRESS_SECONDS}"
        usual = self.estimate.smooth.seconds.at(self.values)
        if usual > EXPRESS_SECONDS:
            return f"it takes {usual:,.0f} s when nothing fails, and an Express execution has {EXPRESS_SECONDS}"
        return None

    @cached_property
    def express(self) -> ExpressCost | None:
        """An Express execution on which nothing fails; None where it cannot be one."""
        return None if self.not_express is not None else self._express(self.estimate.smooth, self.values)

    @cached_property
    def express_worst(self) -> ExpressCost | None:
        """An Express execution at most, cut at five minutes; None where it cannot be one."""
        return None if self.not_express is not None else self._express(self.estimate.worst, self._counted)

    def _express(self, costs: Costs, known: dict[str, Number]) -> ExpressCost:
        seconds = self.prices.billed_seconds(min(costs.seconds.put(known).at(self.values), EXPRESS_SECONDS))
        memory = self.prices.memory_mb(self._definition_bytes, self._payload_bytes, self._steps)
        gb_hours = self.volume * seconds * memory / 1024 / 3600
        each = self.prices.express_request + self.prices.memory_price(gb_hours) / max(1, self.volume)
        return ExpressCost(each + self._lambdas(costs, known).at(self.values), seconds, memory)

    @property
    def _definition_bytes(self) -> int:
        document = self.estimate.definition.document
        return len(json.dumps(document, ensure_ascii=False).encode("utf-8", "surrogatepass"))

    @cached_property
    def _payload_bytes(self) -> Number:
        """The largest payload of any state."""
        sizes = [p.passed.put(self._counted).at(self.values) for p in self.estimate.payloads.states.values()]
        return max(sizes, default=self.estimate.assumptions.input_bytes)

    @cached_property
    def _steps(self) -> Number:
        """Branches and iterations of all Parallel and Map states."""
        steps: Number = 0
        for visit in self.estimate.visits:
            if visit.node.type == "Map":
                steps += self.estimate.walked.items(visit.node).put(self._counted).at(self.values)
            elif visit.node.type == "Parallel":
                steps += len(self.estimate.graph.inner(visit.node))
        return steps

    @cached_property
    def states(self) -> list[StateCost]:
        """One visit of each state of the machine's own scope, and of those inside, in document order."""
        return [
            StateCost(
                v.node.name,
                v.node.pointer,
                self._standard(v.smooth, self.values),
                self._standard(v.through, self._counted),
            )
            for v in self.estimate.visits
        ]

    @cached_property
    def paths(self) -> list[PathCost]:
        """The ways to each end of the machine, in document order."""
        return [
            PathCost(
                end.state,
                end.kind,
                None if end.smooth is None else self._standard(end.smooth, self.values),
                self._standard(end.worst, self._counted),
            )
            for end in ends_of(self.estimate)
        ]
