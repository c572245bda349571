"""S3 → workflow: EventBridge tells of a new object, and starts one execution for it. Nobody lists a bucket on a schedule."""
# pyright: reportUnusedExpression=false

from pydantic import BaseModel

from flowdsl import Choice, Fail, Retry, Succeed, Task, aws, placeholder, workflow
from flowdsl.errors import LAMBDA_TRANSIENT
from handlers.invoices import Invoice, Replaced, Unreadable, file_invoice


class Bucket(BaseModel):
    name: str


class NewObject(BaseModel):
    key: str
    size: int
    etag: str


class Detail(BaseModel):
    bucket: Bucket
    object: NewObject


class ObjectCreated(BaseModel):
    """What EventBridge sends for a bucket's new object, as far as it is used here."""

    detail: Detail


LARGEST = 5_000_000
"""Bytes of an invoice; what is larger, a person looks at."""

BUSY = Retry("States.TaskFailed", interval_seconds=1, max_attempts=3, max_delay_seconds=10, jitter_strategy="FULL")
TRANSIENT = Retry(*LAMBDA_TRANSIENT, interval_seconds=2, max_attempts=4, max_delay_seconds=30, jitter_strategy="FULL")


@workflow(timeout_seconds=600)
def receive_invoice(event: ObjectCreated) -> Invoice | None:
    """File a supplier's invoice; put aside what is none."""
    bucket, key = event.detail.bucket.name, event.detail.object.key

    size = Choice()
    file = Task(file_invoice(bucket=bucket, key=key, etag=event.detail.object.etag), timeout_seconds=45)
    replaced = Succeed(output=None)
    put_aside = Task(
        aws.sdk.s3.copy_object(
            Bucket=placeholder("QuarantineBucket", kind="bucket"), Key=key, CopySource=f"{bucket}/{key}"
        ),
        timeout_seconds=60,
    )
    no_invoice = Fail("NoInvoice", cause=f"{key} is no invoice, and lies in quarantine")

    size.when(event.detail.object.size > LARGEST) >> put_aside
    size.otherwise >> file
    file.retry(TRANSIENT)
    file.catch(Replaced) >> replaced
    file.catch(Unreadable) >> put_aside >> no_invoice
    put_aside.retry(BUSY)

    return file.result
