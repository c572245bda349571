"""What executions cost, Standard beside Express."""

from __future__ import annotations

from math import floor, log10
from typing import TYPE_CHECKING, Any

import click

from flowdsl.cli.estimates import estimate_options

if TYPE_CHECKING:
    from flowdsl.cli.estimates import Asked
    from flowdsl.estimate.amount import Amount
    from flowdsl.estimate.cost import Cost, ExpressCost, LambdaUse
    from flowdsl.estimate.prices import Prices


@click.command("cost")
@click.argument("targets", metavar="[FILE[:WORKFLOW]|FOLDER]...", nargs=-1)
@estimate_options
@click.option(
    "--volume", type=click.IntRange(min=1), default=1_000_000, show_default=True, help="Executions in a month."
)
@click.option("--region", default="us-east-1", show_default=True, help="Whose price of a transition counts.")
@click.option("--prices", "prices_file", metavar="FILE", help="Other prices, in the form of flowdsl's own.")
@click.option("--lambda-memory", type=click.IntRange(128, 10_240), metavar="MB", help="Count Lambda, at this memory.")
@click.option("--lambda-time", metavar="TIME", help="How long a function runs [default: the usual time of a Task].")
@click.option(
    "--architecture", type=click.Choice(["x86_64", "arm64"]), default="x86_64", show_default=True, help="Of Lambda."
)
@click.option("--states", is_flag=True, help="What one visit of each state costs.")
@click.option("--paths", is_flag=True, help="What the ways to each end cost.")
@click.option("--budget", type=float, metavar="USD", help="Exit 1 when the volume costs more, nothing failing.")
@click.option(
    "--worst-budget", type=float, metavar="USD", help="Exit 1 when the volume can cost more, everything retried."
)
def command(
    targets: tuple[str, ...],
    as_json: bool,
    states: bool,
    paths: bool,
    budget: float | None,
    worst_budget: float | None,
    **options: Any,
) -> None:
    """What executions of a workflow cost, Standard against Express.

    List prices, without free tiers. FILE is a Python file with a workflow, or a definition in JSON or YAML; - reads one from
    standard input; without any, all workflows of the project. A symbol (n items, k rounds) counts 1 unless --set, --items or
    --rounds say more. A budget is held against the machine's own type. Exit 0: within the budget; 1: not; 2: it could not be
    told.
    """
    from pathlib import Path

    from flowdsl.cli.estimates import tell_all
    from flowdsl.cli.output import leave
    from flowdsl.estimate.cost import Cost
    from flowdsl.estimate.prices import prices

    file = options["prices_file"]
    known = prices(options["region"], options["architecture"], Path(file) if file else None)

    def tell(asked: Asked) -> tuple[Any, bool, list[str]]:
        functions = _functions(options, asked.estimate.assumptions.task_seconds)
        cost = Cost(asked.estimate, known, asked.values, volume=options["volume"], functions=functions)
        over = _over_budget(cost, budget, worst_budget)
        return (_for_machines(asked, cost, over) if as_json else _text(asked, cost, states, paths)), not over, over

    leave(tell_all(targets, options, as_json, tell))


def _functions(options: dict[str, Any], usual: float) -> LambdaUse | None:
    from flowdsl.cli.estimates import seconds_of
    from flowdsl.estimate.cost import LambdaUse

    if options["lambda_memory"] is None and options["lambda_time"] is None:
        return None
    time = options["lambda_time"]
    return LambdaUse(options["lambda_memory"] or 128, float(usual) if time is None else seconds_of(time))


def _over_budget(cost: Cost, budget: float | None, worst_budget: float | None) -> list[str]:
    found: list[str] = []
    for most, each, when in (
        (budget, _each(cost, worst=False), "when nothing fails"),
        (worst_budget, _each(cost, worst=True), "at worst"),
    ):
        if most is not None and (price := each * cost.volume) > most:
            found.append(f"{cost.volume:,} executions cost ${price:,.2f} {when}, and the budget is ${most:,.2f}")
    return found


def _each(cost: Cost, *, worst: bool) -> float:
    """One execution in the machine's own type."""
    if cost.estimate.type == "EXPRESS":
        express = cost.express_worst if worst else cost.express
        if express is not None:
            return express.each
    return float((cost.standard_worst if worst else cost.standard).at(cost.values))


