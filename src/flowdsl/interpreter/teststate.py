"""TestState: one state with an input and a mock, in the words of AWS's API of that name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from flowdsl.asl.definition import Definition
from flowdsl.asl.values import is_list, is_object
from flowdsl.diagnostics import FlowDslError
from flowdsl.interpreter import testcontext, testdata
from flowdsl.interpreter.clock import DEFAULT_START, Timeline
from flowdsl.interpreter.failures import NotSupported, StateFailure
from flowdsl.interpreter.frames import Frame
from flowdsl.interpreter.mocks import Mocks
from flowdsl.interpreter.nodes import Node
from flowdsl.interpreter.program import Program, compile
from flowdsl.interpreter.retries import first, next_delay
from flowdsl.interpreter.run import Run
from flowdsl.interpreter.task import TaskNode
from flowdsl.interpreter.walking import caught
from flowdsl.query.base import ExpressionError

Level = Literal["INFO", "DEBUG", "TRACE"]
STATE_NAME = "StateName"
"""What AWS calls a state that comes without a name (recorded)."""


class TestStateError(FlowDslError):
    """The API refuses the request: `code` is the exception's name, `message` its text."""

    __test__ = False

    def __init__(self, code: str | None, message: str) -> None:
        whole = f"An error occurred ({code}) when calling the TestState operation: {message}" if code else message
        super().__init__(whole)
        self.code = code
        self.message = message


def invalid(message: str) -> TestStateError:
    """A ValidationException."""
    return TestStateError("ValidationException", message)


class _StateFrame(Frame):
    """A frame whose causes come without "An error occurred while executing ..." (recorded)."""

    __slots__ = ()

    def prefix(self) -> str:
        return ""


class _StateRun(Run):
    """An execution of one state: its context object is the caller's, or made up as AWS makes it up."""

    __slots__ = ("given_context",)

    given_context: dict[str, Any] | None

    def context(self, frame: Frame) -> dict[str, Any]:
        if self.given_context is not None:
            return self.given_context
        told = super().context(frame)
        told["State"] = {**told["State"], "Name": STATE_NAME}
        return told


def state_test(
    definition: Definition | dict[str, Any],
    input: Any = None,
    *,
    state_name: str | None = None,
    mock: Mapping[str, Any] | None = None,
    inspection_level: Level = "INFO",
    variables: Mapping[str, Any] | None = None,
    context: Mapping[str, Any] | None = None,
    role_arn: str | None = None,
    reveal_secrets: bool = False,
    state_configuration: Mapping[str, Any] | None = None,
    seed: int | str = 0,
    account: str = "123456789012",
) -> dict[str, Any]:
    """Tests one state as the TestState API does, offline.

    `definition` is a state, or a machine when `state_name` is given. `mock` is `{"result": JSON or its text}` or
    `{"errorOutput": {"error", "cause"}}`, with `fieldValidationMode` STRICT (default), PRESENT or NONE;
    `state_configuration` has retrierRetryCount, errorCausedByState, mapIterationFailureCount, mapItemReaderData.
    The answer has `status` (SUCCEEDED, FAILED, RETRIABLE, CAUGHT_ERROR), `output`, `error`, `cause`, `nextState` and,
    from DEBUG on, `inspectionData`; values are JSON, not JSON text. What the API refuses is a TestStateError.
    """
    program, node = _found(definition, state_name)
    given = testdata.Mock.of(mock, node, invalid)
    configuration = dict(state_configuration or {})
    if "mapIterationFailureCount" in configuration and given is None:
        raise invalid("TestState does not support MapIterationFailureCount when a mock is not specified.")
    _supported(node, given, role_arn, reveal_secrets)
    if context is not None:
        testcontext.check(context, node, given is not None, invalid)
    run = _StateRun(
        program,
        input,
        Mocks(program, handlers=False),
        timeline=Timeline(DEFAULT_START),
        seed=seed,
        express=True,
        sync=True,
        account=account,
    )
    run.given_context = None if context is None else dict(context)
    run.role = role_arn  # type: ignore[assignment]
    told = Trial(run, node, given, configuration, dict(variables or {})).told(input)
    if inspection_level == "INFO":
        told.pop("inspectionData", None)
    return told


