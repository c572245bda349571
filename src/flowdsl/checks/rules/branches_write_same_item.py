"""ASL515 branches-write-same-item."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from flowdsl.analysis.task_results import parameters_of, target
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.checks.rules.same_key_each_iteration import WRITES
from flowdsl.diagnostics import Diagnostic, Severity

ATTRIBUTE = re.compile(r"([#\w.]+)\s*=(?!=)")
PLACES = ("TableName", "Bucket")


def branch(name: str, key: str) -> dict[str, Any]:
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::dynamodb:deleteItem",
        "Parameters": {"TableName": "${T}", "Key": {"id": {"S.$": key}}},
        "End": True,
    }
    return {"StartAt": name, "States": {name: task}}


class BranchesWriteSameItem(Rule):
    """Two branches of a Parallel write to the same place.

    They run at the same time: which of them is last, nobody knows.

    Instead: one state after the join, or different keys.
    """

    code = "ASL515"
    severity = Severity.WARNING
    bad = Example(
        {"Both": {"Type": "Parallel", "Branches": [branch("First", "$.id"), branch("Second", "$.id")], "End": True}},
        at="/States/Both/Branches/1/States/Second",
        says="'Second' writes where 'First' does, in another branch of 'Both', at the same time",
    )
    good = Example(
        {"Both": {"Type": "Parallel", "Branches": [branch("First", "$.id"), branch("Second", "$.other")], "End": True}}
    )

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for state in context.states("Parallel"):
            seen: dict[str, tuple[int, str, frozenset[str]]] = {}
            for number, graph in enumerate(context.graph.inner(state)):
                for inner in graph.nodes:
                    name = WRITES.get(target(inner).name) if inner.type == "Task" else None
                    if name is None or name == "Item":
                        continue
                    given = parameters_of(inner)
                    place = {key: given.get(key, given.get(f"{key}.$")) for key in (*PLACES, name)}
                    if place[name] is None:
                        continue
                    key = json.dumps(place, sort_keys=True, default=str)
                    first = seen.setdefault(key, (number, inner.name, _attributes(given)))
                    if first[0] != number and _collide(first[2], _attributes(given)):
                        message = f"{inner.name!r} writes where {first[1]!r} does, in another branch of {state.name!r}, at the same time"
                        yield self.at(inner, message)


def _attributes(given: dict[str, Any]) -> frozenset[str]:
    """The attributes that an update sets; none for a call that writes the whole."""
    expression = given.get("UpdateExpression")
    return frozenset(ATTRIBUTE.findall(expression)) if isinstance(expression, str) else frozenset()


def _collide(one: frozenset[str], other: frozenset[str]) -> bool:
    return not one or not other or bool(one & other)
