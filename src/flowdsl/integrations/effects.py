"""What happens when a call is made twice: whether a retry, a redrive or a second delivery may act a second time."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from flowdsl.integrations.base import is_expression
from flowdsl.integrations.catalog import Operation

EffectKind = Literal["reads", "sets", "refuses", "adds", "runs"]
"""`reads`: changes nothing. `sets`: the second call leaves what the first one left. `refuses`: the second call fails,
since the name or condition is taken. `adds`: it acts again. `runs`: code of the user's, which alone knows."""


@dataclass(frozen=True, slots=True)
class Effect:
    """A call made twice."""

    kind: EffectKind
    why: str
    """One sentence."""
    key: str | None = None
    """The parameter that makes it count once; for `adds`, the one that would (None where there is none)."""

    @property
    def repeats(self) -> bool:
        """Whether a second call does what the first one did once more."""
        return self.kind == "adds"


_READS = re.compile(
    r"(Get|List|Describe|BatchGet|BatchDescribe|Head|Query|Scan|Search|Lookup|Detect|Compare|Recognize|Estimate|Validate|"
    r"Test|Check|Preview|Simulate|Translate|Analyze|Count|Verify|Decrypt|Generate(DataKey|Random)|Filter|Preview|Retrieve|"
    r"Transact(Get)|Select)(?=[A-Z]|$)"
)
_SETS = re.compile(
    r"(Put|Delete|Update|Set|Tag|Untag|Enable|Disable|Stop|Cancel|Terminate|Attach|Detach|Associate|Disassociate|Remove|"
    r"Modify|Register|Deregister|Move|Copy|Encrypt|Abort|Complete|Reset|Change|Deactivate|Activate|Batch(Delete|Update|"
    r"Put)|Suspend|Resume|Purge|Subscribe|Unsubscribe|Revoke|Authorize|Apply|Restore)(?=[A-Z]|$)"
)
_EXCEPTIONS: dict[tuple[str, str], tuple[EffectKind, str]] = {
    ("eventbridge", "PutEvents"): ("adds", "each call sends its events"),
    ("kinesis", "PutRecord"): ("adds", "each call appends its record"),
    ("kinesis", "PutRecords"): ("adds", "each call appends its records"),
    ("firehose", "PutRecord"): ("adds", "each call delivers its record"),
    ("firehose", "PutRecordBatch"): ("adds", "each call delivers its records"),
    ("cloudwatch", "PutMetricData"): ("adds", "each call counts its values"),
    ("cloudwatchlogs", "PutLogEvents"): ("adds", "each call appends its events"),
    ("dynamodb", "BatchWriteItem"): ("sets", "whole items are put or deleted by key"),
    ("sfn", "SendTaskSuccess"): ("refuses", "a task token is answered once"),
    ("sfn", "SendTaskFailure"): ("refuses", "a task token is answered once"),
    ("sfn", "SendTaskHeartbeat"): ("sets", "a heartbeat only says that the task lives"),
    ("glue", "StartCrawler"): ("refuses", "a running crawler is not started again"),
    ("bedrockruntime", "InvokeModel"): ("reads", "a model answers and keeps nothing; the second answer costs again"),
    ("bedrockruntime", "Converse"): ("reads", "a model answers and keeps nothing; the second answer costs again"),
    ("lambda", "Invoke"): ("runs", "the function decides"),
    ("rdsdata", "ExecuteStatement"): ("adds", "the statement runs again"),
}


def effect_of(operation: Operation, parameters: Mapping[str, Any] | None = None) -> Effect:
    """What a second call does, with these Parameters or Arguments."""
    given = parameters or {}
    if operation.kind in ("lambda", "activity") or (operation.service == "lambda" and operation.api == "Invoke"):
        return Effect("runs", "the worker decides" if operation.kind == "activity" else "the function decides")
    special = _special(operation, given)
    if special is not None:
        return special
    for token in operation.idempotency_tokens:
        if _has(given, token):
            return Effect("sets", f"{token} makes AWS count it once", token)
    api = operation.api
    if api is None:
        method = given.get("Method")
        if operation.service in ("http", "apigateway") and method in ("GET", "HEAD", "OPTIONS"):
            return Effect("reads", f"{method} changes nothing")
        if operation.service in ("http", "apigateway") and method in ("PUT", "DELETE"):
            return Effect("sets", f"{method} leaves the same when it is repeated")
        if operation.service == "bedrock":
            return Effect("reads", "a model answers and keeps nothing; the second answer costs again")
        return Effect("adds", "the endpoint is called again")
    service = operation.optimized.sdk if operation.optimized else operation.service
    known = _EXCEPTIONS.get((service or "", api))
    if known is not None:
        return Effect(*known)
    if _READS.match(api):
        return Effect("reads", f"{api} changes nothing")
    if _SETS.match(api):
        return Effect("sets", f"{api} leaves the same when it is repeated")
    key = next(iter(operation.idempotency_tokens), None)
    if (
        api.startswith("Create")
        and key is None
        and any(r.endswith("Name") and "Role" not in r for r in operation.required)
    ):
        return Effect("refuses", "the name is taken the second time")
    return Effect("adds", f"{api} acts again each time it is called", key)


def _special(operation: Operation, given: Mapping[str, Any]) -> Effect | None:
    service = operation.optimized.sdk if operation.optimized else operation.service
    api = operation.api
    if service == "dynamodb" and api in ("PutItem", "UpdateItem", "DeleteItem"):
        return _dynamodb(api, given)
    if (service, api) in (("sqs", "SendMessage"), ("sns", "Publish")):
        if _has(given, "MessageDeduplicationId"):
            return Effect("sets", "MessageDeduplicationId drops a repeat within five minutes", "MessageDeduplicationId")
        return Effect("adds", "each call sends a message", "MessageDeduplicationId")
    if (service, api) == ("sfn", "StartExecution"):
        if _has(given, "Name"):
            return Effect("refuses", "an execution's name is taken for 90 days (Standard)", "Name")
        return Effect("adds", "each call starts an execution", "Name")
    return None


def _dynamodb(api: str, given: Mapping[str, Any]) -> Effect:
    if _has(given, "ConditionExpression"):
        return Effect("refuses", "ConditionExpression decides", "ConditionExpression")
    if api != "UpdateItem":
        return Effect("sets", f"{api} leaves the same item when it is repeated")
    expression = given.get("UpdateExpression")
    if not isinstance(expression, str) or is_expression(expression):
        return Effect("adds", "UpdateExpression is computed: it may add", "ConditionExpression")
    if re.search(r"\bADD\b|list_append\s*\(|=[^,]*[+-]", expression, re.IGNORECASE):
        return Effect("adds", "UpdateExpression counts on what is there", "ConditionExpression")
    return Effect("sets", "UpdateExpression sets fixed values")


def _has(given: Mapping[str, Any], name: str) -> bool:
    return name in given or f"{name}.$" in given
