"""What a Task can call, by name: Operation, and how one is found from a Resource or from what a person wrote.

Names and required parameters of the optimised integrations, and all names of the SDK's, are known without loading
AWS's models; types, results and modelled errors load the one service's model on first use.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Literal

from flowdsl._shelf import modules
from flowdsl.diagnostics import FlowDslError, did_you_mean
from flowdsl.integrations.base import Action, OptimizedService, Place
from flowdsl.integrations.model import ANY, EMPTY, ServiceModel, Shape, model
from flowdsl.integrations.names import action_of, error_of, normal, optimized_error_of
from flowdsl.integrations.resource import SUFFIXES, Pattern, Resource, parse_resource
from flowdsl.integrations.sdk import RETIRED, SdkService, sdk_service, sdk_service_like, sdk_services

OperationKind = Literal["optimized", "aws-sdk", "http", "lambda", "activity"]


class UnknownOperation(FlowDslError):
    """A name that is no service, action or pattern, with a near one. `part` says which of them it is.

    `unsupported` and `retired` are names AWS has, but Step Functions does not offer.
    """

    def __init__(
        self, part: Literal["service", "action", "pattern", "unsupported", "retired", "place"], message: str
    ) -> None:
        super().__init__(message)
        self.part = part


@dataclass(frozen=True, eq=False)
class Operation:
    """One thing that a Task can call."""

    kind: OperationKind
    service: str
    """Token, as in the Resource."""
    action: str
    """As in the Resource, without a pattern: `putItem`; empty for a function's ARN and an activity."""
    api: str | None
    """The API operation: `PutItem`; None where there is none."""
    folder: str | None
    """botocore's name of the service."""
    patterns: tuple[Pattern, ...]
    error_prefix: str
    """What stands before the dot of its own errors: `DynamoDB` optimised, `DynamoDb` by the SDK."""
    optimized: OptimizedService | None = field(default=None, repr=False)
    """The service's entry on the shelf, for an optimised integration."""
    definition: Action | None = field(default=None, repr=False)
    """The action's entry on the shelf."""

    def resource(self, pattern: Pattern = "request-response", partition: str = "aws") -> str:
        """The Resource text. A pattern that is not offered is an UnknownOperation."""
        if self.kind in ("lambda", "activity"):
            raise ValueError("a function or activity has an ARN of its own")
        self.check_pattern(pattern)
        sdk = "aws-sdk:" if self.kind == "aws-sdk" else ""
        return f"arn:{partition}:states:::{sdk}{self.service}:{self.action}{SUFFIXES[pattern]}"

    def check_pattern(self, pattern: Pattern) -> None:
        """Raises UnknownOperation, with the patterns that are offered, for one that is not."""
        if pattern in self.patterns:
            return
        offered = ", ".join(SUFFIXES[p] for p in self.patterns if SUFFIXES[p])
        instead = f"it offers {offered}" if offered else "it offers request and response only"
        raise UnknownOperation(
            "pattern", f"{self.name} has no {SUFFIXES[pattern] or 'request and response'}; {instead}"
        )

    @property
    def name(self) -> str:
        """How messages call it: `dynamodb:putItem`, `aws-sdk:s3:getObject`."""
        if self.kind in ("lambda", "activity"):
            return "a Lambda function" if self.kind == "lambda" else "an activity"
        return f"{'aws-sdk:' if self.kind == 'aws-sdk' else ''}{self.service}:{self.action}"

    def works_in_express(self, pattern: Pattern) -> bool:
        """Whether an Express workflow may call it so: request and response, and no activity."""
        return pattern == "request-response" and self.kind != "activity"

    @property
    def _model(self) -> ServiceModel | None:
        return model(self.folder, self.kind != "aws-sdk") if self.folder and self.api else None

    @cached_property
    def input(self) -> Shape:
        """What it takes, with the API's types. ANY where there is no API or no model of it."""
        found = self._model
        return found.input(self.api) if found and self.api in found.operations else ANY

    @cached_property
    def answer(self) -> Shape:
        """The API's own answer. ANY where there is no API or no model of it."""
        found = self._model
        return found.output(self.api) if found and self.api in found.operations else ANY

    @cached_property
    def documented(self) -> tuple[str, ...] | None:
        """The parameters that AWS lists for the optimised form; None where it lists none of its own."""
        return self.definition.parameters if self.definition else None

    @cached_property
    def members(self) -> Mapping[str, Shape]:
        """Every parameter there is, by the name Step Functions wants. Empty where anything may stand (a function's input).

        For an optimised form these are the documented ones first, then what the API has beyond them.
        """
        own = self.input.members
        if self.documented is None:
            return own
        if self.definition is None or self.definition.api != "":
            # Not the API's own request (EMR's single Step for a list of Steps): only what is documented.
            return {name: own.get(name, ANY) for name in self.documented}
        return {**{name: own.get(name, ANY) for name in self.documented}, **own}

    @cached_property
    def takes_anything(self) -> bool:
        """Whether its parameters are the caller's own, as a function's are."""
        return self.kind in ("lambda", "activity") or (self.documented is None and self.input is ANY)

    @cached_property
    def required(self) -> tuple[str, ...]:
        """Parameters that must be given. An SDK integration fills in no idempotency token of its own (measured)."""
        if self.definition and self.definition.required is not None:
            return self.definition.required
        if self.kind == "aws-sdk":
            return self.input.required
        return tuple(name for name in self.input.required if name not in self.input.token_members)

    @cached_property
    def idempotency_tokens(self) -> tuple[str, ...]:
        """Parameters that make a repeated call count once (ClientRequestToken), as the API's model marks them."""
        return tuple(name for name in self.input.token_members if name in self.members)

    @cached_property
    def modelled_errors(self) -> tuple[str, ...]:
        """The error names its API declares, spelled for this form."""
        found = self._model
        shapes = found.errors(self.api) if found and self.api in found.operations else ()
        spell = error_of if self.kind == "aws-sdk" else optimized_error_of
        return tuple(dict.fromkeys(spell(shape, self.error_prefix) for shape in shapes))

    @property
    def json_text(self) -> tuple[str, ...]:
        """Text parameters for which an object may stand: it becomes JSON text. By the SDK: every text or blob."""
        return self.definition.json_text if self.definition else ()

    @cached_property
    def optimized_form(self) -> Operation | None:
        """The optimised integration of the same call, where this is the SDK's and there is one."""
        if self.kind != "aws-sdk":
            return None
        for service in optimized_services().values():
            if service.sdk == self.service:
                for action in service.actions:
                    if action.operation == self.api and "Task" in action.places:
                        return _of_action(service, action)
        return None

    @cached_property
    def sdk_form(self) -> Operation | None:
        """The SDK integration of the same call, where this is an optimised one and the SDK has it."""
        if self.optimized is None or self.optimized.sdk is None or self.api is None:
            return None
        service = sdk_service(self.optimized.sdk)
        return _of_sdk(service, self.api) if service and service.operations.get(self.api) else None


