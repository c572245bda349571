"""The order handlers, each delivered twice: the second delivery answers the same and changes nothing."""

from __future__ import annotations

from typing import Any

import pytest

from flowdsl.testing import proof
from handlers.orders import (
    CardDeclined,
    Line,
    OutOfStock,
    UnknownSku,
    charge_card,
    quote_line,
    release_stock,
    reserve_stock,
    send_receipt,
)
from tests import world

WORLD = ("PRICES_TABLE", "STOCK_TABLE", "RESERVATIONS_TABLE", "PAYMENTS_TABLE", "CARDS_TABLE", "RECEIPTS_QUEUE_URL")

TEA = [Line(sku="tea", quantity=2)]


def available(sku: str) -> int:
    item = world.get("STOCK_TABLE", sku=sku)
    assert item is not None
    return int(item["available"])


def balance(card: str) -> int:
    item = world.get("CARDS_TABLE", card=card)
    assert item is not None
    return int(item["balance"])


def test_a_line_costs_its_price_times_its_quantity() -> None:
    assert quote_line(sku="tea", quantity=3, tier="standard").amount == 1350


def test_gold_customers_pay_five_percent_less() -> None:
    assert quote_line(sku="tea", quantity=2, tier="gold").amount == 855


def test_an_article_without_a_price_is_an_unknown_sku() -> None:
    with pytest.raises(UnknownSku, match="teapot"):
        quote_line(sku="teapot", quantity=1, tier="gold")


def test_quoting_twice_gives_the_same_price() -> None:
    assert quote_line(sku="tea", quantity=1, tier="gold") == quote_line(sku="tea", quantity=1, tier="gold")


def test_reserving_takes_the_quantity_out_of_stock() -> None:
    reserve_stock(order_id="o1", lines=TEA)
    assert available("tea") == 8


def test_reserving_twice_takes_the_stock_once() -> None:
    first = reserve_stock(order_id="o1", lines=TEA)
    assert reserve_stock(order_id="o1", lines=TEA) == first
    assert available("tea") == 8


def test_lines_of_one_article_are_added_up() -> None:
    reserve_stock(order_id="o1", lines=[*TEA, *TEA])
    assert available("tea") == 6


def test_what_is_short_is_named_and_nothing_is_taken() -> None:
    with pytest.raises(OutOfStock, match=r"^kettle$"):
        reserve_stock(order_id="o1", lines=[*TEA, Line(sku="kettle", quantity=4)])
    assert (available("tea"), available("kettle")) == (10, 3)


def test_releasing_gives_the_stock_back_once() -> None:
    reserve_stock(order_id="o1", lines=TEA)
    first = release_stock(order_id="o1")
    assert release_stock(order_id="o1") == first
    assert available("tea") == 10


def test_releasing_what_was_never_reserved_changes_nothing() -> None:
    assert release_stock(order_id="nobody").status == "RELEASED"
    assert available("tea") == 10


def test_charging_takes_the_amount_once_a_payment() -> None:
    first = charge_card(payment_id="p1", card="card-good", amount=500)
    assert charge_card(payment_id="p1", card="card-good", amount=500) == first
    assert balance("card-good") == 99_500


def test_a_card_that_does_not_cover_the_amount_is_declined() -> None:
    with pytest.raises(CardDeclined):
        charge_card(payment_id="p1", card="card-empty", amount=1)


def test_a_refusal_stays_a_refusal_when_money_arrives_before_the_second_delivery() -> None:
    with pytest.raises(CardDeclined):
        charge_card(payment_id="p1", card="card-empty", amount=1)
    world.put("CARDS_TABLE", card="card-empty", balance=100)
    with pytest.raises(CardDeclined):
        charge_card(payment_id="p1", card="card-empty", amount=1)
    assert balance("card-empty") == 100


def test_a_receipt_is_queued_once_an_order() -> None:
    send_receipt(order_id="o1", to="ada@example.com", body="Thank you")
    send_receipt(order_id="o1", to="ada@example.com", body="Thank you")
    assert world.messages() == ["To: ada@example.com\n\nThank you"]


def test_the_deployed_entry_point_takes_an_event_and_answers_json(lambda_context: Any) -> None:
    event = {"payment_id": "p1", "card": "card-good", "amount": 500}
    assert charge_card(event, lambda_context) == {"id": "p1", "amount": 500}  # type: ignore[call-arg, arg-type, misc, comparison-overlap]


LINES = [{"sku": "tea", "quantity": 2}, {"sku": "kettle", "quantity": 1}]
RESERVED = world.only("STOCK_TABLE", "RESERVATIONS_TABLE")


@proof(quote_line, {"sku": "tea", "quantity": 3, "tier": "gold"}, world.only("PRICES_TABLE"))
def test_quoting_is_stateless() -> None: ...


@proof(reserve_stock, {"order_id": "o1", "lines": LINES}, RESERVED)
def test_reserving_is_idempotent() -> None:
    assert (available("tea"), available("kettle")) == (8, 2)


@proof(reserve_stock, {"order_id": "o1", "lines": [{"sku": "tea", "quantity": 11}]}, RESERVED)
def test_being_out_of_stock_is_idempotent() -> None:
    assert available("tea") == 10


def reserved() -> None:
    reserve_stock(order_id="o1", lines=TEA)


@proof(release_stock, {"order_id": "o1"}, world.only("STOCK_TABLE", "RESERVATIONS_TABLE", then=reserved))
def test_releasing_is_idempotent() -> None:
    assert available("tea") == 10


PAYING = world.only("PAYMENTS_TABLE", "CARDS_TABLE")
PAYMENT = {"payment_id": "p1", "card": "card-good", "amount": 500}


@proof(charge_card, PAYMENT, PAYING)
def test_charging_is_idempotent() -> None:
    assert balance("card-good") == 99_500


@proof(charge_card, {**PAYMENT, "card": "card-empty"}, PAYING)
def test_declining_is_idempotent() -> None:
    assert balance("card-empty") == 0


@proof(send_receipt, {"order_id": "o1", "to": "ada@example.com", "body": "Thanks"}, world.only("RECEIPTS_QUEUE_URL"))
def test_sending_a_receipt_is_idempotent() -> None:
    assert world.messages() == ["To: ada@example.com\n\nThanks"]
