"""How long one call of a Task may take, and whether anything ends it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flowdsl.analysis.bounds import number_of
from flowdsl.asl.definition import Definition, StateNode
from flowdsl.estimate.amount import Number
from flowdsl.estimate.model import HARNESS_SECONDS, HTTP_SECONDS, LAMBDA_SECONDS, Assumptions
from flowdsl.integrations.base import as_object
from flowdsl.integrations.resource import Resource, parse_resource


@dataclass(frozen=True, slots=True)
class Call:
    """One attempt of a Task."""

    seconds: Number | None
    """At most; None where nothing ends it but the execution's own end."""
    why: str
    """Where the number comes from, or why there is none."""
    events: int
    """Between TaskStateEntered and TaskStateExited."""
    is_lambda: bool
    resource: Resource | None

    @property
    def waits(self) -> bool:
        """Whether it waits for a job, a worker or a callback."""
        return self.resource is not None and (
            self.resource.kind == "activity" or self.resource.pattern != "request-response"
        )


def call_of(node: StateNode, definition: Definition, assumptions: Assumptions) -> Call:
    """What one attempt of a Task takes at most."""
    text = node.fields.get("Resource")
    resource = parse_resource(text) if isinstance(text, str) else None
    waits = resource is not None and resource.pattern != "request-response"
    # Scheduled, Started, the outcome; what waits has Submitted too (recorded).
    events = 4 if waits else 3
    is_lambda = _is_lambda(resource, definition)
    own, own_why = _own_limit(resource, is_lambda, node, definition, assumptions)
    timeout = number_of(node.fields.get("TimeoutSeconds"))
    if timeout is None and ("TimeoutSeconds" in node.fields or "TimeoutSecondsPath" in node.fields):
        own_why = own_why if own is not None else "its timeout is computed"
    if timeout is not None and (own is None or timeout <= own):
        return Call(timeout, "TimeoutSeconds", events, is_lambda, resource)
    return Call(own, own_why, events, is_lambda, resource)


def _is_lambda(resource: Resource | None, definition: Definition) -> bool:
    if resource is None:
        return False
    if resource.kind == "placeholder":
        binding = definition.bindings.placeholders.get(resource.text[2:-1])
        return binding is not None and binding.kind == "lambda"
    return resource.kind == "lambda" or (resource.kind == "optimized" and resource.service == "lambda")


def _own_limit(
    resource: Resource | None, is_lambda: bool, node: StateNode, definition: Definition, assumptions: Assumptions
) -> tuple[Number | None, str]:
    """What ends a call when the state's own TimeoutSeconds does not."""
    if resource is None:
        return assumptions.api_seconds, "assumed"
    if resource.pattern == "wait_for_task_token":
        return None, "it waits for a task token and has no TimeoutSeconds"
    if resource.pattern in ("sync", "sync:2"):
        return None, "it waits for a job and has no TimeoutSeconds"
    if resource.kind == "activity":
        return None, "it waits for a worker and has no TimeoutSeconds"
    if resource.kind == "http":
        return HTTP_SECONDS, "an HTTP call is cut at 60 s"
    if is_lambda:
        declared = _handler_timeout(resource, node, definition)
        return (
            (declared, "the handler's own timeout") if declared else (LAMBDA_SECONDS, "a function runs 900 s at most")
        )
    if resource.service == "bedrockagentcore":
        return HARNESS_SECONDS, "a harness runs 900 s at most"
    if resource.kind == "placeholder":
        if "activity" in resource.text.lower():
            return None, f"{resource.text} is taken for an activity, and it has no TimeoutSeconds"
        return LAMBDA_SECONDS, f"{resource.text} is taken for a function: 900 s at most"
    return assumptions.api_seconds, "an API answers within the assumed time"


def _handler_timeout(resource: Resource, node: StateNode, definition: Definition) -> Number | None:
    """timeout_seconds that the handler behind a placeholder declares."""
    name: Any = resource.text
    if resource.kind == "optimized":
        name = as_object(node.fields.get("Arguments", node.fields.get("Parameters"))).get("FunctionName")
    if not isinstance(name, str) or not name.startswith("${"):
        return None
    binding = definition.bindings.placeholders.get(name[2:-1])
    return number_of(binding.contract.get("timeout_seconds")) if binding else None
