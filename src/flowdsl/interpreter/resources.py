"""What a Task's Resource names: a Lambda function, an activity, or a service's action and how it is waited for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Pattern = Literal["", "sync", "sync:2", "waitForTaskToken"]


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

    @property
    def operation(self) -> str:
        """`dynamodb:putItem`, `aws-sdk:s3:getObject`, `lambda:invoke`: what a mock may be given for."""
        if self.kind == "service":
            return f"{self.type}:{self.action.partition('.')[0]}"
        return "lambda:invoke" if self.kind == "lambda" else "activity"

    @property
    def limit_name(self) -> str:
        """How a failure of the payload limit calls it (recorded)."""
        return self.type if self.kind == "service" else self.arn


def parse(text: str) -> Resource | None:
    """The Resource of an ARN, or of a placeholder (taken for a Lambda function's); None when it is none of these."""
    if text.startswith("${") and text.endswith("}"):
        return Resource(text, "lambda")
    parts = text.split(":")
    if len(parts) < 6 or parts[0] != "arn":
        return None
    service = parts[2]
    if service == "lambda":
        return Resource(text, "lambda")
    if service != "states":
        return None
    if parts[5] == "activity" and len(parts) >= 7:
        return Resource(text, "activity")
    if parts[3] or parts[4]:
        return None
    rest = ":".join(parts[5:])
    pattern: Pattern = ""
    for suffix in ("sync:2", "sync", "waitForTaskToken"):
        if rest.endswith(f".{suffix}"):
            pattern = suffix
            break
    bare = rest.removesuffix(f".{pattern}") if pattern else rest
    kind, _, action = bare.rpartition(":")
    if not kind or not action or "." in action:
        return None
    return Resource(text, "service", kind, f"{action}.{pattern}" if pattern else action, pattern)
