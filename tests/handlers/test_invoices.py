"""Filing an invoice: twice, late, and when there is nothing to file."""

from __future__ import annotations

import json
from hashlib import md5

import pytest

from flowdsl.testing import proof
from handlers.invoices import Invoice, Replaced, Unreadable, file_invoice
from tests import world

WORLD = ("INVOICES_TABLE", "INVOICES_BUCKET")

INVOICE = {"number": "2026-17", "supplier": "Teapots Ltd", "total": 12_000}


def upload(body: str = json.dumps(INVOICE)) -> str:
    etag: str = world.client("s3").put_object(Bucket="invoices", Key="17.json", Body=body)["ETag"]
    return etag


def test_an_invoice_filed_twice_is_one_item() -> None:
    etag = upload()
    first = file_invoice(bucket="invoices", key="17.json", etag=etag)
    assert first == Invoice.model_validate(INVOICE)
    assert file_invoice(bucket="invoices", key="17.json", etag=etag) == first
    assert world.table("INVOICES_TABLE").scan()["Count"] == 1


def test_an_object_written_since_is_not_read() -> None:
    etag = upload()
    upload("{}")
    with pytest.raises(Replaced):
        file_invoice(bucket="invoices", key="17.json", etag=etag)


def test_an_object_deleted_since_is_not_missed() -> None:
    with pytest.raises(Replaced):
        file_invoice(bucket="invoices", key="gone.json", etag='"e"')


@pytest.mark.parametrize(
    "body", ["", "Dear customer", '{"number": "", "supplier": "s", "total": 1}', '{"number": "1"}']
)
def test_what_is_no_invoice_is_unreadable(body: str) -> None:
    with pytest.raises(Unreadable, match=r"^17\.json: "):
        file_invoice(bucket="invoices", key="17.json", etag=upload(body))


@proof(
    file_invoice,
    {"bucket": "invoices", "key": "17.json", "etag": md5(json.dumps(INVOICE).encode()).hexdigest()},
    world.only("INVOICES_BUCKET", "INVOICES_TABLE", then=upload),
)
def test_filing_an_invoice_is_idempotent() -> None:
    assert world.get("INVOICES_TABLE", number="2026-17") == {**INVOICE, "key": "17.json"}
