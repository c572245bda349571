"""The worst way through one scope: linear in states and transitions, whatever its loops."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from flowdsl.analysis.graph import Loop, ScopeGraph
from flowdsl.estimate.amount import Amount
from flowdsl.estimate.model import NOTHING, Costs, worst
from flowdsl.estimate.symbols import Symbols
from flowdsl.estimate.visits import Visit


class Direction(NamedTuple):
    """A scope's transitions read forwards or backwards: a worst way is found the same way round from either end."""

    graph: ScopeGraph
    order: list[int]
    out: list[list[int]]
    """Transitions to go on by, of each row."""
    target: list[int]
    """Where each of them leads."""
    sources: list[int]


def forwards(graph: ScopeGraph) -> Direction:
    """From where one stands to an end."""
    return Direction(graph, graph.order, graph.out, graph.targets, graph.sources)


def backwards(graph: ScopeGraph) -> Direction:
    """From where one stands back to StartAt."""
    return Direction(graph, graph.order[::-1], graph.into, graph.sources, graph.targets)


def worst_ways(graph: ScopeGraph, visits: list[Visit], symbols: Symbols) -> list[Costs | None]:
    """For each row, the most that is left from entering it; None for one from which there is no way on or out."""
    stops = [visits[row].through if graph.ends[row] else None for row in range(len(graph))]
    # Any state may fail and end the scope where it stands. Outside loops that is less than going on; inside one it may
    # be more than the way out.
    failing: list[Costs | None] = [visit.through for visit in visits]
    return _ways(forwards(graph), worst_edges(graph, visits), stops, failing, symbols.loops(graph))


def smooth_ways(graph: ScopeGraph, visits: list[Visit], symbols: Symbols) -> list[Costs | None]:
    """The same when nothing fails: first tries succeed, and no Catcher is taken."""
    stops = [visits[row].smooth if graph.ends[row] else None for row in range(len(graph))]
    return _ways(
        forwards(graph), smooth_edges(graph, visits), stops, [None] * len(graph), symbols.loops(graph, smooth=True)
    )


def arrivals(
    graph: ScopeGraph, edges: list[Costs | None], symbols: Symbols, *, smooth: bool = False
) -> list[Costs | None]:
    """For each row, the most that was spent before entering it; None for one that these transitions do not lead to."""
    stops: list[Costs | None] = [None] * len(graph)
    if graph.start is not None:
        stops[graph.start] = NOTHING
    return _ways(backwards(graph), edges, stops, [None] * len(graph), symbols.loops(graph, smooth=smooth))


def worst_edges(graph: ScopeGraph, visits: list[Visit]) -> list[Costs | None]:
    """What the visit costs at most that a transition ends, by the transition's number."""
    return [
        visits[graph.sources[n]].caught if t.via == "Catch" else visits[graph.sources[n]].through
        for n, t in enumerate(graph.transitions)
    ]


def smooth_edges(graph: ScopeGraph, visits: list[Visit]) -> list[Costs | None]:
    """The same when nothing fails; None for what only a failure leads along."""
    return [None if t.via == "Catch" else visits[graph.sources[n]].smooth for n, t in enumerate(graph.transitions)]


def _ways(
    way: Direction,
    edges: list[Costs | None],
    stops: list[Costs | None],
    failing: list[Costs | None],
    loops: list[tuple[Loop, Amount]],
) -> list[Costs | None]:
    components = way.graph.components
    position = {row: i for i, row in enumerate(way.order)}
    rest: list[Costs | None] = [None] * len(way.graph)
    looped = {components[loop.rows[0]]: (loop, rounds) for loop, rounds in loops}
    members: dict[int, list[int]] = {}
    for row in way.order:
        members.setdefault(components[row], []).append(row)
    # Components are numbered so that what one leads to comes before it; read backwards, the other way round.
    for component in sorted(members, reverse=way.out is way.graph.into):
        rows = members[component]
        found = looped.get(component)
        if found is None:
            rest[rows[0]] = _out(way, rows[0], edges, stops, rest)
        else:
            _round(way, rows, found, edges, [(stops[r], failing[r]) for r in rows], rest, position)
    return rest


def _out(
    way: Direction, row: int, edges: list[Costs | None], stops: list[Costs | None], rest: list[Costs | None]
) -> Costs | None:
    """The worst of the ways on from a row that is in no loop."""
    stop = stops[row]
    ways = [] if stop is None else [stop]
    for number in way.out[row]:
        cost, onward = edges[number], rest[way.target[number]]
        if cost is not None and onward is not None:
            ways.append(cost + onward)
    return worst(ways) if ways else None


def _round(
    way: Direction,
    rows: list[int],
    found: tuple[Loop, Amount],
    edges: list[Costs | None],
    stops: list[tuple[Costs | None, Costs | None]],
    rest: list[Costs | None],
    position: dict[int, int],
) -> None:
    """A loop: so many of its longest rounds, then the longest way out.

    A way that goes back k times is k rounds, each from where one goes back to up to the next going back, and a last
    part without any. `rows` stand in the direction's order: what goes against it goes back.
    """
    loop, times = found
    inner = set(loop.inner)
    back = {n for n in inner if position[way.target[n]] <= position[way.sources[n]] and edges[n] is not None}
    headers = sorted({way.target[number] for number in back})
    leaving: dict[int, Costs | None] = {}
    around: dict[int, Costs | None] = {}
    for row, ended in zip(reversed(rows), reversed(stops), strict=True):
        ways = [stop for stop in ended if stop is not None]
        rounds: list[Costs] = []
        for number in way.out[row]:
            cost = edges[number]
            if cost is None:
                continue
            target = way.target[number]
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
    forward = way.out is way.graph.out
    for row in rows:
        # Where the loop is entered, one may be inside a round already.
        out = _worst_of((leaving[row], last))
        if out is None and not forward:
            continue  # StartAt does not lead here.
        first = _worst_of((around[row], longest))
        rest[row] = (first or NOTHING).times(times) + (out or NOTHING)


def _worst_of(costs: Iterable[Costs | None]) -> Costs | None:
    known = [c for c in costs if c is not None]
    return worst(known) if known else None
