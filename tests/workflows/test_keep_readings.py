"""A batch of the stream: kept, named where it is bad, and harmless when it comes again, whole or in halves."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

import pytest

from flowdsl.testing import Execution, raises, simulate
from tests import world
from workflows.keep_readings import keep_readings

WORLD = ("READINGS_TABLE",)

LIVE = {"Write": world.live("dynamodb", "put_item", "DynamoDB", TableName="READINGS_TABLE")}


def record(number: int, data: Any = None) -> dict[str, Any]:
    """A record as a pipe hands it over."""
    reading = {"sensor": "s1", "celsius": 20 + number / 2} if data is None else data
    text = reading if isinstance(reading, str) else json.dumps(reading)
    return {
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": f"shardId-000000000000:{number}",
        "kinesisSchemaVersion": "1.0",
        "partitionKey": "s1",
        "sequenceNumber": str(number),
        "data": b64encode(text.encode()).decode(),
        "approximateArrivalTimestamp": 1545084650.987,
    }


def keep(*records: dict[str, Any], **mocks: Any) -> Execution:
    return simulate(keep_readings, list(records), {**LIVE, **mocks}, unused_mocks="ignore")


def failures(execution: Execution) -> list[str]:
    return [failure["itemIdentifier"] for failure in execution.output["batchItemFailures"]]


def kept() -> dict[str, float]:
    return {i["record"].partition(":")[2]: float(i["celsius"]) for i in world.table("READINGS_TABLE").scan()["Items"]}


def test_records_are_decoded_and_kept() -> None:
    assert keep(record(1), record(2)).output == {"batchItemFailures": []}
    assert kept() == {"1": 20.5, "2": 21.0}


def test_a_batch_that_comes_twice_is_kept_once() -> None:
    assert keep(record(1), record(2)).output == keep(record(1), record(2)).output
    assert len(kept()) == 2


@pytest.mark.parametrize("data", ["hello", "{", {"sensor": "s1"}, {"sensor": "s1", "celsius": "warm"}, ["s1", 20]])
def test_a_bad_record_is_named_and_the_others_are_kept(data: Any) -> None:
    assert failures(keep(record(1), record(2, data), record(3))) == ["2"]
    assert kept() == {"1": 20.5, "3": 21.5}


def test_a_halved_batch_ends_with_the_bad_record_alone_and_nothing_kept_twice() -> None:
    records = [record(n, "hello" if n == 6 else None) for n in range(1, 9)]
    calls = 0
    given_up = []
    batches = [records]
    while batches:
        batch = batches.pop(0)
        calls += 1
        if not failures(keep(*batch)):
            continue
        if len(batch) == 1:
            given_up.append(batch[0]["sequenceNumber"])
        else:
            batches += [batch[: len(batch) // 2], batch[len(batch) // 2 :]]
    assert (given_up, calls) == (["6"], 7)
    assert sorted(kept()) == ["1", "2", "3", "4", "5", "7", "8"]


def test_a_table_that_stays_busy_fails_the_batch_which_then_comes_again() -> None:
    busy = raises("DynamoDB.ProvisionedThroughputExceededException")
    assert keep(record(1), Write=[busy] * 4).status == "FAILED"
    assert keep(record(1), Write=[busy, {}]).output == {"batchItemFailures": []}
