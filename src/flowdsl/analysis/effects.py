"""What a call does to the world, and what a second one would do: the table that the rules on retries go by."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, Literal

from flowdsl.analysis.task_results import Target, parameters_of, target
from flowdsl.asl.definition import StateNode
from flowdsl.asl.values import is_object

Effect = Literal["none", "natural", "keyed", "repeats", "unknown"]
"""`none`: it reads. `natural`: a second call leaves the same (a put, a delete). `keyed`: it carries a key by which AWS tells a
repeat. `repeats`: a second call does it a second time. `unknown`: code of the user's decides."""

READS: Final = re.compile(
    r"(get|list|describe|query|scan|batchGet|head|search|lookup|check|estimate|detect|select|preview|validate|test|invokeModel|transactGet|export|retrieve|simulate|count|analyze|classify|translate|synthesize|converse)(?![a-z])"
)
NATURAL: Final = re.compile(
    r"(put|delete|tag|untag|set|enable|disable|attach|detach|associate|disassociate|stop|terminate|cancel|register|deregister|remove|modify|update|create|abort|complete|copy|upload|restore|grant|revoke|replace)(?![a-z])"
)
KEYS: Final = frozenset(
    {
        "ClientToken",
        "ClientRequestToken",
        "IdempotencyToken",
        "ClientIdempotencyToken",
        "MessageDeduplicationId",
        "CreatorRequestId",
    }
)
"""Parameters by which an API tells a repeated call."""
KEY_HEADER: Final = re.compile(r"(x-)?idempotency-?key", re.IGNORECASE)
"""Headers of an HTTP call by which the other side tells a repeat."""
REPEATS: Final = frozenset({"sns:publish", "sqs:sendMessage", "events:putEvents", "http:invoke"})
CALCULATES: Final = re.compile(r"\bADD\b|=\s*[#:\w.\[\]]+\s*[+-]\s*[#:\w]|list_append", re.IGNORECASE)
"""An UpdateExpression that a second run applies a second time: `SET n = n - :x`, ADD, list_append."""


def effect_of(state: StateNode) -> Effect:
    """What a Task's call does when it is made twice."""
    found = target(state)
    if found.operation is None or found.is_lambda or found.operation.kind == "activity":
        return "unknown"
    given = parameters_of(state)
    if has_key(found, given):
        return "keyed"
    action = found.operation.action
    if found.operation.service in ("dynamodb",) and action in ("updateItem", "transactWriteItems"):
        return "repeats" if _calculates(given) else "natural"
    if found.name in REPEATS:
        return (
            "none" if found.name == "http:invoke" and given.get("Method") in ("GET", "HEAD", "OPTIONS") else "repeats"
        )
    if READS.match(action):
        return "none"
    if action == "putEvents" or action.startswith(("send", "publish", "start", "run", "submit", "invoke")):
        return "repeats"
    if NATURAL.match(action):
        return "natural"
    return "unknown"


def has_key(found: Target, given: Mapping[str, Any]) -> bool:
    """Whether a call carries something by which AWS tells a repeat from a new call."""
    names = {key.removesuffix(".$") for key in given}
    if names & KEYS:
        return True
    if found.name == "http:invoke":
        headers = given.get("Headers", given.get("Headers.$"))
        if isinstance(headers, str):
            return KEY_HEADER.search(headers) is not None
        named = [key.removesuffix(".$") for key in headers] if is_object(headers) else ()
        return any(KEY_HEADER.fullmatch(name) for name in named)
    if found.operation is not None and found.operation.action in ("startExecution", "startSyncExecution"):
        return "Name" in names
    return False


def _calculates(given: Mapping[str, Any]) -> bool:
    expression = given.get("UpdateExpression", given.get("UpdateExpression.$"))
    # A condition on what was there before makes a second run fail instead of counting twice.
    conditional = any(key.startswith("ConditionExpression") for key in given)
    return isinstance(expression, str) and not conditional and CALCULATES.search(expression) is not None
