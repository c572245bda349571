"""What a test sees of simulate: its own line, and an input that fits the workflow."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any

import pytest

from flowdsl.diagnostics import FlowDslError
from flowdsl.testing import simulate, start
from tests.interpreter.machines import machine, one, task

pytest_plugins = ["pytester"]


class Order:
    """A workflow with a typed input, as simulate sees it."""

    definition = one(Type="Pass")
    input_annotation = dict[str, int]


def test_an_input_that_does_not_fit_is_refused() -> None:
    with pytest.raises(FlowDslError) as refused:
        simulate(Order(), {"n": "x"})
    assert str(refused.value).startswith("the input is no dict: n: Input should be a valid integer")
    assert str(refused.value).endswith("(check_input=False passes it all the same)")
    with pytest.raises(FlowDslError, match="the input is no dict: the whole: Input should be an object"):
        start(Order(), [])


def test_an_input_may_be_wrong_on_purpose() -> None:
    assert simulate(Order(), {"n": "x"}, check_input=False).output == {"n": "x"}
    assert start(Order(), [], check_input=False).finish().output == []


@pytest.mark.parametrize("run", [simulate, start])
def test_a_refusal_comes_from_the_line_of_the_test(run: Any) -> None:
    with pytest.raises(FlowDslError) as refused:
        run(machine("A", A={"Type": "Pass", "Next": "B"}))
    assert [Path(f.filename).name for f in traceback.extract_tb(refused.tb)] == ["test_face.py", "simulation.py"]


def test_pytest_shows_the_test_and_its_mock_alone(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        from flowdsl.testing import simulate

        def check(request):
            assert request == 1

        def test_a():
            task = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": True}
            simulate({"StartAt": "A", "States": {"A": task}}, {}, {"A": check})
        """
    )
    told = pytester.runpytest_subprocess("-q", "-p", "no:cacheprovider").stdout.str()
    assert "assert request == 1" in told
    assert "flowdsl/interpreter" not in told


def test_an_execution_says_how_it_stands() -> None:
    waiting = one(Type="Task", Resource="arn:aws:states:us-east-1:123456789012:activity:a", TimeoutSeconds=60)
    execution = start(waiting)
    assert repr(execution) == ("<Execution of 'Machine': RUNNING at 2026-01-01T12:00:00Z, an answer is awaited in 'S'>")
    assert repr(execution.pending[0]) == "<OpenTask: activity of state 'S', which no worker has taken>"
    execution.pending[0].start()
    assert repr(execution.pending[0]) == "<OpenTask: activity of state 'S'>"
    assert repr(execution.advance("2m")) == "<Execution of 'Machine': FAILED with States.Timeout>"


def test_an_answer_from_outside_is_json() -> None:
    callback = task(Resource="arn:aws:states:::lambda:invoke.waitForTaskToken")
    execution = start(one(**{**callback, "ResultSelector": {"value.$": "$"}}))
    with pytest.raises(FlowDslError, match="the output for the task of state 'S' is no JSON"):
        execution.pending[0].succeed(float("nan"))
    execution.pending[0].succeed((1, 2))
    assert execution.output == [1, 2]
