"""A Distributed Map over a bucket: the handler that takes one new object takes a million old ones, each in a child of its own."""
# pyright: reportUnusedExpression=false

from pydantic import BaseModel

from flowdsl import DistributedMap, Fail, MapRun, Retry, S3Object, Succeed, Task, placeholder, s3, workflow
from flowdsl.errors import LAMBDA_TRANSIENT, ExceedToleratedFailureThreshold
from handlers.invoices import Invoice, Replaced, file_invoice


class Archive(BaseModel):
    """Where the invoices lie."""

    bucket: str
    prefix: str


TRANSIENT = Retry(*LAMBDA_TRANSIENT, interval_seconds=2, max_attempts=6, max_delay_seconds=60, jitter_strategy="FULL")


@workflow(timeout_seconds=24 * 3600)
def file_all_invoices(archive: Archive) -> MapRun:
    """File every invoice below a prefix; a few unreadable ones do not stop the others."""

    def one(found: S3Object) -> Invoice | None:
        file = Task(  # flowdsl: ignore[ASL953] an unreadable object fails its own child, which the Map tolerates
            file_invoice(bucket=archive.bucket, key=found["Key"], etag=found["Etag"]), timeout_seconds=45
        )
        file.retry(TRANSIENT)
        replaced = Succeed(output=None)
        file.catch(Replaced) >> replaced
        return file.result

    invoices = DistributedMap(
        one,
        s3.objects(archive.bucket, archive.prefix),
        max_concurrency=100,
        tolerated_failure_percentage=5,
        result_writer=s3.writer(placeholder("ReportsBucket", kind="bucket"), "filed"),
    )
    too_many = Fail("TooManyUnreadable", cause=f"more than 5 % below {archive.prefix} are no invoices")
    invoices.catch(ExceedToleratedFailureThreshold) >> too_many

    return invoices.result
