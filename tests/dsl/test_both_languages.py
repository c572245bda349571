"""Random typed workflows compute the same in JSONata and in JSONPath, run offline."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from flowdsl import Choice, Map, Parallel, Pass, Var, fn, workflow
from flowdsl.testing import simulate


class Item(BaseModel):
    sku: str
    n: int


class In(BaseModel):
    id: str
    a: int
    b: int
    flag: bool
    tier: Literal["x", "y"]
    items: list[Item]
    tags: list[str]
    maybe: str | None = None


names = st.text("abcxyz '{}\\é", min_size=0, max_size=6)
inputs = st.fixed_dictionaries(
    {
        "id": names,
        "a": st.integers(-50, 50),
        "b": st.integers(-50, 50),
        "flag": st.booleans(),
        "tier": st.sampled_from(["x", "y"]),
        "items": st.lists(st.fixed_dictionaries({"sku": names, "n": st.integers(0, 9)}), max_size=4),
        "tags": st.lists(names, min_size=1, max_size=4),
    },
    optional={"maybe": st.none() | names},
)

# Recipes: functions of what may be read, so that the same one is applied in each language.
Recipe = Callable[[Any], Any]

numbers: list[Recipe] = [
    lambda r: r.i.a,
    lambda r: r.i.b,
    lambda r: r.n,
    lambda r: fn.count(r.i.items),
    lambda r: fn.count(r.i.tags),
]
texts: list[Recipe] = [
    lambda r: r.i.id,
    lambda r: r.i.tier,
    lambda r: r.i.tags[0],
    lambda r: r.i.tags[-1],
    lambda r: f"<{r.i.id}'{{}}{r.i.a}>",
    lambda r: "it's",
]
integer = st.sampled_from(numbers)
whole = st.one_of(
    integer,
    st.builds(lambda f, k: lambda r: f(r) + k, integer, st.integers(-9, 9)),
    st.builds(lambda f, k: lambda r: f(r) - k, integer, st.integers(0, 9)),
    st.builds(lambda f, g: lambda r: f(r) + g(r), integer, integer),
)
text = st.one_of(
    st.sampled_from(texts),
    st.builds(lambda f, g: lambda r: f"{f(r)}-{g(r)}", st.sampled_from(texts), integer),
    st.builds(lambda f: lambda r: fn.hash(f(r), "SHA-256"), st.sampled_from(texts)),
)
value = st.one_of(
    whole,
    text,
    st.builds(lambda f, g: lambda r: {"k": f(r), "l": [g(r), 1, None]}, whole, text),
    st.sampled_from(
        [lambda r: r.i.items, lambda r: r.i.flag, lambda r: [r.i.id, r.n], lambda r: fn.distinct(r.i.tags)]
    ),
)
comparison = st.builds(
    lambda op, f, k: lambda r: {"<": f(r) < k, ">": f(r) > k, "==": f(r) == k, "!=": f(r) != k, "<=": f(r) <= k}[op],
    st.sampled_from(["<", ">", "==", "!=", "<="]),
    st.sampled_from(numbers[:3]),
    st.integers(-9, 9),
)
atom = st.one_of(
    comparison,
    st.sampled_from(
        [
            lambda r: r.i.flag,
            lambda r: r.i.tier == "x",
            lambda r: r.i.a < r.i.b,
            lambda r: r.i.id == r.i.tier,
            lambda r: fn.exists(r.i.maybe),
            lambda r: r.i.maybe == "a",
            lambda r: fn.one_of(r.i.id, ["a", "b", ""]),
            lambda r: fn.contains(r.i.id, "a"),
        ]
    ),
)
condition = st.recursive(
    atom,
    lambda inner: st.one_of(
        st.builds(lambda f, g: lambda r: f(r) & g(r), inner, inner),
        st.builds(lambda f, g: lambda r: f(r) | g(r), inner, inner),
        st.builds(lambda f: lambda r: fn.not_(f(r)), inner),
    ),
    max_leaves=4,
)


class Readable:
    """What a recipe may read: the input, and a counter."""

    def __init__(self, i: Any, n: Any) -> None:
        self.i = i
        self.n = n


steps = st.lists(
    st.one_of(
        st.tuples(st.just("pass"), value),
        st.tuples(st.just("set"), whole),
        st.tuples(st.just("decide"), condition),
        st.tuples(st.just("each"), st.tuples(value, condition)),
        st.tuples(st.just("both"), st.tuples(value, text)),
        st.tuples(st.just("leave"), condition),
    ),
    min_size=1,
    max_size=5,
)


def made(language: Any, plan: list[tuple[str, Any]]) -> Any:
    """The workflow of a plan."""

    @workflow(query_language=language)
    def flow(i: In) -> Any:
        counter = Var[int]()
        last: Any = Pass(name="Begin").assign(counter, 0)
        results: dict[str, Any] = {}

        def after(state: Any, name: str, result: Any = None) -> None:
            nonlocal last
            last >> state
            last = state
            if result is not None:
                results[name] = result

        for at, (kind, recipe) in enumerate(plan):
            name = f"{kind}{at}"
            reads = Readable(i, counter.value)
            if kind == "pass":
                state: Any = Pass(name=name, output=recipe(reads))
                after(state, name, state.result)
            elif kind == "set":
                after(Pass(name=name).assign(counter, recipe(reads)), name)
            elif kind == "decide":
                check, left, right, join = (
                    Choice(name=name),
                    Pass(name=f"{name} l"),
                    Pass(name=f"{name} r"),
                    Pass(name=f"{name} j"),
                )
                check.when(recipe(reads)) >> left.assign(counter, counter.value + 1) >> join
                check.otherwise >> right >> join
                last >> check
                last = join
            elif kind == "leave":
                check, stay = Choice(name=name), Pass(name=f"{name} s")
                check.when(recipe(reads)).assign(counter, 7) >> Pass(name=f"{name} e", output={"left": at})
                check.otherwise >> stay
                last >> check
                last = stay
            elif kind == "each":
                state = Map(_each(name, i, *recipe), i.items, name=name)
                after(state, name, state.result)
            else:
                first, second = _branch(f"{name} a", reads, recipe[0]), _branch(f"{name} b", reads, recipe[1])
                state = Parallel(first, second, name=name)
                after(state, name, [state.result_of(second), state.result_of(first)])
        end = Pass(name="End")
        last >> end
        return {"n": counter.value, **results}

    return flow


def _each(name: str, i: In, recipe: Recipe, test: Recipe) -> Any:
    def each(item: Item) -> Any:
        check = Choice(name=f"{name} check")
        yes = Pass(name=f"{name} yes", output={"sku": item.sku, "n": item.n + 1, "v": recipe(Readable(i, item.n))})
        no = Pass(name=f"{name} no", output=item.sku)
        check.when((item.n > 3) & test(Readable(i, item.n))) >> yes
        check.otherwise >> no

    return each


def _branch(name: str, reads: Readable, recipe: Recipe) -> Any:
    def branch() -> Any:
        one = Pass(name=name, output=recipe(reads))
        return one.result

    branch.__name__ = name.replace(" ", "_")
    return branch


@settings(max_examples=120, deadline=None)
@given(plan=steps, values=st.lists(inputs, min_size=1, max_size=3))
def test_a_workflow_computes_the_same_in_both_languages(
    plan: list[tuple[str, Any]], values: list[dict[str, Any]]
) -> None:
    jsonata, jsonpath = made("JSONata", plan), made("JSONPath", plan)
    for given_input in values:
        one, two = simulate(jsonata, given_input), simulate(jsonpath, given_input)
        assert (one.status, one.error, one.output) == (two.status, two.error, two.output), (one.cause, two.cause)
        assert [s for s in one.path if "Bind" not in s] == [s for s in two.path if "Bind" not in s]
        assert one.status == "SUCCEEDED", one.cause
