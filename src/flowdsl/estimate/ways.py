"""The worst way through one scope: linear in states and transitions, whatever its loops."""

from __future__ import annotations

from collections.abc import Iterable

from flowdsl.analysis.graph import ScopeGraph
from flowdsl.estimate.model import NOTHING, Costs, worst
from flowdsl.estimate.symbols import LoopRounds, Symbols
from flowdsl.estimate.visits import Visit


def worst_ways(graph: ScopeGraph, visits: list[Visit], symbols: Symbols) -> list[Costs | None]:
    """For each row, the most that is left from entering it; None for one from which there is no way on or out."""
    edges = [_edge_costs(graph, visits, number) for number in range(len(graph.transitions))]
    stops = [visits[row].through if graph.ends[row] else None for row in range(len(graph))]
    # Any state may fail and end the scope where it stands. Outside loops that is less than going on; inside one it may
    # be more than the way out.
    failing: list[Costs | None] = [visit.through for visit in visits]
    return _ways(graph, edges, stops, failing, symbols.loops(graph))


def smooth_ways(graph: ScopeGraph, visits: list[Visit], symbols: Symbols) -> list[Costs | None]:
    """The same when nothing fails: first tries succeed, and no Catcher is taken."""
    edges: list[Costs | None] = []
    for number, transition in enumerate(graph.transitions):
        edges.append(None if transition.via == "Catch" else visits[graph.sources[number]].smooth)
    stops = [visits[row].smooth if graph.ends[row] else None for row in range(len(graph))]
    return _ways(graph, edges, stops, [None] * len(graph), symbols.loops(graph))


def _edge_costs(graph: ScopeGraph, visits: list[Visit], number: int) -> Costs | None:
    visit = visits[graph.sources[number]]
    return visit.caught if graph.transitions[number].via == "Catch" else visit.through


def _ways(
    graph: ScopeGraph,
    edges: list[Costs | None],
    stops: list[Costs | None],
    failing: list[Costs | None],
    loops: list[LoopRounds],
) -> list[Costs | None]:
    position = {row: i for i, row in enumerate(graph.order)}
    rest: list[Costs | None] = [None] * len(graph)
    looped = {graph.components[found.loop.rows[0]]: found for found in loops}
    # Components are numbered so that what one leads to comes before it.
    members: dict[int, list[int]] = {}
    for row in graph.order:
        members.setdefault(graph.components[row], []).append(row)
    for component in sorted(members):
        rows = members[component]
        found = looped.get(component)
        if found is None:
            rest[rows[0]] = _out(graph, rows[0], edges, stops, rest)
        else:
            _round(graph, rows, found, edges, [(stops[r], failing[r]) for r in range(len(graph))], rest, position)
    return rest


def _out(
    graph: ScopeGraph, row: int, edges: list[Costs | None], stops: list[Costs | None], rest: list[Costs | None]
) -> Costs | None:
    """The worst of the ways out of a row."""
    stop = stops[row]
    ways = [] if stop is None else [stop]
    for number in graph.out[row]:
        cost, onward = edges[number], rest[graph.targets[number]]
        if cost is not None and onward is not None:
            ways.append(cost + onward)
    return worst(ways) if ways else None


def _round(
    graph: ScopeGraph,
    rows: list[int],
    found: LoopRounds,
    edges: list[Costs | None],
    stops: list[tuple[Costs | None, Costs | None]],
    rest: list[Costs | None],
    position: dict[int, int],
) -> None:
    """A loop: so many of its longest rounds, then the longest way out.

    A way that goes back k times is k rounds, each from where one goes back to up to the next going back, and a last
    part without any. `rows` stand in the scope's order: what goes against it goes back.
    """
    inner = set(found.loop.inner)
    back = {
        number
        for number in inner
        if position[graph.targets[number]] <= position[graph.sources[number]] and edges[number]
    }
    headers = sorted({graph.targets[number] for number in back})
    leaving: dict[int, Costs | None] = {}
    around: dict[int, Costs | None] = {}
    for row in reversed(rows):
        ways = [stop for stop in stops[row] if stop is not None]
        rounds: list[Costs] = []
        for number in graph.out[row]:
            cost = edges[number]
            if cost is None:
                continue
            target = graph.targets[number]
            if number in back:
                rounds.append(cost)
            elif number in inner:
                if (onward := leaving.get(target)) is not None:
                    ways.append(cost + onward)
                if (onward := around.get(target)) is not None:
                    rounds.append(cost + onward)
            elif (onward := rest[target]) is not None:
                ways.append(cost + onward)
        leaving[row] = worst(ways) if ways else None
        around[row] = worst(rounds) if rounds else None
    longest = _worst_of(around[row] for row in headers)
    last = _worst_of(leaving[row] for row in headers)
    for row in rows:
        # Where the loop is entered, one may be inside a round already.
        first = _worst_of((around[row], longest))
        rest[row] = _times(first or NOTHING, found) + (_worst_of((leaving[row], last)) or NOTHING)


def _worst_of(costs: Iterable[Costs | None]) -> Costs | None:
    known = [c for c in costs if c is not None]
    return worst(known) if known else None


def _times(costs: Costs, found: LoopRounds) -> Costs:
    rounds = found.rounds
    return Costs(
        costs.events * rounds,
        costs.transitions * rounds,
        costs.seconds * rounds,
        costs.tasks * rounds,
        costs.lambdas * rounds,
    )
