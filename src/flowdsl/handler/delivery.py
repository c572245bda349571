"""Delivery: one run of a handler that needs an idempotency key. Under `once` its effects happen once a key."""

from __future__ import annotations

import json
import os
import time
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from flowdsl.handler.errors import InvalidKey, InvalidResult
from flowdsl.handler.idempotency import KEY_FIELD, Delegated, Key, Once
from flowdsl.handler.record import LARGEST_RESULT, Record
from flowdsl.handler.results import to_json
from flowdsl.handler.wire import is_mapping
from flowdsl.handler.writes import Transaction

if TYPE_CHECKING:
    from flowdsl.handler.handler import Handler

TABLE_VARIABLE = "IDEMPOTENCY_TABLE"
"""The environment variable that names the table, where `once` does not."""

LONGEST_KEY = 1024
"""Characters of a key that stands in the table as it is; a longer one is hashed (DynamoDB takes 2048 bytes, documented)."""


class Delivery:
    """What the code of a handler may ask about its own run."""

    __slots__ = ("key", "transaction")

    def __init__(self, key: str, transaction: Transaction | None) -> None:
        self.key = key
        self.transaction = transaction


_current: ContextVar[Delivery | None] = ContextVar("flowdsl_delivery", default=None)


def transaction() -> Transaction:
    """The writes of this delivery: collected, and written once, together with the record of its key."""
    delivery = _current.get()
    if delivery is None or delivery.transaction is None:
        raise LookupError("transaction() is there only while a handler declared idempotency=once(...) runs")
    return delivery.transaction


def current_key(purpose: str = "", *, length: int = 64) -> str:
    """The key of this delivery, to pass on: as MessageDeduplicationId, ClientRequestToken, or Idempotency-Key header.

    The same for every delivery of one event; another for another `purpose`, where a handler passes on several.
    `length` characters, at most 64, of 0-9 and a-f: DynamoDB's and SSM's tokens take 36, SQS and SNS 128.
    """
    delivery = _current.get()
    if delivery is None:
        raise LookupError("current_key() is there only while a handler declared once(...) or delegated(...) runs")
    if not 1 <= length <= 64:
        raise ValueError(f"length must be from 1 to 64, found {length!r}")
    return sha256(f"{delivery.key}\n{purpose}".encode()).hexdigest()[:length]


def run(
    handler: Handler[Any, Any],
    arguments: dict[str, Any],
    call: Callable[[], Any],
    passed: str | None = None,
    context: Any = None,
    *,
    plain: bool = False,
) -> Any:
    """Runs a handler that is `once` or `delegated`.

    `call` calls its function; `passed` is the key in the event; `plain`: it is called as a function, not by Lambda.
    A duplicate gets the stored result: as JSON, or for a plain call as the type that the handler returns.
    """
    contract = handler.idempotency
    assert isinstance(contract, (Once, Delegated))
    key = _key_of(handler, contract.key, arguments, passed, plain)
    if isinstance(contract, Once):
        if key is None:
            return _unrecorded(handler, call)
        return _once(handler, contract, key, arguments, call, context, plain)
    return _within(Delivery(f"{handler.target}#{key or uuid.uuid4().hex}", None), call)


def _within(delivery: Delivery, call: Callable[[], Any]) -> Any:
    token = _current.set(delivery)
    try:
        return call()
    finally:
        _current.reset(token)


def _once(
    handler: Handler[Any, Any],
    contract: Once,
    key: str,
    arguments: dict[str, Any],
    call: Callable[[], Any],
    context: Any,
    plain: bool,
) -> Any:
    name = f"{contract.name or handler.target}#{key}"
    # Before the handler runs: what it does to its arguments must not change what they were.
    payload = sha256(_canonical(to_json(arguments, handler.name)).encode()).hexdigest()
    table, named_by = _table(contract)
    record = Record(table, _short(name), uuid.uuid4().hex, payload, named_by, _made_of(contract.key))
    delivery = Delivery(name, Transaction())
    now = time.time()
    try:
        stored = record.claim(now, lease_seconds(handler, context), contract.keep_seconds)
        if stored is not None:
            return _revived(handler, json.loads(stored)) if plain else json.loads(stored)
        result = _within(delivery, call)
        text = json.dumps(to_json(result, handler.name), ensure_ascii=False, separators=(",", ":"))
        if len(text.encode()) > LARGEST_RESULT:
            raise InvalidResult(
                f"{handler.name} returned {len(text.encode())} bytes, and at most {LARGEST_RESULT} can be kept; "
                "put them in S3 and return the object's key"
            )
        assert delivery.transaction is not None
        record.finish(text, delivery.transaction, time.time() + contract.keep_seconds)
    except Exception:
        # Not BaseException: a delivery that is being killed leaves everything as it is, as a real one would.
        record.release()
        raise
    return result if plain else json.loads(text)


