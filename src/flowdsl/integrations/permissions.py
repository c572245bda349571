"""The IAM statements that a definition's role needs: least privilege, and what could not be known said beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flowdsl.asl.definition import Definition, StateNode, is_distributed
from flowdsl.integrations.base import Call, Environment, Statement, as_object, is_expression
from flowdsl.integrations.catalog import Operation, UnknownOperation, optimized_services, resolve
from flowdsl.integrations.iam import sdk_statements
from flowdsl.integrations.resource import Resource, parse_resource
from flowdsl.integrations.sdk import sdk_service
from flowdsl.integrations.services.lambda_ import function_arns


@dataclass(frozen=True, slots=True)
class Grant:
    """One statement, with the states that need it."""

    statement: Statement
    states: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A state whose permissions could not be told."""

    state: str
    pointer: str
    reason: str


@dataclass(frozen=True, slots=True)
class Permissions:
    """What a role needs."""

    grants: tuple[Grant, ...]
    unresolved: tuple[Unresolved, ...]

    def policy(self) -> dict[str, Any]:
        """The IAM policy document, the same for the same definition."""
        return {"Version": "2012-10-17", "Statement": [_written(g.statement) for g in self.grants]}

    @property
    def wider_than_needed(self) -> tuple[Grant, ...]:
        """Grants on more than the states touch, because the definition does not say what that is."""
        return tuple(g for g in self.grants if g.statement.unknown)


def permissions_of(
    definition: Definition, environment: Environment | None = None, *, logging: bool = False, tracing: bool = False
) -> Permissions:
    """Every permission that the machine's role needs, merged by resource and sorted.

    The name of the machine is the definition's. `logging` and `tracing` add what CloudWatch Logs and X-Ray ask for.
    """
    env = environment or Environment()
    needed: dict[Statement, list[str]] = {}
    unresolved: list[Unresolved] = []
    for node in definition.states("Task", "Map"):
        try:
            found = list(_of_task(node, definition, env) if node.type == "Task" else _of_map(node, definition, env))
        except UnknownOperation as error:
            unresolved.append(Unresolved(node.name, node.pointer, str(error)))
            continue
        for item in found:
            if isinstance(item, Unresolved):
                unresolved.append(item)
            else:
                needed.setdefault(item, []).append(node.name)
    if logging:
        needed.setdefault(LOGGING, [])
    if tracing:
        needed.setdefault(TRACING, [])
    return Permissions(tuple(_merged(needed)), tuple(unresolved))


LOGGING = Statement(
    tuple(
        f"logs:{action}"
        for action in (
            "CreateLogDelivery",
            "DeleteLogDelivery",
            "DescribeLogGroups",
            "DescribeResourcePolicies",
            "GetLogDelivery",
            "ListLogDeliveries",
            "PutResourcePolicy",
            "UpdateLogDelivery",
        )
    ),
    ("*",),
)
TRACING = Statement(
    ("xray:GetSamplingRules", "xray:GetSamplingTargets", "xray:PutTelemetryRecords", "xray:PutTraceSegments"), ("*",)
)


def _of_task(node: StateNode, definition: Definition, env: Environment) -> Iterator[Statement | Unresolved]:
    text = node.fields.get("Resource")
    parsed = parse_resource(text) if isinstance(text, str) else None
    if parsed is None:
        yield Unresolved(node.name, node.pointer, f"Resource {text!r} is no ARN that a Task can call")
        return
    role = as_object(node.fields.get("Credentials")).get("RoleArn")
    if "Credentials" in node.fields:
        # The call is made as that role, so its permissions are that role's and none of this one's.
        known = isinstance(role, str) and not is_expression(role)
        yield Statement(
            ("sts:AssumeRole",),
            (str(role) if known else "*",),
            unknown="" if known else "the role of Credentials is computed",
        )
        return
    if parsed.kind == "placeholder":
        yield from _of_placeholder(parsed, node, definition, env)
        return
    operation = resolve(parsed)
    assert operation is not None
    if operation.kind == "lambda":
        yield Statement(("lambda:InvokeFunction",), function_arns(env, parsed.text))
    elif operation.kind != "activity":
        yield from _of_call(operation, parsed, _parameters(node.fields), env)


