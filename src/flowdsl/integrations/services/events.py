"""EventBridge: `events:putEvents`. An entry that is refused fails the Task as EventBridge.FailedEntry."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flowdsl.integrations.base import (
    Action,
    Call,
    OptimizedService,
    Statement,
    as_list,
    as_object,
    is_expression,
    stands_for_arn,
)


def permissions(call: Call) -> Iterator[Statement]:
    entries: Any = call.parameters.get("Entries")
    buses: dict[str, None] = {}
    unknown = "" if isinstance(entries, list) else call.why("Entries")
    for entry in map(as_object, as_list(entries)):
        bus = entry.get("EventBusName", "default") if entry else None
        if not isinstance(bus, str) or is_expression(bus) or "EventBusName.$" in entry:
            unknown = "EventBusName of an entry is computed at run time"
        else:
            buses[bus if stands_for_arn(bus) else call.environment.arn("events", f"event-bus/{bus}")] = None
    yield Statement(("events:PutEvents",), ("*",) if unknown else tuple(buses), unknown=unknown)


service = OptimizedService(
    token="events",
    folder="events",
    sdk="eventbridge",
    actions=(
        Action(
            "putEvents", parameters=("Entries",), token=True, errors=("EventBridge.FailedEntry",), json_text=("Detail",)
        ),
    ),
    permissions=permissions,
    error_prefix="EventBridge",
    base_error="AmazonEventBridgeException",
    errors_recorded=True,
    metadata=False,
)
