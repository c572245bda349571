"""Partial batches: a record that fails alone comes again alone, and that is no fault of the handler."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from typing import Any

import pytest
from botocore.exceptions import ClientError

from flowdsl.diagnostics import FlowDslError
from flowdsl.proof.prove import prove
from tests.proof import aws
from tests.proof.aws import client, item

POISON = "no JSON"


def queue_event(*bodies: Any) -> dict[str, Any]:
    return {
        "Records": [
            {"messageId": f"m{n}", "body": b if isinstance(b, str) else json.dumps(b), "eventSource": "aws:sqs"}
            for n, b in enumerate(bodies, 1)
        ]
    }


def stream_event(*bodies: Any) -> dict[str, Any]:
    return {
        "Records": [
            {
                "eventSource": "aws:kinesis",
                "kinesis": {"sequenceNumber": f"s{n}", "data": b64encode(json.dumps(b).encode()).decode()},
            }
            for n, b in enumerate(bodies, 1)
        ]
    }


TWO = queue_event({"id": "o1"}, {"id": "o2"})


def answer(*failed: str) -> dict[str, Any]:
    return {"batchItemFailures": [{"itemIdentifier": name} for name in failed]}


def put(body: str) -> None:
    client("dynamodb").put_item(TableName="orders", Item=item(id=json.loads(body)["id"]))


def keep(event: dict[str, Any], context: Any) -> dict[str, Any]:
    failed: list[str] = []
    for record in event["Records"]:
        try:
            put(record["body"])
        except (ClientError, ValueError):
            failed.append(record["messageId"])
    return answer(*failed)


def test_records_that_fail_alone_come_again_alone() -> None:
    report = prove(keep, TWO, aws.orders_world)
    assert report.findings == []
    assert report.calls == ["dynamodb.PutItem", "dynamodb.PutItem"]


def test_taken_as_one_event_such_an_answer_is_another_answer() -> None:
    report = prove(keep, TWO, aws.orders_world, partial_batch=False)
    assert [f.fault for f in report.findings] == [
        "#1 dynamodb.PutItem refused, too many requests",
        "#2 dynamodb.PutItem refused, too many requests",
    ]


def test_a_record_that_always_fails_may_be_among_them() -> None:
    assert prove(keep, queue_event({"id": "o1"}, POISON, {"id": "o2"}), aws.orders_world).findings == []


def test_a_stream_comes_again_from_the_first_failed_record_on() -> None:
    delivered: list[list[str]] = []

    def follow(event: dict[str, Any], context: Any) -> dict[str, Any]:
        delivered.append([r["kinesis"]["sequenceNumber"] for r in event["Records"]])
        for record in event["Records"]:
            try:
                put(b64decode(record["kinesis"]["data"]).decode())
            except ClientError:
                return answer(record["kinesis"]["sequenceNumber"])
        return answer()

    event = stream_event({"id": "o1"}, {"id": "o2"}, {"id": "o3"})
    assert prove(follow, event, aws.orders_world, only="#2 dynamodb.PutItem refused").findings == []
    assert delivered[-2:] == [["s1", "s2", "s3"], ["s2", "s3"]]


def test_a_failure_that_is_not_answered_is_a_loss() -> None:
    def forget(event: dict[str, Any], context: Any) -> dict[str, Any]:
        for record in event["Records"]:
            try:
                put(record["body"])
            except ClientError:
                continue
        return answer()

    findings = prove(forget, TWO, aws.orders_world).findings
    assert [str(f) for f in findings] == [
        "#1 dynamodb.PutItem refused, too many requests: table orders id=o1 is lost",
        "#2 dynamodb.PutItem refused, too many requests: table orders id=o2 is lost",
    ]


def test_a_record_that_fails_after_its_effect_does_it_twice() -> None:
    def count(event: dict[str, Any], context: Any) -> dict[str, Any]:
        failed: list[str] = []
        for record in event["Records"]:
            try:
                put(record["body"])
                add()
            except ClientError:
                failed.append(record["messageId"])
        return answer(*failed)

    def add() -> None:
        client("dynamodb").update_item(
            TableName="counters",
            Key=item(id="total"),
            UpdateExpression="ADD n :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )

    report = prove(count, TWO, aws.world)
    assert "table counters id=total: n is 3 instead of 2" in str(report)


def test_an_identifier_that_no_record_has_is_told() -> None:
    def name_by_order(event: dict[str, Any], context: Any) -> dict[str, Any]:
        failed: list[str] = []
        for record in event["Records"]:
            try:
                put(record["body"])
            except ClientError:
                failed.append(json.loads(record["body"])["id"])
        return answer(*failed)

    assert str(prove(name_by_order, TWO, aws.orders_world, only="#1 dynamodb.PutItem refused").findings[0]) == (
        "#1 dynamodb.PutItem refused, too many requests: answers the itemIdentifier 'o1', which no record has: the whole batch counts as "
        "failed; table orders id=o1 is lost"
    )


def test_what_is_no_batch_is_refused_where_one_is_meant() -> None:
    def one(event: dict[str, Any], context: Any) -> str:
        return "done"

    with pytest.raises(
        FlowDslError, match=r"^partial_batch=True is for an event of Records, and an answer with batchItemFailures: "
    ):
        prove(one, TWO, partial_batch=True)
