"""The spelling of tokens, parameters and errors."""

from __future__ import annotations

import pytest

from flowdsl.integrations.names import error_of, member_of, normal, optimized_error_of, prefix_of_service, token_of


@pytest.mark.parametrize(
    ("service_id", "token", "prefix"),
    [
        ("DynamoDB", "dynamodb", "DynamoDb"),
        ("SFN", "sfn", "Sfn"),
        ("SQS", "sqs", "Sqs"),
        ("S3", "s3", "S3"),
        ("Config Service", "config", "Config"),
        ("Database Migration Service", "databasemigration", "DatabaseMigration"),
        ("CloudWatch Logs", "cloudwatchlogs", "CloudWatchLogs"),
        ("Cognito Identity Provider", "cognitoidentityprovider", "CognitoIdentityProvider"),
        ("SESv2", "sesv2", "SesV2"),
        ("MemoryDB", "memorydb", "MemoryDB"),
        ("IoT", "iot", "Iot"),
        ("b2bi", "b2bi", "B2Bi"),
        ("XRay", "xray", "XRay"),
        ("WAFV2", "wafv2", "Wafv2"),
    ],
)
def test_a_service_has_the_token_and_error_prefix_of_awss_own_table(service_id: str, token: str, prefix: str) -> None:
    assert (token_of(service_id), prefix_of_service(service_id)) == (token, prefix)


@pytest.mark.parametrize(
    ("api", "spelled"),
    [
        ("DBInstanceIdentifier", "DbInstanceIdentifier"),
        ("SNSTopicArn", "SnsTopicArn"),
        ("SSEKMSKeyId", "SsekmsKeyId"),
        ("TemplateURL", "TemplateURL"),
        ("ETag", "ETag"),
        ("ACL", "Acl"),
        ("nextToken", "NextToken"),
        ("equals", "EqualsValue"),
        ("N", "N"),
    ],
)
def test_only_the_leading_acronym_of_a_parameter_is_lowered(api: str, spelled: str) -> None:
    assert member_of(api) == spelled


@pytest.mark.parametrize(
    ("shape", "prefix", "name"),
    [
        ("NoSuchKey", "S3", "S3.NoSuchKeyException"),
        ("InvalidToken", "Sfn", "Sfn.InvalidTokenException"),
        ("DBInstanceNotFoundFault", "Rds", "Rds.DbInstanceNotFoundException"),
        ("ConditionalCheckFailedException", "DynamoDb", "DynamoDb.ConditionalCheckFailedException"),
        ("DaxException", "Dax", "Dax.DefaultDaxException"),
    ],
)
def test_an_sdk_error_is_named_as_the_sdk_for_java_names_it(shape: str, prefix: str, name: str) -> None:
    assert error_of(shape, prefix) == name


def test_an_optimised_error_keeps_the_words_of_its_shape() -> None:
    assert optimized_error_of("KMSInvalidStateException", "SNS") == "SNS.KMSInvalidStateException"
    assert optimized_error_of("NotFound", "SNS") == "SNS.NotFoundException"


def test_snake_camel_and_pascal_fall_together() -> None:
    assert normal("describe_db_instances") == normal("describeDBInstances") == normal("DescribeDBInstances")
