"""Small machines for the interpreter's tests."""

from __future__ import annotations

from typing import Any

from flowdsl.asl.definition import Definition

LAMBDA = "arn:aws:states:::lambda:invoke"
END = {"Type": "Succeed"}


def machine(start: str, **states: Any) -> Definition:
    """A JSONPath machine that starts at a state."""
    return Definition({"StartAt": start, "States": states}, name="Machine")


def one(**fields: Any) -> Definition:
    """A machine of one state, S, which ends it."""
    ending = {} if fields.get("Type") in ("Choice", "Succeed", "Fail") else {"End": True}
    return machine("S", S={**fields, **ending})


def task(**fields: Any) -> dict[str, Any]:
    """A Task that calls a Lambda function and keeps its payload."""
    return {
        "Type": "Task",
        "Resource": LAMBDA,
        "Parameters": {"FunctionName": "f", "Payload.$": "$"},
        "ResultSelector": {"value.$": "$.Payload"},
        "OutputPath": "$.value",
        **fields,
    }


def chain(length: int) -> Definition:
    """So many Pass states, one after the other."""
    states = {
        f"S{i}": {"Type": "Pass", **({"Next": f"S{i + 1}"} if i + 1 < length else {"End": True})} for i in range(length)
    }
    return machine("S0", **states)


def loop() -> Definition:
    """Two states that lead to one another for ever."""
    choice = {
        "Type": "Choice",
        "Choices": [{"Variable": "$.n", "NumericEquals": -1, "Next": "Out"}],
        "Default": "Again",
    }
    return machine("Again", Again={"Type": "Pass", "Next": "Look"}, Look=choice, Out=END)


def kinds(execution: Any) -> list[str]:
    """The types of an execution's events."""
    return [event["type"] for event in execution.history]


def chained(execution: Any) -> list[tuple[int, str]]:
    """(previousEventId, type) of each event."""
    return [(event["previousEventId"], event["type"]) for event in execution.history]
