"""Random machines: flowdsl runs every one of them, and the same one twice the same way."""

from __future__ import annotations

import json

import pytest

from tests.conformance.random_machines import machines
from tests.conformance.second_opinion import disagreement, functions, ours


def test_every_random_machine_runs_and_the_same_way_each_time() -> None:
    subjects = list(machines(0, 150))
    assert subjects == list(machines(0, 150))
    for machine, value in subjects:
        told = ours(machine, value, functions)
        assert "refused" not in told, json.dumps(machine)
        assert told == ours(machine, value, functions)


def test_random_machines_end_in_every_way() -> None:
    ends = {ours(machine, value, functions).get("error") for machine, value in machines(1, 150)}
    assert {None, "Custom", "Other", "States.Runtime", "States.QueryEvaluationError"} <= ends


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        ({"status": "SUCCEEDED", "output": 1}, {"status": "SUCCEEDED", "output": 1.0}, None),
        ({"status": "FAILED", "error": "A"}, {"status": "FAILED", "error": "B"}, 'error: flowdsl "A", moto "B"'),
        ({"status": "FAILED", "path": ["A", "B"]}, {"status": "FAILED", "path": ["B", "A"]}, None),
        ({"output": {"a": 1, "SdkHttpMetadata": {}}}, {"output": {"a": 1}}, None),
    ],
)
def test_what_counts_as_a_disagreement(one: dict[str, object], other: dict[str, object], told: str | None) -> None:
    assert disagreement(one, other) == told
