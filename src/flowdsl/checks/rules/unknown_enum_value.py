"""ASL325 unknown-enum-value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flowdsl.analysis.graph import ScopeGraph
from flowdsl.analysis.jsonpath_syntax import parse_path
from flowdsl.analysis.task_results import target
from flowdsl.asl.definition import StateNode
from flowdsl.asl.source_map import escape
from flowdsl.asl.values import is_list, is_object
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity, did_you_mean
from flowdsl.integrations.model import Shape
from flowdsl.integrations.shapes import output_shape


def asking(value: str) -> dict[str, Any]:
    return {
        "Ask": {
            "Type": "Task",
            "Resource": "arn:aws:states:::aws-sdk:glue:getJobRun",
            "Parameters": {"JobName": "j", "RunId.$": "$.id"},
            "ResultPath": "$.run",
            "Next": "Ended",
        },
        "Ended": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.run.JobRun.JobRunState", "StringEquals": value, "Next": "Done"}],
            "Default": "Failed",
        },
        "Done": {"Type": "Succeed"},
        "Failed": {"Type": "Fail"},
    }


class UnknownEnumValue(Rule):
    """A status of an AWS API is compared with a text that is nearly one of its values.

    The rule never holds, and the execution goes the other way without a word. A text that is near none may be a value newer than the model of the API, and
    is left alone.

    Instead: the value as the API writes it; case counts.
    """

    code = "ASL325"
    severity = Severity.WARNING
    bad = Example(
        asking("SUCCEDED"),
        at="/States/Ended/Choices/0/StringEquals",
        says="'$.run.JobRun.JobRunState' of aws-sdk:glue:getJobRun is never 'SUCCEDED'; did you mean 'SUCCEEDED'?",
    )
    good = (Example(asking("SUCCEEDED")), Example(asking("RUNNABLE")))

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for graph in context.graph.scopes:
            for row, state in enumerate(graph.nodes):
                if state.type != "Choice" or state.is_jsonata:
                    continue
                tasks = _asked(graph, row)
                if not tasks:
                    continue
                for pointer, path, text in _texts(state):
                    known = [_enum(task, path) for task in tasks]
                    values = sorted({value for enum in known for value in enum})
                    if all(known) and text not in values and _is_misspelt(text, values):
                        near = did_you_mean(text, values)
                        names = " and ".join(dict.fromkeys(target(task).name for task in tasks))
                        yield self.at(pointer, f"{path!r} of {names} is never {text!r}{near}")


def _is_misspelt(text: str, values: list[str]) -> bool:
    """Whether a text is so near to a value that it can hardly be a newer one: STOPPED is far from STOPPING."""
    from difflib import get_close_matches  # only a mistake pays for it

    return bool(get_close_matches(text.upper(), [value.upper() for value in values], n=1, cutoff=0.85))


def _asked(graph: ScopeGraph, row: int) -> list[StateNode]:
    """The Tasks that alone lead to a state, each by its Next; nothing where others do."""
    if row == graph.start:
        return []
    ways = [graph.transitions[number] for number in graph.into[row]]
    tasks = [graph.nodes[graph.row[way.source]] for way in ways]
    fine = all(way.via == "Next" and task.type == "Task" for way, task in zip(ways, tasks, strict=True))
    return tasks if fine else []


def _texts(state: StateNode) -> Iterator[tuple[str, str, str]]:
    """(pointer, path, text) of each StringEquals in a Choice."""
    rules = state.fields.get("Choices")
    stack = [(rule, f"{state.pointer}/Choices/{i}") for i, rule in enumerate(rules if is_list(rules) else [])]
    stack.reverse()
    while stack:
        rule, at = stack.pop()
        if not is_object(rule):
            continue
        path, text = rule.get("Variable"), rule.get("StringEquals")
        if isinstance(path, str) and isinstance(text, str) and "${" not in text:
            yield f"{at}/StringEquals", path, text
        for key in ("And", "Or"):
            inner = rule.get(key)
            stack += [(part, f"{at}/{key}/{i}") for i, part in enumerate(inner if is_list(inner) else [])][::-1]
        if "Not" in rule:
            stack.append((rule["Not"], f"{at}/{escape('Not')}"))


def _enum(task: StateNode, path: str) -> tuple[str, ...]:
    """The values that AWS's answer to a Task may have at a path of its output; nothing where the path is no such place."""
    found = target(task)
    wanted = parse_path(path)
    fields = task.fields
    if task.is_jsonata or found.operation is None or found.resource is None or wanted is None or wanted.root != "input":
        return ()
    if fields.get("OutputPath", "$") != "$" or "ResultSelector" in fields:
        return ()
    placed = fields.get("ResultPath", "$")
    place = parse_path(placed) if isinstance(placed, str) else None
    if place is None or place.root != "input" or wanted.steps[: len(place.steps)] != place.steps:
        return ()
    shape: Shape = output_shape(found.operation, found.resource.pattern)
    for step in wanted.steps[len(place.steps) :]:
        inner = shape.members.get(step) if isinstance(step, str) else shape.item if isinstance(step, int) else None
        if inner is None:
            return ()
        shape = inner
    return shape.enum
