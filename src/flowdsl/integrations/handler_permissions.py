"""What the role of a handler's own function needs, by the effects and the idempotency that the handler declares."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flowdsl.diagnostics import FlowDslError
from flowdsl.integrations.base import Call, Environment, Statement
from flowdsl.integrations.catalog import Operation, UnknownOperation, operation
from flowdsl.integrations.iam import sdk_statements
from flowdsl.integrations.permissions import Grant, Permissions
from flowdsl.integrations.sdk import sdk_services

_RECORD = ("dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem")
"""What `once` does with the record of a key: claim, finish, look, give back."""


def effect(declared: Any) -> Operation:
    """The operation that a declared effect names: `aws.dynamodb.put_item`, or "dynamodb:putItem". Raises UnknownOperation."""
    service: Any
    action: Any
    if isinstance(declared, str):
        service, _, action = declared.removeprefix("aws-sdk:").partition(":")
    else:
        service, action = getattr(declared, "service", None), getattr(declared, "action", None)
    if not (isinstance(service, str) and isinstance(action, str) and service and action):
        raise UnknownOperation(
            "action", f'an effect is written aws.dynamodb.put_item or "dynamodb:putItem", found {declared!r}'
        )
    return operation(service, action)


def permissions_of_handler(handler: Any, environment: Environment | None = None) -> Permissions:
    """The statements that a handler's function needs. An effect says what is done, not to what: those stand on `*`, to be
    narrowed, but for the table that `once(table=...)` names.

    `handler`: anything with a handler's `effects`, `idempotency` and `target`. Raises FlowDslError for an unknown effect.
    """
    env = environment or Environment()
    needed: dict[Statement, None] = {}
    for declared in handler.effects:
        try:
            needed.update(dict.fromkeys(_of_effect(effect(declared), env)))
        except UnknownOperation as error:
            raise FlowDslError(f"{handler.target} declares an effect that AWS does not have: {error}") from None
    contract = handler.idempotency
    if getattr(contract, "kind", None) == "once" and hasattr(contract, "table"):
        table = contract.table
        where = env.arn("dynamodb", f"table/{table}") if table else "*"
        unknown = "" if table else "the environment variable IDEMPOTENCY_TABLE names the table"
        needed[Statement(_RECORD, (where,), unknown=unknown)] = None
    grants = [Grant(statement, ()) for statement in needed]
    return Permissions(tuple(sorted(grants, key=lambda g: (g.statement.actions, g.statement.resources))), ())


def _of_effect(found: Operation, env: Environment) -> Iterator[Statement]:
    service = next((s for s in sdk_services().values() if s.folder == found.folder), None)
    if service is not None and found.api is not None:
        for statement in sdk_statements(service, found.api, Call(found.action, "request-response", {}, env)):
            yield Statement(statement.actions, ("*",), unknown="an effect does not say what it is done to")
