"""$keys and $distinct over much: as the library's own, at a cost that grows no faster than what they are given."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowdsl.query.base import Env
from flowdsl.query.jsonata.linear import distinct_of_many, keys_of_many
from flowdsl.query.jsonata.runner import Runner

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.floats(-2, 2).map(lambda x: round(x, 1))
    | st.text("ab1", max_size=2)
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=1), inner, max_size=3),
    max_leaves=4,
)


def run(expression: str, value: Any = None) -> Any:
    return Runner(expression).run(Env(value))


@given(st.lists(values, max_size=12))
def test_distinct_of_many_is_distinct_of_few(items: list[Any]) -> None:
    assert distinct_of_many(items) == run("[$distinct($states.input)]", items)


@given(st.lists(st.dictionaries(st.sampled_from("abcd"), st.none(), max_size=3), max_size=12))
def test_keys_of_many_are_keys_of_few(items: list[Any]) -> None:
    assert keys_of_many(items) == run("$keys($states.input)", items)


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("$count($distinct([1..100000].{'a': $}))", 100_000),
        ("$count($distinct([1..100000].($string($))))", 100_000),
        ("$count($keys([1..100000].{$string($): $}))", 100_000),
        ("$count($keys($merge([1..100000].{$string($): $})))", 100_000),
        ("$count($keys([1..100000]{$string($): $}))", 100_000),
    ],
)
def test_a_hundred_thousand_take_no_longer_than_their_number_asks(expression: str, told: int) -> None:
    began = time.monotonic()
    assert run(expression) == told
    assert time.monotonic() - began < 8


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("$distinct([1..300].('a'))", "a"),
        ("$distinct([1..300].(1))[0]", 1),
        ("$distinct($append([1..300], [1, 2, null, true, '1']))[[299..305]]", [300, None, True, "1"]),
        ("$map([{'a': 1}, {'b': 2}], $keys)", [["a"], ["b"]]),
        ("{'a': 1}.$keys()", "a"),
        ("$keys([1..300].{'a': $})", "a"),
        ("$keys({})", ...),
        ("($keys := 5; $keys)", 5),
    ],
)
def test_what_they_give_is_what_jsonata_gives(expression: str, told: Any) -> None:
    assert run(expression) == told


def test_a_variable_of_their_name_hides_them() -> None:
    assert Runner("$distinct").run(Env(None, variables={"distinct": 7})) == 7
    assert Runner("$count & $keys({'a': 1})").run(Env(None, variables={"count": 7})) == "7a"
