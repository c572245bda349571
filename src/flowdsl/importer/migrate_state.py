"""One state: its JSONPath data flow, from InputPath to OutputPath, as Arguments, Output and Assign."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from flowdsl.asl.definition import StateNode
from flowdsl.asl.values import is_list, is_object
from flowdsl.query.jsonpath import parse_path
from flowdsl.query.migration import (
    Code,
    Literal,
    Moving,
    NotMovable,
    Value,
    as_field,
    condition,
    evaluated,
    path_value,
    put,
    template,
)

Fields = dict[str, Any]

INPUT: Final = Code("$states.input", True)
RESULT: Final = Code("$states.result", True)
ERROR: Final = Code("$states.errorOutput", True, "object")

_GONE: Final = frozenset(
    {"InputPath", "OutputPath", "ResultPath", "Parameters", "ResultSelector", "Result", "ItemsPath", "QueryLanguage"}
)
"""Fields of JSONPath's data flow; what they did is in Arguments, Items and Output."""
_PATHS: Final = {
    "SecondsPath": "Seconds",
    "TimestampPath": "Timestamp",
    "TimeoutSecondsPath": "TimeoutSeconds",
    "HeartbeatSecondsPath": "HeartbeatSeconds",
    "MaxConcurrencyPath": "MaxConcurrency",
    "ToleratedFailureCountPath": "ToleratedFailureCount",
    "ToleratedFailurePercentagePath": "ToleratedFailurePercentage",
}
"""A field that holds a path -> the field that holds an expression."""


def moved_state(node: StateNode, taken: frozenset[str], notes: list[str]) -> Fields:
    """A state's fields in JSONata, without QueryLanguage; raises NotMovable and ExpressionSyntaxError.

    Fields that hold states (Branches, ItemProcessor, Iterator) are left to the caller.
    """
    move = _MOVES.get(node.type)
    if move is None:
        raise NotMovable(f"a state of type {node.type!r}")
    return move(_State(node, taken, notes))


class _State:
    """What the moves of all types share."""

    def __init__(self, node: StateNode, taken: frozenset[str], notes: list[str]) -> None:
        self.node = node
        self.fields = node.fields
        self.raw = Moving(INPUT, taken, notes)
        self.input: Value = INPUT
        """What `$` means after InputPath."""
        if "InputPath" in self.fields:
            path = self.fields["InputPath"]
            self.input = Literal({}) if path is None else path_value(_text(path, "InputPath"), self.raw)
        self.effective = self.raw.at(self.input)
        self.new: Fields = {}
        for key, value in self.fields.items():
            if key in _PATHS:
                self.new[_PATHS[key]] = as_field(path_value(_text(value, key), self.effective))
            elif key not in _GONE and key not in ("Branches", "ItemProcessor", "Iterator"):
                self.new[key] = value

    def set(self, name: str, value: Value, default: Value | None = None) -> None:
        """A field, unless its value is what it would be without it."""
        if value != default:
            self.new[name] = as_field(value)

    def given(self, name: str = "Parameters") -> Value:
        """What a task, a branch or a Pass gets: the input after InputPath and Parameters."""
        return template(self.fields[name], self.effective) if name in self.fields else self.input

    def combined(self, result: Value) -> Value:
        """The result put into the raw input by ResultPath."""
        path = self.fields.get("ResultPath", "$")
        if path is None:
            return INPUT
        parsed = parse_path(_text(path, "ResultPath"))
        if not parsed.is_reference or parsed.root != "input":
            raise NotMovable(f"the ResultPath {path!r} is no reference path")
        return put(INPUT, parsed.names, result)

    def left(self, combined: Value) -> Value:
        """What OutputPath leaves."""
        path = self.fields.get("OutputPath", "$")
        if path is None:
            return Literal({})
        return path_value(_text(path, "OutputPath"), self.raw.at(combined))

    def assign(self, meaning: Value) -> None:
        """Assign, where `$` means something of its own."""
        if "Assign" in self.fields:
            self.new["Assign"] = as_field(template(self.fields["Assign"], self.raw.at(meaning)))

    def finish(self, kind: str | None = None) -> None:
        """Output and Assign of a state that has a result of its own, of a JSON type that is sure or not."""
        result = replace(RESULT, kind=kind)
        selected: Value = result
        if "ResultSelector" in self.fields:
            selected = template(self.fields["ResultSelector"], self.raw.at(result))
        self.assign(result)
        self.set("Output", self.left(self.combined(selected)), result)

    def catchers(self) -> None:
        """Catch: the error output at ResultPath of the raw input."""
        if is_list(self.fields.get("Catch")):
            self.new["Catch"] = [self._catcher(c) if is_object(c) else c for c in self.fields["Catch"]]

    def _catcher(self, catcher: Fields) -> Fields:
        new = {key: value for key, value in catcher.items() if key not in ("ResultPath", "Assign")}
        path = catcher.get("ResultPath", "$")
        output: Value = INPUT if path is None else put(INPUT, parse_path(_text(path, "ResultPath")).names, ERROR)
        if "Assign" in catcher:
            new["Assign"] = as_field(template(catcher["Assign"], self.raw.at(ERROR)))
        if output != ERROR:
            new["Output"] = as_field(output)
        return new


