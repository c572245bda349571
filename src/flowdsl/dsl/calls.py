"""Call: what a Task does. Each form of it (a handler, an AWS operation, a workflow, an activity) makes one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flowdsl.dsl.kinds import ANY, Kind
from flowdsl.query.expression import Place

if TYPE_CHECKING:
    from flowdsl.dsl.handlers import HandlerInfo

Json = Any


class Call:
    """What a Task does: its Resource, its arguments, and where in the answer the result stands."""

    __slots__ = (
        "arguments",
        "envelope",
        "handler",
        "kind",
        "operation",
        "pattern",
        "place",
        "reads",
        "resource",
        "result",
        "used",
    )

    def __init__(self, kind: str, resource: str, arguments: Json, reads: list[Any], place: Place) -> None:
        self.kind = kind
        """"lambda", "workflow", "activity", "aws"."""
        self.resource = resource
        self.arguments = arguments
        """Frozen."""
        self.reads = reads
        self.place = place
        self.envelope: tuple[str, ...] = ()
        """The fields that lead from the answer to the result: `Payload` of a function's."""
        self.result: Kind = ANY
        self.pattern = ""
        """"", ".sync", ".sync:2", ".waitForTaskToken"."""
        self.handler: HandlerInfo | None = None
        self.operation: Any = None
        self.used = False

    def described(self) -> str:
        """How a message calls it."""
        if self.handler is not None:
            return self.handler.name
        return self.resource.rpartition(":::")[2] or self.resource
