"""What one visit of a state costs, once the scopes inside it are known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil

from flowdsl.asl.definition import StateNode, is_distributed
from flowdsl.estimate.amount import ONE, ZERO, Amount, Number, largest
from flowdsl.estimate.items import batch_size, concurrency
from flowdsl.estimate.model import DISTRIBUTED_CONCURRENCY, EXPRESS_SECONDS, INLINE_CONCURRENCY, Costs
from flowdsl.estimate.retries import NONE, Retries, retries_of
from flowdsl.estimate.symbols import Symbols
from flowdsl.integrations.base import as_object


@dataclass(frozen=True, slots=True)
class Visit:
    """The costs of entering one state, at most."""

    node: StateNode
    retries: Retries
    through: Costs
    """Every try failed but the last: on by Next, or the end."""
    caught: Costs
    """Every try failed: on by a Catcher."""
    smooth: Costs
    """The first try succeeded, in the time that is usual."""
    child: Costs | None = None
    """One child execution of a Distributed Map, in a history of its own."""
    children: Amount | None = None
    """How many of them one try starts."""


_PLAIN = Costs(events=Amount.of(2), transitions=ONE)
_FAIL = Costs(events=ONE, transitions=ONE)
# FailStateEntered, and EvaluationFailed where Error or Cause is an expression.
_FAIL_COMPUTED = Costs(events=Amount.of(2), transitions=ONE)


def visit_of(node: StateNode, inner: list[tuple[Costs, Costs]], symbols: Symbols) -> Visit:
    """One visit. `inner`: for each scope inside, the worst and the smooth costs of going through it."""
    match node.type:
        case "Task":
            return _task(node, symbols)
        case "Parallel":
            return _parallel(node, inner)
        case "Map":
            return _map(node, inner, symbols)
        case "Fail":
            computed = node.is_jsonata and any(_is_expression(node.fields.get(k)) for k in ("Error", "Cause"))
            costs = _FAIL_COMPUTED if computed else _FAIL
            return Visit(node, NONE, costs, costs, _FAIL)
        case "Wait":
            costs = Costs(events=Amount.of(2), transitions=ONE, seconds=symbols.seconds(node))
            return Visit(node, NONE, costs, costs, costs)
        case _:
            return Visit(node, NONE, _PLAIN, _PLAIN, _PLAIN)


def _task(node: StateNode, symbols: Symbols) -> Visit:
    call, retries = symbols.calls[node.pointer], retries_of(node.fields)
    tries = retries.count + 1
    seconds = symbols.seconds(node)
    # A failed try of a JSONata state may also hold EvaluationFailed: its Output failed after the work was done.
    failed = call.events + (1 if node.is_jsonata else 0)

    def costs(events: int, tries: int, seconds: Amount) -> Costs:
        calls = Amount.of(tries)
        return Costs(Amount.of(events), calls, seconds, calls, calls if call.is_lambda else ZERO)

    together = seconds * tries + Amount.of(retries.pauses)
    return Visit(
        node,
        retries,
        through=costs(2 + retries.count * failed + call.events, tries, together),
        caught=costs(2 + tries * failed, tries, together),
        smooth=costs(2 + call.events, 1, symbols.typical_seconds(node)),
    )


def _parallel(node: StateNode, inner: list[tuple[Costs, Costs]]) -> Visit:
    retries = retries_of(node.fields)
    worst = _side_by_side([w for w, _ in inner])
    smooth = _side_by_side([s for _, s in inner])
    # Each try has ParallelStateStarted; a JSONata one may fail with EvaluationFailed beside.
    return _fan_out(node, retries, worst, smooth, each=1, around=3)


def _side_by_side(costs: list[Costs]) -> Costs:
    if not costs:
        return Costs()
    total = costs[0]
    for more in costs[1:]:
        total = total + more
    return replace(total, seconds=largest(c.seconds for c in costs))


def _fan_out(node: StateNode, retries: Retries, worst: Costs, smooth: Costs, *, each: int, around: int) -> Visit:
    """A Parallel or Map: every try runs what is inside anew."""
    tries = retries.count + 1
    evaluated = 1 if node.is_jsonata else 0

    def costs(inside: Costs, tries: int, failed: int, pauses: Number) -> Costs:
        events = Amount.of(around + each * tries + evaluated * failed)
        return inside.times(tries) + Costs(events, Amount.of(tries), Amount.of(pauses))

    return Visit(
        node,
        retries,
        through=costs(worst, tries, retries.count, retries.pauses),
        caught=costs(worst, tries, tries, retries.pauses),
        smooth=costs(smooth, 1, 0, 0),
    )


def _map(node: StateNode, inner: list[tuple[Costs, Costs]], symbols: Symbols) -> Visit:
    retries = retries_of(node.fields)
    items = symbols.items(node)
    worst, smooth = inner[0] if inner else (Costs(), Costs())
    if is_distributed(node.fields):
        return _distributed(node, retries, items, worst, smooth)
    at_once = concurrency(node, INLINE_CONCURRENCY)
    # Each iteration has MapIterationStarted and MapIterationSucceeded round what is inside.
    return _fan_out(
        node, retries, _repeated(worst, items, at_once, 2), _repeated(smooth, items, at_once, 2), each=1, around=3
    )


def _repeated(costs: Costs, items: Amount, at_once: int, around: int) -> Costs:
    each = costs + Costs(events=Amount.of(around))
    return replace(each.times(items), seconds=_rounds(items, at_once) * costs.seconds)


def _rounds(items: Amount, at_once: int) -> Amount:
    """How often `at_once` items go before all have gone: the quotient, rounded up."""
    known = items.constant
    if known is not None:
        return Amount.of(-(-known // at_once))
    if at_once == 1:
        return items
    return items * (1 / at_once) + Amount.of((at_once - 1) / at_once)


def _distributed(node: StateNode, retries: Retries, items: Amount, worst: Costs, smooth: Costs) -> Visit:
    """A Map Run: the children have histories of their own; this one has six events, and three more for each retry."""
    tries = retries.count + 1
    evaluated = 1 if node.is_jsonata else 0
    batch = batch_size(node)
    children = items if batch is None else _rounds(items, batch)
    at_once = concurrency(node, DISTRIBUTED_CONCURRENCY)
    processor = as_object(node.fields.get("ItemProcessor") or node.fields.get("Iterator"))
    express = as_object(processor.get("ProcessorConfig")).get("ExecutionType") == "EXPRESS"

    def costs(child: Costs, tries: int, failed: int, pauses: Number) -> Costs:
        life = child.seconds.constant
        seconds = Amount.of(EXPRESS_SECONDS) if express and (life is None or life > EXPRESS_SECONDS) else child.seconds
        # Starting a child is a transition of its own; what an Express child does inside is none.
        own = ONE if express else child.transitions + ONE
        started = children * tries if express else ZERO
        return Costs(
            events=Amount.of(3 + 3 * tries + evaluated * failed),
            transitions=(children * own) * tries + Amount.of(tries),
            seconds=_rounds(children, at_once) * seconds * tries + Amount.of(pauses),
            tasks=children * child.tasks * tries,
            lambdas=children * child.lambdas * tries,
            children=started + children * child.children * tries,
            child_seconds=started * _billed(seconds) + children * child.child_seconds * tries,
        )

    return Visit(
        node,
        retries,
        through=costs(worst, tries, retries.count, retries.pauses),
        caught=costs(worst, tries, tries, retries.pauses),
        smooth=costs(smooth, 1, 0, 0),
        child=worst + Costs(events=Amount.of(2)),
        children=children,
    )


def _billed(seconds: Amount) -> Amount:
    """Express is billed in steps of 100 ms: rounded up where the time is known, at most one step more where it is not."""
    known = seconds.constant
    return seconds + Amount.of(0.1) if known is None else Amount.of(round(ceil(round(known * 10, 5)) / 10, 1))


def _is_expression(value: object) -> bool:
    return isinstance(value, str) and value.startswith("{%")
