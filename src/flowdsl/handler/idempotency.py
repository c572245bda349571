"""How a handler declares that a second delivery of an event changes nothing: natural, once, delegated, or none."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, Literal, cast

KEY_FIELD = "flowdsl_key"
"""The member of an event in which a workflow passes the idempotency key, to a handler that names none of its own."""

Key = str | tuple[str, ...] | Callable[..., Any]
"""Where the idempotency key stands: a parameter (`"order_id"`), a way into one (`"order.id"`), several, or a function that
takes the handler's arguments."""


POWERTOOLS = "aws_lambda_powertools.utilities.idempotency"
"""The package of Powertools that does the same job."""


class Idempotency:
    """A declared contract. `kind` says which; tools read it, and `once` also acts on it."""

    __slots__ = ()
    kind: Literal["natural", "once", "delegated", "none"]

    @property
    def wants_key(self) -> bool:
        """Whether the handler needs a key, and names none in the event: the caller then adds one, see `KEY_FIELD`."""
        return False


class Natural(Idempotency):
    """Each write is the same when it is made again."""

    __slots__ = ()
    kind = "natural"

    def __repr__(self) -> str:
        return "natural()"


class Delegated(Idempotency):
    """Whatever is called drops repeats, by a key that the handler passes on."""

    __slots__ = ("key", "to")
    kind = "delegated"

    def __init__(self, key: Key | None, to: str) -> None:
        self.key = key
        self.to = to

    @property
    def wants_key(self) -> bool:
        return self.key is None

    def __repr__(self) -> str:
        given = ([repr(self.key)] if self.key is not None else []) + ([f"to={self.to!r}"] if self.to else [])
        return f"delegated({', '.join(given)})"


class Unprotected(Idempotency):
    """A second delivery does it a second time, and that is accepted."""

    __slots__ = ("reason",)
    kind = "none"

    def __init__(self, reason: str) -> None:
        self.reason = reason

    def __repr__(self) -> str:
        return f"none({self.reason!r})"


class Once(Idempotency):
    """A record per key in DynamoDB sees to it that the effects happen once."""

    __slots__ = ("keep_seconds", "key", "lease_seconds", "name", "table")
    kind = "once"

    def __init__(
        self, key: Key | None, table: str | None, lease_seconds: float | None, keep_seconds: int, name: str | None
    ) -> None:
        self.key = key
        self.table = table
        self.lease_seconds = lease_seconds
        self.keep_seconds = keep_seconds
        self.name = name

    @property
    def wants_key(self) -> bool:
        return self.key is None

    def __repr__(self) -> str:
        return f"once(key={self.key!r})" if self.key is not None else "once()"


class Powertools(Idempotency):
    """Powertools for AWS Lambda keeps a record per key, in a way of its own: effects and record are separate writes."""

    __slots__ = ()
    kind = "once"

    def errors(self) -> tuple[type[BaseException], ...]:
        """What a delivery fails with while another one is at work, if Powertools is loaded."""
        found = getattr(sys.modules.get(f"{POWERTOOLS}.exceptions"), "IdempotencyAlreadyInProgressError", None)
        return (found,) if found is not None else ()

    def __repr__(self) -> str:
        return "Powertools()"


def natural() -> Natural:
    """Declares that every write is the same when it is made again: a put under a natural key, a conditional update."""
    return Natural()


def once(
    key: Key | None = None,
    *,
    table: str | None = None,
    lease_seconds: float | None = None,
    keep_seconds: int = 30 * 24 * 3600,
    name: str | None = None,
) -> Once:
    """Declares that the effects happen once per `key`, kept in a DynamoDB table.

    Effects that the handler puts into `transaction()` are written together with the record of the key, all or none. A
    second delivery gets the first one's result; the same key with another event is KeyReused; while a first delivery is
    at work, a second one is AlreadyRunning; a delivery that outlives its lease writes nothing and is LostLease.

    `key`: see Key. Without one, the workflow passes a key of the execution, the state, the Map item and the time the state
    was entered: retries of a Task share it, a redriven execution has another.
    `table`: the table's name; by default the environment variable IDEMPOTENCY_TABLE names it.
    `lease_seconds`: how long a delivery may take before another may take over; by default what Lambda still gives it.
    `keep_seconds`: how long a result answers later deliveries; 30 days by default, longer than any retry.
    `name`: stands before the key in the table; by default the handler's `module:function`, so that renaming it forgets.
    """
    if lease_seconds is not None and lease_seconds <= 0:
        raise ValueError(f"lease_seconds must be more than 0, found {lease_seconds!r}")
    if keep_seconds <= 0:
        raise ValueError(f"keep_seconds must be more than 0, found {keep_seconds!r}")
    return Once(_key(key), table, lease_seconds, keep_seconds, name)


def delegated(key: Key | None = None, *, to: str = "") -> Delegated:
    """Declares that what the handler calls drops repeats itself, by a key that is passed on: `current_key()`.

    `to` says who: "the receipts FIFO queue", "the payment provider's Idempotency-Key".
    """
    return Delegated(_key(key), to)


def none(reason: str) -> Unprotected:
    """Declares that a second delivery does it a second time, and why that is accepted."""
    if not reason.strip():
        raise ValueError('none(...) takes the reason: none("a second reminder does no harm")')
    return Unprotected(reason)


def _key(key: Any) -> Key | None:
    given: Any = [key] if isinstance(key, str) else key
    if key is None or callable(key):
        return cast("Key | None", key)
    if (
        isinstance(given, (tuple, list))
        and given
        and all(isinstance(part, str) and part for part in cast("list[Any]", given))
    ):
        return key if isinstance(key, str) else tuple(cast("list[str]", given))
    raise TypeError(f"key must be a parameter's name, several names, or a function of the arguments, found {key!r}")
