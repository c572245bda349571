"""Another workflow as a Task."""

from __future__ import annotations

import json
import sys
from types import ModuleType
from typing import Any

import pytest

from flowdsl.asl.bindings import Binding, Bindings
from flowdsl.asl.definition import Definition
from flowdsl.interpreter.failures import NotSupported
from flowdsl.testing import raises, simulate
from tests.interpreter.machines import END, kinds, task

CHILD = "${Child}"


class Workflow:
    def __init__(self, definition: Definition) -> None:
        self.definition = definition


@pytest.fixture
def child(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A module with a workflow: its states are set by the test."""
    module = ModuleType("children")
    monkeypatch.setitem(sys.modules, "children", module)

    def put(start: str, **states: Any) -> None:
        module.child = Workflow(Definition({"StartAt": start, "States": states}, name="Child"))  # type: ignore[attr-defined]

    return put


def parent(pattern: str, **fields: Any) -> Definition:
    state = {
        "Type": "Task",
        "Resource": f"arn:aws:states:::states:startExecution{pattern}",
        "Parameters": {"StateMachineArn": CHILD, "Input.$": "$"},
        "Next": "Out",
        **fields,
    }
    bindings = Bindings(placeholders={"Child": Binding("Child", "state-machine", "children:child")})
    document = {"StartAt": "Call", "States": {"Call": state, "Out": END, "Caught": END}}
    return Definition(document, bindings=bindings, name="Parent")


def test_sync_waits_for_the_child_and_gets_text(child: Any) -> None:
    child("W", W={"Type": "Wait", "Seconds": 30, "Next": "P"}, P={"Type": "Pass", "Result": {"a": 1}, "End": True})
    execution = simulate(parent(".sync"), {"x": 1})
    assert execution.elapsed_seconds == 30
    assert execution.output["Status"] == "SUCCEEDED"
    assert json.loads(execution.output["Output"]) == {"a": 1}
    assert json.loads(execution.output["Input"]) == {"x": 1}
    assert kinds(execution)[2:6] == ["TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded"]


def test_sync_2_gets_json(child: Any) -> None:
    child("P", P={"Type": "Pass", "Result": {"a": 1}, "End": True})
    assert simulate(parent(".sync:2"), {}).output["Output"] == {"a": 1}


def test_without_a_pattern_the_parent_goes_on(child: Any) -> None:
    child("W", W={"Type": "Wait", "Seconds": 30, "End": True})
    execution = simulate(parent(""), {})
    assert execution.elapsed_seconds == 0
    assert execution.output["ExecutionArn"].startswith("arn:aws:states:us-east-1:123456789012:execution:Child:")


def test_a_failed_child_is_a_failed_task_whatever_its_error_was(child: Any) -> None:
    child("F", F={"Type": "Fail", "Error": "Inner", "Cause": "why"})
    catch = [{"ErrorEquals": ["Inner"], "Next": "Out"}, {"ErrorEquals": ["States.TaskFailed"], "Next": "Caught"}]
    execution = simulate(parent(".sync:2", Catch=catch), {})
    assert execution.path == ["Call", "Caught"]
    told = json.loads(execution.output["Cause"])
    assert (told["Status"], told["Error"], told["Cause"]) == ("FAILED", "Inner", "why")


def test_a_child_that_times_out_says_so(child: Any) -> None:
    child("W", W={"Type": "Wait", "Seconds": 30, "End": True})
    sys.modules["children"].child.definition.document["TimeoutSeconds"] = 5
    execution = simulate(parent(".sync:2"), {})
    assert execution.error == "States.TaskFailed"
    assert json.loads(str(execution.cause))["Error"] == "States.Timeout"


def test_the_parents_time_out_ends_the_child(child: Any) -> None:
    child("W", W={"Type": "Wait", "Seconds": 30, "End": True})
    execution = simulate(parent(".sync:2", TimeoutSeconds=5), {})
    assert (execution.error, execution.elapsed_seconds) == ("States.Timeout", 5)


def test_the_childs_tasks_are_mocked_beside_the_parents(child: Any) -> None:
    child("T", T={**task(), "End": True})
    execution = simulate(parent(".sync:2"), {"x": 1}, {"T": lambda event: event["x"] + 1})
    assert execution.output["Output"] == 2
    assert [call.state for call in execution.calls] == ["Call", "T"]


def test_the_workflow_can_be_mocked_as_a_whole() -> None:
    assert simulate(parent(".sync:2"), {}, {"children:child": {"done": True}}).output["Output"] == {"done": True}
    assert simulate(parent(".sync"), {}, {"states:startExecution": {"done": True}}).output["Output"] == '{"done":true}'
    assert simulate(parent(".sync"), {}, {"Call": raises("Boom")}).error == "Boom"


def test_an_express_workflow_is_not_waited_for(child: Any) -> None:
    document = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}
    express = Workflow(Definition(document, name="Child", type="EXPRESS"))
    child("P", P={"Type": "Pass", "End": True})
    sys.modules["children"].child = express  # type: ignore[attr-defined]
    with pytest.raises(NotSupported, match="only a Standard workflow can be waited for, 'Child' is Express"):
        simulate(parent(".sync:2"), {})
    assert simulate(parent(""), {}).status == "SUCCEEDED"
