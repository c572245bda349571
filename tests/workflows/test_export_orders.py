"""The nightly export: one a day, whenever and however often the schedule comes."""

from __future__ import annotations

from typing import Any

import pytest

from flowdsl.testing import Execution, raises, simulate
from workflows.export_orders import export_orders

WORLD = ()

MIDNIGHT = {"time": "2026-11-12T00:00:00Z"}
ARN = "arn:aws:dynamodb:eu-west-1:123456789012:table/payments/export/01"
STARTED = {"ExportDescription": {"ExportArn": ARN, "ExportStatus": "IN_PROGRESS"}}
BUSY = raises("DynamoDb.LimitExceededException")


def looked(status: str) -> dict[str, Any]:
    found = {"ExportArn": ARN, "ExportStatus": status}
    return {
        "ExportDescription": {**found, "ExportManifest": "payments/manifest.json"} if status == "COMPLETED" else found
    }


def export(looks: list[Any], started: Any = STARTED, now: str = "2026-11-12T00:00:07Z") -> Execution:
    return simulate(export_orders, MIDNIGHT, {"Export": started, "Look": looks}, now=now)


def test_an_export_is_waited_for() -> None:
    execution = export([looked("IN_PROGRESS"), looked("COMPLETED")])
    assert execution.output == "payments/manifest.json"
    assert execution.elapsed_seconds == 600


def test_the_day_is_the_schedules_and_not_the_clocks() -> None:
    late = export([looked("COMPLETED")], now="2026-11-13T09:00:00Z")
    asked = next(call.request for call in late.calls if call.state == "Export")
    assert (asked["ExportTime"], asked["S3Prefix"]) == ("2026-11-12T00:00:00Z", "payments/2026-11-12")


def test_a_schedule_that_comes_twice_asks_with_the_same_token() -> None:
    tokens = {export([looked("COMPLETED")]).calls[0].request["ClientToken"] for _ in range(2)}
    assert tokens == {"payments-2026-11-12"}


def test_an_export_that_fails_fails_the_execution() -> None:
    execution = export([looked("FAILED")])
    assert execution.cause == "the payments of 2026-11-12 could not be exported"


@pytest.mark.parametrize(
    ("started", "looks"), [([BUSY, STARTED], [looked("COMPLETED")]), (STARTED, [BUSY, looked("COMPLETED")])]
)
def test_a_busy_service_is_asked_again(started: Any, looks: list[Any]) -> None:
    assert export(looks, started).status == "SUCCEEDED"
