"""The DynamoDB table that `once` keeps its records in: for a template, or to be made in a test."""

from __future__ import annotations

from typing import Any

from flowdsl.handler.delivery import TABLE_VARIABLE

__all__ = ["TABLE_VARIABLE", "create", "definition", "resource"]


def definition(name: str) -> dict[str, Any]:
    """The arguments of DynamoDB's CreateTable."""
    return {
        "TableName": name,
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
    }


def resource(name: str | None = None) -> dict[str, Any]:
    """The table as a CloudFormation resource (SAM takes it too).

    DynamoDB deletes a record once its `expiration` is past, can restore the table to any second of the last 35 days, and
    CloudFormation keeps it when the stack goes: losing the records means doing things twice.
    """
    properties = definition(name or "")
    if name is None:
        del properties["TableName"]
    return {
        "Type": "AWS::DynamoDB::Table",
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
        "Properties": {
            **properties,
            "TimeToLiveSpecification": {"AttributeName": "expiration", "Enabled": True},
            "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
            "SSESpecification": {"SSEEnabled": True},
        },
    }


def create(client: Any, name: str) -> None:
    """Makes the table with a boto3 client, as a test's setup does, with its time to live."""
    client.create_table(**definition(name))
    client.update_time_to_live(TableName=name, TimeToLiveSpecification={"AttributeName": "expiration", "Enabled": True})
