"""Reading, judging and writing definitions, beside the json module of Python."""

from __future__ import annotations

import json
from typing import Any

from benchmarks.timing import best, exponent
from flowdsl.asl.definition import Definition
from flowdsl.asl.dump import dumps
from flowdsl.asl.grammar import check_grammar
from flowdsl.asl.load import loads

SIZES = (100, 1_000, 10_000)


def machine(count: int) -> dict[str, Any]:
    """A chain of Tasks, Passes and Choices with retries and catchers, of the usual shapes."""
    states: dict[str, Any] = {}
    for i in range(count - 1):
        after = f"State{i + 1}"
        if i % 10 == 3:
            rules = [{"Variable": "$.n", "NumericGreaterThan": i, "Next": after}]
            states[f"State{i}"] = {"Type": "Choice", "Choices": rules, "Default": after}
        elif i % 3 == 0:
            states[f"State{i}"] = {
                "Type": "Task",
                "Resource": "arn:aws:states:::lambda:invoke",
                "Parameters": {"FunctionName": f"f{i}", "Payload": {"n.$": "$.n", "s": f"v{i}"}},
                "Retry": [{"ErrorEquals": ["Lambda.TooManyRequestsException"], "MaxAttempts": 2, "BackoffRate": 2.0}],
                "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": f"State{count - 1}"}],
                "ResultPath": f"$.r{i}",
                "Next": after,
            }
        else:
            states[f"State{i}"] = {"Type": "Pass", "Parameters": {"n.$": "$.n", "s.$": "$.s"}, "Next": after}
    states[f"State{count - 1}"] = {"Type": "Succeed"}
    return {"StartAt": "State0", "States": states}


def main() -> None:
    rows: dict[str, list[float]] = {"read": [], "judge": [], "write": []}
    for size in SIZES:
        document = machine(size)
        text = json.dumps(document, indent=2)
        definition = Definition(document)
        reading, plain_reading = best(lambda t=text: loads(t)), best(lambda t=text: json.loads(t))
        judging = best(lambda d=definition: list(check_grammar(d)))
        writing = best(lambda d=document: dumps(d))
        plain_writing = best(lambda d=document: json.dumps(d, indent=2, ensure_ascii=False))
        for name, seconds in zip(rows, (reading, judging, writing), strict=True):
            rows[name].append(seconds)
        print(
            f"{size:6} states   read {reading * 1000:7.1f} ms ({reading / plain_reading:4.1f} of json.loads)   "
            f"judge {judging * 1000:6.1f} ms   write {writing * 1000:6.1f} ms ({writing / plain_writing:4.2f} of json.dumps)"
        )
    growth = ", ".join(f"{name} {exponent(SIZES, seconds):.2f}" for name, seconds in rows.items())
    print(f"growth exponent: {growth}  (at most 1.1)")