def _text(asked: Asked, cost: Cost, states: bool, paths: bool) -> str:
    from flowdsl.cli.estimates import table

    estimate, prices = cost.estimate, cost.prices
    volume = f"{cost.volume:,}"
    rows = [
        [
            "Standard",
            _formula(cost.standard),
            _money(cost.standard.at(cost.values) * cost.volume),
            _formula(cost.standard_worst),
            _money(cost.standard_worst.at(cost.values) * cost.volume),
        ]
    ]
    if cost.express is not None and cost.express_worst is not None:
        rows.append(
            [
                "Express",
                f"${cost.express.each:.8f}",
                _money(cost.express.each * cost.volume),
                f"${cost.express_worst.each:.8f}",
                _money(cost.express_worst.each * cost.volume),
            ]
        )
    head = ["", "one, nothing failing", f"{volume} of them", "one, at worst", f"{volume} of them"]
    parts = [f"{estimate.definition.name or 'definition'} ({estimate.type})", table(head, rows), _express_text(cost)]
    symbols = asked.text()
    if symbols:
        parts.append("\n".join(symbols))
    if states:
        state_rows = [[s.state, _formula(s.smooth), _formula(s.worst)] for s in cost.states]
        parts.append(table(["one visit of", "nothing failing", "at worst"], state_rows))
    if paths:
        path_rows = [
            [
                f"{p.state} ({p.kind})",
                "only after a failure" if p.smooth is None else _formula(p.smooth),
                _formula(p.worst),
            ]
            for p in cost.paths
        ]
        parts.append(table(["ways to", "nothing failing", "at worst"], path_rows))
    parts.append(_basis(cost, prices))
    return "\n\n".join(parts)


def _express_text(cost: Cost) -> str:
    if cost.not_express is not None:
        return f"It cannot be Express: {cost.not_express}."
    express = cost.express
    assert express is not None
    standard = float(cost.standard.at(cost.values))
    cheaper, dearer = sorted((standard, express.each))
    factor = dearer / cheaper if cheaper else 1.0
    name = "Express" if express.each < standard else "Standard"
    return (
        f"{name} is {factor:,.1f} times cheaper. Express is billed {express.billed_seconds:g} s at {express.memory_mb} MB, and "
        "runs each step at least once."
    )


def _basis(cost: Cost, prices: Prices) -> str:
    counted = "Lambda included" if cost.functions is not None else "without what the called services cost"
    return f"{prices.currency}, list prices of {prices.as_of}, {prices.region}, no free tier; {counted}."


def _formula(amount: Amount) -> str:
    terms: list[str] = []
    for s in amount.sums:
        parts = [
            f"{_dollars(n)}{' ' + ' '.join(m) if m else ''}"
            for m, n in sorted(s.items(), key=lambda t: (len(t[0]), t[0]))
        ]
        terms.append(" + ".join(parts) or "$0.000000")
    return terms[0] if len(terms) == 1 else f"max({', '.join(terms)})"


def _dollars(amount: float) -> str:
    """Millionths, or as many places as show three digits of less."""
    whole = not amount or amount >= 0.0001 or abs(amount * 1e6 - round(amount * 1e6)) < 1e-6
    return f"${amount:.{6 if whole else min(12, max(6, 2 - floor(log10(amount))))}f}"


def _money(price: float) -> str:
    return f"${price:,.2f}"


def _for_machines(asked: Asked, cost: Cost, over: list[str]) -> dict[str, Any]:
    def priced(amount: Amount) -> dict[str, Any]:
        each = float(amount.at(cost.values))
        return {"formula": str(amount), "each": each, "volume": each * cost.volume}

    def express(found: ExpressCost | None) -> dict[str, Any] | None:
        if found is None:
            return None
        return {
            "each": found.each,
            "volume": found.each * cost.volume,
            "billed_seconds": found.billed_seconds,
            "memory_mb": found.memory_mb,
        }

    return {
        "name": cost.estimate.definition.name,
        "type": cost.estimate.type,
        "prices": {"as_of": cost.prices.as_of, "currency": cost.prices.currency, "region": cost.prices.region},
        "volume": cost.volume,
        "symbols": asked.json(),
        "standard": {"nothing_fails": priced(cost.standard), "worst": priced(cost.standard_worst)},
        "express": {
            "nothing_fails": express(cost.express),
            "worst": express(cost.express_worst),
            "not_possible": cost.not_express,
        },
        "states": [
            {"state": s.state, "pointer": s.pointer, "nothing_fails": priced(s.smooth), "worst": priced(s.worst)}
            for s in cost.states
        ],
        "paths": [
            {
                "end": p.state,
                "kind": p.kind,
                "nothing_fails": None if p.smooth is None else priced(p.smooth),
                "worst": priced(p.worst),
            }
            for p in cost.paths
        ],
        "over_budget": over,
    }
