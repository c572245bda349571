"""Which errors a call can raise, and whether a name in an ErrorEquals is one of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

from flowdsl.diagnostics import did_you_mean
from flowdsl.errors import RESERVED, is_reserved
from flowdsl.integrations.catalog import Operation, operation, optimized_services
from flowdsl.integrations.resource import Pattern
from flowdsl.integrations.sdk import sdk_services

TASK_STATES = frozenset(
    {
        "States.ALL",
        "States.TaskFailed",
        "States.Timeout",
        "States.HeartbeatTimeout",
        "States.Permissions",
        "States.DataLimitExceeded",
        "States.QueryEvaluationError",
        "States.ResultPathMatchFailure",
        "States.ParameterPathFailure",
        "States.IntrinsicFailure",
    }
)
"""The reserved names that may do something on a Task. States.Runtime can never be caught or retried (recorded)."""


@dataclass(frozen=True, slots=True)
class Raised:
    """The errors of one call."""

    names: frozenset[str]
    """Whole names that its service is known to raise."""
    prefix: str
    """What its service's own errors begin with, without the dot; empty where it has none."""
    open: bool
    """Whether any other name may come: a function's own exceptions, what a worker or a callback sends."""
    numbered: tuple[str, ...] = ()
    """Beginnings that an HTTP status follows: `States.Http.StatusCode.`, `ApiGateway.`."""
    complete: bool = True
    """Whether `names` is all that the service's API declares; False where there is no model of it."""


ProblemKind = Literal[
    "no-such-reserved", "uncatchable", "not-of-a-task", "other-service", "spelling", "foreign", "undeclared"
]
"""`no-such-reserved`: a States.* name that there is not. `uncatchable`: States.Runtime. `not-of-a-task`: reserved, but of
other states (or of HTTP calls). `other-service`: another service's. `spelling`: the service's own, spelled for the other
form or without Exception. `foreign`: a bare name where no code of the user's runs. `undeclared`: of the right form, but
no model declares it; services raise more than they declare."""


@dataclass(frozen=True, slots=True)
class NameProblem:
    """A name in an ErrorEquals that this call cannot raise."""

    kind: ProblemKind
    message: str


def prefix_of(token: str, *, sdk: bool = True) -> str | None:
    """What a service's errors begin with: `prefix_of("dynamodb")` is DynamoDb; with `sdk=False`, optimised, DynamoDB."""
    if sdk:
        service = sdk_services().get(token)
        return service.error_prefix if service else None
    shelf = optimized_services().get(token)
    return shelf.error_prefix if shelf else None


def raised_by(call: Operation, pattern: Pattern = "request-response") -> Raised:
    """The errors of a call in one pattern, the reserved States.* names left out.

    A .sync whose job failed is States.TaskFailed and nothing else (recorded); its job may also be ended by a task
    token, with any name.
    """
    prefix = call.error_prefix
    names = set(call.modelled_errors)
    numbered: tuple[str, ...] = ()
    if call.kind == "aws-sdk":
        names.add(f"{prefix}.{prefix}Exception")
        names.add(f"{prefix}.SdkClientException")
    elif call.kind in ("lambda", "optimized", "http"):
        shelf = call.optimized or optimized_services()["lambda"]
        action = call.definition or shelf.actions[0]
        names.update(action.errors)
        if shelf.base_error:
            names.add(f"{prefix}.{shelf.base_error}")
            names.add(f"{prefix}.SdkClientException")
        if call.service == "lambda":
            names.update(_lambda_modelled())
        elif call.service == "http":
            numbered = ("States.Http.StatusCode.",)
        elif call.service == "apigateway":
            numbered = ("ApiGateway.",)
    runs_code = call.kind in ("lambda", "activity") or call.service == "lambda"
    return Raised(
        frozenset(names),
        prefix,
        open=(runs_code and call.kind != "aws-sdk") or pattern == "wait_for_task_token",
        numbered=numbered,
        complete=call.api is None or bool(call.modelled_errors) or bool(call.answer.members),
    )


