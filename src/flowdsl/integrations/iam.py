"""The IAM actions and resources of an SDK integration's call: action names where they are not the operation's own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from flowdsl.integrations.base import Call, Statement, is_expression, stands_for_arn
from flowdsl.integrations.sdk import SdkService

PREFIXES = {
    "cloudcontrol": "cloudformation",
    "cloudwatch": "cloudwatch",
    "iotdataplane": "iot",
    "iotjobsdataplane": "iotjobsdata",
    "iotsecuretunneling": "iot",
    "mturk": "mechanicalturk",
    "partnercentralaccount": "partnercentral",
    "partnercentralbenefits": "partnercentral",
    "partnercentralchannel": "partnercentral",
    "partnercentralselling": "partnercentral",
    "resourcegroupstaggingapi": "tag",
}
"""Where IAM's prefix is not the service's signing name."""

_S3 = {
    "CompleteMultipartUpload": "PutObject",
    "CopyObject": "GetObject PutObject",
    "CreateMultipartUpload": "PutObject",
    "CreateSession": "CreateSession",
    "DeleteBucketCors": "PutBucketCORS",
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "DeleteBucketOwnershipControls": "PutBucketOwnershipControls",
    "DeleteBucketReplication": "PutReplicationConfiguration",
    "DeleteBucketTagging": "PutBucketTagging",
    "DeleteObjects": "DeleteObject",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration",
    "GetBucketCors": "GetBucketCORS",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "GetBucketLifecycle": "GetLifecycleConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "GetBucketReplication": "GetReplicationConfiguration",
    "GetObjectAttributes": "GetObject GetObjectAttributes",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "HeadBucket": "ListBucket",
    "HeadObject": "GetObject",
    "ListBuckets": "ListAllMyBuckets",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "ListObjectVersions": "ListBucketVersions",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "ListParts": "ListMultipartUploadParts",
    "PutBucketAccelerateConfiguration": "PutAccelerateConfiguration",
    "PutBucketCors": "PutBucketCORS",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "PutBucketLifecycle": "PutLifecycleConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "PutBucketReplication": "PutReplicationConfiguration",
    "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "UploadPart": "PutObject",
    "UploadPartCopy": "GetObject PutObject",
    "WriteGetObjectResponse": "WriteGetObjectResponse",
}
_PARTIQL = "PartiQLDelete PartiQLInsert PartiQLSelect PartiQLUpdate"
ACTIONS: dict[str, dict[str, str]] = {
    "s3": _S3,
    "lambda": {"Invoke": "InvokeFunction"},
    "dynamodb": {
        "BatchExecuteStatement": _PARTIQL,
        "ExecuteStatement": _PARTIQL,
        "ExecuteTransaction": _PARTIQL,
        "TransactGetItems": "GetItem",
        "TransactWriteItems": "ConditionCheckItem DeleteItem PutItem UpdateItem",
    },
    "bedrockruntime": {"Converse": "InvokeModel", "CountTokens": "CountTokens", "StartAsyncInvoke": "InvokeModel"},
    "sns": {"PublishBatch": "Publish"},
    "sqs": {
        "ChangeMessageVisibilityBatch": "ChangeMessageVisibility",
        "DeleteMessageBatch": "DeleteMessage",
        "SendMessageBatch": "SendMessage",
    },
    "apigatewaymanagementapi": {
        "DeleteConnection": "ManageConnections",
        "GetConnection": "ManageConnections",
        "PostToConnection": "ManageConnections",
    },
}
"""By token and operation: the actions (without prefix) where they are not the operation's name."""

_VERBS = {"Create": "POST", "Delete": "DELETE", "Get": "GET", "Put": "PUT", "Update": "PATCH"}


_KEYSPACES = {"Get": "Select", "List": "Select", "Update": "Alter", "Delete": "Drop"}


def actions_of(service: SdkService, operation: str) -> tuple[str, ...]:
    """The IAM actions of one API operation, sorted."""
    prefix = PREFIXES.get(service.token, service.signing_name)
    if service.token in ("apigateway", "apigatewayv2"):
        # API Gateway's actions are the verbs of its REST API.
        verb = next((v for start, v in _VERBS.items() if operation.startswith(start)), "POST")
        return (f"apigateway:{verb}",)
    if service.token == "keyspaces":
        found = next((v for start, v in _KEYSPACES.items() if operation.startswith(start)), "Create")
        return (f"{prefix}:{found}",)
    if service.token == "budgets" and "Action" not in operation and "Tag" not in operation:
        return ("budgets:ViewBudget" if operation.startswith("Describe") else "budgets:ModifyBudget",)
    names = ACTIONS.get(service.token, {}).get(operation, operation)
    return tuple(f"{prefix}:{name}" for name in sorted(names.split()))


def _queue(call: Call, url: str) -> str:
    parts = url.split("/")
    return call.environment.arn("sqs", parts[-1]) if url.startswith("https://") else "*"


def _secret(call: Call, name: str) -> str:
    # Secrets Manager adds six characters to a secret's name.
    return call.environment.arn("secretsmanager", f"secret:{name}-??????")


def _key(call: Call, name: str) -> str:
    return (
        call.environment.arn("kms", f"key/{name}")
        if not name.startswith("alias/")
        else call.environment.arn("kms", "key/*")
    )


