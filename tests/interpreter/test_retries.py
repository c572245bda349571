"""Retry and Catch."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowdsl.interpreter.retries import Retrier, next_delay
from flowdsl.testing import raises, simulate
from tests.interpreter.machines import END, chained, kinds, machine, task


def retried(*retriers: dict[str, Any], catch: list[dict[str, Any]] | None = None) -> Any:
    fields = task(Retry=list(retriers), Next="Done", **({"Catch": catch} if catch else {}))
    return machine("S", S=fields, Done=END, Caught=END)


def test_the_default_is_three_retries_after_one_two_and_four_seconds() -> None:
    execution = simulate(retried({"ErrorEquals": ["Boom"]}), {}, {"S": [raises("Boom")] * 4})
    assert (execution.error, execution.elapsed_seconds, len(execution.calls)) == ("Boom", 7, 4)


def test_max_attempts_of_zero_is_one_call() -> None:
    execution = simulate(retried({"ErrorEquals": ["States.ALL"], "MaxAttempts": 0}), {}, {"S": raises("Boom")})
    assert (len(execution.calls), execution.elapsed_seconds) == (1, 0)


def test_max_delay_cuts_the_pauses() -> None:
    retrier = {
        "ErrorEquals": ["Boom"],
        "IntervalSeconds": 10,
        "MaxAttempts": 4,
        "BackoffRate": 3,
        "MaxDelaySeconds": 40,
    }
    execution = simulate(retried(retrier), {}, {"S": [*[raises("Boom")] * 4, 1]})
    assert execution.elapsed_seconds == 10 + 30 + 40 + 40


def test_full_jitter_comes_from_the_seed_and_stays_below_the_pause() -> None:
    retrier = {"ErrorEquals": ["Boom"], "IntervalSeconds": 100, "MaxAttempts": 1, "JitterStrategy": "FULL"}
    pauses = {
        simulate(retried(retrier), {}, {"S": [raises("Boom"), 1]}, seed=seed).elapsed_seconds for seed in range(20)
    }
    assert len(pauses) > 10
    assert all(0 <= pause <= 100 for pause in pauses)
    again = simulate(retried(retrier), {}, {"S": [raises("Boom"), 1]}, seed=3)
    assert again.elapsed_seconds == simulate(retried(retrier), {}, {"S": [raises("Boom"), 1]}, seed=3).elapsed_seconds


def test_the_first_retrier_that_matches_decides_even_when_it_is_spent() -> None:
    spent = {"ErrorEquals": ["Boom"], "MaxAttempts": 1}
    wide = {"ErrorEquals": ["States.ALL"], "MaxAttempts": 5}
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}]
    execution = simulate(retried(spent, wide, catch=catch), {}, {"S": [raises("Boom")] * 2})
    assert execution.path == ["S", "Caught"]
    assert len(execution.calls) == 2


def test_each_retrier_counts_for_itself() -> None:
    definition = retried({"ErrorEquals": ["A"], "MaxAttempts": 2}, {"ErrorEquals": ["B"], "MaxAttempts": 2})
    answers = [raises("A"), raises("B"), raises("A"), raises("B"), 1]
    assert simulate(definition, {}, {"S": answers}).status == "SUCCEEDED"


def test_entering_the_state_again_starts_the_count_again() -> None:
    work = task(Retry=[{"ErrorEquals": ["Boom"], "MaxAttempts": 1}], OutputPath="$", ResultPath="$.n", Next="Look")
    rule = {"Variable": "$.n.value", "NumericEquals": 2, "Next": "Done"}
    definition = machine("S", S=work, Look={"Type": "Choice", "Choices": [rule], "Default": "S"}, Done=END)
    assert simulate(definition, {}, {"S": [raises("Boom"), 1, raises("Boom"), 2]}).status == "SUCCEEDED"


def test_a_retry_schedules_again_without_entering_again() -> None:
    execution = simulate(retried({"ErrorEquals": ["Boom"]}), {}, {"S": [raises("Boom"), 1]})
    assert chained(execution)[1:9] == [
        (0, "TaskStateEntered"),
        (2, "TaskScheduled"),
        (3, "TaskStarted"),
        (4, "TaskFailed"),
        (5, "TaskScheduled"),
        (6, "TaskStarted"),
        (7, "TaskSucceeded"),
        (8, "TaskStateExited"),
    ]


def test_the_context_object_counts_the_retries() -> None:
    fields = task(
        Retry=[{"ErrorEquals": ["Boom"]}], Parameters={"FunctionName": "f", "Payload.$": "$$.State.RetryCount"}
    )
    execution = simulate(machine("S", S={**fields, "End": True}), {}, {"S": [raises("Boom"), raises("Boom"), 1]})
    assert [call.request for call in execution.calls] == [0, 1, 2]


@pytest.mark.parametrize(
    ("names", "error", "caught"),
    [
        (["Boom"], "Boom", True),
        (["boom"], "Boom", False),
        (["States.ALL"], "Boom", True),
        (["States.TaskFailed"], "Boom", True),
        (["States.TaskFailed"], "States.Timeout", False),
        (["States.ALL"], "States.Timeout", True),
        (["States.Runtime"], "States.Runtime", False),
        (["States.ALL"], "States.Runtime", False),
        (["State.ALL"], "Boom", False),
        (["States.ALL"], None, True),
    ],
)
def test_what_a_name_in_error_equals_takes(names: list[str], error: str | None, caught: bool) -> None:
    fields = task(Catch=[{"ErrorEquals": names, "Next": "Caught"}], Next="Done")
    execution = simulate(machine("S", S=fields, Done=END, Caught=END), {}, {"S": raises(error, "why")})
    assert (execution.status == "SUCCEEDED") is caught


def test_a_caught_error_goes_into_the_raw_input_at_the_catchers_result_path() -> None:
    fields = task(
        InputPath="$.inner",
        ResultPath="$.never",
        Catch=[{"ErrorEquals": ["Boom"], "ResultPath": "$.failure", "Next": "Caught"}],
    )
    definition = machine("S", S={**fields, "Next": "Done"}, Done=END, Caught=END)
    execution = simulate(definition, {"inner": 1, "kept": 2}, {"S": raises("Boom", "why")})
    assert execution.output["inner"] == 1
    assert execution.output["kept"] == 2
    assert execution.output["failure"] == {"Error": "Boom", "Cause": "why"}


def test_a_caught_failure_exits_the_state() -> None:
    execution = simulate(
        retried({"ErrorEquals": ["Other"]}, catch=[{"ErrorEquals": ["Boom"], "Next": "Caught"}]),
        {},
        {"S": raises("Boom")},
    )
    assert kinds(execution)[4:6] == ["TaskFailed", "TaskStateExited"]


def test_a_catcher_assigns() -> None:
    catcher = {"ErrorEquals": ["Boom"], "Assign": {"why.$": "$.Cause"}, "Next": "Caught"}
    caught = {"Type": "Pass", "Parameters": {"why.$": "$why"}, "End": True}
    definition = machine("S", S=task(Catch=[catcher], Next="Done"), Done=END, Caught=caught)
    assert simulate(definition, {}, {"S": raises("Boom", "so")}).output == {"why": "so"}


@given(
    interval=st.integers(1, 10_000),
    rate=st.floats(1, 10, allow_nan=False),
    most=st.none() | st.integers(1, 31_622_400),
    attempts=st.integers(0, 50),
)
def test_pauses_grow_and_never_pass_their_maximum(interval: int, rate: float, most: int | None, attempts: int) -> None:
    retrier = Retrier(("E",), interval, attempts, rate, most)
    pauses = [next_delay(retrier, n) for n in range(1, attempts + 2)]
    assert pauses[-1] is None
    told = [pause for pause in pauses if pause is not None]
    assert len(told) == attempts
    assert told == sorted(told)
    assert all(pause <= (most or 99_999_999) for pause in told)
    jittered = Retrier(("E",), interval, attempts, rate, most, jitter=True)
    for n, pause in enumerate(told, 1):
        drawn = next_delay(jittered, n, Random(n))
        assert drawn is not None
        assert 0 <= drawn <= pause
