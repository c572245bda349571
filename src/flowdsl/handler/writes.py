"""Transaction: the DynamoDB writes of one delivery, kept until they can be written together with the record of its key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from flowdsl.handler.errors import ConditionFailed, Conflict, InvalidResult
from flowdsl.handler.wire import found, is_list, is_mapping, member

LARGEST = 99
"""Effects of one transaction: DynamoDB takes 100 (documented), the record of the key is one."""

_VALUES = ("Item", "Key", "ExpressionAttributeValues")
# Reasons of a cancelled transaction that say nothing about its conditions: the same one may go through later.
_PASSING = {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}


def _wire(serialize: Callable[[Any], Any], value: Any, at: str) -> Any:
    """A value in DynamoDB's form. Raises TypeError, with the place, for what has none."""
    if is_mapping(value):
        return {"M": {k: _wire(serialize, v, member(at, k)) for k, v in value.items()}}
    if is_list(value):
        return {"L": [_wire(serialize, v, f"{at}[{i}]") for i, v in enumerate(value)]}
    try:
        # A number of an event with a fraction is a float; DynamoDB's numbers are decimal.
        return serialize(Decimal(repr(value)) if isinstance(value, float) else value)
    except (TypeError, ArithmeticError) as error:
        raise TypeError(f"{at}: DynamoDB has no value for {found(value)} {value!r}: {error}") from None


class Transaction:
    """Collects writes; nothing is written before the handler has returned. Values are plain Python, as a Table's are; a
    float becomes the Decimal that it is written as.
    """

    def __init__(self) -> None:
        self._writes: list[dict[str, Any]] = []
        self._otherwise: list[Exception | None] = []

    def __len__(self) -> int:
        return len(self._writes)

    def put(
        self, *, TableName: str, Item: Mapping[str, Any], otherwise: Exception | None = None, **options: Any
    ) -> None:
        """Puts an item. `otherwise`: what the handler fails with when its ConditionExpression does not hold."""
        self._add("Put", {"TableName": TableName, "Item": Item, **options}, otherwise)

    def update(
        self,
        *,
        TableName: str,
        Key: Mapping[str, Any],
        UpdateExpression: str,
        otherwise: Exception | None = None,
        **options: Any,
    ) -> None:
        """Updates an item. An ADD or `n = n + :one` is safe here: it happens once per key."""
        write = {"TableName": TableName, "Key": Key, "UpdateExpression": UpdateExpression, **options}
        self._add("Update", write, otherwise)

    def delete(
        self, *, TableName: str, Key: Mapping[str, Any], otherwise: Exception | None = None, **options: Any
    ) -> None:
        """Deletes an item."""
        self._add("Delete", {"TableName": TableName, "Key": Key, **options}, otherwise)

    def check(
        self,
        *,
        TableName: str,
        Key: Mapping[str, Any],
        ConditionExpression: str,
        otherwise: Exception | None = None,
        **options: Any,
    ) -> None:
        """Lets the others be written only while a condition on another item holds."""
        write = {"TableName": TableName, "Key": Key, "ConditionExpression": ConditionExpression, **options}
        self._add("ConditionCheck", write, otherwise)

    def _add(self, kind: str, write: dict[str, Any], otherwise: Exception | None) -> None:
        if len(self._writes) >= LARGEST:
            raise ValueError(f"a transaction holds at most {LARGEST} writes")
        from boto3.dynamodb.types import TypeSerializer  # a handler without effects does not need boto3

        serialize = TypeSerializer().serialize
        for name in _VALUES:
            if name in write:
                write[name] = {k: _wire(serialize, v, f"{name}.{k}") for k, v in write[name].items()}
        self._writes.append({kind: write})
        self._otherwise.append(otherwise)

    def requests(self) -> list[dict[str, Any]]:
        """The writes as TransactItems."""
        return list(self._writes)

    def refuse(self, reasons: list[dict[str, Any]]) -> None:
        """Raises what a cancelled transaction means. `reasons`: the key's record's, then one for each write in their order.

        A failed condition is its `otherwise`, or ConditionFailed; a conflict with another write is Conflict.
        """
        for write, otherwise, reason in zip(self._writes, self._otherwise, reasons[1:], strict=False):
            code = reason.get("Code", "None")
            if code == "ConditionalCheckFailed":
                raise otherwise or ConditionFailed(f"{_named(write)}: its condition does not hold; nothing was written")
            if code not in ("None", *_PASSING):
                raise InvalidResult(f"{_named(write)}: {code}: {reason.get('Message', 'DynamoDB refuses it')}")
        if any(reason.get("Code") in _PASSING for reason in reasons):
            raise Conflict("another write is at the same items just now; nothing was written")


def _named(write: dict[str, Any]) -> str:
    ((kind, body),) = write.items()
    return f"the {kind} in {body['TableName']}"
