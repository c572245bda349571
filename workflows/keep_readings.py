"""Kinesis → pipe → Express workflow: records are decoded, kept each under its own id, and a bad one is named, not the batch."""
# pyright: reportUnusedExpression=false

from typing import TypedDict

from pydantic import BaseModel

from flowdsl import Map, Pass, Retry, Task, aws, fn, new, placeholder, workflow
from flowdsl.errors import QueryEvaluationError


class Record(BaseModel):
    """A record as a pipe hands it over from a stream, as far as it is used here."""

    eventID: str
    """Shard and sequence number: no other record has it."""
    sequenceNumber: str
    data: str
    """Base64."""


class Failure(TypedDict):
    itemIdentifier: str


class Batch(TypedDict):
    """What is to come again: the pipe goes on at the first of these, or halves the batch (BisectBatchOnFunctionError)."""

    batchItemFailures: list[Failure]


class Kept(BaseModel):
    sequence: str
    kept: bool


BUSY = Retry("States.TaskFailed", interval_seconds=1, max_attempts=3, max_delay_seconds=5, jitter_strategy="FULL")


@workflow(type="EXPRESS", timeout_seconds=120)
def keep_readings(records: list[Record]) -> Batch:
    """Keep what the sensors say: `{"sensor": "s1", "celsius": 21.5}` in each record."""

    def keep(record: Record) -> Kept:
        reading = fn.parse(fn.base64decode(record.data))
        write = Task(
            aws.dynamodb.put_item(
                TableName=placeholder("ReadingsTable", kind="table"),
                Item={
                    "record": {"S": record.eventID},
                    "sensor": {"S": reading.sensor},
                    "celsius": {"N": fn.string(fn.number(reading.celsius))},
                },
            ),
            timeout_seconds=30,
        )
        unreadable = Pass(output=new(Kept)(sequence=record.sequenceNumber, kept=False))
        write.retry(BUSY)
        write.catch(QueryEvaluationError) >> unreadable
        return new(Kept)(sequence=record.sequenceNumber, kept=True)

    readings = Map(keep, records, max_concurrency=20)

    failed = fn.filter(readings.result, lambda r: fn.not_(r.kept))
    return {"batchItemFailures": fn.map(failed, lambda r: Failure(itemIdentifier=r.sequence))}
