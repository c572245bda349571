"""Redrive and stop: what was unsuccessful runs again, what was done stays done."""

from __future__ import annotations

from typing import Any

import pytest

from flowdsl.diagnostics import FlowDslError
from flowdsl.testing import raises, simulate, start
from tests.interpreter.machines import END, chained, kinds, machine, one, task


class Flaky:
    """Fails for one input until it is mended."""

    def __init__(self, bad: Any) -> None:
        self.bad = bad
        self.asked: list[Any] = []

    def __call__(self, event: Any) -> Any:
        self.asked.append(event)
        if event == self.bad:
            return raises(ValueError("not yet"))
        return event * 10


def test_a_redriven_task_is_scheduled_again() -> None:
    flaky = Flaky(1)
    definition = machine("P", P={"Type": "Pass", "Next": "S"}, S={**task(), "Next": "Out"}, Out=END)
    execution = simulate(definition, 1, {"S": flaky})
    assert execution.status == "FAILED"
    flaky.bad = None
    execution.redrive()
    assert execution.output == 10
    assert chained(execution)[7:11] == [
        (7, "ExecutionFailed"),
        (8, "ExecutionRedriven"),
        (9, "TaskScheduled"),
        (10, "TaskStarted"),
    ]
    assert execution.history[8]["executionRedrivenEventDetails"] == {"redriveCount": 1}


def test_a_redriven_callback_is_pending_at_once() -> None:
    waiting = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"MessageBody.$": "$$.Task.Token"},
    }
    execution = start(one(**waiting))
    execution.pending[0].fail("Rejected")
    (again,) = execution.redrive().pending
    again.succeed("approved")
    assert (execution.status, execution.output) == ("SUCCEEDED", "approved")


def test_only_failed_and_aborted_iterations_run_again() -> None:
    flaky = Flaky(2)
    processor = {"StartAt": "T", "States": {"T": {**task(), "End": True}}}
    definition = machine("M", M={"Type": "Map", "MaxConcurrency": 1, "ItemProcessor": processor, "End": True})
    execution = simulate(definition, [1, 2, 3], {"T": flaky})
    flaky.bad = None
    execution.redrive().finish()
    assert execution.output == [10, 20, 30]
    assert flaky.asked == [1, 2, 2, 3]


def test_only_failed_and_aborted_branches_run_again() -> None:
    flaky = Flaky(5)
    done = {"StartAt": "D", "States": {"D": {**task(), "Parameters": {"Payload": 1}, "End": True}}}
    failing = {
        "StartAt": "F",
        "States": {"F": {"Type": "Wait", "Seconds": 1, "Next": "T"}, "T": {**task(), "End": True}},
    }
    definition = machine("P", P={"Type": "Parallel", "Branches": [done, failing], "End": True})
    execution = simulate(definition, 5, {"lambda:invoke": flaky})
    flaky.bad = None
    execution.redrive().finish()
    assert execution.output == [10, 50]
    assert flaky.asked == [1, 5, 5]


def test_a_map_run_is_redriven() -> None:
    flaky = Flaky(2)
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "T",
        "States": {"T": {**task(), "End": True}},
    }
    definition = machine("M", M={"Type": "Map", "MaxConcurrency": 1, "ItemProcessor": processor, "End": True})
    execution = simulate(definition, [1, 2, 3], {"T": flaky})
    flaky.bad = None
    execution.redrive().finish()
    assert execution.output == [10, 20, 30]
    assert flaky.asked == [1, 2, 2, 3]
    assert "MapRunRedriven" in kinds(execution)


def test_the_context_object_counts_redrives() -> None:
    fields = task(Parameters={"FunctionName": "f", "Payload.$": "$$.Execution.RedriveCount"})
    execution = simulate(one(**fields), {}, {"S": Flaky(0)})
    execution.redrive().finish()
    assert execution.output == 10


def test_a_redrive_resets_the_machines_time_out() -> None:
    definition = machine("W", W={"Type": "Wait", "Seconds": 8, "End": True})
    definition.document["TimeoutSeconds"] = 10
    execution = start(definition).advance(5)
    execution.stop("Because", "why not")
    assert (execution.status, execution.error, execution.cause) == ("ABORTED", "Because", "why not")
    assert execution.redrive().finish().status == "SUCCEEDED"
    assert execution.elapsed_seconds == 13


def test_a_stop_is_one_event_that_points_nowhere() -> None:
    execution = start(one(Type="Wait", Seconds=60)).advance(1).stop()
    assert chained(execution)[-1] == (0, "ExecutionAborted")
    assert execution.history[-1]["executionAbortedEventDetails"] == {}


@pytest.mark.parametrize(
    ("kind", "message"),
    [("STANDARD", "Execution is SUCCEEDED and cannot be redriven"), ("EXPRESS", "Execution is SUCCEEDED")],
)
def test_what_ended_well_is_not_redriven(kind: Any, message: str) -> None:
    with pytest.raises(FlowDslError, match=message):
        simulate(one(Type="Pass"), type=kind).redrive()


def test_after_fourteen_days_it_is_too_late() -> None:
    execution = simulate(one(Type="Fail", Error="E"))
    execution.advance("15d")
    with pytest.raises(FlowDslError, match="redrivable period exceeded"):
        execution.redrive()
