"""DynamoDB: the four calls on one item."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.integrations.base import Action, Call, OptimizedService, Statement
from flowdsl.integrations.names import operation_of

_WRITE = (
    "TableName",
    "ConditionExpression",
    "ConditionalOperator",
    "Expected",
    "ExpressionAttributeNames",
    "ExpressionAttributeValues",
    "ReturnConsumedCapacity",
    "ReturnItemCollectionMetrics",
    "ReturnValues",
    "ReturnValuesOnConditionCheckFailure",
)


def permissions(call: Call) -> Iterator[Statement]:
    yield call.statement(
        f"dynamodb:{operation_of(call.action)}",
        "TableName",
        lambda name: call.environment.arn("dynamodb", f"table/{name}"),
    )


service = OptimizedService(
    token="dynamodb",
    folder="dynamodb",
    sdk="dynamodb",
    actions=(
        Action(
            "getItem",
            parameters=(
                "TableName",
                "Key",
                "AttributesToGet",
                "ConsistentRead",
                "ExpressionAttributeNames",
                "ProjectionExpression",
                "ReturnConsumedCapacity",
            ),
        ),
        Action("putItem", parameters=("Item", *_WRITE)),
        Action("updateItem", parameters=("Key", "UpdateExpression", "AttributeUpdates", *_WRITE)),
        Action("deleteItem", parameters=("Key", *_WRITE)),
    ),
    permissions=permissions,
    error_prefix="DynamoDB",
    base_error="AmazonDynamoDBException",
    errors_recorded=True,
)
