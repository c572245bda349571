"""What the archive holds. moto delivers each record to the bucket at once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from flowdsl.testing import Execution, raises, simulate
from tests import world
from workflows.archive_order import archive_order

WORLD = ("REPORTS_BUCKET", "ARCHIVE_STREAM")

ORDER = {"id": "o1", "total": 900, "keep": True}
LIVE = {
    "Deliver": world.live("firehose", "put_record", "Firehose", DeliveryStreamName="ARCHIVE_STREAM"),
    "SetAside": world.live("s3", "put_object", "S3", Bucket="REPORTS_BUCKET"),
}
AWAY = raises("Firehose.ServiceUnavailableException")


def archive(order: Any = ORDER, **mocks: Any) -> Execution:
    return simulate(archive_order, order, {**LIVE, **mocks}, unused_mocks="ignore")


def archived() -> list[dict[str, Any]]:
    """Every line in the bucket, as who reads the archive sees it."""
    s3 = world.client("s3")
    keys = [o["Key"] for o in s3.list_objects_v2(Bucket="reports").get("Contents", [])]
    bodies = [s3.get_object(Bucket="reports", Key=key)["Body"].read().decode() for key in keys]
    return [json.loads(line) for body in bodies for line in body.splitlines()]


def test_an_order_is_a_line_of_the_archive() -> None:
    assert archive().output == "archived"
    assert archived() == [{"id": "o1", "total": 900}]


def test_an_order_that_comes_twice_is_two_lines_that_say_the_same_of_one_id() -> None:
    archive()
    archive()
    assert len(archived()) == 2
    assert {line["id"]: line for line in archived()} == {"o1": {"id": "o1", "total": 900}}


def test_who_does_not_agree_is_not_archived() -> None:
    assert archive({**ORDER, "keep": False}).output == "not kept"
    assert archived() == []


def test_while_firehose_stays_away_the_record_lies_beside_the_archive_once() -> None:
    for _ in range(2):
        assert archive(Deliver=[AWAY] * 5).path == ["Consent", "Deliver", "SetAside"]
    assert archived() == [{"id": "o1", "total": 900}]


@pytest.mark.parametrize(
    "mocks", [{"Deliver": [AWAY, {}]}, {"Deliver": [AWAY] * 5, "SetAside": [raises("S3.S3Exception"), {}]}]
)
def test_a_busy_service_is_asked_again(mocks: dict[str, Any]) -> None:
    assert archive(**mocks).output == "archived"
