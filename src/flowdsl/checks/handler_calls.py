"""The AWS calls of a handler: which service, which operation, with which arguments."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from flowdsl.checks.handler_clients import Clients, Receiver
from flowdsl.checks.handler_entries import Entries
from flowdsl.checks.handler_tree import Function, SourceTree
from flowdsl.checks.handler_values import Value, Values

_SIGNATURES: dict[str, tuple[tuple[str, frozenset[str]], ...]] = {
    method: tuple((service, frozenset(names.split())) for service, names in rows)
    for method, rows in {
        "put_item": [("dynamodb", "Item")],
        "update_item": [("dynamodb", "Key")],
        "delete_item": [("dynamodb", "Key")],
        "get_item": [("dynamodb", "Key")],
        "scan": [("dynamodb", "TableName FilterExpression ProjectionExpression ExclusiveStartKey")],
        "query": [("dynamodb", "KeyConditionExpression")],
        "transact_write_items": [("dynamodb", "TransactItems")],
        "batch_write_item": [("dynamodb", "RequestItems")],
        "put_object": [("s3", "Key")],
        "get_object": [("s3", "Key")],
        "copy_object": [("s3", "CopySource")],
        "delete_object": [("s3", "Key")],
        "list_objects_v2": [("s3", "Bucket")],
        "list_objects": [("s3", "Bucket")],
        "send_message": [("sqs", "QueueUrl MessageBody")],
        "send_message_batch": [("sqs", "QueueUrl Entries")],
        "publish": [("sns", "TopicArn TargetArn PhoneNumber")],
        "publish_batch": [("sns", "PublishBatchRequestEntries")],
        "start_execution": [("stepfunctions", "stateMachineArn")],
        "start_sync_execution": [("stepfunctions", "stateMachineArn")],
        "describe_execution": [("stepfunctions", "executionArn")],
        "send_task_success": [("stepfunctions", "taskToken")],
        "invoke": [("lambda", "FunctionName")],
        "put_events": [("events", "Entries")],
        "send_email": [("ses", "Source"), ("sesv2", "FromEmailAddress Content")],
        "send_raw_email": [("ses", "RawMessage")],
        "send_templated_email": [("ses", "Template")],
        "put_record": [("kinesis", "StreamName StreamARN"), ("firehose", "DeliveryStreamName")],
        "put_records": [("kinesis", "StreamName StreamARN")],
        "put_record_batch": [("firehose", "DeliveryStreamName")],
        "get_parameter": [("ssm", "Name")],
        "put_parameter": [("ssm", "Name")],
        "get_secret_value": [("secretsmanager", "SecretId")],
        "create_secret": [("secretsmanager", "Name")],
        "put_secret_value": [("secretsmanager", "SecretId")],
        "start_job_run": [("glue", "JobName"), ("emr-serverless", "applicationId")],
        "get_job_run": [("glue", "JobName")],
        "submit_job": [("batch", "jobQueue")],
        "describe_jobs": [("batch", "jobs")],
        "run_task": [("ecs", "taskDefinition")],
        "start_query_execution": [("athena", "QueryString")],
        "get_query_execution": [("athena", "QueryExecutionId")],
        "start_transcription_job": [("transcribe", "TranscriptionJobName")],
        "get_transcription_job": [("transcribe", "TranscriptionJobName")],
        "execute_statement": [("rds-data", "resourceArn")],
    }.items()
}
"""Methods whose service their arguments tell, where the client's own maker is out of sight."""

_POSITIONAL: dict[str, tuple[str, ...]] = {
    "upload_file": ("Filename", "Bucket", "Key", "ExtraArgs"),
    "upload_fileobj": ("Fileobj", "Bucket", "Key", "ExtraArgs"),
    "download_file": ("Bucket", "Key", "Filename", "ExtraArgs"),
    "download_fileobj": ("Bucket", "Key", "Fileobj", "ExtraArgs"),
    "copy": ("CopySource", "Bucket", "Key", "ExtraArgs"),
}
"""S3's transfer methods take their arguments by position."""
_POSITIONAL_OF_BUCKET: dict[str, tuple[str, ...]] = {
    "upload_file": ("Filename", "Key", "ExtraArgs"),
    "upload_fileobj": ("Fileobj", "Key", "ExtraArgs"),
    "download_file": ("Key", "Filename", "ExtraArgs"),
    "download_fileobj": ("Key", "Fileobj", "ExtraArgs"),
    "copy": ("CopySource", "Key", "ExtraArgs"),
}
_OF_OBJECT = {"put": "put_object", "copy_from": "copy_object", "delete": "delete_object", "get": "get_object"}
"""Methods of an S3 Object, as the client calls them."""
_NOT_CALLS = {
    "client",
    "resource",
    "get_waiter",
    "get_paginator",
    "can_paginate",
    "close",
    "batch_writer",
    "Table",
    "Bucket",
    "Object",
}


@dataclass(frozen=True, slots=True)
class AwsCall:
    """One call of an AWS operation."""

    node: ast.Call
    function: Function
    service: str
    """botocore's name: `dynamodb`, `stepfunctions`."""
    method: str
    """boto3's name of the operation: `put_item`."""
    arguments: dict[str, ast.expr] = field(default_factory=dict[str, ast.expr])
    complete: bool = True
    """False where `**options` may hold more than the text shows."""
    receiver: Receiver | None = None
    """None where only the arguments told the service."""
    inside: str = ""
    """`waiter` or `paginator` where the operation is waited for or paged through."""

    @property
    def line(self) -> int:
        return self.node.lineno

    def lacks(self, *names: str) -> bool:
        """Whether none of these arguments is given, for certain."""
        return self.complete and not any(name in self.arguments for name in names)


