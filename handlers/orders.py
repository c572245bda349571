"""Stock, prices, payment and receipt of an order. Every write is conditional on a natural key: a second delivery changes nothing."""

from __future__ import annotations

import os
from collections import Counter
from typing import Any, Literal

from botocore.exceptions import ClientError
from pydantic import BaseModel, Field

from flowdsl.handler import delegated, handler, natural
from handlers.aws_clients import code_of, dynamodb, sqs, table


class Line(BaseModel):
    """One line of an order."""

    sku: str
    quantity: int = Field(gt=0)


class Order(BaseModel):
    """What a customer ordered, and with which card it is paid."""

    id: str
    email: str
    card: str
    tier: Literal["standard", "gold"]
    lines: list[Line]


class Quote(BaseModel):
    """The price of a line, in cents."""

    sku: str
    amount: int


class Reservation(BaseModel):
    """Stock set aside for an order."""

    order_id: str
    status: Literal["RESERVED", "RELEASED"]


class Payment(BaseModel):
    """A charge that went through, in cents."""

    id: str
    amount: int


class Receipt(BaseModel):
    """What the customer was sent."""

    order_id: str
    message: str


class UnknownSku(Exception):
    """No price is known for an article."""


class OutOfStock(Exception):
    """There is not enough of an article."""


class CardDeclined(Exception):
    """The card does not cover the amount."""


def _refused(error: ClientError) -> list[str]:
    """Why each item of a cancelled transaction was refused; "None" where it was not. Any other error goes on."""
    if code_of(error) != "TransactionCanceledException":
        raise error
    reasons: list[dict[str, Any]] = error.response.get("CancellationReasons", [])  # type: ignore[assignment] # not in the stubs
    return [reason.get("Code", "None") for reason in reasons]


