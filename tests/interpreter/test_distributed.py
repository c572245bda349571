"""Distributed Map: where items come from, how they are batched, what is tolerated, where results go."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from flowdsl.asl.definition import Definition
from flowdsl.interpreter.s3 import S3Objects
from flowdsl.testing import raises, returns, simulate
from tests.interpreter.machines import END, chained, kinds, machine, task

GET, LIST = "arn:aws:states:::s3:getObject", "arn:aws:states:::s3:listObjectsV2"
KEEP = {"Type": "Pass", "End": True}


def distributed(state: dict[str, Any] = KEEP, kind: str = "STANDARD", **fields: Any) -> Definition:
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": kind},
        "StartAt": "I",
        "States": {"I": state},
    }
    return machine("M", M={"Type": "Map", "ItemProcessor": processor, "Next": "Out", **fields}, Out=END, Caught=END)


def reader(key: str = "k", resource: str = GET, **config: Any) -> dict[str, Any]:
    parameters = {"Bucket": "b", **({"Key": key} if resource == GET else {"Prefix": key})}
    return {"Resource": resource, "Parameters": parameters, **({"ReaderConfig": config} if config else {})}


def test_items_of_the_state_run_in_child_executions() -> None:
    execution = simulate(distributed(), [1, 2])
    assert execution.output == [1, 2]
    assert chained(execution)[1:8] == [
        (0, "MapStateEntered"),
        (2, "MapStateStarted"),
        (3, "MapRunStarted"),
        (4, "MapRunSucceeded"),
        (5, "MapStateSucceeded"),
        (5, "MapStateExited"),
        (7, "SucceedStateEntered"),
    ]


def test_an_objects_members_are_items() -> None:
    assert simulate(distributed(), {"a": 1, "b": 2}).output == [{"Key": "a", "Value": 1}, {"Key": "b", "Value": 2}]
    selector = {"k.$": "$$.Map.Item.Key", "v.$": "$$.Map.Item.Value", "s.$": "$$.Map.Item.Source"}
    told = simulate(distributed(ItemSelector=selector), {"a": 1}).output
    assert told == [{"k": "a", "v": 1, "s": "STATE_DATA"}]


def test_a_child_has_an_execution_of_its_own() -> None:
    state = {"Type": "Pass", "Parameters": {"id.$": "$$.Execution.Id", "m.$": "$$.StateMachine.Id"}, "End": True}
    first, second = simulate(distributed(state, Label="Each"), [1, 2]).output
    assert first["id"] != second["id"]
    assert ":execution:Machine/Each:" in first["id"]
    assert first["m"].endswith(":stateMachine:Machine/Each")


@pytest.mark.parametrize(
    ("key", "body", "config", "items"),
    [
        (
            "k",
            "a,b\n1,2\n3\n4,5,6\n",
            {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"},
            [{"a": "1", "b": "2"}, {"a": "3", "b": ""}, {"a": "4", "b": "5"}],
        ),
        (
            "k",
            "1|2\n",
            {"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["a", "b"], "CSVDelimiter": "PIPE"},
            [{"a": "1", "b": "2"}],
        ),
        (
            "k",
            'a\n"x ""y"" , z"\n"two\nlines"\n',
            {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"},
            [{"a": 'x "y" , z'}, {"a": "two\nlines"}],
        ),
        ("k", "a\nb\\,c\\d\n", {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}, [{"a": "b,cd"}]),
        ("k", [1, {"x": 2}], {"InputType": "JSON"}, [1, {"x": 2}]),
        ("k", {"deep": {"items": [1, 2]}}, {"InputType": "JSON", "ItemsPointer": "/deep/items"}, [1, 2]),
        ("k", '{"x":1}\n\n{"x":2}\n', {"InputType": "JSONL"}, [{"x": 1}, {"x": 2}]),
        ("k.gz", gzip.compress(b"[1,2]", mtime=0), {"InputType": "JSON"}, [1, 2]),
        ("k", [1, 2, 3], {"InputType": "JSON", "MaxItems": 2}, [1, 2]),
        ("k", [1, 2, 3], {"InputType": "JSON", "MaxItems": 0}, [1, 2, 3]),
    ],
)
def test_a_file_gives_its_items(key: str, body: Any, config: dict[str, Any], items: list[Any]) -> None:
    execution = simulate(distributed(ItemReader=reader(key, **config)), {}, s3={f"b/{key}": body})
    assert execution.output == items
    # With a reader the number of items is not known when the Map starts.
    assert execution.history[2]["mapStateStartedEventDetails"] == {"length": 0}


def test_a_field_of_csv_may_be_as_large_as_an_item() -> None:
    selected = distributed(
        ItemReader=reader(InputType="CSV", CSVHeaderLocation="FIRST_ROW"), ItemSelector={"b.$": "$$.Map.Item.Value.b"}
    )
    body = f"a,b\n{'x' * 1_000_000},1\n"
    assert simulate(selected, {}, s3={"b/k": body}).output == [{"b": "1"}]


def test_a_listing_gives_what_is_in_the_bucket() -> None:
    execution = simulate(
        distributed(ItemReader=reader("in/", LIST)), {}, s3={"b/in/x": "hello", "b/in/y": "", "b/out/z": ""}
    )
    first, second = execution.output
    assert first == {
        "Etag": '"5d41402abc4b2a76b9719d911017c592"',
        "Key": "in/x",
        "LastModified": 0,
        "Size": 5,
        "StorageClass": "STANDARD",
    }
    assert second["Key"] == "in/y"


def test_a_listing_can_be_loaded_and_flattened() -> None:
    config = {"InputType": "JSON", "Transformation": "LOAD_AND_FLATTEN"}
    execution = simulate(
        distributed(ItemReader=reader("in/", LIST, **config)), {}, s3={"b/in/1": [1, 2], "b/in/2": [3]}
    )
    assert execution.output == [1, 2, 3]


def test_an_inventory_manifest_names_the_files_to_read() -> None:
    manifest = {
        "fileSchema": "Bucket, Key, Size",
        "files": [{"key": "data/1.csv.gz"}],
        "destinationBucket": "arn:aws:s3:::b",
    }
    objects = {"b/k": manifest, "b/data/1.csv.gz": gzip.compress(b'"src","a.txt","5"\n', mtime=0)}
    execution = simulate(distributed(ItemReader=reader(InputType="MANIFEST")), {}, s3=objects)
    assert execution.output == [{"Bucket": "src", "Key": "a.txt", "Size": "5"}]


def test_an_athena_manifest_lists_addresses() -> None:
    objects = {"b/k": '"s3://b/one.jsonl"\n"s3://b/two.jsonl"\n', "b/one.jsonl": "1\n", "b/two.jsonl": "2\n"}
    config = {"ManifestType": "ATHENA_DATA", "InputType": "JSONL"}
    assert simulate(distributed(ItemReader=reader(**config)), {}, s3=objects).output == [1, 2]


def test_parquet_is_read_where_pyarrow_is_installed(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    file = tmp_path / "k.parquet"
    parquet.write_table(pyarrow.table({"a": [1, 2], "b": ["x", "y"]}), file)
    execution = simulate(distributed(ItemReader=reader(InputType="PARQUET")), {}, s3={"b/k": file})
    assert execution.output == [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]


def test_a_folder_is_a_bucket(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "k.json").write_text("[1]")
    assert simulate(distributed(ItemReader=reader("in/k.json", InputType="JSON")), {}, s3={"b": tmp_path}).output == [1]


@pytest.mark.parametrize(
    ("body", "config", "cause"),
    [
        ({"a": 1}, {"InputType": "JSON"}, "Attempting to map over non-iterable node."),
        (
            "x",
            {"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["a", "a"]},
            "CSV headers cannot contain duplicates.",
        ),
        ([1], {"InputType": "JSON", "MaxItemsPath": "$.most"}, "field MaxItems must be positive"),
        (
            "{",
            {"InputType": "JSON"},
            "The file k is not valid JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
        ),
    ],
)
def test_a_reader_that_cannot_read_fails_the_map_run(body: Any, config: dict[str, Any], cause: str) -> None:
    execution = simulate(distributed(ItemReader=reader(**config)), {"most": -1}, s3={"b/k": body})
    assert (execution.error, execution.cause) == ("States.ItemReaderFailed", cause)
    assert kinds(execution)[2:] == [
        "MapStateStarted",
        "MapRunStarted",
        "MapRunFailed",
        "MapStateFailed",
        "ExecutionFailed",
    ]


def test_a_missing_object_is_named() -> None:
    execution = simulate(distributed(ItemReader=reader(InputType="JSON")), {}, s3={"b": None})
    assert execution.cause == "Failed to read s3://b/k: The specified key does not exist."


def test_items_are_batched() -> None:
    batcher = {"MaxItemsPerBatch": 2, "BatchInput": {"who.$": "$.who"}}
    execution = simulate(distributed(ItemBatcher=batcher, ItemsPath="$.n"), {"who": "me", "n": [1, 2, 3]})
    assert execution.output == [
        {"BatchInput": {"who": "me"}, "Items": [1, 2]},
        {"BatchInput": {"who": "me"}, "Items": [3]},
    ]


def test_batches_are_bounded_by_bytes() -> None:
    execution = simulate(distributed(ItemBatcher={"MaxInputBytesPerBatch": 40}), ["x" * 20, "y" * 20, "z"])
    assert [batch["Items"] for batch in execution.output] == [["x" * 20], ["y" * 20, "z"]] or [
        len(json.dumps(batch, separators=(",", ":"))) <= 40 for batch in execution.output
    ] == [True] * len(execution.output)


def test_one_failure_is_too_many_without_a_tolerance() -> None:
    execution = simulate(distributed({**task(), "End": True}, MaxConcurrency=1), [1, 2, 3], {"I": [1, raises("Boom")]})
    assert execution.error == "States.ExceedToleratedFailureThreshold"
    assert execution.cause == "The specified tolerated failure threshold was exceeded"
    assert len(execution.calls) == 2


def test_tolerated_failures_stand_in_the_result() -> None:
    definition = distributed({**task(), "End": True}, ToleratedFailureCount=1)
    execution = simulate(definition, [1, 2], {"I": [raises("Boom", "why"), 2]})
    assert execution.output == [{"Status": "FAILED", "Error": "Boom", "Cause": "why"}, 2]


@pytest.mark.parametrize(("percentage", "status"), [(50, "SUCCEEDED"), (49.9, "FAILED")])
def test_a_percentage_of_the_items_may_fail(percentage: float, status: str) -> None:
    definition = distributed({**task(), "End": True}, ToleratedFailurePercentage=percentage)
    assert simulate(definition, [1, 2], {"I": [raises("Boom"), 2]}).status == status


def test_a_failed_batch_counts_all_its_items() -> None:
    fields: dict[str, Any] = {"ItemBatcher": {"MaxItemsPerBatch": 2}, "ToleratedFailureCount": 1}
    execution = simulate(
        distributed({**task(), "End": True}, **fields), [1, 2, 3], {"I": [raises("Boom"), 1]}, unused_mocks="ignore"
    )
    assert execution.error == "States.ExceedToleratedFailureThreshold"


def test_a_map_run_can_be_retried_and_caught() -> None:
    fields: dict[str, Any] = {
        "Retry": [{"ErrorEquals": ["States.ExceedToleratedFailureThreshold"], "MaxAttempts": 1}],
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}],
    }
    execution = simulate(distributed({**task(), "End": True}, **fields), [1], {"I": [raises("Boom"), raises("Boom")]})
    assert kinds(execution).count("MapRunStarted") == 2
    assert execution.output["Error"] == "States.ExceedToleratedFailureThreshold"


def test_children_wait_at_the_same_time() -> None:
    waiting = {"Type": "Wait", "Seconds": 10, "End": True}
    assert simulate(distributed(waiting), [1] * 100).elapsed_seconds == 10
    assert simulate(distributed(waiting, MaxConcurrency=50), [1] * 100).elapsed_seconds == 20


def test_an_express_child_has_five_minutes() -> None:
    execution = simulate(distributed({"Type": "Wait", "Seconds": 400, "End": True}, "EXPRESS"), [1])
    assert execution.error == "States.ExceedToleratedFailureThreshold"
    assert execution.elapsed_seconds == 300


WRITER = {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "out", "Prefix": "runs"}}


def test_results_are_written_to_a_bucket() -> None:
    objects = S3Objects({"out": None})
    definition = distributed({**task(), "End": True}, ResultWriter=WRITER, Label="L", ToleratedFailureCount=1)
    execution = simulate(definition, [1, 2], {"I": [{"a": 1}, raises("Boom", "why")]}, s3=objects)
    arn, details = execution.output["MapRunArn"], execution.output["ResultWriterDetails"]
    run = arn.rpartition(":")[2]
    assert details == {"Bucket": "out", "Key": f"runs/{run}/manifest.json"}
    manifest = json.loads(objects.get("out", details["Key"]).read())
    succeeded = json.loads(objects.get("out", manifest["ResultFiles"]["SUCCEEDED"][0]["Key"]).read())
    failed = json.loads(objects.get("out", manifest["ResultFiles"]["FAILED"][0]["Key"]).read())
    assert (succeeded[0]["Status"], succeeded[0]["Output"]) == ("SUCCEEDED", '{"a":1}')
    assert (failed[0]["Status"], failed[0]["Error"], failed[0]["Cause"]) == ("FAILED", "Boom", "why")


def test_results_can_be_written_compact_and_by_lines() -> None:
    objects = S3Objects({"out": None})
    writer = {**WRITER, "WriterConfig": {"Transformation": "FLATTEN", "OutputType": "JSONL"}}
    execution = simulate(distributed(ResultWriter=writer), [[1, 2], [3]], s3=objects)
    manifest = json.loads(objects.get("out", execution.output["ResultWriterDetails"]["Key"]).read())
    assert objects.get("out", manifest["ResultFiles"]["SUCCEEDED"][0]["Key"]).read() == b"1\n2\n3\n"


def test_a_writer_config_alone_shapes_the_result() -> None:
    definition = distributed(ResultWriter={"WriterConfig": {"Transformation": "FLATTEN", "OutputType": "JSON"}})
    assert simulate(definition, [[1, 2], [3]]).output == [1, 2, 3]


def test_a_result_that_is_too_large_fails_the_map_run() -> None:
    execution = simulate(distributed({**task(), "End": True}), [1, 2], {"I": lambda event: "x" * 200_000})
    assert execution.error == "States.DataLimitExceeded"


def test_a_tolerance_must_be_in_its_range() -> None:
    execution = simulate(distributed(ToleratedFailurePercentagePath="$.p", ItemsPath="$.n"), {"n": [1], "p": 100.1})
    assert str(execution.cause).endswith("ToleratedFailurePercentage must be between 0 and 100.")
    assert kinds(execution)[-2:] == ["MapStateStarted", "ExecutionFailed"]


def test_a_million_items_need_little_memory() -> None:
    # A tenth of it here, since this file runs often; the benchmark runs the whole and states its memory.
    rows = "id\n" + "".join(f"{n}\n" for n in range(10_000))
    definition = distributed(
        {**task(), "End": True}, ResultWriter=WRITER, ItemReader=reader(InputType="CSV", CSVHeaderLocation="FIRST_ROW")
    )
    execution = simulate(definition, {}, {"I": returns({"ok": True})}, s3=S3Objects({"b/k": rows, "out": None}))
    assert execution.status == "SUCCEEDED"
