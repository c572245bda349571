"""Partial batches: which records of an event failed, and which of them a queue or stream then delivers again."""

from __future__ import annotations

from typing import Any

from flowdsl.diagnostics import FlowDslError
from flowdsl.handler.wire import is_list, is_mapping
from flowdsl.proof.delivery import Outcome

FAILURES = "batchItemFailures"
_STREAMS = (("kinesis", "sequenceNumber"), ("dynamodb", "SequenceNumber"))


class Batch:
    """The records of an event from SQS, Kinesis or a DynamoDB stream, for a handler that answers which of them failed.

    A queue delivers the failed ones again; a stream everything from the first failed one on (documented). An identifier that
    no record has, or an empty one, fails the whole batch (documented).
    """

    def __init__(self, event: dict[str, Any], expected: Outcome) -> None:
        self._event = event
        self._records: dict[str, Any] = {_identifier(record): record for record in event["Records"]}
        self._is_stream = any(name in record for record in event["Records"] for name, _ in _STREAMS)
        self._for_good = self._failed(expected)
        """Those that fail though nothing goes wrong."""

    @classmethod
    def of(cls, event: Any, expected: Outcome, wanted: bool | None) -> Batch | None:
        """The batch that an event is, by its shape and the answer's; `wanted` says that it is one, or that it is none."""
        is_one = wanted is not False and _is_batch(event) and failures(expected) is not None
        if wanted and not is_one:
            raise FlowDslError(
                f"partial_batch=True is for an event of Records, and an answer with {FAILURES}: found {_shown(event, expected)}"
            )
        return cls(event, expected) if is_one else None

    def left(self, outcomes: list[Outcome], event: Any) -> Any | None:
        """The event that comes next: with the records that failed in one of the outcomes, though they need not; None: none
        did. `event` is what was delivered last.
        """
        present = [_identifier(record) for record in event["Records"]]
        failed: set[str] = set()
        for outcome in outcomes:
            # One that raises, beside another, says nothing of single records.
            failed |= self._failed(outcome) - self._for_good if outcome.kind == "answered" else set()
        again = [name for name in present if name in failed]
        if not again:
            return None
        if self._is_stream:
            again = present[present.index(again[0]) :]
        return {**self._event, "Records": [self._records[name] for name in again]}

    def wrong(self, outcome: Outcome, event: Any) -> list[str]:
        """What is wrong with the identifiers that an answer to an event names, or does not name."""
        named = failures(outcome)
        if named is None:
            return [f"answers no {FAILURES}"] if outcome.kind == "answered" else []
        unknown = [
            f"answers the itemIdentifier {name!r}, which no record has: the whole batch counts as failed"
            for name in named
            if name not in self._records
        ]
        present = [_identifier(record) for record in event["Records"]]
        hidden = [f"does not answer that {name!r} failed" for name in present if name in self._for_good - set(named)]
        return unknown or hidden

    def _failed(self, outcome: Outcome) -> set[str]:
        named = failures(outcome)
        if named is None or any(name not in self._records for name in named):
            return set(self._records)
        return {str(name) for name in named}


def failures(outcome: Outcome) -> list[Any] | None:
    """The identifiers that an answer names; None where it is no answer of that kind."""
    answer = outcome.value
    if outcome.kind != "answered" or not is_mapping(answer) or not is_list(answer.get(FAILURES)):
        return None
    return [f.get("itemIdentifier") if is_mapping(f) else None for f in answer[FAILURES]]


def _is_batch(event: Any) -> bool:
    if not is_mapping(event) or not is_list(event.get("Records")) or not event["Records"]:
        return False
    return all(is_mapping(record) and _identifier(record) for record in event["Records"])


def _identifier(record: dict[str, Any]) -> str:
    """What an itemIdentifier names a record by: a message's id, a stream record's sequence number (documented)."""
    for source, name in _STREAMS:
        if is_mapping(record.get(source)):
            return str(record[source].get(name, ""))
    return str(record.get("messageId", ""))


def _shown(event: Any, expected: Outcome) -> str:
    if not _is_batch(event):
        return "another event"
    return "another answer" if expected.kind == "answered" else f"no answer but {expected.error_name}"
