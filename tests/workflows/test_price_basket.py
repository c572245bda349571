"""What the caller gets, and how long it waits for it."""

from __future__ import annotations

from typing import Any

import pytest

from flowdsl.testing import hangs, raises, simulate
from handlers.orders import quote_line
from workflows.price_basket import price_basket

WORLD = ("PRICES_TABLE",)

QUOTE = {"sku": "tea", "amount": 900}


def basket(*skus: str) -> dict[str, Any]:
    return {"tier": "standard", "lines": [{"sku": sku, "quantity": 2} for sku in skus]}


def test_a_basket_is_priced() -> None:
    execution = simulate(price_basket, basket("tea", "kettle"))
    assert execution.output == {
        "status": 200,
        "total": 60_900,
        "lines": [{"sku": "tea", "amount": 900}, {"sku": "kettle", "amount": 60_000}],
    }


def test_a_basket_of_one_line_is_a_list_of_one() -> None:
    assert simulate(price_basket, basket("tea")).output == {"status": 200, "total": 900, "lines": [QUOTE]}


def test_an_empty_basket_is_a_bad_request() -> None:
    assert simulate(price_basket, basket()).output["status"] == 400


def test_an_unknown_article_is_not_found_and_no_failure() -> None:
    execution = simulate(price_basket, basket("tea", "teapot"))
    assert execution.status == "SUCCEEDED"
    assert execution.output == {"status": 404, "message": "one of the articles is not for sale"}


def test_asking_twice_gives_the_same_price() -> None:
    first, second = (simulate(price_basket, basket("tea")) for _ in range(2))
    assert first.output == second.output


def test_a_throttled_function_is_called_again_while_the_caller_waits() -> None:
    execution = simulate(price_basket, basket("tea"), {quote_line: [raises("Lambda.TooManyRequestsException"), QUOTE]})
    assert execution.output["total"] == 900
    assert execution.elapsed_seconds == 1


@pytest.mark.parametrize("answer", [hangs(), raises("Lambda.TooManyRequestsException")])
def test_the_caller_never_waits_longer_than_api_gateway(answer: Any) -> None:
    execution = simulate(price_basket, basket("tea"), {quote_line: answer})
    assert execution.status == "FAILED"
    assert execution.elapsed_seconds < 29
