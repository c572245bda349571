"""Points are counted once an order, however often the function is called."""

from __future__ import annotations

from typing import Any

import pytest

from flowdsl.handler import AlreadyRunning, KeyReused
from flowdsl.testing import raises, simulate
from handlers.loyalty import add_points
from tests import world
from workflows.award_points import award_points

WORLD = ("POINTS_TABLE", "IDEMPOTENCY_TABLE")

PURCHASE = {"order_id": "o1", "customer": "ada", "amount": 4_999}


def points() -> int:
    item = world.get("POINTS_TABLE", customer="ada")
    return 0 if item is None else int(item["points"])


def test_a_point_for_each_whole_ten_euros() -> None:
    assert simulate(award_points, PURCHASE).output == {"customer": "ada", "points": 4}
    assert points() == 4


def test_an_order_that_comes_twice_counts_once() -> None:
    first, second = (simulate(award_points, PURCHASE) for _ in range(2))
    assert first.output == second.output
    assert points() == 4


def test_two_orders_count_twice() -> None:
    for order in ("o1", "o2"):
        simulate(award_points, {**PURCHASE, "order_id": order})
    assert points() == 8


def test_a_small_order_brings_nothing_and_calls_nobody() -> None:
    execution = simulate(award_points, {**PURCHASE, "amount": 999})
    assert (execution.path, execution.output) == (["Worth", "None"], {"customer": "ada", "points": 0})


def test_a_function_that_was_cut_off_after_it_had_counted_is_called_again_and_counts_nothing() -> None:
    def cut_off(request: Any) -> Any:
        add_points.invoke(request)
        return raises("Lambda.ServiceException", "the connection was lost")

    execution = simulate(award_points, PURCHASE, {"Award": [cut_off, add_points.invoke]})
    assert execution.output == {"customer": "ada", "points": 4}
    assert points() == 4


def test_while_another_delivery_is_at_work_it_is_waited_for() -> None:
    execution = simulate(
        award_points, PURCHASE, {add_points: [raises(AlreadyRunning), {"customer": "ada", "points": 4}]}
    )
    assert execution.elapsed_seconds == 3


def test_another_amount_for_the_same_order_is_refused_at_once() -> None:
    simulate(award_points, PURCHASE)
    execution = simulate(award_points, {**PURCHASE, "amount": 9_999})
    assert (execution.error, execution.elapsed_seconds) == (KeyReused.__name__, 0)
    assert points() == 4


@pytest.mark.parametrize("seed", range(3))
def test_a_throttled_function_is_called_again(seed: int) -> None:
    throttled = raises("Lambda.TooManyRequestsException")
    execution = simulate(award_points, PURCHASE, {add_points: [throttled, {"customer": "ada", "points": 4}]}, seed=seed)
    assert execution.elapsed_seconds <= 2