def _of_placeholder(
    parsed: Resource, node: StateNode, definition: Definition, env: Environment
) -> Iterator[Statement | Unresolved]:
    binding = definition.bindings.placeholders.get(parsed.text[2:-1])
    if binding is not None and binding.kind == "lambda":
        yield Statement(("lambda:InvokeFunction",), function_arns(env, parsed.text))
    elif binding is None or binding.kind != "activity":
        yield Unresolved(node.name, node.pointer, f"what {parsed.text} stands for is not known")


def _of_call(
    operation: Operation, parsed: Resource, parameters: dict[str, Any], env: Environment
) -> Iterator[Statement]:
    call = Call(operation.action, parsed.pattern, parameters, env)
    if operation.optimized is not None:
        yield from operation.optimized.permissions(call)
        return
    service = sdk_service(operation.service)
    if service is not None and operation.api is not None:
        yield from sdk_statements(service, operation.api, call)


def _parameters(holder: dict[str, Any]) -> dict[str, Any]:
    return as_object(holder.get("Arguments", holder.get("Parameters")))


def _of_map(node: StateNode, definition: Definition, env: Environment) -> Iterator[Statement | Unresolved]:
    if not is_distributed(node.fields):
        return
    name = definition.name or "*"
    unknown = "" if definition.name else "the machine's name is not known"
    yield Statement(("states:StartExecution",), (env.arn("states", f"stateMachine:{name}"),), unknown=unknown)
    runs = (env.arn("states", f"execution:{name}/*"),)
    executions = (env.arn("states", f"execution:{name}:*"), *runs)
    yield Statement(("states:DescribeExecution", "states:StopExecution"), executions, unknown=unknown)
    yield Statement(("states:RedriveExecution",), runs, unknown=unknown)
    for key in ("ItemReader", "ResultWriter"):
        holder = as_object(node.fields.get(key))
        resource = holder.get("Resource")
        if not isinstance(resource, str):
            continue
        parsed = parse_resource(resource)
        if parsed is None or parsed.kind == "placeholder":
            yield Unresolved(node.name, f"{node.pointer}/{key}", f"{key}'s Resource {resource!r} is not known")
            continue
        operation = resolve(parsed, "ItemReader" if key == "ItemReader" else "ResultWriter")
        if operation is not None:
            yield from optimized_services()[operation.service].permissions(
                Call(operation.action, "request-response", _parameters(holder), env)
            )


def _merged(needed: dict[Statement, list[str]]) -> Iterator[Grant]:
    """Statements on the same resources become one with all their actions, then those of the same actions one again."""
    by_resource: dict[tuple[Any, ...], tuple[set[str], dict[str, None]]] = {}
    for statement, states in needed.items():
        # On everything, each service keeps a statement of its own: so it can be narrowed by hand.
        service = statement.actions[0].partition(":")[0] if statement.resources == ("*",) else ""
        key = (statement.resources, statement.condition, statement.unknown, service)
        actions, names = by_resource.setdefault(key, (set(), {}))
        actions.update(statement.actions)
        names.update(dict.fromkeys(states))
    by_action: dict[tuple[Any, ...], tuple[set[str], dict[str, None]]] = {}
    for (resources, condition, unknown, _), (actions, names) in by_resource.items():
        pair = (tuple(sorted(actions)), condition, unknown)
        all_resources, all_names = by_action.setdefault(pair, (set(), {}))
        all_resources.update(resources)
        all_names.update(names)
    grants = [
        Grant(Statement(actions, tuple(sorted(resources)), condition, unknown), tuple(names))
        for (actions, condition, unknown), (resources, names) in by_action.items()
    ]
    return iter(sorted(grants, key=lambda g: (g.statement.actions, g.statement.resources, g.statement.condition)))


def _written(statement: Statement) -> dict[str, Any]:
    written: dict[str, Any] = {
        "Effect": "Allow",
        "Action": list(statement.actions),
        "Resource": list(statement.resources) if len(statement.resources) > 1 else next(iter(statement.resources)),
    }
    if statement.condition:
        written["Condition"] = {operator: dict(pairs) for operator, pairs in statement.condition}
    return written


__all__ = ["Environment", "Grant", "Permissions", "Statement", "Unresolved", "permissions_of"]
