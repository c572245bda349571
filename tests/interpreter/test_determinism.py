"""The same workflow, input, mocks and seed give the same execution, event for event."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from flowdsl.testing import Execution, raises, returns, simulate
from tests.interpreter.machines import machine, task


def states(depth: int) -> st.SearchStrategy[dict[str, Any]]:
    simple = st.sampled_from(
        [
            {"Type": "Pass", "End": True},
            {"Type": "Wait", "Seconds": 3, "End": True},
            {"Type": "Pass", "Parameters": {"id.$": "States.UUID()"}, "End": True},
            {**task(Retry=[{"ErrorEquals": ["Boom"], "JitterStrategy": "FULL"}]), "End": True},
        ]
    )
    if depth == 0:
        return simple
    inner = states(depth - 1)
    return simple | st.lists(inner, min_size=1, max_size=3).map(_parallel) | inner.map(_map)


def _scope(state: dict[str, Any]) -> dict[str, Any]:
    return {"StartAt": "", "States": {"": state}}


def _parallel(inner: list[dict[str, Any]]) -> dict[str, Any]:
    return {"Type": "Parallel", "Branches": [_scope(s) for s in inner], "End": True}


def _map(inner: dict[str, Any]) -> dict[str, Any]:
    return {"Type": "Map", "ItemsPath": "$$.Execution.Input", "ItemProcessor": _scope(inner), "End": True}


def named(state: dict[str, Any], numbers: Iterator[int]) -> dict[str, Any]:
    """The state with a name of its own for every state inside."""

    def scope(inner: dict[str, Any]) -> dict[str, Any]:
        name = f"S{next(numbers)}"
        return {"StartAt": name, "States": {name: named(inner["States"][""], numbers)}}

    told = dict(state)
    if "Branches" in told:
        told["Branches"] = [scope(branch) for branch in told["Branches"]]
    if "ItemProcessor" in told:
        told["ItemProcessor"] = scope(told["ItemProcessor"])
    return told


def _answers() -> dict[str, Any]:
    calls = iter(range(10_000))

    def answer(request: Any) -> Any:
        turn = next(calls) % 3
        return raises("Boom") if turn == 0 else returns(turn, after=turn)

    return {"lambda:invoke": answer}


def run(state: dict[str, Any], seed: int = 0) -> Execution:
    definition = machine("S", S=named(state, count(1)))
    mocks = _answers() if "Resource" in str(state) else None
    return simulate(definition, [1, 2, 3], mocks, seed=seed, unused_mocks="ignore")


@settings(max_examples=60, deadline=None)
@given(states(3), st.integers(0, 5))
def test_a_run_can_be_repeated(state: dict[str, Any], seed: int) -> None:
    first, second = run(state, seed), run(state, seed)
    assert first.history == second.history
    assert first.elapsed_seconds == second.elapsed_seconds


@settings(max_examples=60, deadline=None)
@given(states(3))
def test_every_event_points_back(state: dict[str, Any]) -> None:
    execution = run(state)
    times = [event["timestamp"] for event in execution.history]
    assert times == sorted(times)
    assert all(event["previousEventId"] < event["id"] for event in execution.history)
    assert [event["id"] for event in execution.history] == list(range(1, len(execution.history) + 1))
    entered = sum(event["type"].endswith("StateEntered") for event in execution.history)
    exited = sum(event["type"].endswith("StateExited") for event in execution.history)
    if execution.status == "SUCCEEDED":
        assert entered == exited


def test_the_hash_seed_changes_nothing() -> None:
    code = (
        "from flowdsl.testing import simulate, raises\n"
        "from tests.interpreter.machines import machine, task\n"
        "d = machine('S', S={**task(Retry=[{'ErrorEquals': ['B'], 'JitterStrategy': 'FULL'}]), 'End': True})\n"
        "x = simulate(d, {'b': 1, 'a': 2}, {'S': [raises('B'), {'z': 1, 'y': 2}]}, seed=7)\n"
        "print(x.history, x.arn)"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": "."},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert len(outputs) == 1
