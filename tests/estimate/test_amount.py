"""Amounts: sums of products, and the larger of those that cannot be compared."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from flowdsl.estimate.amount import ZERO, Amount, largest, total

N, K = Amount.symbol("n"), Amount.symbol("k")


def test_a_sum_is_written_as_one_would_read_it() -> None:
    assert str(Amount.of(36) + N * 9 + N * K * 2) == "36 + 9 n + 2 k n"
    assert str(ZERO) == "0"


def test_the_larger_of_two_that_can_be_compared_is_one_of_them() -> None:
    assert largest([Amount.of(3) + N, Amount.of(5) + N * 2]) == Amount.of(5) + N * 2


def test_two_that_cannot_be_compared_are_both_kept() -> None:
    both = largest([Amount.of(100), N * 7])
    assert str(both) == "max(100, 7 n)"
    assert (both.at({"n": 3}), both.at({"n": 30})) == (100, 210)


def test_a_symbol_may_be_replaced_by_a_number() -> None:
    assert (Amount.of(2) + N * K).put({"k": 5}) == Amount.of(2) + N * 5
    assert (N * K).put({"n": 0}).constant == 0


def test_a_symbol_without_a_value_counts_one() -> None:
    assert (Amount.of(2) + N * 3).at({}) == 5


def test_the_last_value_within_a_limit_is_found() -> None:
    events = Amount.of(30) + N * 35
    assert events.highest("n", 25_000) == 713
    assert events.at({"n": 713}) <= 25_000 < events.at({"n": 714})


def test_a_limit_that_is_never_reached_has_no_last_value() -> None:
    assert Amount.of(30).highest("n", 25_000) is None
    assert Amount.of(30_000).highest("n", 25_000) == -1


def test_many_ways_are_merged_into_one_that_is_no_smaller() -> None:
    ways = [Amount.of(i) + Amount.symbol("n", 40 - i) for i in range(40)]
    merged = largest(ways)
    assert len(merged.sums) == 1
    assert merged.at({"n": 7}) >= max(way.at({"n": 7}) for way in ways)


AMOUNTS = st.builds(
    lambda a, b, c: Amount.of(a) + N * b + N * K * c, st.integers(0, 50), st.integers(0, 50), st.integers(0, 5)
)
VALUES = st.fixed_dictionaries({"n": st.integers(0, 20), "k": st.integers(0, 20)})


@given(st.lists(AMOUNTS, min_size=1, max_size=12), VALUES)
def test_the_largest_is_never_below_any_of_them(amounts: list[Amount], values: dict[str, int]) -> None:
    bound = largest(amounts).at(values)
    assert bound >= max(a.at(values) for a in amounts)


@given(AMOUNTS, AMOUNTS, VALUES)
def test_arithmetic_is_that_of_the_numbers(a: Amount, b: Amount, values: dict[str, int]) -> None:
    assert (a + b).at(values) == a.at(values) + b.at(values)
    assert (a * b).at(values) == a.at(values) * b.at(values)
    assert total([a, b, a]).at(values) == 2 * a.at(values) + b.at(values)
