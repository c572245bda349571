"""A bucket full of invoices: each object in a child execution, with the real handler and moto's bucket."""

from __future__ import annotations

import json
from typing import Any

import pytest

from flowdsl.testing import Execution, raises, simulate
from handlers.invoices import Replaced, file_invoice
from tests import world
from workflows.file_all_invoices import file_all_invoices

WORLD = ("INVOICES_TABLE", "INVOICES_BUCKET")

ARCHIVE = {"bucket": "invoices", "prefix": "2026/"}


def invoice(number: int) -> dict[str, Any]:
    return {"number": f"2026-{number}", "supplier": "Teapots Ltd", "total": number * 100}


def run(bodies: dict[str, str], **more: Any) -> Execution:
    """Runs over a bucket of these objects; the interpreter lists them, the handler reads them in moto."""
    for key, body in bodies.items():
        world.client("s3").put_object(Bucket="invoices", Key=key, Body=body)
    objects = {"${ReportsBucket}": None, "invoices": None, **{f"invoices/{k}": b for k, b in bodies.items()}}
    return simulate(file_all_invoices, ARCHIVE, s3=objects, **more)


def invoices(count: int) -> dict[str, str]:
    return {f"2026/{n:03}.json": json.dumps(invoice(n)) for n in range(count)}


def filed() -> list[str]:
    return sorted(item["number"] for item in world.table("INVOICES_TABLE").scan()["Items"])


def test_every_object_below_the_prefix_is_filed() -> None:
    execution = run({**invoices(30), "2025/001.json": json.dumps(invoice(999))})
    assert filed() == sorted(f"2026-{n}" for n in range(30))
    assert execution.output["ResultWriterDetails"]["Bucket"] == "${ReportsBucket}"


def test_run_again_it_files_nothing_twice() -> None:
    assert run(invoices(3)).status == run(invoices(3)).status == "SUCCEEDED"
    assert len(filed()) == 3


def test_one_unreadable_object_in_twenty_is_tolerated() -> None:
    execution = run({**invoices(19), "2026/letter.txt": "Dear customer"})
    assert execution.status == "SUCCEEDED"
    assert len(filed()) == 19


def test_more_than_that_are_not() -> None:
    execution = run({**invoices(3), "2026/letter.txt": "Dear customer"})
    assert (execution.error, execution.cause) == ("TooManyUnreadable", "more than 5 % below 2026/ are no invoices")


def test_an_object_written_after_the_listing_is_left_to_its_own_event() -> None:
    def written_since(event: Any) -> Any:
        world.client("s3").put_object(Bucket="invoices", Key=event["key"], Body="newer")
        try:
            return file_invoice.invoke(event)
        except Replaced as replaced:
            return raises(replaced)

    assert run(invoices(1), mocks={file_invoice: written_since}).status == "SUCCEEDED"
    assert filed() == []


@pytest.mark.parametrize("times", [1, 6])
def test_a_throttled_function_is_called_again(times: int) -> None:
    throttled = [raises("Lambda.TooManyRequestsException")] * times
    assert run(invoices(1), mocks={file_invoice: [*throttled, invoice(0)]}).status == "SUCCEEDED"