def _made_of(key: Key | None) -> str:
    """What an event's key is made of, for a message; nothing where the workflow passes it."""
    if key is None:
        return ""
    if callable(key):
        return ", made by once(key=...)"
    return f", made of {' and '.join(map(repr, (key,) if isinstance(key, str) else key))},"


def _unrecorded(handler: Handler[Any, Any], call: Callable[[], Any]) -> Any:
    """A plain call without a key, as in a test: its effects are one transaction, and there is nothing to recall."""
    from flowdsl.handler.record import write

    delivery = Delivery(f"{handler.target}#{uuid.uuid4().hex}", Transaction())
    result = _within(delivery, call)
    assert delivery.transaction is not None
    if len(delivery.transaction):
        write(delivery.transaction)
    return result


def lease_seconds(handler: Handler[Any, Any], context: Any) -> float:
    """How long a delivery may take before another takes over: as declared, what Lambda still gives it, or its timeout."""
    contract = handler.idempotency
    if isinstance(contract, Once) and contract.lease_seconds is not None:
        return contract.lease_seconds
    remaining = getattr(context, "get_remaining_time_in_millis", None)
    if remaining is not None:
        return float(remaining()) / 1000
    return handler.timeout_seconds or 900


def _table(contract: Once) -> tuple[str, str]:
    """The table's name, and what names it."""
    if contract.table:
        return contract.table, "once(table=...)"
    table = os.environ.get(TABLE_VARIABLE)
    if not table:
        raise LookupError(
            f"once(...) keeps its records in a DynamoDB table: set {TABLE_VARIABLE}, or give once(table=...)"
        )
    return table, f"the environment variable {TABLE_VARIABLE}"


def _key_of(
    handler: Handler[Any, Any], where: Key | None, arguments: dict[str, Any], passed: str | None, plain: bool
) -> str | None:
    if where is None:
        if passed is None and not plain:
            raise InvalidKey(
                f"{handler.name}: the event has no {KEY_FIELD}, which a workflow passes; or name a key of the event: once(key=...)"
            )
        return passed
    if callable(where):
        return _text(handler, where(**arguments), "key")
    names = (where,) if isinstance(where, str) else where
    parts = [_text(handler, _at(arguments, name), name) for name in names]
    return parts[0] if len(parts) == 1 else json.dumps(parts, ensure_ascii=False)


def _at(arguments: dict[str, Any], path: str) -> Any:
    """The value at `order.id`: members of dicts and attributes of objects; None where the way ends."""
    value: Any = arguments
    for name in path.split("."):
        value = value.get(name) if is_mapping(value) else getattr(value, name, None)
    return value


def _text(handler: Handler[Any, Any], value: Any, name: str) -> str:
    plain = to_json(value, handler.name)
    # An absent or empty key would be shared by everyone who has none.
    if plain is None or plain == "" or isinstance(plain, (bool, float, list, dict)):
        raise InvalidKey(f"{handler.name}: the idempotency key {name} must be text or a whole number that is there")
    return str(plain)


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_KEY else sha256(name.encode()).hexdigest()


def _revived(handler: Handler[Any, Any], value: Any) -> Any:
    """A stored result as the type that a plain call returns."""
    from flowdsl.handler.values import reader_of

    problems: list[str] = []
    revived = reader_of(handler.result_type, f"{handler.name}: the result")(value, "result", problems)
    return value if problems else revived