FUNCTION = Operation("lambda", "lambda", "", None, None, ("request-response",), "Lambda")
"""A function's ARN as Resource: the input is the function's, and so is the result."""

ACTIVITY = Operation("activity", "activity", "", None, None, ("request-response",), "")
"""An activity: a worker's result, or whatever error it sends."""


@cache
def optimized_services() -> Mapping[str, OptimizedService]:
    """The shelf, by token."""
    found: dict[str, OptimizedService] = {}
    for module in modules("flowdsl.integrations.services"):
        service = module.service
        assert isinstance(service, OptimizedService)
        found[service.token] = service
    return found


def optimized(service: str) -> OptimizedService | None:
    """An optimised integration by its token (`emr-serverless`) or as Python would spell it (`emr_serverless`, `lambda_`)."""
    exact = optimized_services().get(service)
    if exact is not None:
        return exact
    wanted = normal(service)
    return next((s for token, s in optimized_services().items() if normal(token) == wanted), None)


def operation(service: str, action: str) -> Operation:
    """An operation by service and action, in any case: `("dynamodb", "put_item")`; the optimised form where there is one.

    Raises UnknownOperation with a near name.
    """
    shelf = optimized(service)
    wanted = normal(action)
    if shelf is not None:
        for candidate in shelf.actions:
            if normal(candidate.name) == wanted and "Task" in candidate.places:
                return _of_action(shelf, candidate)
    sdk = (sdk_service(shelf.sdk) if shelf and shelf.sdk else None) or sdk_service_like(service)
    if sdk is not None:
        return _sdk(sdk, action, {a.name for a in shelf.actions} if shelf else set())
    if shelf is not None:
        known = [a.name for a in shelf.actions if "Task" in a.places]
        raise UnknownOperation("action", f"{shelf.token} has no action {action!r}{did_you_mean(action, known)}")
    raise _no_service(service, [*optimized_services(), *sdk_services()])


