"""What a handler may fail with, whatever it does itself. Lambda reports each under its bare class name."""

from __future__ import annotations


class Transient(Exception):
    """Base for errors that may pass: trying again, later, can help. `.retry(Transient)` takes a handler's own."""


class Permanent(Exception):
    """Base for errors that will not pass: trying again with the same event fails again."""


class InvalidEvent(Permanent):
    """The event does not fit the handler's parameters. The message names each field, never a value."""


class InvalidResult(Permanent):
    """What the handler returned cannot be written as JSON, or is too large to be kept."""


class InvalidKey(Permanent):
    """The event has nothing that could be its idempotency key."""


class KeyReused(Permanent):
    """Another event came under an idempotency key that is taken."""


class ConditionFailed(Permanent):
    """A condition of an effect in the transaction does not hold; nothing was written."""


class AlreadyRunning(Transient):
    """Another delivery of the same event is at work just now: try again later, and find its result."""


class LostLease(Transient):
    """This delivery ran longer than its lease, and another took over: nothing of this one was written."""


class Conflict(Transient):
    """Another write was at the same items at the same moment; nothing of this delivery was written."""
