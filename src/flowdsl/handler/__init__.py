"""All that a deployed Lambda imports of flowdsl: @handler, its contract, and idempotency at run time. Light on purpose."""

from flowdsl.handler.errors import (
    AlreadyRunning,
    ConditionFailed,
    Conflict,
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

TYPE_CHECKING = False  # typing's own; its import would cost a cold start what the rest of this room costs
if TYPE_CHECKING:
    from flowdsl.handler.delivery import current_key, transaction

__all__ = [
    "AlreadyRunning",
    "ConditionFailed",
    "Conflict",
    "Handler",
    "Idempotency",
    "InvalidEvent",
    "InvalidKey",
    "InvalidResult",
    "KeyReused",
    "LostLease",
    "Permanent",
    "Transient",
    "current_key",
    "delegated",
    "handler",
    "natural",
    "none",
    "once",
    "transaction",
]


def __getattr__(name: str) -> object:
    # What only some handlers need is loaded when one asks for it (PEP 562).
    if name in ("current_key", "transaction"):
        from flowdsl.handler import delivery

        return getattr(delivery, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
