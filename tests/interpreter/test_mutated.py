"""Definitions that somebody has broken: they run, or are refused in one line. Nothing else is raised, and nothing hangs."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from flowdsl.asl.definition import Definition
from flowdsl.diagnostics import FlowDslError
from flowdsl.interpreter.answers import Answer
from flowdsl.interpreter.execution import start
from flowdsl.interpreter.mocks import Mocks
from flowdsl.interpreter.program import compile
from tests.interpreter.machines import END, LAMBDA

CATCH = [{"ErrorEquals": ["States.ALL"], "Next": "Out", "ResultPath": "$.error"}]
RETRY = [{"ErrorEquals": ["E"], "IntervalSeconds": 2, "MaxAttempts": 2, "BackoffRate": 1.5, "MaxDelaySeconds": 9}]
LEAF = {"StartAt": "Leaf", "States": {"Leaf": {"Type": "Pass", "End": True}}}
READER = {
    "Resource": "arn:aws:states:::s3:getObject",
    "Parameters": {"Bucket": "b", "Key.$": "$.key"},
    "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW", "MaxItemsPath": "$.n"},
}
STATES: list[dict[str, Any]] = [
    {"Type": "Task", "Resource": LAMBDA, "Parameters": {"FunctionName": "f", "Payload.$": "$"}, "TimeoutSecondsPath": "$.n",
     "ResultSelector": {"v.$": "$.Payload"}, "ResultPath": "$.r", "Retry": RETRY, "Catch": CATCH, "Next": "Out"},
    {"Type": "Choice", "Choices": [{"And": [{"Variable": "$.n", "NumericGreaterThan": 1}, {"Not": {"Variable": "$.s",
     "StringMatches": "a*"}}], "Next": "Out", "Assign": {"x.$": "$.n"}}], "Default": "Out"},
    {"Type": "Wait", "SecondsPath": "$.n", "Assign": {"x.$": "$.l[0]"}, "OutputPath": "$x", "Next": "Out"},
    {"Type": "Map", "ItemsPath": "$.l", "MaxConcurrencyPath": "$.n", "ItemSelector": {"i.$": "$$.Map.Item.Index"},
     "ItemProcessor": LEAF, "ResultPath": "$.m", "Catch": CATCH, "Next": "Out"},
    {"Type": "Map", "ItemReader": READER, "ItemBatcher": {"MaxItemsPerBatchPath": "$.n", "BatchInput": {"k.$": "$.key"}},
     "ItemProcessor": {**LEAF, "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}}, "Next": "Out",
     "ToleratedFailurePercentagePath": "$.n", "ResultWriter": {"WriterConfig": {"Transformation": "COMPACT", "OutputType": "JSON"}}},
    {"Type": "Parallel", "Branches": [LEAF], "Parameters": {"f.$": "States.Format('{} {}', $.n, $.s)"}, "Next": "Out"},
    {"QueryLanguage": "JSONata", "Type": "Task", "Resource": LAMBDA, "Arguments": {"Payload": "{% $states.input.l[0] + 1 %}"},
     "TimeoutSeconds": "{% $states.input.n %}", "Output": {"a": ["{% $states.result.Payload %}"]}, "Assign": {"y": "{% $$ %}"},
     "Catch": [{"ErrorEquals": ["States.ALL"], "Output": "{% $states.errorOutput %}", "Next": "Out"}], "Next": "Out"},
    {"QueryLanguage": "JSONata", "Type": "Map", "Items": "{% $states.input.l %}", "MaxConcurrency": "{% $states.input.n %}",
     "ItemSelector": "{% $states.context.Map.Item %}", "ItemProcessor": LEAF, "Next": "Out"},
    {"Type": "Fail", "ErrorPath": "$.s", "CausePath": "States.JsonToString($.l)"},
]  # fmt: skip
INPUT = {"n": 2, "s": "text", "l": [1, "two", None], "key": "k"}
STRANGE: list[Any] = [
    None, True, 0, -1, 1.5, 1e308, 10**30, "", "$", "$$", "$.s", "$.none", "$x", "{% $states.input.n %}", "{% 1/0 %}",
    "{% $states.result %}", "{% { %}", "States.ArrayGetItem($.l, 9)", "States.", [], {}, [[]], {"a.$": "$"}, {"a.$": 1},
    "\x00", "é" * 90, "2026-01-01T00:00:00Z",
]  # fmt: skip


def places(value: Any) -> list[tuple[Any, Any]]:
    """(holder, key) of everything inside a value."""
    found: list[tuple[Any, Any]] = []
    stack = [value]
    while stack:
        top = stack.pop()
        keys = list(top) if isinstance(top, dict) else range(len(top)) if isinstance(top, list) else ()
        for key in keys:
            found.append((top, key))
            stack.append(top[key])
    return found


def changed(draw: Any, value: Any) -> None:
    holder, key = draw(st.sampled_from(places(value)))
    if draw(st.booleans()):
        holder[key] = copy.deepcopy(draw(st.sampled_from(STRANGE)))
    elif draw(st.booleans()) and isinstance(holder[key], str) and holder[key]:
        at = draw(st.integers(0, len(holder[key]) - 1))
        holder[key] = holder[key][:at] + draw(st.sampled_from("${}%.'[]()*&? ")) + holder[key][at + 1 :]
    else:
        del holder[key]


@st.composite
def broken(draw: Any) -> tuple[dict[str, Any], Any]:
    document: dict[str, Any] = {
        "StartAt": "S",
        "States": {"S": copy.deepcopy(draw(st.sampled_from(STATES))), "Out": dict(END)},
    }
    value = copy.deepcopy(INPUT)
    for _ in range(draw(st.integers(0, 2))):
        changed(draw, document["States"]["S"])
    for _ in range(draw(st.integers(0, 2))):
        if value:
            changed(draw, value)
    return document, value


@given(broken(), st.sampled_from([Answer(7), Answer({"x": []}), Answer(failed=True, error="E"), Answer(never=True)]))
@settings(max_examples=300, deadline=None)
def test_a_broken_definition_runs_or_is_refused_in_one_line(case: tuple[dict[str, Any], Any], answer: Answer) -> None:
    document, value = case
    try:
        program = compile(Definition(document))
        mocks = Mocks(program, missing=answer)
        execution = start(program, value, mocks, s3={"b/k": "a,b\n1,2\n3\n"}, max_seconds=20).finish()
    except FlowDslError as error:
        told = str(error)
    else:
        told = execution.status
        assert execution.status in ("SUCCEEDED", "FAILED", "TIMED_OUT")
        assert [event["id"] for event in execution.history] == list(range(1, len(execution.history) + 1))
    assert len(told.splitlines()) == 1
