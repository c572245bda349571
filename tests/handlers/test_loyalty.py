"""The counter, delivered twice."""

from __future__ import annotations

import pytest

from flowdsl.handler import KeyReused
from flowdsl.testing import proof
from handlers.loyalty import Awarded, add_points
from tests import world

WORLD = ("POINTS_TABLE", "IDEMPOTENCY_TABLE")

EVENT = {"order_id": "o1", "customer": "ada", "points": 4}


def test_two_deliveries_count_once_and_answer_the_same() -> None:
    assert [add_points(order_id="o1", customer="ada", points=4) for _ in range(2)] == [
        Awarded(customer="ada", points=4)
    ] * 2
    assert world.get("POINTS_TABLE", customer="ada") == {"customer": "ada", "points": 4}


def test_the_same_order_with_other_points_is_refused() -> None:
    add_points(order_id="o1", customer="ada", points=4)
    with pytest.raises(KeyReused):
        add_points(order_id="o1", customer="ada", points=5)
    assert world.get("POINTS_TABLE", customer="ada") == {"customer": "ada", "points": 4}


@proof(add_points, EVENT, world.only("POINTS_TABLE", "IDEMPOTENCY_TABLE"))
def test_counting_is_idempotent() -> None:
    assert world.get("POINTS_TABLE", customer="ada") == {"customer": "ada", "points": 4}
