"""The record of an idempotency key in DynamoDB: who claimed it, until when, and what came out."""

from __future__ import annotations

from functools import cache
from typing import Any, cast

from flowdsl.handler.errors import AlreadyRunning, KeyReused, LostLease
from flowdsl.handler.writes import Transaction

LARGEST_RESULT = 350_000
"""Bytes of a kept result: an item of DynamoDB takes 400 KB, and the key and the rest need some (documented)."""

_RUNNING, _DONE = {"S": "RUNNING"}, {"S": "DONE"}


@cache
def client() -> Any:
    """The DynamoDB client, made once an environment."""
    import boto3  # a handler that does not need the table does not need boto3

    return cast(Any, boto3).client("dynamodb")


class Record:
    """One key's record, as one delivery sees it.

    `owner` is the delivery's own mark: only whoever holds it may write the outcome or give the key back, so that a
    delivery that was overtaken changes nothing. `named_by` and `made_of` say where the table's name and the key come from.
    """

    def __init__(self, table: str, key: str, owner: str, payload: str, named_by: str = "", made_of: str = "") -> None:
        self._table = table
        self._named_by = named_by or "once(table=...)"
        self._made_of = made_of
        self._key = {"id": {"S": key}}
        self._owner = {"S": owner}
        self._payload = {"S": payload}
        self._name = key

    def claim(self, now: float, lease: float, keep: int) -> str | None:
        """Takes the key until `now + lease`; or the result (as JSON) of the delivery that is done with it.

        Raises KeyReused or AlreadyRunning; LookupError where the table is not there. Seconds.
        """
        from botocore.exceptions import ClientError

        values = {
            ":me": self._owner,
            ":running": _RUNNING,
            ":payload": self._payload,
            ":now": {"N": str(int(now))},
            ":now_ms": {"N": str(int(now * 1000))},
        }
        try:
            client().put_item(
                TableName=self._table,
                Item={
                    **self._key,
                    "status": _RUNNING,
                    "owner": self._owner,
                    "payload": self._payload,
                    "lease": {"N": str(int((now + lease) * 1000))},
                    "expiration": {"N": str(int(now + lease + keep))},
                },
                # `owner = me`: when an answer gets lost, the SDK sends the request again, and must not find itself.
                # `expiration`: DynamoDB deletes an expired item days later; until then it is there, and counts no more.
                ConditionExpression=(
                    "attribute_not_exists(id) OR #owner = :me OR #expiration < :now"
                    " OR (#status = :running AND #lease < :now_ms AND #payload = :payload)"
                ),
                ExpressionAttributeNames=_names("owner", "expiration", "status", "lease", "payload"),
                ExpressionAttributeValues=values,
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            response: Any = error.response
            if response["Error"]["Code"] == "ResourceNotFoundException":
                raise LookupError(
                    f"once(...) keeps its records in the DynamoDB table {self._table!r}, which is not there; {self._named_by} names it"
                ) from error
            if response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            return self._found(response.get("Item") or self._read())
        return None

    def _found(self, item: dict[str, Any]) -> str:
        if item.get("payload") != self._payload:
            raise KeyReused(f"the key {self._name!r}{self._made_of} belongs to another event; nothing was done")
        if item.get("status") == _DONE:
            return str(item["result"]["S"])
        raise AlreadyRunning(f"another delivery with the key {self._name!r} is at work; try again later")

    def finish(self, result: str, transaction: Transaction, expiration: float) -> None:
        """Writes the transaction's effects and the result, all or nothing, if the key is still this delivery's.

        Raises LostLease, or what a failed condition of an effect means.
        """
        from botocore.exceptions import ClientError

        done = {
            "TableName": self._table,
            "Key": self._key,
            "UpdateExpression": "SET #status = :done, #result = :result, #expiration = :expiration REMOVE #lease",
            "ConditionExpression": "#owner = :me AND #status = :running",
            "ExpressionAttributeNames": _names("status", "result", "expiration", "lease", "owner"),
            "ExpressionAttributeValues": {
                ":me": self._owner,
                ":running": _RUNNING,
                ":done": _DONE,
                ":result": {"S": result},
                ":expiration": {"N": str(int(expiration))},
            },
        }
        try:
            client().transact_write_items(
                TransactItems=[{"Update": done}, *transaction.requests()], ClientRequestToken=self._owner["S"]
            )
        except ClientError as error:
            response: Any = error.response
            if response["Error"]["Code"] != "TransactionCanceledException":
                raise
            reasons: list[dict[str, Any]] = response.get("CancellationReasons") or [{}]
            if reasons[0].get("Code") == "ConditionalCheckFailed":
                self._overtaken()
                return
            transaction.refuse(reasons)
            raise

    def _overtaken(self) -> None:
        """The outcome could not be written: because it is there already (the answer got lost), or to someone else."""
        item = self._read()
        if item.get("owner") != self._owner or item.get("status") != _DONE:
            raise LostLease(f"another delivery took the key {self._name!r} over; nothing was written")

    def release(self) -> None:
        """Gives the key back after a failure, so that the next delivery need not wait for the lease's end."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            client().delete_item(
                TableName=self._table,
                Key=self._key,
                ConditionExpression="#owner = :me AND #status = :running",
                ExpressionAttributeNames=_names("owner", "status"),
                ExpressionAttributeValues={":me": self._owner, ":running": _RUNNING},
            )
        except (ClientError, BotoCoreError):
            # Someone else's by now, or out of reach: the lease ends by itself, and the first failure is what counts.
            return

    def _read(self) -> dict[str, Any]:
        item: dict[str, Any] = (
            client().get_item(TableName=self._table, Key=self._key, ConsistentRead=True).get("Item", {})
        )
        return item


def _names(*names: str) -> dict[str, str]:
    """Names that may be reserved words of DynamoDB, behind a #."""
    return {f"#{name}": name for name in names}


def write(transaction: Transaction) -> None:
    """Writes effects for which there is no key."""
    from botocore.exceptions import ClientError

    try:
        client().transact_write_items(TransactItems=transaction.requests())
    except ClientError as error:
        response: Any = error.response
        if response["Error"]["Code"] == "TransactionCanceledException":
            transaction.refuse([{}, *response.get("CancellationReasons", [])])
        raise