def _of(service: str, form: str) -> Callable[[Call, str], str]:
    return lambda call, name: call.environment.arn(service, form.format(name))


RESOURCES: dict[str, tuple[tuple[str, Callable[[Call, str], str]], ...]] = {
    "dynamodb": (("TableName", _of("dynamodb", "table/{}")),),
    "ecr": (("RepositoryName", _of("ecr", "repository/{}")),),
    "ecs": (("TaskDefinition", _of("ecs", "task-definition/{}")),),
    "eventbridge": (("Rule", _of("events", "rule/{}")), ("Name", _of("events", "rule/{}"))),
    "firehose": (("DeliveryStreamName", _of("firehose", "deliverystream/{}")),),
    "kinesis": (("StreamName", _of("kinesis", "stream/{}")),),
    "kms": (("KeyId", _key),),
    "lambda": (("FunctionName", _of("lambda", "function:{}")),),
    "secretsmanager": (("SecretId", _secret),),
    "sqs": (("QueueUrl", _queue),),
    "ssm": (("Name", _of("ssm", "parameter/{}")),),
    "bedrockruntime": (
        ("ModelId", lambda call, name: call.environment.arn("bedrock", f"foundation-model/{name}", account=False)),
    ),
}
"""By token: the parameter that names the resource, and its ARN."""


WITHOUT_RESOURCE = frozenset(
    {
        "cloudwatch:GetMetricData",
        "cloudwatch:PutMetricData",
        "polly:GetSpeechSynthesisTask",
        "polly:StartSpeechSynthesisTask",
        "redshift-data:CancelStatement",
        "redshift-data:DescribeStatement",
        "redshift-data:GetStatementResult",
        "states:SendTaskFailure",
        "states:SendTaskHeartbeat",
        "states:SendTaskSuccess",
        "sts:GetCallerIdentity",
        "textract:AnalyzeDocument",
        "textract:AnalyzeExpense",
        "textract:StartDocumentTextDetection",
        "transcribe:GetTranscriptionJob",
        "transcribe:StartTranscriptionJob",
        "translate:TranslateText",
    }
)
_READS_WITHOUT = (
    "ec2:Describe",
    "comprehend:Detect",
    "rekognition:Detect",
    "rekognition:Get",
    "rekognition:Start",
    "support:",
)
"""Actions that IAM grants on everything or not at all: `*` is no more than they need."""


def sdk_statements(service: SdkService, operation: str, call: Call) -> Iterator[Statement]:
    """What a role needs for one SDK call: its actions on the resource that a parameter names, and the roles it hands on."""
    actions = actions_of(service, operation)
    if service.token == "s3":
        yield from _s3(actions, call)
    else:
        yield _on_resource(service, actions, call)
    roles = tuple(
        text
        for name in call.parameters
        if re.fullmatch(r"\w*Role(Arn|ARN)?", name) and (text := call.text(name)) is not None
    )
    if roles:
        yield Statement(("iam:PassRole",), roles)


def _on_resource(service: SdkService, actions: tuple[str, ...], call: Call) -> Statement:
    for name, arn in RESOURCES.get(service.token, ()):
        if call.has(name):
            return call.statement(actions, name, lambda text: _with_index(call, arn(call, text)))  # noqa: B023 - used at once
    for name, value in call.parameters.items():
        names_it = re.fullmatch(r"\w+(Arn|ARN)", name) and not re.fullmatch(r"\w*Role(Arn|ARN)", name)
        if names_it and isinstance(value, str) and not is_expression(value):
            return Statement(actions, (value,))
    if actions[0] in WITHOUT_RESOURCE or actions[0].startswith(_READS_WITHOUT):
        return Statement(actions, ("*",))
    return Statement(actions, ("*",), unknown="the resource is not plain from the parameters")


def _with_index(call: Call, arn: str) -> str | tuple[str, ...]:
    return (arn, f"{arn}/index/*") if call.has("IndexName") and ":table/" in arn else arn


def _s3(actions: tuple[str, ...], call: Call) -> Iterator[Statement]:
    bucket = call.text("Bucket")
    if not call.has("Bucket"):
        yield Statement(actions, ("*",))
        return
    on_objects = tuple(
        a for a in actions if ("Object" in a and "Bucket" not in a) or ("Multipart" in a and "Uploads" not in a)
    )
    on_bucket = tuple(a for a in actions if a not in on_objects)
    name = bucket or "*"
    base = (
        name if name == "*" or stands_for_arn(name) else call.environment.arn("s3", name, region=False, account=False)
    )
    unknown = "" if bucket else call.why("Bucket")
    if on_bucket:
        yield Statement(on_bucket, (base,), unknown=unknown)
    if on_objects:
        key = call.text("Key")
        objects = "*" if base == "*" else f"{base}/{key or '*'}"
        yield Statement(on_objects, (objects,), unknown=unknown)
        source = call.text("CopySource")
        if call.has("CopySource"):
            arn = call.environment.arn("s3", source.lstrip("/"), region=False, account=False) if source else "*"
            yield Statement(("s3:GetObject",), (arn,), unknown="" if source else call.why("CopySource"))