@handler(raises=(UnknownSku,), timeout_seconds=10, idempotency=natural())
def quote_line(*, sku: str, quantity: int, tier: str) -> Quote:
    """The price of one line; gold customers pay 5 % less."""
    item = table("PRICES_TABLE").get_item(Key={"sku": sku}).get("Item")
    if item is None:
        raise UnknownSku(sku)
    amount = int(str(item["cents"])) * quantity
    return Quote(sku=sku, amount=amount * 95 // 100 if tier == "gold" else amount)


@handler(raises=(OutOfStock,), timeout_seconds=20, idempotency=natural())
def reserve_stock(*, order_id: str, lines: list[Line]) -> Reservation:
    """Sets the stock of all lines aside, or of none. The order's id is the key: a second delivery finds the reservation."""
    wanted: Counter[str] = Counter()
    for line in lines:
        wanted[line.sku] += line.quantity
    reservation: Any = {
        "Put": {
            "TableName": os.environ["RESERVATIONS_TABLE"],
            "Item": {"order_id": order_id, "status": "RESERVED", "lines": dict(wanted)},
            "ConditionExpression": "attribute_not_exists(order_id)",
        }
    }
    stock: list[Any] = [
        {
            "Update": {
                "TableName": os.environ["STOCK_TABLE"],
                "Key": {"sku": sku},
                "UpdateExpression": "SET available = available - :quantity",
                "ConditionExpression": "available >= :quantity",
                "ExpressionAttributeValues": {":quantity": quantity},
            }
        }
        for sku, quantity in wanted.items()
    ]
    try:
        dynamodb().meta.client.transact_write_items(TransactItems=[reservation, *stock])
    except ClientError as error:
        existing, *short = _refused(error)
        if existing != "ConditionalCheckFailed":
            missing = [sku for sku, code in zip(wanted, short, strict=True) if code == "ConditionalCheckFailed"]
            if not missing:
                raise
            raise OutOfStock(", ".join(missing)) from None
    return Reservation(order_id=order_id, status="RESERVED")


@handler(timeout_seconds=20, idempotency=natural())
def release_stock(*, order_id: str) -> Reservation:
    """Gives the stock of a reservation back, once: only a reservation that still holds is released."""
    found = table("RESERVATIONS_TABLE").get_item(Key={"order_id": order_id}, ConsistentRead=True).get("Item")
    if found is not None and found["status"] == "RESERVED":
        lines: dict[str, Any] = found["lines"]  # type: ignore[assignment]
        released: Any = {
            "Update": {
                "TableName": os.environ["RESERVATIONS_TABLE"],
                "Key": {"order_id": order_id},
                "UpdateExpression": "SET #status = :released",
                "ConditionExpression": "#status = :reserved",
                "ExpressionAttributeNames": {"#status": "status"},
                "ExpressionAttributeValues": {":released": "RELEASED", ":reserved": "RESERVED"},
            }
        }
        stock: list[Any] = [
            {
                "Update": {
                    "TableName": os.environ["STOCK_TABLE"],
                    "Key": {"sku": sku},
                    "UpdateExpression": "SET available = available + :quantity",
                    "ExpressionAttributeValues": {":quantity": quantity},
                }
            }
            for sku, quantity in lines.items()
        ]
        try:
            dynamodb().meta.client.transact_write_items(TransactItems=[released, *stock])
        except ClientError as error:
            # Another delivery released it between the read and the write: nothing left to do.
            if _refused(error)[0] != "ConditionalCheckFailed":
                raise
    return Reservation(order_id=order_id, status="RELEASED")


@handler(raises=(CardDeclined,), timeout_seconds=20, idempotency=natural())
def charge_card(*, payment_id: str, card: str, amount: int) -> Payment:
    """Takes the amount (in cents) from the card, once a payment id. A refusal is remembered too, and answered the same again."""
    payment: Any = {
        "Put": {
            "TableName": os.environ["PAYMENTS_TABLE"],
            "Item": {"payment_id": payment_id, "amount": amount, "status": "CHARGED"},
            "ConditionExpression": "attribute_not_exists(payment_id)",
        }
    }
    debit: Any = {
        "Update": {
            "TableName": os.environ["CARDS_TABLE"],
            "Key": {"card": card},
            "UpdateExpression": "SET balance = balance - :amount",
            "ConditionExpression": "balance >= :amount",
            "ExpressionAttributeValues": {":amount": amount},
        }
    }
    try:
        dynamodb().meta.client.transact_write_items(TransactItems=[payment, debit])
    except ClientError as error:
        known, covered = _refused(error)
        if known == "ConditionalCheckFailed":
            earlier = table("PAYMENTS_TABLE").get_item(Key={"payment_id": payment_id}, ConsistentRead=True)["Item"]
            if earlier["status"] == "DECLINED":
                raise CardDeclined(payment_id) from None
        elif covered == "ConditionalCheckFailed":
            _remember_refusal(payment_id, amount)
            raise CardDeclined(payment_id) from None
        else:
            raise
    return Payment(id=payment_id, amount=amount)


def _remember_refusal(payment_id: str, amount: int) -> None:
    try:
        table("PAYMENTS_TABLE").put_item(
            Item={"payment_id": payment_id, "amount": amount, "status": "DECLINED"},
            ConditionExpression="attribute_not_exists(payment_id)",
        )
    except ClientError as error:
        if code_of(error) != "ConditionalCheckFailedException":
            raise


@handler(timeout_seconds=10, idempotency=delegated("order_id", to="the FIFO queue of receipts"))
def send_receipt(*, order_id: str, to: str, body: str) -> Receipt:
    """Queues the receipt. The order's id is the message's de-duplication id: the queue drops a second one."""
    sqs().send_message(
        QueueUrl=os.environ["RECEIPTS_QUEUE_URL"],
        MessageBody=f"To: {to}\n\n{body}",
        MessageGroupId=order_id,
        MessageDeduplicationId=order_id,
    )
    return Receipt(order_id=order_id, message=body)
