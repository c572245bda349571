"""The graph of a scope: what is reached, what ends, what goes round; nothing of it by recursion."""

from __future__ import annotations

from typing import Any

import networkx
from hypothesis import given
from hypothesis import strategies as st

from flowdsl.analysis.graph import Graph, ScopeGraph
from flowdsl.asl.definition import Definition


def graph_of(states: dict[str, Any], start: str = "A") -> ScopeGraph:
    return Graph(Definition({"StartAt": start, "States": states})).scopes[0]


def test_transitions_are_in_the_order_in_which_they_are_tried() -> None:
    graph = graph_of(
        {
            "A": {"Type": "Choice", "Choices": [{"Next": "B"}, {"Next": "C"}], "Default": "B"},
            "B": {"Type": "Task", "Next": "C", "Catch": [{"Next": "A"}, {"Next": "C"}]},
            "C": {"Type": "Succeed"},
        }
    )
    assert [(t.source, t.target, t.via, t.number, t.pointer) for t in graph.transitions] == [
        ("A", "B", "Choices", 0, "/States/A/Choices/0/Next"),
        ("A", "C", "Choices", 1, "/States/A/Choices/1/Next"),
        ("A", "B", "Default", 0, "/States/A/Default"),
        ("B", "C", "Next", 0, "/States/B/Next"),
        ("B", "A", "Catch", 0, "/States/B/Catch/0/Next"),
        ("B", "C", "Catch", 1, "/States/B/Catch/1/Next"),
    ]


def test_a_target_that_is_no_state_dangles_and_its_source_counts_as_an_end() -> None:
    graph = graph_of({"A": {"Type": "Pass", "Next": "Nope"}})
    assert [t.target for t in graph.dangling] == ["Nope"]
    assert graph.ends == [True]


def test_without_a_start_everything_counts_as_reached() -> None:
    assert graph_of({"A": {"Type": "Succeed"}}, start="Nope").reachable == [True]


def test_a_branch_and_a_processor_have_graphs_of_their_own() -> None:
    inner = {"StartAt": "I", "States": {"I": {"Type": "Succeed"}}}
    graph = Graph(
        Definition(
            {
                "StartAt": "A",
                "States": {
                    "A": {"Type": "Parallel", "Branches": [inner, inner], "Next": "M"},
                    "M": {"Type": "Map", "ItemProcessor": inner, "End": True},
                },
            }
        )
    )
    assert [g.scope.pointer for g in graph.scopes] == [
        "",
        "/States/A/Branches/0",
        "/States/A/Branches/1",
        "/States/M/ItemProcessor",
    ]
    assert len(graph.inner(graph.scopes[0].nodes[0])) == 2


@st.composite
def machines(draw: st.DrawFn) -> dict[str, Any]:
    names = [f"S{i}" for i in range(draw(st.integers(1, 12)))]
    states: dict[str, Any] = {}
    for name in names:
        kind = draw(st.sampled_from(["Pass", "Choice", "Succeed", "End"]))
        target = st.sampled_from(names)
        if kind == "Choice":
            states[name] = {
                "Type": "Choice",
                "Choices": [{"Next": draw(target)} for _ in range(draw(st.integers(1, 3)))],
            }
        elif kind == "Succeed":
            states[name] = {"Type": "Succeed"}
        elif kind == "End":
            states[name] = {"Type": "Pass", "End": True}
        else:
            states[name] = {"Type": "Pass", "Next": draw(target)}
    return states


@given(machines())
def test_reaching_and_loops_are_those_of_networkx(states: dict[str, Any]) -> None:
    graph = graph_of(states, "S0")
    other = graph.to_networkx()
    names = [node.name for node in graph.nodes]
    reached = {names[row] for row, is_reached in enumerate(graph.reachable) if is_reached}
    assert reached == {"S0", *networkx.descendants(other, "S0")}
    ends = {names[row] for row, end in enumerate(graph.ends) if end}
    able = {names[row] for row, able in enumerate(graph.reaches_end) if able}
    assert able == ends | {n for n in names if networkx.descendants(other, n) & ends}
    loops = {frozenset(names[row] for row in loop.rows) for loop in graph.loops}
    components = networkx.strongly_connected_components(other)
    assert loops == {frozenset(c) for c in components if len(c) > 1 or any(other.has_edge(n, n) for n in c)}
    assert {names[row] for row in graph.order} == reached


@given(machines())
def test_without_loops_the_order_leads_on(states: dict[str, Any]) -> None:
    graph = graph_of(states, "S0")
    if not graph.has_loops:
        place = {row: i for i, row in enumerate(graph.order)}
        assert all(place[row] < place[after] for row in graph.order for after in graph.successors(row))


def test_a_chain_of_a_hundred_thousand_states_is_no_recursion() -> None:
    count = 100_000
    states: dict[str, Any] = {f"S{i}": {"Type": "Pass", "Next": f"S{i + 1}"} for i in range(count)}
    states[f"S{count}"] = {"Type": "Pass", "Next": "S0"}
    graph = graph_of(states, "S0")
    assert len(graph.loops) == 1
    assert not any(graph.reaches_end)
