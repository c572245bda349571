"""Invoices that suppliers put into a bucket: read once, filed under their number."""

from __future__ import annotations

from botocore.exceptions import ClientError
from pydantic import BaseModel, Field, ValidationError

from flowdsl.handler import Permanent, handler, natural
from handlers.aws_clients import code_of, s3, table


class Invoice(BaseModel):
    """An invoice, in cents."""

    number: str = Field(min_length=1)
    supplier: str
    total: int = Field(ge=0)


class Unreadable(Permanent):
    """The object is no invoice."""


class Replaced(Permanent):
    """The object was written again, or deleted, since the event: a later event tells of that."""


@handler(raises=(Unreadable, Replaced), timeout_seconds=30, idempotency=natural())
def file_invoice(*, bucket: str, key: str, etag: str) -> Invoice:
    """Reads the very object that was meant, and files it under its number: filed again, it is the same item.

    Bucket, key and ETag are all that it takes; whether an event or a listing told of them, it does not know.
    """
    try:
        body = s3().get_object(Bucket=bucket, Key=key, IfMatch=etag)["Body"].read()
    except ClientError as error:
        if code_of(error) in ("PreconditionFailed", "NoSuchKey"):
            raise Replaced(key) from None
        raise
    try:
        invoice = Invoice.model_validate_json(body)
    except ValidationError as error:
        raise Unreadable(f"{key}: {error.errors()[0]['msg']}") from None
    table("INVOICES_TABLE").put_item(Item={**invoice.model_dump(), "key": key})
    return invoice
