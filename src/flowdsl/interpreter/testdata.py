"""What a tested state does with its input, stage by stage, and the mock that stands in for its work."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flowdsl.asl.definition import Definition, StateNode
from flowdsl.asl.values import is_list, is_object
from flowdsl.diagnostics import FlowDslError
from flowdsl.interpreter.dataflow import Stages
from flowdsl.interpreter.failures import StateFailure
from flowdsl.interpreter.fan_out import MapStages
from flowdsl.interpreter.fields import number
from flowdsl.interpreter.frames import Frame
from flowdsl.interpreter.nodes import CHOICE, Node
from flowdsl.interpreter.sizes import to_json
from flowdsl.interpreter.task import TaskNode

if TYPE_CHECKING:
    from flowdsl.interpreter.teststate import Trial

MEMBERS = {"result", "errorOutput", "fieldValidationMode"}
"""Of a mock (documented)."""

Invalid = Callable[[str], Exception]


@dataclass(frozen=True)
class Mock:
    """A mock's result or error."""

    result: Any = None
    failed: bool = False
    error: str | None = None
    cause: str | None = None

    @classmethod
    def of(cls, given: Mapping[str, Any] | None, node: Node, invalid: Invalid) -> Mock | None:
        """The mock of a request, checked as the API checks it."""
        if given is None:
            return None
        _check_members(given)
        if "result" in given and "errorOutput" in given:
            raise invalid("A test mock should have only one of the following fields: [result, errorOutput].")
        if node.type not in ("Task", "Map", "Parallel"):
            return cls()
        if "errorOutput" in given:
            output = given["errorOutput"]
            return cls(failed=True, error=output.get("error"), cause=output.get("cause"))
        result = given.get("result")
        if isinstance(result, str):
            try:
                result = json.loads(result)
            except ValueError:
                raise invalid("Mocked result must be valid JSON") from None
        _check_shape(result, node, given.get("fieldValidationMode", "STRICT"), invalid)
        return cls(result)


def _check_members(given: Any) -> None:
    """Refuses what is no mock of the API at all, such as a bare result."""
    error = given.get("errorOutput", {}) if is_object(given) else None
    if is_object(given) and is_object(error) and given.keys() <= MEMBERS and error.keys() <= {"error", "cause"}:
        return
    shown = to_json(given) if is_object(given) or is_list(given) else repr(given)
    raise FlowDslError(
        'mock= is {"result": "<JSON text>"} or {"errorOutput": {"error": ..., "cause": ...}}, found '
        f"{shown if len(shown) <= 80 else shown[:77] + '...'}"
    )


def _check_shape(result: Any, node: Node, mode: str, invalid: Invalid) -> None:
    if node.type == "Parallel":
        if not is_list(result):
            raise invalid("Mocked result must be an array.")
        if len(result) != len(node.fields["Branches"]):
            raise invalid("Mocked result must contain the same number of items as number of Parallel branches.")
    elif node.type == "Map":
        if "Resource" in (node.fields.get("ResultWriter") or {}):
            if not is_object(result):
                raise invalid("Mocked result must be a JSON object.")
        elif not is_list(result):
            raise invalid("Mocked result must be an array.")
    elif isinstance(node, TaskNode):
        from flowdsl.integrations.catalog import UnknownOperation, resolve
        from flowdsl.integrations.resource import parse_resource
        from flowdsl.integrations.shapes import check_value, mock_shape

        resource = parse_resource(node.resource.arn)
        try:
            operation = resolve(resource) if resource is not None else None
        except UnknownOperation:
            operation = None
        if operation is not None and resource is not None:
            problems = check_value(mock_shape(operation, resource.pattern), result, mode)  # type: ignore[arg-type]
            if problems:
                raise invalid(problems[0])


def check_definition(definition: Definition, refuse: Callable[[str], Exception]) -> None:
    """Raises for what AWS's own grammar refuses, in its words."""
    for state in definition.states():
        at = f"/States/{state.name}"
        if state.type not in ("Task", "Wait", "Pass", "Succeed", "Fail", "Choice", "Parallel", "Map"):
            raise refuse(
                "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: The field 'Type' should have one of these "
                f"values: [Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map] at {at}/Type'"
            )
        if state.type == "Parallel" and state.fields.get("Branches") == []:
            raise refuse(
                f"Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: Value cannot be empty at {at}/Branches'"
            )


def work(test: Trial, value: Any) -> tuple[Any, Node | None]:
    """The state's output and where it leads; `test.data` is filled on the way."""
    frame, node = test.frame, test.node
    frame.follow = node.next
    if node.flow == CHOICE:
        assert node.choose is not None
        if not node.jsonata:
            test.data["afterInputPath"] = node.stages.effective_input(frame, value)
        return node.choose(frame, value)
    if node.type == "Pass":
        return _pass(test, value), node.next
    if node.type == "Task":
        return _task(test, value), node.next
    if node.type == "Map":
        return _map(test, value), node.next
    if node.type == "Parallel":
        return _parallel(test, value), node.next
    if not node.jsonata:
        test.data["afterInputPath"] = node.stages.effective_input(frame, value)
    if node.type == "Wait":
        return _wait(frame, node, value), node.next
    return (value if node.step is None else node.step(frame, value)), node.next


