"""Every way of an invoice that somebody put into the bucket, with the event as EventBridge sends it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from flowdsl.testing import raises, simulate
from tests import world
from workflows.receive_invoice import receive_invoice

WORLD = ("INVOICES_TABLE", "INVOICES_BUCKET", "QUARANTINE_BUCKET")

INVOICE = {"number": "2026-17", "supplier": "Teapots Ltd", "total": 12_000}
THROTTLED = raises("Lambda.TooManyRequestsException")
ASIDE = {"PutAside": world.live("s3", "copy_object", "S3", Bucket="QUARANTINE_BUCKET")}


def upload(body: str = json.dumps(INVOICE), size: int | None = None) -> dict[str, Any]:
    """The event of an object that is in the bucket now."""
    etag = world.client("s3").put_object(Bucket="invoices", Key="in/17.json", Body=body)["ETag"].strip('"')
    return {
        "version": "0",
        "id": "17793124-05d4-b198-2fde-7ededc63b103",
        "detail-type": "Object Created",
        "source": "aws.s3",
        "account": "123456789012",
        "time": "2026-11-12T00:00:00Z",
        "region": "eu-west-1",
        "resources": ["arn:aws:s3:::invoices"],
        "detail": {
            "version": "0",
            "bucket": {"name": "invoices"},
            "object": {"key": "in/17.json", "size": size or len(body), "etag": etag, "sequencer": "00617F08299329D189"},
            "request-id": "N4N7GDK58NMKJ12R",
            "requester": "123456789012",
            "source-ip-address": "1.2.3.4",
            "reason": "PutObject",
        },
    }


def in_quarantine() -> list[str]:
    return [o["Key"] for o in world.client("s3").list_objects_v2(Bucket="quarantine").get("Contents", [])]


def test_an_invoice_is_filed() -> None:
    execution = simulate(receive_invoice, upload())
    assert execution.path == ["Size", "File"]
    assert execution.output == INVOICE
    assert world.get("INVOICES_TABLE", number="2026-17") == {**INVOICE, "key": "in/17.json"}


def test_an_event_that_comes_twice_files_one_invoice() -> None:
    event = upload()
    assert simulate(receive_invoice, event).output == simulate(receive_invoice, event).output
    assert world.table("INVOICES_TABLE").scan()["Count"] == 1


def test_an_object_that_was_written_again_is_left_to_its_own_event() -> None:
    late = upload()
    upload(json.dumps({**INVOICE, "total": 13_000}))
    execution = simulate(receive_invoice, late)
    assert execution.path == ["Size", "File", "Replaced"]
    assert execution.output is None
    assert world.get("INVOICES_TABLE", number="2026-17") is None


def test_what_is_no_invoice_is_put_aside() -> None:
    execution = simulate(receive_invoice, upload("Dear customer"), ASIDE)
    assert execution.path == ["Size", "File", "PutAside", "NoInvoice"]
    assert execution.cause == "in/17.json is no invoice, and lies in quarantine"
    assert in_quarantine() == ["in/17.json"]


def test_what_is_too_large_is_put_aside_unread() -> None:
    execution = simulate(receive_invoice, upload(size=6_000_000), ASIDE)
    assert execution.path == ["Size", "PutAside", "NoInvoice"]


@pytest.mark.parametrize(
    ("state", "answers"),
    [
        ("File", [THROTTLED, THROTTLED, INVOICE]),
        ("PutAside", [raises("S3.SlowDownException"), {}]),
    ],
)
def test_a_busy_service_is_asked_again(state: str, answers: list[Any]) -> None:
    event = upload() if state == "File" else upload("Dear customer")
    assert simulate(receive_invoice, event, {state: answers}).path[1 if state == "File" else 2] == state
