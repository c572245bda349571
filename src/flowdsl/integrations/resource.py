"""What a Task's Resource text says: which kind of thing it calls, and how it waits for it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Kind = Literal["lambda", "activity", "optimized", "aws-sdk", "http", "placeholder"]
Pattern = Literal["request-response", "sync", "sync:2", "wait_for_task_token"]

SUFFIXES: dict[Pattern, str] = {
    "request-response": "",
    "sync": ".sync",
    "sync:2": ".sync:2",
    "wait_for_task_token": ".waitForTaskToken",
}
"""How each pattern is written at the end of a Resource."""

_PLACEHOLDER = re.compile(r"[$#]\{[^{}]*\}")
_MASK = "\x00{}\x00"
_MASKED = re.compile("\x00([0-9]+)\x00")


@dataclass(frozen=True, slots=True)
class Resource:
    """A Resource, taken apart. Names are as they stand in the text: whether AWS knows them is the catalog's to say."""

    text: str
    kind: Kind
    service: str = ""
    """Token of the integration (`dynamodb`, `states`, `http`), the SDK's token for aws-sdk, `lambda` or `activity`;
    empty where a placeholder hides it."""
    action: str = ""
    """Without the pattern's suffix: `putItem`. A suffix that is none of the four is left on it."""
    pattern: Pattern = "request-response"
    partition: str | None = None
    """None where a placeholder stands for it."""
    region: str = ""
    account: str = ""
    name: str = ""
    """Of the function (with its version or alias after a colon) or the activity."""

    @property
    def resource_type(self) -> str:
        """`resourceType` of the execution's events: `dynamodb`, `aws-sdk:s3`, `lambda`, `http`."""
        return f"aws-sdk:{self.service}" if self.kind == "aws-sdk" else self.service

    @property
    def resource(self) -> str:
        """`resource` of the execution's events: the action with its suffix; the whole ARN for a function or activity."""
        if self.kind in ("lambda", "activity", "placeholder"):
            return self.text
        return self.action + SUFFIXES[self.pattern]

    @property
    def has_placeholder(self) -> bool:
        """Whether a `${...}` stands anywhere in the text."""
        return _PLACEHOLDER.search(self.text) is not None


@lru_cache(maxsize=4096)
def parse_resource(text: str) -> Resource | None:
    """A Resource text taken apart; None for what is none (no ARN, or the ARN of something that no Task can call).

    `${...}` may stand for any part: for the whole (`${Function.Arn}`) it is a `placeholder`; for the partition, region
    or account the rest is read as usual.
    """
    hidden: list[str] = []

    def hide(match: re.Match[str]) -> str:
        hidden.append(match.group())
        return _MASK.format(len(hidden) - 1)

    def shown(part: str) -> str:
        return _MASKED.sub(lambda m: hidden[int(m.group(1))], part)

    # A placeholder may hold colons (${AWS::Partition}): it is hidden while the ARN is cut at its own.
    masked = _PLACEHOLDER.sub(hide, text)
    parts = masked.split(":", 5)
    if len(parts) < 6 or parts[0] != "arn":
        return Resource(text, "placeholder") if _opens_with_placeholder(masked) else None
    _, partition, service, region, account, rest = parts
    if not partition:
        return None

    def made(
        kind: Kind, token: str = "", action: str = "", pattern: Pattern = "request-response", name: str = ""
    ) -> Resource:
        clear = None if "\x00" in partition else partition
        return Resource(text, kind, token, action, pattern, clear, shown(region), shown(account), name)

    # A placeholder that stands for several parts at once (arn:${prefix}:lambda:invoke) leaves too few to read.
    if "\x00" in service:
        return made("placeholder")
    if service == "lambda":
        if not rest.startswith("function:"):
            return made("placeholder") if "\x00" in rest else None
        return made("lambda", "lambda", name=shown(rest.removeprefix("function:")))
    if service != "states":
        return None
    if rest.startswith("activity:"):
        return made("activity", "activity", name=shown(rest.removeprefix("activity:")))
    if rest.startswith(("stateMachine:", "execution:")):
        return None
    sdk = rest.startswith("aws-sdk:")
    token, colon, action = rest.removeprefix("aws-sdk:").partition(":")
    if not colon:
        return made("placeholder") if "\x00" in rest else None
    action, pattern = _split_pattern(action)
    if "\x00" in token or "\x00" in action:
        return made("placeholder", "" if "\x00" in token else token, pattern=pattern)
    kind: Kind = "aws-sdk" if sdk else "http" if token == "http" else "optimized"
    return made(kind, token, action, pattern)


def _opens_with_placeholder(masked: str) -> bool:
    """Whether a text that is no ARN may become one when it is filled in."""
    return masked.startswith("\x00") or (masked.startswith("arn:") and "\x00" in masked)


def _split_pattern(action: str) -> tuple[str, Pattern]:
    for pattern, suffix in SUFFIXES.items():
        if suffix and action.endswith(suffix):
            return action.removesuffix(suffix), pattern
    return action, "request-response"
