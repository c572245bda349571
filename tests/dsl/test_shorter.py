"""What is written shorter means the same: fields with defaults, and lists of lists of functions, over random values."""

from __future__ import annotations

import operator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from flowdsl import Pass, fn, workflow
from flowdsl.testing import simulate
from tests.dsl.test_means_python import Of, Recipe


class Loose(BaseModel):
    n: int = 3
    m: int = 4
    t: str = "t"
    u: str | None = None
    ok: bool = True
    ns: list[int] = []
    ss: list[str] = ["a"]
    deep: list[list[int]] = []


class OfLoose(Of):
    map = staticmethod(lambda items, function: [function(i) for i in items])
    sum = staticmethod(sum)


comparisons = st.builds(
    lambda op, field, constant, turned: (
        lambda i, f: op(constant, getattr(i, field)) if turned else op(getattr(i, field), constant)
    ),
    st.sampled_from([operator.eq, operator.ne]),
    st.sampled_from(["n", "m"]),
    st.integers(2, 5),
    st.booleans(),
) | st.builds(
    lambda op, field, constant: lambda i, f: op(getattr(i, field), constant),
    st.sampled_from([operator.eq, operator.ne]),
    st.sampled_from(["t", "u"]),
    st.sampled_from(["t", "u", ""]),
)
conditions = st.recursive(
    comparisons,
    lambda inner: (
        st.builds(
            lambda op, g, h: lambda i, f: op(g(i, f), h(i, f)),
            st.sampled_from([operator.and_, operator.or_]),
            inner,
            inner,
        )
        | st.builds(lambda g: lambda i, f: f.not_(g(i, f)), inner)
        | st.builds(lambda g: lambda i, f: f.if_else(g(i, f), i.n, i.m) > i.n, inner)
    ),
    max_leaves=4,
)
base_lists = st.sampled_from(
    [
        lambda i, f: i.ns,
        lambda i, f: [i.n, i.n, i.m],
        lambda i, f: f.append(i.ns, [i.n]),
        lambda i, f: f.append(i.ns, i.ns),
    ]
)
lists = st.recursive(
    base_lists,
    lambda inner: st.one_of(
        st.builds(lambda g: lambda i, f: f.map(g(i, f), lambda k: k + i.n), inner),
        st.builds(lambda g: lambda i, f: f.filter(g(i, f), lambda k: k > i.n), inner),
        st.builds(lambda g: lambda i, f: f.sort(g(i, f)), inner),
        st.builds(lambda g: lambda i, f: f.reverse(g(i, f)), inner),
        st.builds(lambda g: lambda i, f: f.distinct(g(i, f)), inner),
        st.builds(lambda g, h: lambda i, f: f.append(g(i, f), h(i, f)), inner, inner),
    ),
    max_leaves=4,
)
nested = st.sampled_from(
    [
        lambda i, f: f.filter(i.deep, lambda k: f.count(k) > 1),
        lambda i, f: f.map(f.filter(i.deep, lambda k: f.count(k) > 1), lambda k: f.sum(k)),
        lambda i, f: f.reverse(f.filter(i.deep, lambda k: f.count(k) > 1)),
    ]
)
recipes = st.one_of(
    conditions,
    lists,
    nested,
    st.builds(lambda g: lambda i, f: f.count(g(i, f)), lists),
    st.builds(lambda g: lambda i, f: f.sum(g(i, f)), lists),
    st.just(lambda i, f: f"{i.n}-{i.n}-{i.t}"),
    st.just(lambda i, f: i.n * i.n + i.m),
)
inputs = st.fixed_dictionaries(
    {},
    optional={
        "n": st.integers(2, 5),
        "m": st.integers(2, 5),
        "t": st.sampled_from(["t", "u", ""]),
        "u": st.sampled_from(["t", "u", "", None]),
        "ns": st.lists(st.integers(0, 5), max_size=3),
        "deep": st.lists(st.lists(st.integers(0, 5), max_size=3), max_size=3),
    },
)


@settings(max_examples=300, deadline=None)
@given(recipe=recipes, given_input=inputs)
def test_what_is_shorter_means_what_python_means(recipe: Recipe, given_input: dict[str, Any]) -> None:
    @workflow
    def flow(i: Loose) -> Any:
        one = Pass(name="One", output={"v": recipe(i, fn)})
        return one.result

    assert [str(d) for d in flow.diagnostics] == []
    execution = simulate(flow, given_input)
    assert execution.status == "SUCCEEDED", execution.cause
    assert execution.output["v"] == recipe(Loose(**given_input), OfLoose), flow.definition.document


INPUT = "$states.context.Execution.Input"


@pytest.mark.parametrize(
    ("recipe", "written"),
    [
        (lambda i: i.t == "x", f'{INPUT}.t = "x"'),
        (lambda i: i.t != "x", f'$not({INPUT}.t = "x")'),
        (lambda i: i.t != "t", f'{INPUT}.t != "t"'),
        (lambda i: i.t == "t", f'($exists({INPUT}.t) ? {INPUT}.t : "t") = "t"'),
        (lambda i: i.u == "x", f'{INPUT}.u = "x"'),
        (lambda i: i.n * i.n, f"($n := $exists({INPUT}.n) ? {INPUT}.n : 3; $n * $n)"),
        (
            lambda i: fn.map(fn.filter(i.ss, lambda s: s != "a"), lambda s: fn.uppercase(s)),
            f'$append([], $map($filter($exists({INPUT}.ss) ? {INPUT}.ss : ["a"], function($s) {{ $s != "a" }}), '
            "function($s) { $uppercase($s) })[])",
        ),
        (
            lambda i: fn.append(fn.sort(fn.distinct(i.ss)), ["x"]),
            f'$append($sort($distinct($exists({INPUT}.ss) ? {INPUT}.ss : ["a"])), ["x"])',
        ),
    ],
)
def test_what_is_written(recipe: Any, written: str) -> None:
    @workflow
    def flow(i: Loose) -> Any:
        one = Pass(name="One", output={"v": recipe(i)})
        return one.result

    assert flow.definition.document["States"]["One"]["Output"] == {"v": f"{{% {written} %}}"}


def test_a_value_that_is_computed_once_takes_no_variable_away() -> None:
    @workflow
    def flow(i: Loose) -> Any:
        n = Pass(output=i.m)
        two = Pass(output={"v": n.result + i.n * i.n})
        n >> two
        return two.result

    assert flow.definition.document["States"]["Two"]["Output"]["v"].startswith("{% ($n_2 := $exists(")
    assert simulate(flow, {"n": 2}).output == {"v": 8}