def _wait(frame: Frame, node: Node, value: Any) -> Any:
    """A Wait does not wait here; its time is computed, so that what is wrong with it shows."""
    assert node.execute is not None
    steps = node.execute(frame, value)
    try:
        steps.send(None)
        while True:
            steps.send(None)
    except StopIteration as stop:
        return stop.value


def _pass(test: Trial, value: Any) -> Any:
    frame, node, data = test.frame, test.node, test.data
    output = value if node.step is None else node.step(frame, value)
    if node.jsonata:
        return output
    stages: Stages = node.stages
    effective = stages.effective_input(frame, value)
    if "Result" in node.fields:
        result = data["result"] = node.fields["Result"]
    else:
        data["afterInputPath"] = effective
        result = data["afterParameters"] = effective if stages.parameters is None else stages.parameters(frame)
    data["afterResultSelector"] = result
    data["afterResultPath"] = result if stages.place is None else stages.place(value, result)
    return output


def _task(test: Trial, value: Any) -> Any:
    frame, node, data = test.frame, test.node, test.data
    assert isinstance(node, TaskNode)
    stages: Stages = node.stages
    if node.jsonata:
        request = stages.request(frame, value)
        if stages.parameters is not None:
            data["afterArguments"] = request
    else:
        data["afterInputPath"] = stages.effective_input(frame, value)
        data["afterParameters"] = frame.input if stages.parameters is None else stages.parameters(frame)
    node.timeout(frame)
    node.heartbeat(frame)
    return _result(test, value)


def _result(test: Trial, value: Any) -> Any:
    """The mock's result through ResultSelector, ResultPath and OutputPath, or Output."""
    frame, node, data, mock = test.frame, test.node, test.data, test.mock
    assert mock is not None
    if mock.failed:
        failure = StateFailure(mock.error, mock.cause, final=mock.error == "States.Runtime")
        raise failure
    stages: Stages = node.stages
    result = mock.result
    if node.type == "Task":
        data["result"] = result
    if not node.jsonata:
        frame.input = result
        selected = result if stages.result_selector is None else stages.result_selector(frame)
        data["afterResultSelector"] = selected
        data["afterResultPath"] = selected if stages.place is None else stages.place(value, selected)
    assert node.finish is not None
    return node.finish(frame, value, result)


def _parallel(test: Trial, value: Any) -> Any:
    test.node.stages.request(test.frame, value)
    return _result(test, value)


def _map(test: Trial, value: Any) -> Any:
    frame, node, data, configuration = test.frame, test.node, test.data, test.configuration
    stages: MapStages = node.stages
    state = _as_state(frame, node)
    effective = stages.effective_input(frame, value)
    if not node.jsonata:
        data["afterInputPath"] = effective
    items: Any = []
    if "ItemReader" not in node.fields:
        items = stages.items(frame, effective)
        if not node.jsonata:
            data["afterItemsPath"] = items
    if stages.selector is not None:
        data["afterItemSelector"] = [_selected(frame, stages, effective, i, item) for i, item in enumerate(items)]
    data["maxConcurrency"] = int(number(state, node.fields, "MaxConcurrency")(frame) or 0)
    count = number(state, node.fields, "ToleratedFailureCount")(frame)
    percentage = number(state, node.fields, "ToleratedFailurePercentage", kind="float")(frame)
    if count is not None:
        data["toleratedFailureCount"] = count
    if percentage is not None:
        data["toleratedFailurePercentage"] = float(percentage)
    failed = configuration.get("mapIterationFailureCount", 0)
    if failed > len(items) and "ItemReader" not in node.fields:
        raise test_limit()
    if not (test.mock and test.mock.failed) and _exceeded(failed, len(items), count, percentage):
        raise StateFailure(
            "States.ExceedToleratedFailureThreshold", "The specified tolerated failure threshold was exceeded"
        )
    return _result(test, value)


def test_limit() -> Exception:
    """More failed iterations than iterations."""
    from flowdsl.interpreter.teststate import invalid

    return invalid("Map iteration failure count must be less than or equal to the number of Map iterations")


test_limit.__test__ = False  # type: ignore[attr-defined]


def _exceeded(failed: int, total: int, count: Any, percentage: Any) -> bool:
    """Without a threshold no number of failures is too many here (recorded)."""
    if count and failed > count:
        return True
    return bool(percentage and total and failed * 100 / total > percentage)


def _selected(frame: Frame, stages: MapStages, effective: Any, index: int, item: Any) -> Any:
    whole = frame.context
    frame.input = effective
    frame.context = {**whole, "Map": {"Item": {"Index": index, "Value": item}}}
    try:
        return stages.selector(frame)  # type: ignore[misc]
    finally:
        frame.context = whole


def _as_state(frame: Frame, node: Node) -> StateNode:
    for state in frame.run.program.definition.states():
        if state.name == node.name:
            return state
    raise AssertionError(node.name)