class Calls:
    """All AWS calls of the functions that handlers run, in the order of the text."""

    def __init__(self, tree: SourceTree, entries: Entries, values: Values, clients: Clients) -> None:
        self.tree = tree
        self.values = values
        self.clients = clients
        self.all: list[AwsCall] = []
        for function in entries.reached:
            for node in function.of(ast.Call):
                call = self._call(node, function)
                if call is not None:
                    self.all.append(call)

    def of(self, *methods: str) -> list[AwsCall]:
        """The calls of these methods."""
        return [call for call in self.all if call.method in methods]

    def _call(self, node: ast.Call, function: Function) -> AwsCall | None:
        if not isinstance(node.func, ast.Attribute) or node.func.attr in _NOT_CALLS:
            return None
        method = node.func.attr
        if method in ("wait", "paginate"):
            named = self._named_operation(node.func.value, function)
            if named is not None:
                service, operation, held = named
                arguments, complete = self._arguments(node, function, ())
                inside = "waiter" if method == "wait" else "paginator"
                return AwsCall(node, function, service, operation, arguments, complete, held, inside)
        receiver = self.clients.receiver(node.func.value, function)
        if receiver is not None and receiver.kind in ("client", "object") and receiver.service:
            return self._on(receiver, method, node, function)
        if receiver is not None and receiver.kind == "connection":
            return None
        listing = self._listing(node.func, function)
        if listing is not None:
            arguments, complete = self._arguments(node, function, ())
            return AwsCall(node, function, "s3", "list_objects_v2", arguments, complete, listing)
        return self._by_signature(method, node, function)

    def _on(self, receiver: Receiver, method: str, node: ast.Call, function: Function) -> AwsCall | None:
        positional: tuple[str, ...] = ()
        if receiver.service == "s3" and receiver.kind == "client":
            positional = _POSITIONAL.get(method, ())
        elif receiver.made == "Bucket":
            positional = _POSITIONAL_OF_BUCKET.get(method, ())
        arguments, complete = self._arguments(node, function, positional)
        if receiver.made == "Object" and receiver.call is not None and receiver.service == "s3":
            method = _OF_OBJECT.get(method, method)
            given = list(receiver.call.args) + [k.value for k in receiver.call.keywords]
            for name, value in zip(("Key", "Bucket"), reversed(given), strict=False):
                arguments.setdefault(name, value)
        if receiver.kind == "object" and receiver.service == "s3" and method in ("objects", "all", "filter"):
            return None
        return AwsCall(node, function, receiver.service, method, arguments, complete, receiver)

    def _listing(self, func: ast.Attribute, function: Function) -> Receiver | None:
        """`bucket.objects.all()` and `.filter(...)`, which list a bucket."""
        if (
            func.attr in ("all", "filter", "limit", "page_size")
            and isinstance(func.value, ast.Attribute)
            and func.value.attr == "objects"
        ):
            held = self.clients.receiver(func.value.value, function)
            return held if held is not None and held.service == "s3" else None
        return None

    def _by_signature(self, method: str, node: ast.Call, function: Function) -> AwsCall | None:
        rows = _SIGNATURES.get(method)
        if rows is None:
            return None
        arguments, complete = self._arguments(node, function, ())
        for service, names in rows:
            if not names.isdisjoint(arguments):
                return AwsCall(node, function, service, method, arguments, complete)
        return None

    def _named_operation(self, node: ast.expr, function: Function) -> tuple[str, str, Receiver] | None:
        """The service and operation of `client.get_waiter("x")` and `client.get_paginator("x")`."""
        made: Value = self.values.settled(node, function)
        call = made.node
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.args):
            return None
        if call.func.attr not in ("get_waiter", "get_paginator"):
            return None
        receiver = self.clients.receiver(call.func.value, made.function)
        name = self.values.constant(call.args[0], made.function)
        if not isinstance(name, str):
            return None
        service = receiver.service if receiver else _service_of(name)
        return (service, name, receiver or Receiver("client", service)) if service else None

    def _arguments(
        self, node: ast.Call, function: Function, positional: tuple[str, ...]
    ) -> tuple[dict[str, ast.expr], bool]:
        found: dict[str, ast.expr] = {}
        complete = True
        for name, value in zip(positional, node.args, strict=False):
            if isinstance(value, ast.Starred):
                complete = False
                break
            found[name] = value
        for keyword in node.keywords:
            if keyword.arg is not None:
                found[keyword.arg] = keyword.value
                continue
            fields = self.values.fields(keyword.value, function)
            if fields is None:
                complete = False
                continue
            for name, values in fields.items():
                found.setdefault(name, values[-1].node)
            complete = complete and _is_written_out(self.values, keyword.value, function)
        return found, complete


def _is_written_out(values: Values, node: ast.expr, function: Function) -> bool:
    """Whether all fields of a dict are in the text: no `**other`, no computed key, no dict from elsewhere."""
    made = values.settled(node, function)
    if isinstance(made.node, ast.Dict):
        return all(key is not None and values.text(key, made.function) is not None for key in made.node.keys)
    return (
        isinstance(made.node, ast.Call)
        and isinstance(made.node.func, ast.Name)
        and made.node.func.id == "dict"
        and not made.node.args
        and all(k.arg for k in made.node.keywords)
    )


def _service_of(operation: str) -> str:
    rows = _SIGNATURES.get(operation)
    return rows[0][0] if rows else ""
