"""ASL509 same-key-each-iteration."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flowdsl.analysis.literals import leaves_of
from flowdsl.analysis.task_results import parameters_of, target
from flowdsl.asl.definition import StateNode
from flowdsl.asl.values import is_object
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity

WRITES = {
    "dynamodb:putItem": "Item",
    "dynamodb:updateItem": "Key",
    "dynamodb:deleteItem": "Key",
    "aws-sdk:dynamodb:putItem": "Item",
    "aws-sdk:dynamodb:updateItem": "Key",
    "aws-sdk:dynamodb:deleteItem": "Key",
    "aws-sdk:s3:putObject": "Key",
    "aws-sdk:s3:deleteObject": "Key",
}
"""Calls that write to a place, and the parameter that names it."""


def each(key: dict[str, Any]) -> dict[str, Any]:
    put = {"Type": "Task", "Resource": "arn:aws:states:::dynamodb:updateItem", "End": True}
    update = {
        "TableName": "${T}",
        "Key": key,
        "UpdateExpression": "SET seen = :t",
        "ExpressionAttributeValues": {":t": {"BOOL": True}},
    }
    inner = {"StartAt": "Save", "States": {"Save": {**put, "Parameters": update}}}
    return {"Each": {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": inner, "End": True}}


class SameKeyEachIteration(Rule):
    """Every iteration of a Map writes to the same place.

    The key is a constant: the iterations overwrite each other, and the last one wins, whichever that is.

    Instead: a key made of the item.
    """

    code = "ASL509"
    severity = Severity.WARNING
    bad = Example(
        each({"id": {"S": "total"}}),
        at="/States/Each/ItemProcessor/States/Save/Parameters/Key",
        says="every iteration of 'Each' writes to the same place: the Key of 'Save' does not depend on the item",
    )
    good = Example(each({"id": {"S.$": "$.id"}}))

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for state in context.states("Task"):
            name = WRITES.get(target(state).name)
            outer = _map_around(state)
            if name is None or outer is None:
                continue
            field = "Arguments" if state.is_jsonata else "Parameters"
            value = parameters_of(state).get(name)
            if value is not None and _is_constant(value) and (name != "Item" or _whole_item_is_constant(value)):
                message = (
                    f"every iteration of {outer!r} writes to the same place: the {name} of {state.name!r} does not depend on the "
                    "item"
                )
                yield self.at(state, message, field, name)


def _map_around(state: StateNode) -> str | None:
    scope = state.scope
    while scope.parent is not None:
        if scope.kind == "processor":
            return scope.parent.name
        scope = scope.parent.scope
    return None


def _is_constant(value: Any) -> bool:
    for leaf in leaves_of(value, ""):
        if leaf.key.endswith(".$") or (isinstance(leaf.value, str) and ("{%" in leaf.value or "${" in leaf.value)):
            return False
    return True


def _whole_item_is_constant(value: Any) -> bool:
    # Which member of an Item is the key is not known here: only one that never changes at all is surely the same.
    return is_object(value) and bool(value)
