"""Calls that carry many entries, of which a service may take some and refuse the rest: its answer says so, and raises nothing."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from flowdsl.handler.wire import is_mapping

Answer = dict[str, Any]
_BUSY = {"ErrorCode": "ProvisionedThroughputExceededException", "ErrorMessage": "Rate exceeded"}


def _requests(parameters: Answer) -> tuple[Answer, Answer]:
    """A batch's requests, by table: the first half of them, and the rest."""
    tables: Any = parameters["RequestItems"]
    every = [(name, at) for name, requests in tables.items() for at in range(len(_of(requests)))]
    taken = set(every[: len(every) // 2])
    halves: list[Answer] = []
    for wanted in (True, False):
        half = {
            name: _with(requests, [r for at, r in enumerate(_of(requests)) if ((name, at) in taken) is wanted])
            for name, requests in tables.items()
        }
        halves.append({name: requests for name, requests in half.items() if _of(requests)})
    return halves[0], halves[1]


def _of(requests: Any) -> list[Any]:
    return list(requests["Keys"] if is_mapping(requests) else requests)


def _with(requests: Any, some: list[Any]) -> Any:
    return {**requests, "Keys": some} if is_mapping(requests) else some


def _unprocessed(name: str) -> Callable[[Answer, Any, Any], None]:
    def add(answer: Answer, taken: Any, refused: Any) -> None:
        if name == "UnprocessedKeys":
            answer.setdefault("Responses", {})
        answer.setdefault(name, {}).update(refused)

    return add


def _by_id(answer: Answer, taken: Any, refused: Any) -> None:
    answer.setdefault("Successful", [])
    failed = {"SenderFault": False, "Code": "InternalError", "Message": "An internal error occurred"}
    answer.setdefault("Failed", []).extend({"Id": entry["Id"], **failed} for entry in refused)


def _by_position(entries: str, count: str) -> Callable[[Answer, Any, Any], None]:
    def add(answer: Answer, taken: Any, refused: Any) -> None:
        answer.setdefault(entries, []).extend(dict(_BUSY) for _ in refused)
        answer[count] = len(refused)

    return add


_CALLS: dict[tuple[str, str], tuple[str, Callable[[Answer, Any, Any], None]]] = {
    ("dynamodb", "BatchWriteItem"): ("RequestItems", _unprocessed("UnprocessedItems")),
    ("dynamodb", "BatchGetItem"): ("RequestItems", _unprocessed("UnprocessedKeys")),
    ("sqs", "SendMessageBatch"): ("Entries", _by_id),
    ("sqs", "DeleteMessageBatch"): ("Entries", _by_id),
    ("sns", "PublishBatch"): ("PublishBatchRequestEntries", _by_id),
    ("kinesis", "PutRecords"): ("Records", _by_position("Records", "FailedRecordCount")),
    ("firehose", "PutRecordBatch"): ("Records", _by_position("RequestResponses", "FailedPutCount")),
    ("events", "PutEvents"): ("Entries", _by_position("Entries", "FailedEntryCount")),
}
"""(service, operation) → where its entries stand, and how its answer tells of those that were refused (documented)."""


def may_be_partial(call: str) -> bool:
    """Whether a call, `service.Operation`, may be done for a part of its entries only."""
    service, _, operation = call.partition(".")
    return (service, operation) in _CALLS


def entries_of(service: str, operation: str, parameters: Any) -> list[Any]:
    """The entries of a call that carries a list of them, each as a call of its own; the call itself otherwise."""
    where = _CALLS.get((service, operation))
    return (
        list(parameters[where[0]]) if where is not None and isinstance(parameters.get(where[0]), list) else [parameters]
    )


def partly(service: str, operation: str, parameters: Answer, call: Callable[[Answer], Answer]) -> Answer:
    """Makes a call for the first half of its entries, and answers that the rest was refused."""
    where, tell = _CALLS[(service, operation)]
    entries = parameters[where]
    taken, refused = (
        _requests(parameters) if is_mapping(entries) else (entries[: len(entries) // 2], entries[len(entries) // 2 :])
    )
    answer = call({**parameters, where: taken})
    tell(answer, taken, copy.deepcopy(refused))
    return answer
