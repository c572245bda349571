"""Clients, made once per environment and outside every handler; names of tables and queues come from the environment.

A client is made on first use, not at import, so that reading a handler's signature needs neither a region nor a variable.
"""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING

import boto3

if TYPE_CHECKING:
    from botocore.exceptions import ClientError
    from mypy_boto3_dynamodb.service_resource import DynamoDBServiceResource, Table
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_stepfunctions import SFNClient


@cache
def dynamodb() -> DynamoDBServiceResource:
    return boto3.resource("dynamodb")


@cache
def s3() -> S3Client:
    return boto3.client("s3")


@cache
def sqs() -> SQSClient:
    return boto3.client("sqs")


@cache
def sns() -> SNSClient:
    return boto3.client("sns")


@cache
def secretsmanager() -> SecretsManagerClient:
    return boto3.client("secretsmanager")


@cache
def stepfunctions() -> SFNClient:
    return boto3.client("stepfunctions")


def table(variable: str) -> Table:
    """The table whose name stands in an environment variable."""
    return dynamodb().Table(os.environ[variable])


def code_of(error: ClientError) -> str:
    """The name that the service gave its error."""
    return error.response.get("Error", {}).get("Code", "")
