"""All that a deployed Lambda imports of flowdsl: @handler, its contract, and idempotency at run time. Light on purpose."""

from flowdsl.handler.errors import (
    AlreadyRunning,
    ConditionFailed,
    InvalidEvent,
    InvalidKey,
    InvalidResult,
    KeyReused,
    LostLease,
    Permanent,
    Transient,
)
from flowdsl.handler.handler import Handler, handler
from flowdsl.handler.idempotency import Idempotency, delegated, natural, none, once

__all__ = [
    "AlreadyRunning",
    "ConditionFailed",
    "Handler",
    "Idempotency",
    "InvalidEvent",
    "InvalidKey",
    "InvalidResult",
    "KeyReused",
    "LostLease",
    "Permanent",
    "Transient",
    "delegated",
    "handler",
    "natural",
    "none",
    "once",
]
