"""Numbers that are computed for a Map, and files that no reader can make anything of."""

from __future__ import annotations

import gzip
from typing import Any

import pytest

from flowdsl.asl.definition import Definition
from flowdsl.testing import simulate
from tests.interpreter.machines import kinds, one

INNER = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}
CONFIG = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
CSV = {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}


def inline(**fields: Any) -> Definition:
    return one(Type="Map", ItemProcessor=INNER, **fields)


def distributed(**fields: Any) -> Definition:
    return one(Type="Map", ItemProcessor={**INNER, "ProcessorConfig": CONFIG}, **fields)


def reading(config: dict[str, Any], action: str = "getObject", key: str = "k") -> Definition:
    place = {"Bucket": "b", "Key": key} if action == "getObject" else {"Bucket": "b", "Prefix": key}
    resource = f"arn:aws:states:::s3:{action}"
    return distributed(ItemReader={"Resource": resource, "Parameters": place, "ReaderConfig": config})


@pytest.mark.parametrize("make", [inline, distributed])
def test_fewer_than_no_iterations_at_once_fail_at_once(make: Any) -> None:
    execution = simulate(make(ItemsPath="$.items", MaxConcurrencyPath="$.n"), {"items": [1], "n": -1})
    assert kinds(execution) == ["ExecutionStarted", "MapStateEntered", "ExecutionFailed"]
    assert (execution.error, execution.elapsed_seconds) == ("States.Runtime", 0)
    assert str(execution.cause).endswith("Expected non-negative integer for MaxConcurrency, got '-1' instead.")


def test_the_same_computed_in_jsonata() -> None:
    definition = inline(QueryLanguage="JSONata", Items=[1], MaxConcurrency="{% -1 %}")
    assert simulate(definition).error == "States.Runtime"


def test_a_batch_of_fewer_than_none_fails() -> None:
    definition = distributed(ItemsPath="$.items", ItemBatcher={"MaxItemsPerBatchPath": "$.n"})
    assert str(simulate(definition, {"items": [1], "n": -1}).cause).endswith("MaxItemsPerBatch cannot be negative.")


def test_the_members_of_an_object_are_the_items_of_a_distributed_map_alone() -> None:
    fields = {"QueryLanguage": "JSONata", "Items": "{% {'a': 1} %}"}
    assert simulate(distributed(**fields)).output == [{"Key": "a", "Value": 1}]
    assert "Expected 'array', but was 'object'" in str(simulate(inline(**fields)).cause)


@pytest.mark.parametrize(
    ("definition", "body", "cause"),
    [
        (
            reading(CSV, key="k.gz"),
            gzip.compress(b"a\n1\n", mtime=0)[:-6],
            "The file k.gz cannot be read: Compressed file ended",
        ),
        (reading(CSV, key="k.gz"), b"a", "The file k.gz cannot be read: Not a gzipped file (b'a')"),
        (reading({"InputType": "JSON"}), b"[NaN]", "The file k is not valid JSON: NaN stands in it"),
        (reading({"InputType": "JSON"}), b"\xff", "The file k is not valid JSON: 'utf-8' codec can't decode"),
        (reading({"InputType": "JSON"}), b"[" * 100_000, "The file k is not valid JSON: maximum recursion depth"),
        (reading({"InputType": "JSONL"}), b"1\n{", "Line 2 of k is not valid JSON"),
        (reading({"InputType": "MANIFEST"}), b"[]", "The file k is no S3 Inventory manifest"),
        (reading({"InputType": "JSONL", "ManifestType": "ATHENA_DATA"}), b"\xff", "The file k cannot be read"),
        (reading({"InputType": "JSONL", "ManifestType": "ATHENA_DATA"}), b"s3://c/k", "Failed to read s3://c/k"),
    ],
)
def test_a_file_that_cannot_be_read_fails_the_map_run(definition: Definition, body: bytes, cause: str) -> None:
    key = definition.document["States"]["S"]["ItemReader"]["Parameters"]["Key"]
    execution = simulate(definition, {}, s3={f"b/{key}": body})
    assert execution.error == "States.ItemReaderFailed"
    assert str(execution.cause).startswith(cause)
    assert kinds(execution)[-3:] == ["MapRunFailed", "MapStateFailed", "ExecutionFailed"]


def test_a_bucket_that_is_not_there_cannot_be_listed() -> None:
    execution = simulate(reading({}, "listObjectsV2"), {}, s3={"c": None})
    assert (execution.error, execution.cause) == (
        "States.ItemReaderFailed",
        "Failed to list s3://b/k: The specified bucket does not exist",
    )


def test_a_file_that_is_no_parquet_fails_the_map_run() -> None:
    pytest.importorskip("pyarrow")
    execution = simulate(reading({"InputType": "PARQUET"}), {}, s3={"b/k": b"x"})
    assert str(execution.cause).startswith("The file k is no Parquet:")