def sdk_operation(token: str, action: str) -> Operation:
    """An SDK integration by token and action, in any case: `("rds", "describe_db_instances")`, never the optimised form.

    Raises UnknownOperation with a near name.
    """
    sdk = sdk_service(token) or sdk_service_like(token)
    if sdk is None:
        raise _no_service(token, list(sdk_services()))
    return _sdk(sdk, action, set())


def resolve(resource: Resource | str, place: Place = "Task") -> Operation | None:
    """What a Resource calls. None where a placeholder hides it; UnknownOperation where AWS would not know it.

    Here the spelling must be AWS's, case included, and the pattern one that is offered.
    """
    parsed = parse_resource(resource) if isinstance(resource, str) else resource
    if parsed is None:
        raise UnknownOperation("service", f"{resource!r} is no ARN that a Task can call")
    if parsed.kind == "placeholder":
        return None
    if parsed.kind == "lambda":
        return FUNCTION
    if parsed.kind == "activity":
        return ACTIVITY
    found = _resolve_sdk(parsed) if parsed.kind == "aws-sdk" else _resolve_optimized(parsed, place)
    found.check_pattern(parsed.pattern)
    return found


def _resolve_sdk(parsed: Resource) -> Operation:
    service = sdk_service(parsed.service)
    if service is None:
        raise _no_service(parsed.service, list(sdk_services()))
    found = _sdk(service, parsed.action, set())
    if found.action != parsed.action:
        raise UnknownOperation(
            "action", f"aws-sdk:{service.token} has no action {parsed.action!r}; did you mean {found.action!r}?"
        )
    return found


def _resolve_optimized(parsed: Resource, place: Place) -> Operation:
    service = optimized_services().get(parsed.service)
    if service is None:
        raise _no_service(parsed.service, list(optimized_services()))
    action = service.by_name.get(parsed.action)
    if action is None:
        known = [a.name for a in service.actions if place in a.places]
        near = did_you_mean(parsed.action, known)
        sdk = sdk_service(service.sdk) if service.sdk else None
        if not near and sdk and sdk.operations.get(sdk.by_normal.get(normal(parsed.action), "")):
            near = f"; it is arn:aws:states:::aws-sdk:{sdk.token}:{parsed.action}"
        raise UnknownOperation("action", f"{service.token} has no action {parsed.action!r}{near}")
    if place not in action.places:
        where = " and ".join(action.places)
        hint = f"; a Task calls aws-sdk:{service.sdk}:{action.name}" if place == "Task" and service.sdk else ""
        raise UnknownOperation("place", f"{service.token}:{action.name} stands in {where} only{hint}")
    return _of_action(service, action)


def _sdk(service: SdkService, action: str, further: Iterable[str]) -> Operation:
    api = service.by_normal.get(normal(action))
    if api is None:
        near = did_you_mean(_camel(action), {*service.actions, *further})
        raise UnknownOperation("action", f"aws-sdk:{service.token} has no action {action!r}{near}")
    if not service.operations[api]:
        raise UnknownOperation("unsupported", f"Step Functions does not offer {api} of {service.token}")
    return _of_sdk(service, api)


def _camel(action: str) -> str:
    first, *rest = action.strip("_").split("_")
    return first[:1].lower() + first[1:] + "".join(word[:1].upper() + word[1:] for word in rest)


def _no_service(token: str, known: list[str]) -> UnknownOperation:
    if token in RETIRED:
        return UnknownOperation("retired", f"Step Functions no longer offers the service {token!r}")
    return UnknownOperation("service", f"no AWS service {token!r}{did_you_mean(token, known)}")


@cache
def _of_sdk(service: SdkService, api: str) -> Operation:
    patterns: tuple[Pattern, ...] = ("request-response", "wait_for_task_token")
    return Operation("aws-sdk", service.token, action_of(api), api, service.folder, patterns, service.error_prefix)


_MADE: dict[tuple[str, str], Operation] = {}


def _of_action(service: OptimizedService, action: Action) -> Operation:
    key = (service.token, action.name)
    made = _MADE.get(key)
    if made is None:
        made = _MADE[key] = Operation(
            "http" if service.token == "http" else "optimized",
            service.token,
            action.name,
            action.operation,
            service.folder,
            action.patterns,
            service.error_prefix,
            service,
            action,
        )
    return made


__all__ = [
    "ACTIVITY",
    "EMPTY",
    "FUNCTION",
    "Operation",
    "OperationKind",
    "UnknownOperation",
    "operation",
    "optimized",
    "optimized_services",
    "resolve",
    "sdk_operation",
]
