"""Another workflow as a Task: startExecution of a state machine whose definition is at hand runs it here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flowdsl.asl.values import is_object
from flowdsl.interpreter.answers import Answer, Call
from flowdsl.interpreter.failures import NotSupported
from flowdsl.interpreter.resources import Resource
from flowdsl.interpreter.sizes import to_json

if TYPE_CHECKING:
    from flowdsl.interpreter.answers import Answerer
    from flowdsl.interpreter.program import Program
    from flowdsl.interpreter.run import Run


def child_run(parent: Run, program: Program, call: Call, answerer: Answerer) -> Run:
    """The execution that a startExecution starts; an input of null is {} (recorded)."""
    from flowdsl.interpreter.run import Run

    request: dict[str, Any] = call.arguments if is_object(call.arguments) else {}
    value = request.get("Input")
    express = program.definition.type == "EXPRESS"
    if express and ".sync" in call.resource:
        raise NotSupported(
            call.state, "Resource", f"only a Standard workflow can be waited for, {program.name!r} is Express"
        )
    if express and program.not_in_express is not None:
        raise program.not_in_express
    return Run(
        program,
        {} if value is None else value,
        answerer,
        express=express,
        quotas=parent.quotas,
        name=request.get("Name"),
        s3=parent.s3,
        account=parent.account,
        parent=parent,
    )


def started(child: Run) -> dict[str, Any]:
    """StartExecution's response."""
    return {"ExecutionArn": child.arn, "StartDate": child.start_ms}


def outcome(child: Run, resource: Resource) -> Answer:
    """What the parent's task comes to: DescribeExecution, or States.TaskFailed with it as Cause, whatever the child's own
    error was (recorded)."""
    told = describe(child, resource)
    if child.status == "SUCCEEDED":
        return Answer(told, whole=True)
    return Answer(failed=True, error="States.TaskFailed", cause=to_json(told))


def describe(child: Run, resource: Resource) -> dict[str, Any]:
    """DescribeExecution in PascalCase: `.sync` has Input and Output as JSON text, `.sync:2` as JSON (recorded)."""
    text = resource.pattern == "sync"
    told: dict[str, Any] = {
        "ExecutionArn": child.arn,
        "Input": to_json(child.input) if text else child.input,
        "InputDetails": {"Included": True},
        "Name": child.name,
        "StartDate": child.start_ms,
        "StateMachineArn": child.machine_arn,
        "Status": child.status,
        "StopDate": child.stop_ms,
    }
    if child.status == "SUCCEEDED":
        told["Output"] = to_json(child.output) if text else child.output
        told["OutputDetails"] = {"Included": True}
    else:
        error = "States.Timeout" if child.status == "TIMED_OUT" else child.error
        told |= {k: v for k, v in (("Error", error), ("Cause", child.cause)) if v is not None}
    if text and not child.express:
        redrivable = child.status != "SUCCEEDED"
        told["RedriveCount"] = child.redrives
        told["RedriveStatus"] = "REDRIVABLE" if redrivable else "NOT_REDRIVABLE"
        if not redrivable:
            told["RedriveStatusReason"] = "Execution is SUCCEEDED and cannot be redriven"
    return dict(sorted(told.items()))