class Trial:
    """One test under way: what was inspected so far, and how it comes out."""

    def __init__(
        self, run: Run, node: Node, mock: testdata.Mock | None, configuration: dict[str, Any], variables: dict[str, Any]
    ) -> None:
        self.node = node
        self.mock = mock
        self.configuration = configuration
        self.data: dict[str, Any] = {}
        frame = self.frame = _StateFrame(run, run, variables, 0)
        frame.node = node
        frame.entered_at = run.timeline.now
        frame.retries = configuration.get("retrierRetryCount", 0)
        if isinstance(node, TaskNode) and node.resource.pattern:
            frame.token = run.new_token()

    def told(self, value: Any) -> dict[str, Any]:
        """The API's answer."""
        frame = self.frame
        self.data["input"] = value
        told: dict[str, Any] = {}
        try:
            output, follow = testdata.work(self, value)
            told |= {"status": "SUCCEEDED", "output": output}
            if follow is not None:
                told["nextState"] = follow.name
        except (ExpressionError, StateFailure) as error:
            failure = frame.failure(error) if isinstance(error, ExpressionError) else error
            told |= self.failed(failure, value)
        variables = {**frame.variables, **(frame.assigned or {})}
        if variables:
            self.data["variables"] = variables
        told["inspectionData"] = self.data
        return {key: item for key, item in told.items() if item is not None or key == "output"}

    def failed(self, failure: StateFailure, value: Any) -> dict[str, Any]:
        """What Retry and Catch make of a failure."""
        frame, node = self.frame, self.node
        frame.assigned = None
        told: dict[str, Any] = {"status": "FAILED", "error": failure.error, "cause": failure.cause}
        details: dict[str, Any] = {}
        index = first(node.retriers, failure)
        if index is not None:
            details["retryIndex"] = index
            delay = next_delay(node.retriers[index], self.configuration.get("retrierRetryCount", 0) + 1)
            if delay is not None:
                details["retryBackoffIntervalSeconds"] = int(delay) if delay == int(delay) else delay
                self.data["errorDetails"] = details
                return {**told, "status": "RETRIABLE"}
        index = first(node.catchers, failure)
        if index is not None:
            details["catchIndex"] = index
            self.data["errorDetails"] = details
            try:
                output = caught(frame, node, node.catchers[index], failure, value)
            except ExpressionError as error:
                second = frame.failure(error)
                return {**told, "error": second.error, "cause": second.cause}
            follow = frame.follow
            return {**told, "status": "CAUGHT_ERROR", "output": output, "nextState": follow.name if follow else None}
        if details:
            self.data["errorDetails"] = details
        return told


def _supported(node: Node, mock: testdata.Mock | None, role_arn: str | None, reveal_secrets: bool) -> None:
    if mock is not None:
        if node.type not in ("Task", "Map", "Parallel"):
            raise invalid(f"State type '{node.type}' is not supported when a mock is specified")
        if reveal_secrets:
            raise invalid("TestState does not support RevealSecrets when a mock is specified.")
        return
    if node.type in ("Map", "Parallel"):
        raise TestStateError(
            "InvalidDefinition",
            "TestState API does not support Map or Parallel states. Supported state types include: "
            "[Task, Wait, Pass, Succeed, Fail, Choice]",
        )
    if node.type == "Task":
        if role_arn is None:
            raise invalid("RoleArn must be specified when testing a Task state")
        raise invalid("a Task is not called from here; give it a mock")


def _found(definition: Definition | dict[str, Any], state_name: str | None) -> tuple[Program, Node]:
    if state_name is not None:
        if not state_name:
            raise TestStateError(
                None,
                "Parameter validation failed:\nInvalid length for parameter stateName, value: 0, valid min length: 1",
            )
        whole = definition if isinstance(definition, Definition) else Definition(definition)
        if state_name not in {state.name for state in whole.states()}:
            raise invalid("State not found in definition")
    else:
        document = definition.document if isinstance(definition, Definition) else definition
        state_name, whole = STATE_NAME, Definition(_machine_around(document))
    testdata.check_definition(whole, lambda text: TestStateError("InvalidDefinition", text))
    try:
        program = compile(whole)
    except NotSupported as error:
        raise TestStateError("InvalidDefinition", f"Invalid State Machine Definition: '{error}'") from None
    return program, program.nodes[state_name]


def _machine_around(state: dict[str, Any]) -> dict[str, Any]:
    """A machine of a state without a name; whatever it leads to is there."""
    targets = [state.get("Next"), state.get("Default")]
    for field in ("Choices", "Catch"):
        rules = state.get(field)
        if is_list(rules):
            targets.extend(rule.get("Next") for rule in rules if is_object(rule))
    states: dict[str, Any] = {STATE_NAME: state}
    states |= {name: {"Type": "Succeed"} for name in targets if isinstance(name, str) and name != STATE_NAME}
    return {"StartAt": STATE_NAME, "States": states}
