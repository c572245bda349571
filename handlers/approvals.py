"""A person's approval: asked for with a task token, answered once."""

from __future__ import annotations

import os
from hashlib import sha256
from typing import Literal

from botocore.exceptions import ClientError
from pydantic import BaseModel

from flowdsl.handler import handler
from handlers.aws_clients import sns, stepfunctions, table


class Decision(BaseModel):
    """What a person decided."""

    approved: bool
    by: str


class Asked(BaseModel):
    """That the approvers were told."""

    order_id: str


class Answered(BaseModel):
    """What became of an answer."""

    order_id: str
    status: Literal["ANSWERED", "EXPIRED"]


class NoSuchRequest(Exception):
    """Nobody asked for this approval."""


@handler(timeout_seconds=10)
def request_approval(*, token: str, order_id: str, amount: int) -> Asked:
    """Keeps the token under the order's id and tells the approvers. The token makes the message's de-duplication id."""
    table("APPROVALS_TABLE").put_item(Item={"order_id": order_id, "token": token, "amount": amount})
    sns().publish(
        TopicArn=os.environ["APPROVALS_TOPIC_ARN"],
        Subject=f"Order {order_id} needs your approval",
        Message=f"Order {order_id} over {amount / 100:.2f} needs your approval.",
        MessageGroupId=order_id,
        # A token is longer than the 128 characters that an id may have.
        MessageDeduplicationId=sha256(token.encode()).hexdigest(),
    )
    return Asked(order_id=order_id)


@handler(raises=(NoSuchRequest,), timeout_seconds=10)
def answer_approval(*, order_id: str, approved: bool, by: str) -> Answered:
    """Hands a person's decision to the waiting execution. A token takes one answer: a second is told that it came too late."""
    found = table("APPROVALS_TABLE").get_item(Key={"order_id": order_id}, ConsistentRead=True).get("Item")
    if found is None:
        raise NoSuchRequest(order_id)
    try:
        stepfunctions().send_task_success(
            taskToken=str(found["token"]), output=Decision(approved=approved, by=by).model_dump_json()
        )
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("TaskTimedOut", "InvalidToken"):
            raise
        return Answered(order_id=order_id, status="EXPIRED")
    return Answered(order_id=order_id, status="ANSWERED")