def _text(value: Any, field: str) -> str:
    if not isinstance(value, str):
        raise NotMovable(f"{field} holds no text")
    return value


def _pass(state: _State) -> Fields:
    fields = state.fields
    result = Literal(fields["Result"]) if "Result" in fields else state.given()
    state.assign(result)
    state.set("Output", state.left(state.combined(result)), INPUT)
    return state.new


def _wait_or_succeed(state: _State) -> Fields:
    state.assign(state.input)
    state.set("Output", state.left(state.input), INPUT)
    return state.new


def _fail(state: _State) -> Fields:
    for path, name in (("ErrorPath", "Error"), ("CausePath", "Cause")):
        if path in state.fields:
            del state.new[path]
            state.new[name] = as_field(evaluated(state.fields[path], state.raw))
    return state.new


def _choice(state: _State) -> Fields:
    output = state.left(state.input)
    rules: list[Fields] = []
    choices = state.fields.get("Choices")
    for rule in choices if is_list(choices) else ():
        new: Fields = {"Condition": f"{{% {condition(rule, state.effective)} %}}"}
        for key in ("Comment", "Next"):
            if key in rule:
                new[key] = rule[key]
        if "Assign" in rule:
            new["Assign"] = as_field(template(rule["Assign"], state.effective))
        if output != INPUT:
            new["Output"] = as_field(output)
        rules.append(new)
    state.new["Choices"] = rules
    state.assign(state.input)
    if "Default" in state.fields:
        state.set("Output", output, INPUT)
    return state.new


def _task(state: _State) -> Fields:
    resource = str(state.fields.get("Resource", ""))
    # A Lambda function's ARN and an activity get the input as it is when nothing else is said; other integrations want
    # to be told.
    direct = not resource.startswith("arn:aws:states:::") and ":states:::" not in resource
    state.set("Arguments", state.given(), INPUT if direct else None)
    credentials = state.fields.get("Credentials")
    if is_object(credentials):
        state.new["Credentials"] = as_field(template(credentials, state.effective))
    state.catchers()
    state.finish()
    return state.new


def _parallel(state: _State) -> Fields:
    state.set("Arguments", state.given(), INPUT)
    state.catchers()
    state.finish("array")
    return state.new


def _map(state: _State) -> Fields:
    fields = state.fields
    if "ItemReader" not in fields:
        items = (
            path_value(_text(fields["ItemsPath"], "ItemsPath"), state.effective)
            if "ItemsPath" in fields
            else state.input
        )
        state.set("Items", items, INPUT)
    selector = next((name for name in ("ItemSelector", "Parameters") if name in fields), None)
    if selector is not None:
        state.new["ItemSelector"] = as_field(state.given(selector))
    for name in ("ItemReader", "ResultWriter", "ItemBatcher"):
        if is_object(fields.get(name)):
            state.new[name] = _holder(fields[name], state.effective)
    state.catchers()
    state.finish("object" if "Resource" in (fields.get("ResultWriter") or {}) else "array")
    return state.new


def _holder(value: Fields, moving: Moving) -> Fields:
    """ItemReader, ResultWriter or ItemBatcher."""
    new: Fields = {}
    for key, inner in value.items():
        if key == "Parameters":
            new["Arguments"] = as_field(template(inner, moving))
        elif key == "BatchInput":
            new[key] = as_field(template(inner, moving))
        elif key == "ReaderConfig" and is_object(inner):
            new[key] = _holder(inner, moving)
        elif key.endswith("Path") and isinstance(inner, str):
            new[key.removesuffix("Path")] = as_field(path_value(inner, moving))
        else:
            new[key] = inner
    return new


_MOVES: Final[dict[str, Callable[[_State], Fields]]] = {
    "Pass": _pass,
    "Task": _task,
    "Choice": _choice,
    "Wait": _wait_or_succeed,
    "Succeed": _wait_or_succeed,
    "Fail": _fail,
    "Parallel": _parallel,
    "Map": _map,
}
