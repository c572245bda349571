"""An expression computes at run time what Python would have computed from the same values."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from flowdsl import Pass, fn, workflow
from flowdsl.testing import simulate


class In(BaseModel):
    a: int
    b: int
    c: int
    x: float
    s: str
    t: str
    ok: bool
    no: bool
    ns: list[int]
    ss: list[str]


class Of:
    """The same functions on plain values, so that one recipe runs on expressions and on values."""

    count = staticmethod(len)
    length = staticmethod(len)
    sum = staticmethod(sum)
    uppercase = staticmethod(str.upper)
    lowercase = staticmethod(str.lower)
    reverse = staticmethod(lambda items: list(reversed(items)))
    sort = staticmethod(sorted)
    distinct = staticmethod(lambda items: list(dict.fromkeys(items)))
    append = staticmethod(lambda first, second: [*first, *second])
    not_ = staticmethod(operator.not_)
    one_of = staticmethod(lambda value, options: value in options)
    if_else = staticmethod(lambda test, then, otherwise: then if test else otherwise)
    contains = staticmethod(lambda text, part: part in text)
    map = staticmethod(lambda items, function: [function(i) for i in items])
    filter = staticmethod(lambda items, function: [i for i in items if function(i)])
    join = staticmethod(lambda texts, separator: separator.join(texts))


Recipe = Callable[[Any, Any], Any]
small = st.integers(-9, 9)
numbers = st.recursive(
    st.one_of(
        st.sampled_from(
            [
                lambda i, f: i.a,
                lambda i, f: i.b,
                lambda i, f: i.c,
                lambda i, f: f.count(i.ns),
                lambda i, f: f.length(i.s),
            ]
        ),
        st.builds(lambda k: lambda i, f: k, small),
        st.just(lambda i, f: f.sum(i.ns)),
    ),
    lambda inner: st.one_of(
        st.builds(
            lambda op, g, h: lambda i, f: op(g(i, f), h(i, f)),
            st.sampled_from([operator.add, operator.sub, operator.mul]),
            inner,
            inner,
        ),
        st.builds(lambda g: lambda i, f: -g(i, f), inner),
        st.builds(lambda g: lambda i, f: abs(g(i, f)), inner),
        st.builds(lambda g, k: lambda i, f: g(i, f) // k, inner, small.filter(bool)),
        st.builds(lambda g, k: lambda i, f: g(i, f) % k, inner, small.filter(bool)),
    ),
    max_leaves=6,
)
texts = st.recursive(
    st.sampled_from(
        [
            lambda i, f: i.s,
            lambda i, f: i.t,
            lambda i, f: "k'\"\\",
            lambda i, f: f.uppercase(i.s),
            lambda i, f: f.join(i.ss, "-"),
        ]
    ),
    lambda inner: st.one_of(
        st.builds(lambda g, h: lambda i, f: f"{g(i, f)}|{h(i, f)}", inner, numbers),
        st.builds(lambda g, h: lambda i, f: g(i, f) + h(i, f), inner, inner),
    ),
    max_leaves=4,
)
conditions = st.recursive(
    st.one_of(
        st.sampled_from(
            [
                lambda i, f: i.ok,
                lambda i, f: i.no,
                lambda i, f: f.contains(i.s, "a"),
                lambda i, f: f.one_of(i.a, [1, 2, 3]),
            ]
        ),
        st.builds(
            lambda op, g, h: lambda i, f: op(g(i, f), h(i, f)),
            st.sampled_from([operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne]),
            numbers,
            numbers,
        ),
        st.builds(
            lambda op, g, h: lambda i, f: op(g(i, f), h(i, f)),
            st.sampled_from([operator.eq, operator.ne]),
            texts,
            texts,
        ),
    ),
    lambda inner: st.one_of(
        st.builds(
            lambda op, g, h: lambda i, f: op(g(i, f), h(i, f)),
            st.sampled_from([operator.and_, operator.or_]),
            inner,
            inner,
        ),
        st.builds(lambda g: lambda i, f: f.not_(g(i, f)), inner),
    ),
    max_leaves=4,
)
lists = st.sampled_from(
    [
        lambda i, f: i.ns,
        lambda i, f: f.reverse(i.ns),
        lambda i, f: f.sort(i.ns),
        lambda i, f: f.distinct(i.ns),
        lambda i, f: f.append(i.ns, [i.a]),
        lambda i, f: f.map(i.ns, lambda n: n * 2 + i.a),
        lambda i, f: f.filter(i.ns, lambda n: n > i.b),
        lambda i, f: f.map(f.filter(i.ss, lambda s: s != "a"), lambda s: s + "!"),
        lambda i, f: i.ss,
        lambda i, f: [i.a, [i.s, i.ns], {"k": i.ok}],
    ]
)
recipes = st.one_of(
    numbers,
    texts,
    conditions,
    lists,
    st.builds(lambda g, h, k: lambda i, f: f.if_else(g(i, f), h(i, f), k(i, f)), conditions, numbers, numbers),
)
letters = st.text("ab {}%\\\"'é", max_size=4)
inputs = st.fixed_dictionaries(
    {
        "a": small,
        "b": small,
        "c": st.integers(-1000, 1000),
        "x": st.floats(-100, 100),
        "s": letters,
        "t": letters,
        "ok": st.booleans(),
        "no": st.booleans(),
        "ns": st.lists(small, max_size=4),
        "ss": st.lists(letters, max_size=3),
    }
)


@settings(max_examples=250, deadline=None)
@given(recipe=recipes, given_input=inputs)
def test_an_expression_means_what_python_means(recipe: Recipe, given_input: dict[str, Any]) -> None:
    constant = False

    @workflow
    def flow(i: In) -> Any:
        nonlocal constant
        made = recipe(i, fn)
        constant = isinstance(made, (bool, int, str))
        one = Pass(name="One", output={"v": made})
        return one.result

    diagnostics = flow.diagnostics
    # Literals alone are computed by Python itself; a condition of two of them is a finding.
    assume(not constant and not any(d.name == "constant-condition" for d in diagnostics))
    assert [str(d) for d in diagnostics] == []
    execution = simulate(flow, given_input)
    assert execution.status == "SUCCEEDED", execution.cause
    assert execution.output["v"] == recipe(In(**given_input), Of), flow.definition.document
