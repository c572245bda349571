"""SQS → workflow: the adapter between a queue of returned parcels and the workflow that takes one back."""

from __future__ import annotations

import os

from botocore.exceptions import ClientError
from pydantic import BaseModel, Field, ValidationError

from flowdsl.handler import handler, natural
from handlers.aws_clients import code_of, stepfunctions


class Parcel(BaseModel):
    """A parcel that came back. Its id is the execution's name."""

    id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,80}$")
    order_id: str
    damaged: bool


class Message(BaseModel):
    """A message as Lambda hands it over from the queue, as far as it is used here."""

    messageId: str
    body: str


class Failure(BaseModel):
    itemIdentifier: str


class Batch(BaseModel):
    """Which messages the queue is to keep; without this answer a bad message makes the good ones come again."""

    batchItemFailures: list[Failure]


@handler(timeout_seconds=30, idempotency=natural())
def take_parcels(*, Records: list[Message]) -> Batch:
    """Starts one execution a parcel. A message that is no parcel stays in the queue, which gives it up to the dead letters.

    When Step Functions refuses, no message is to blame: the whole batch fails and comes again. What was started has its name.
    """
    return Batch(batchItemFailures=[Failure(itemIdentifier=m.messageId) for m in Records if not _started(m)])


def _started(message: Message) -> bool:
    try:
        parcel = Parcel.model_validate_json(message.body)
    except ValidationError:
        return False
    try:
        stepfunctions().start_execution(
            stateMachineArn=os.environ["TAKE_BACK_ARN"], name=parcel.id, input=parcel.model_dump_json()
        )
    except ClientError as error:
        # An earlier delivery started it, and it is over by now.
        if code_of(error) != "ExecutionAlreadyExists":
            raise
    return True