@lru_cache(maxsize=4096)
def check_error_name(name: str, operation: Operation, pattern: Pattern = "request-response") -> NameProblem | None:
    """Whether a call can raise an error of this name; what is wrong with it, and a near name, where it cannot."""
    if name.startswith("States.") or name == "States":
        return _check_reserved(name, operation)
    raised = raised_by(operation, pattern)
    if name in raised.names or any(name.startswith(n) and name[len(n) :].isdigit() for n in raised.numbered):
        return None
    prefix, dot, base = name.rpartition(".")
    if dot and raised.prefix and prefix == raised.prefix:
        return _check_own(name, base, raised)
    if dot and raised.prefix and prefix.lower() == raised.prefix.lower():
        spelled = f"{raised.prefix}.{base}" + ("" if base.endswith("Exception") else "Exception")
        return NameProblem(
            "spelling", f"errors of {operation.name} begin with {raised.prefix!r}: {spelled!r}, not {name!r}"
        )
    near = did_you_mean(name, raised.names) if dot else ""
    if dot and prefix in _prefixes():
        hint = near or (f"; its errors begin with {raised.prefix!r}" if raised.prefix else "")
        kind: ProblemKind = "undeclared" if raised.open else "other-service"
        return NameProblem(kind, f"{name!r} is an error of another service than {operation.name}{hint}")
    if raised.open:
        return NameProblem("undeclared", f"{operation.name} raises no {name!r}{near}") if near else None
    if pattern in ("sync", "sync:2"):
        # A token may end the job with any name; without one it is States.TaskFailed.
        message = f"{operation.name} fails as States.TaskFailed whatever its job's error, not as {name!r}"
        return NameProblem("undeclared", message)
    suffix = did_you_mean(f"{raised.prefix}.{name}", raised.names) if not dot else near
    return NameProblem("foreign", f"{operation.name} raises no {name!r}{suffix}")


def _check_reserved(name: str, operation: Operation) -> NameProblem | None:
    if name in TASK_STATES:
        return None
    if name == "States.Http.Socket" or (
        name.startswith("States.Http.StatusCode.") and name.rpartition(".")[2].isdigit()
    ):
        if operation.kind == "http":
            return None
        return NameProblem("not-of-a-task", f"{operation.name} raises no {name!r}: that is http:invoke's")
    if name == "States.Runtime":
        return NameProblem("uncatchable", "States.Runtime can be neither retried nor caught")
    if is_reserved(name):
        return NameProblem("not-of-a-task", f"a Task raises no {name!r}")
    return NameProblem("no-such-reserved", f"there is no error {name!r}{did_you_mean(name, RESERVED)}")


def _check_own(name: str, base: str, raised: Raised) -> NameProblem | None:
    """A name with the right prefix that no model declares."""
    if raised.numbered:
        return NameProblem(
            "spelling", f"{raised.prefix} errors end in an HTTP status: {raised.prefix}.404, not {name!r}"
        )
    if raised.prefix not in ("Lambda", "EventBridge") and not base.endswith("Exception"):
        longer = f"{name}Exception"
        near = did_you_mean(longer, raised.names) or f"; did you mean {longer!r}?"
        return NameProblem("spelling", f"names of {raised.prefix} errors end in Exception, not {name!r}{near}")
    near = did_you_mean(name, raised.names)
    return NameProblem("undeclared", f"{raised.prefix} declares no {name!r} for this call{near}") if near else None


@cache
def _lambda_modelled() -> frozenset[str]:
    return frozenset(operation("lambda", "invoke").modelled_errors)


@cache
def _prefixes() -> frozenset[str]:
    """Every prefix of every service, in both spellings."""
    shelf = {s.error_prefix for s in optimized_services().values() if s.error_prefix}
    return frozenset(shelf | {s.error_prefix for s in sdk_services().values()})
