"""What a Task's Resource names: a Lambda function, an activity, or a service's action and how it is waited for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from flowdsl.integrations.resource import Pattern as LongPattern
from flowdsl.integrations.resource import parse_resource

Pattern = Literal["", "sync", "sync:2", "waitForTaskToken"]


PATTERNS: dict[LongPattern, Pattern] = {
    "request-response": "",
    "sync": "sync",
    "sync:2": "sync:2",
    "wait_for_task_token": "waitForTaskToken",
}
FAMILIAR = frozenset({"arn:aws:states:::lambda:invoke", "arn:aws:states:::lambda:invoke.waitForTaskToken"})
"""Known without asking the catalog, which takes a moment to load."""


@dataclass(frozen=True, slots=True)
class Resource:
    """A parsed Resource."""

    arn: str
    kind: Literal["lambda", "activity", "service"]
    type: str = ""
    """AWS's resourceType: `lambda`, `dynamodb`, `aws-sdk:s3`."""
    action: str = ""
    """AWS's resource: the action with its suffix, `sendMessage.waitForTaskToken`."""
    pattern: Pattern = ""

    operation: str = field(init=False, compare=False)
    """`dynamodb:putItem`, `aws-sdk:s3:getObject`, `lambda:invoke`: what a mock may be given for."""

    def __post_init__(self) -> None:
        action = f"{self.type}:{self.action.partition('.')[0]}"
        known = action if self.kind == "service" else "lambda:invoke" if self.kind == "lambda" else "activity"
        object.__setattr__(self, "operation", known)

    @property
    def limit_name(self) -> str:
        """How a failure of the payload limit calls it (recorded)."""
        return self.type if self.kind == "service" else self.arn


def parse(text: str) -> Resource | None:
    """The Resource of an ARN, or of a placeholder that stands for a function's whole; None when it is none of these."""
    found = parse_resource(text)
    if found is None:
        return None
    if found.kind == "placeholder":
        # What hides the service or the action says too little.
        return None if text.startswith("arn:") else Resource(text, "lambda")
    if found.kind == "lambda" or found.kind == "activity":
        return Resource(text, found.kind)
    if "." in found.action:
        return None
    return Resource(text, "service", found.resource_type, found.resource, PATTERNS[found.pattern])


def refusal(resource: Resource) -> str | None:
    """Why AWS does not know an integration, in words; None when it does."""
    if resource.kind != "service" or resource.arn in FAMILIAR:
        return None
    from flowdsl.integrations.catalog import UnknownOperation, resolve

    found = parse_resource(resource.arn)
    assert found is not None
    try:
        resolve(found)
    except UnknownOperation as error:
        return str(error)
    return None
