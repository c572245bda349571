"""A person's approval: asked for with a task token, answered once."""

from __future__ import annotations

import os
from hashlib import sha256

from botocore.exceptions import ClientError
from pydantic import BaseModel

from flowdsl.handler import Permanent, handler, natural, task_token
from handlers.aws_clients import code_of, sns, table


class Decision(BaseModel):
    """What a person decided."""

    approved: bool
    by: str


class Asked(BaseModel):
    """That the approvers were told."""

    order_id: str


class NoSuchRequest(Permanent):
    """Nobody asked for this approval."""


@handler(timeout_seconds=10, idempotency=natural())
def request_approval(*, token: str, order_id: str, amount: int) -> Asked:
    """Keeps the token under the order's id and tells the approvers. The token makes the message's de-duplication id.

    A repeat leaves the item alone, which may hold a decision by then; another attempt has another token, and starts anew.
    """
    try:
        table("APPROVALS_TABLE").put_item(
            Item={"order_id": order_id, "token": token, "amount": amount},
            ConditionExpression="attribute_not_exists(order_id) OR #token <> :token",
            ExpressionAttributeNames={"#token": "token"},
            ExpressionAttributeValues={":token": token},
        )
    except ClientError as error:
        if code_of(error) != "ConditionalCheckFailedException":
            raise
    sns().publish(
        TopicArn=os.environ["APPROVALS_TOPIC_ARN"],
        Subject=f"Order {order_id} needs your approval",
        Message=f"Order {order_id} over {amount / 100:.2f} needs your approval.",
        MessageGroupId=order_id,
        # A token is longer than the 128 characters that an id may have.
        MessageDeduplicationId=sha256(token.encode()).hexdigest(),
    )
    return Asked(order_id=order_id)


@handler(raises=(NoSuchRequest,), timeout_seconds=10, idempotency=natural())
def answer_approval(*, order_id: str, approved: bool, by: str) -> Decision:
    """Keeps the first decision, and hands that one to the waiting execution: whoever answers again learns what was decided."""
    try:
        kept = table("APPROVALS_TABLE").update_item(
            Key={"order_id": order_id},
            UpdateExpression="SET approved = if_not_exists(approved, :approved), answerer = if_not_exists(answerer, :by)",
            ConditionExpression="attribute_exists(order_id)",
            ExpressionAttributeValues={":approved": approved, ":by": by},
            ReturnValues="ALL_NEW",
        )["Attributes"]
    except ClientError as error:
        if code_of(error) == "ConditionalCheckFailedException":
            raise NoSuchRequest(order_id) from None
        raise
    decision = Decision(approved=bool(kept["approved"]), by=str(kept["answerer"]))
    task_token.succeed(str(kept["token"]), decision)
    return decision
