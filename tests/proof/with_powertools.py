"""Handlers under Powertools' idempotency: imported only where it is installed."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.idempotency import (  # type: ignore[import-not-found]
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent,
)

from tests.proof.aws import client, item

LAYER = DynamoDBPersistenceLayer(table_name="powertools", boto3_client=client("dynamodb"))
CONFIG = IdempotencyConfig(event_key_jmespath="order_id", raise_on_no_idempotency_key=True)


@idempotent(config=CONFIG, persistence_store=LAYER)
def count(event: dict[str, Any], context: Any) -> str:
    client("dynamodb").update_item(
        TableName="counters",
        Key=item(id="total"),
        UpdateExpression="ADD n :n",
        ExpressionAttributeValues={":n": {"N": str(event["amount"])}},
    )
    return "ok"


@idempotent(config=CONFIG, persistence_store=LAYER)
def put(event: dict[str, Any], context: Any) -> str:
    client("dynamodb").put_item(TableName="orders", Item=item(id=event["order_id"], amount=event["amount"]))
    return "ok"
