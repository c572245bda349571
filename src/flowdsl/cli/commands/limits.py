"""The worst case against the quotas, and where each breaks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from flowdsl.cli.estimates import estimate_options

if TYPE_CHECKING:
    from flowdsl.cli.estimates import Asked
    from flowdsl.estimate.amount import Amount, Number
    from flowdsl.estimate.estimate import Estimate
    from flowdsl.estimate.limits import Limit, Limits
    from flowdsl.estimate.model import Costs


@click.command("limits")
@click.argument("targets", metavar="[FILE[:WORKFLOW]|FOLDER]...", nargs=-1)
@estimate_options
@click.option("--states", is_flag=True, help="What one visit of each state takes.")
@click.option("--paths", is_flag=True, help="What the ways to each end take.")
@click.option("--max-events", type=click.IntRange(min=1), metavar="N", help="Exit 1 when more history events can come.")
@click.option(
    "--max-transitions", type=click.IntRange(min=1), metavar="N", help="Exit 1 when more transitions can come."
)
@click.option("--max-duration", metavar="TIME", help="Exit 1 when it can take longer: 90s, 15m, 2h.")
@click.option("--max-payload", type=click.IntRange(min=1), metavar="BYTES", help="Exit 1 when a payload can be larger.")
def command(targets: tuple[str, ...], as_json: bool, states: bool, paths: bool, **options: Any) -> None:
    """The worst case of a workflow, and where AWS's quotas break.

    FILE is a Python file with a workflow, or a definition in JSON or YAML; - reads one from standard input; without any,
    all workflows of the project. What only the running execution knows stands in the formulas: n items, k rounds, t seconds.
    A budget counts a symbol as 1 unless --set, --items or --rounds say more.
    Exit 0: within the quotas and budgets; 1: not; 2: it could not be told.
    """
    from flowdsl.cli.estimates import tell_all
    from flowdsl.cli.output import leave
    from flowdsl.estimate.limits import Limits

    def tell(asked: Asked) -> tuple[Any, bool, list[str]]:
        limits = Limits(asked.estimate, asked.values, sized=asked.sized)
        over = _over_budget(limits, options)
        told = _for_machines(asked, limits, over) if as_json else _text(asked, limits, states, paths)
        return told, not over and not any(limit.exceeded for limit in limits.all), over

    leave(tell_all(targets, options, as_json, tell))


def _over_budget(limits: Limits, options: dict[str, Any]) -> list[str]:
    from flowdsl.cli.estimates import seconds_of
    from flowdsl.estimate.limits import duration

    found: list[str] = []
    worst = limits.worst
    for name, amount, what in (
        ("max_events", worst.events, "history events"),
        ("max_transitions", worst.transitions, "transitions"),
    ):
        most = options[name]
        if most is not None and (reached := amount.at(limits.values)) > most:
            found.append(f"up to {reached:,.0f} {what}, and the budget is {most:,}")
    if options["max_duration"] is not None:
        most = seconds_of(options["max_duration"])
        life, _ = limits.estimate.life
        # What nothing ends may take as long as the execution lives.
        endless = any(s.kind == "seconds" and s.name not in limits.values for s in limits.estimate.symbols)
        reached = life if endless else min(life, worst.seconds.at(limits.values))
        if reached > most:
            found.append(f"up to {duration(reached)}, and the budget is {duration(most)}")
    payload = next((limit for limit in limits.all if limit.kind == "payload"), None)
    if options["max_payload"] is not None and payload is not None and payload.at_values > options["max_payload"]:
        found.append(
            f"up to {payload.at_values:,.0f} bytes in {payload.about}, and the budget is {options['max_payload']:,}"
        )
    return found


def _text(asked: Asked, limits: Limits, states: bool, paths: bool) -> str:
    from flowdsl.cli.estimates import table
    from flowdsl.estimate.amount import Amount
    from flowdsl.estimate.limits import duration, duration_of

    estimate = limits.estimate
    worst, smooth = limits.worst, limits.smooth
    rows: list[list[str]] = []
    for limit in limits.all:
        usual = smooth.events if limit.kind == "events" else smooth.seconds if limit.kind == "duration" else None
        shown = duration_of if limit.kind == "duration" else _bytes if limit.kind in ("payload", "definition") else str
        quota = duration(limit.quota) if limit.kind == "duration" else shown(Amount.of(limit.quota))
        rows.append([limit.kind, shown(limit.worst), "" if usual is None else shown(usual), quota, _verdict(limit)])
        if limit.kind == "events" or (limit.kind == "duration" and estimate.type == "EXPRESS"):
            rows.append(["transitions", str(worst.transitions), str(smooth.transitions), "", ""])
    parts = [
        f"{estimate.definition.name or 'definition'} ({estimate.type})",
        table(["", "worst case", "nothing fails", "quota", ""], rows),
    ]
    symbols = asked.text()
    if symbols:
        parts.append("\n".join(symbols))
    if states:
        parts.append(_states(estimate, limits))
    if paths:
        parts.append(_paths(estimate, limits))
    return "\n\n".join(parts)


def _verdict(limit: Limit) -> str:
    if limit.exceeded:
        return f"too much, in {limit.about}" if limit.kind != "duration" else f"too long: {limit.about}"
    if limit.at_values > limit.quota:
        if limit.kind == "duration":
            return f"the worst case is cut: {limit.about}"
        return f"more than fits, if sizes are as assumed ({limit.about})"
    if limit.breaks:
        where = f" ({limit.about})" if limit.kind in ("payload", "child events") else ""
        return "breaks " + ", or ".join(map(str, limit.breaks)) + where
    return limit.about if limit.kind in ("payload", "child events") else ""


def _bytes(amount: Amount) -> str:
    return f"{amount} B"


def _states(estimate: Estimate, limits: Limits) -> str:
    from flowdsl.cli.estimates import table
    from flowdsl.estimate.limits import duration_of

    rows: list[list[str]] = []
    for visit in estimate.visits:
        payload = estimate.payloads.states.get(visit.node.pointer)
        costs = limits.known(visit.through)
        rows.append(
            [
                "  " * visit.node.scope.depth + visit.node.name,
                visit.node.type,
                f"{visit.retries.count + 1:,}",
                str(costs.events),
                str(costs.transitions),
                duration_of(costs.seconds),
                "" if payload is None else str(payload.largest.put(limits.values)),
            ]
        )
    return table(["one visit of", "type", "tries", "events", "transitions", "time", "largest payload"], rows)


def _paths(estimate: Estimate, limits: Limits) -> str:
    from flowdsl.cli.estimates import table
    from flowdsl.estimate.limits import duration_of
    from flowdsl.estimate.paths import ends_of

    rows: list[list[str]] = []
    for end in ends_of(estimate):
        costs = limits.known(end.worst)
        usual = "only after a failure" if end.smooth is None else str(end.smooth.events.put(limits.values))
        rows.append(
            [
                f"{end.state} ({end.kind})",
                str(costs.events),
                usual,
                str(costs.transitions),
                duration_of(costs.seconds),
                " > ".join(end.shortest),
            ]
        )
    return table(["ways to", "events at most", "nothing fails", "transitions", "time", "the shortest"], rows)


def _for_machines(asked: Asked, limits: Limits, over: list[str]) -> dict[str, Any]:
    from flowdsl.estimate.paths import ends_of

    estimate = limits.estimate
    life, why = estimate.life
    return {
        "name": estimate.definition.name,
        "type": estimate.type,
        "symbols": asked.json(),
        "worst": _costs(limits.worst, limits.values),
        "nothing_fails": _costs(limits.smooth, limits.values),
        "life": {"seconds": life, "why": why},
        "limits": [
            {
                "kind": limit.kind,
                "about": limit.about,
                "pointer": limit.pointer,
                "quota": limit.quota,
                "worst": _amount(limit.worst, limit.values),
                "exceeded": limit.exceeded,
                "breaks": [{"symbol": b.symbol.name, "above": b.at, "text": str(b)} for b in limit.breaks],
            }
            for limit in limits.all
        ],
        "states": [
            {
                "state": visit.node.name,
                "pointer": visit.node.pointer,
                "type": visit.node.type,
                "tries": visit.retries.count + 1,
                "worst": _costs(limits.known(visit.through), limits.values),
                "nothing_fails": _costs(visit.smooth.put(limits.values), limits.values),
                "payload": _payload(estimate, visit.node.pointer, limits.values),
            }
            for visit in estimate.visits
        ],
        "paths": [
            {
                "end": end.state,
                "kind": end.kind,
                "shortest": list(end.shortest),
                "worst": _costs(limits.known(end.worst), limits.values),
                "nothing_fails": None if end.smooth is None else _costs(end.smooth.put(limits.values), limits.values),
            }
            for end in ends_of(estimate)
        ],
        "over_budget": over,
    }


def _amount(amount: Amount, values: dict[str, Number]) -> dict[str, Any]:
    return {"formula": str(amount), "value": amount.at(values)}


def _costs(costs: Costs, values: dict[str, Number]) -> dict[str, Any]:
    return {
        "events": _amount(costs.events, values),
        "transitions": _amount(costs.transitions, values),
        "seconds": _amount(costs.seconds, values),
        "tasks": _amount(costs.tasks, values),
        "lambdas": _amount(costs.lambdas, values),
    }


def _payload(estimate: Estimate, pointer: str, values: dict[str, Number]) -> dict[str, Any] | None:
    found = estimate.payloads.states.get(pointer)
    if found is None:
        return None
    parts = {"input": found.taken, "arguments": found.sent, "result": found.result, "output": found.passed}
    return {name: _amount(size, values) for name, size in parts.items()}
