"""Loyalty points: a counter, which a second delivery must not count up again."""

from __future__ import annotations

import os

from pydantic import BaseModel

from flowdsl.handler import handler, once, transaction


class Awarded(BaseModel):
    """Points that an order has brought."""

    customer: str
    points: int


@handler(timeout_seconds=10, idempotency=once("order_id"))
def add_points(*, order_id: str, customer: str, points: int) -> Awarded:
    """Adds points for an order. ADD would count each delivery; in the transaction it is written with the order's record, once."""
    transaction().update(
        TableName=os.environ["POINTS_TABLE"],
        Key={"customer": customer},
        UpdateExpression="ADD points :points",
        ExpressionAttributeValues={":points": points},
    )
    return Awarded(customer=customer, points=points)
