"""One state of a workflow run as TestState does, with what a whole run would answer it: a mock, else the real handler."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flowdsl.asl.definition import Definition
from flowdsl.asl.values import is_list
from flowdsl.diagnostics import FlowDslError, did_you_mean
from flowdsl.interpreter.answers import Answer
from flowdsl.interpreter.envelope import wrap
from flowdsl.interpreter.failures import MissingMock, StateFailure
from flowdsl.interpreter.frames import Frame
from flowdsl.interpreter.mocks import Mocks, Raises, Returns
from flowdsl.interpreter.program import Program, compile
from flowdsl.interpreter.run import Run
from flowdsl.interpreter.sizes import to_json
from flowdsl.interpreter.task import TaskNode
from flowdsl.interpreter.teststate import Level, state_test
from flowdsl.query.base import ExpressionError


def run_state(
    definition: Definition,
    name: str,
    input: Any,
    mocks: Mapping[str, Any] | None,
    *,
    inspection_level: Level = "DEBUG",
    seed: int | str = 0,
) -> dict[str, Any]:
    """Tests a state of a definition; mocks are found as `simulate` finds them. A Map or Parallel needs one for its result."""
    names = [state.name for state in definition.states()]
    if name not in names:
        raise FlowDslError(f"there is no state {name!r}{did_you_mean(name, names)}")
    program = compile(definition)
    node = program.nodes[name]
    mock: dict[str, Any] | None = None
    if isinstance(node, TaskNode):
        mock = _called(program, node, input, mocks, seed)
    elif node.type in ("Map", "Parallel"):
        mock = _given((mocks or {}).get(name), name, node.type)
    return state_test(definition, input, state_name=name, mock=mock, inspection_level=inspection_level, seed=seed)


def _called(
    program: Program, node: TaskNode, input: Any, mocks: Mapping[str, Any] | None, seed: int | str
) -> dict[str, Any]:
    """What the Task's call is answered, as TestState's mock."""
    answerer = Mocks(program, mocks)
    run = Run(program, input, answerer, seed=seed, express=True, sync=True)
    frame = Frame(run, run, {}, 0)
    frame.node = node
    frame.entered_at = run.timeline.now
    if node.resource.pattern or node.resource.kind == "activity":
        frame.token = run.new_token()
    try:
        request = node.stages.request(frame, input)
    except (ExpressionError, StateFailure):
        # The state fails before its call: whatever the answer would be.
        return {"result": {}, "fieldValidationMode": "NONE"}
    try:
        answer = answerer.answer(frame, node, node.call(frame, request))
    except MissingMock as missing:
        told = str(missing).rpartition("; ")[0]
        raise FlowDslError(f"{told}; give it one with --mocks") from None
    if answer.never or answer.open or answer.child is not None:
        raise FlowDslError(f"state {node.name!r} waits for an answer from outside; give it a result with --mocks")
    if answer.failed:
        return {"errorOutput": {"error": answer.error, "cause": answer.cause}}
    return {"result": _result(node, answer, run), "fieldValidationMode": "PRESENT"}


def _result(node: TaskNode, answer: Answer, run: Run) -> str:
    """The call's result as JSON text, with what AWS puts around it."""
    if answer.whole or node.resource.pattern == "waitForTaskToken":
        return to_json(answer.result)
    return to_json(wrap(node.resource, answer.result, run.new_id()))


def _given(given: Any, name: str, type: str) -> dict[str, Any]:
    """The mock of a Map or Parallel: its result, or the error of one of its threads."""
    if is_list(given):
        given = given[0] if given else None
    if isinstance(given, Raises):
        return {"errorOutput": {"error": given.error, "cause": given.cause}}
    if isinstance(given, Returns):
        return {"result": to_json(given.value)}
    raise FlowDslError(
        f"state {name!r} is a {type}, which --state does not enter; give its result with --mocks: "
        f'{{"{name}": {{"return": [...]}}}}'
    )
