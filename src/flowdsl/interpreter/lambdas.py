"""A Lambda handler called in this process, as Lambda calls it: JSON in, JSON out, an exception by its bare class name."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from flowdsl.diagnostics import FlowDslError, did_you_mean
from flowdsl.interpreter.answers import Answer
from flowdsl.interpreter.sizes import to_json

__tracebackhide__ = True
"""pytest shows the lines of the test and of its mocks, not those in between."""


class LambdaContext:
    """The second argument of a handler."""

    def __init__(self, function_name: str, request_id: str, milliseconds: int = 900_000) -> None:
        self.function_name = function_name
        self.function_version = "$LATEST"
        self.invoked_function_arn = f"arn:aws:lambda:us-east-1:123456789012:function:{function_name}"
        self.memory_limit_in_mb = "128"
        self.aws_request_id = request_id
        self.log_group_name = f"/aws/lambda/{function_name}"
        self.log_stream_name = f"2026/01/01/[$LATEST]{request_id.replace('-', '')}"
        self.identity = None
        self.client_context = None
        self._milliseconds = milliseconds

    def get_remaining_time_in_millis(self) -> int:
        """Virtual time stands still while a handler runs: always the whole time."""
        return self._milliseconds


def load(target: str, what: str = "handler") -> Any:
    """The handler or workflow behind `module:function`."""
    module_name, _, name = target.partition(":")
    try:
        module = import_module(module_name)
    except Exception as error:
        reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        raise FlowDslError(f"the {what} {target!r} cannot be imported: {reason}") from error
    found: Any = module
    for part in name.split("."):
        if not hasattr(found, part):
            near = did_you_mean(part, [n for n in dir(found) if not n.startswith("_")])
            raise FlowDslError(f"the module {module_name!r} has no {what} {name!r}{near}")
        found = getattr(found, part)
    return found


def invoke(handler: Callable[[Any, Any], Any], name: str, event: Any, request_id: str) -> Answer:
    """Calls a handler with a copy of the event; its outcome as Lambda reports it."""
    context = LambdaContext(name, request_id)
    return outcome(lambda: handler(json.loads(to_json(event)), context), request_id)


def outcome(call: Callable[[], Any], request_id: str) -> Answer:
    """What Lambda makes of what a function returns or raises."""
    try:
        result = call()
    except (AssertionError, FlowDslError):
        # An assertion belongs to the test around it, and what flowdsl itself refuses to no workflow.
        raise
    except (Exception, SystemExit) as error:
        return failure(error, request_id)
    try:
        text = json.dumps(result, ensure_ascii=False, allow_nan=True)
    except (TypeError, ValueError, RecursionError) as error:
        return _failed("Runtime.MarshalError", f"Unable to marshal response: {error}", request_id, [])
    return Answer(json.loads(text, parse_constant=lambda constant: None))


def failure(error: BaseException, request_id: str) -> Answer:
    """The error as Lambda's Python runtime reports it: errorType is the bare class name."""
    name = "Runtime.ExitError" if isinstance(error, SystemExit) else type(error).__name__
    message = f"RequestId: {request_id} Error: Runtime exited" if isinstance(error, SystemExit) else str(error)
    return _failed(name, message, request_id, stack(error))


def _failed(error_type: str, message: str, request_id: str, trace: list[str]) -> Answer:
    cause = {"errorMessage": message, "errorType": error_type, "requestId": request_id, "stackTrace": trace}
    return Answer(failed=True, error=error_type, cause=to_json(cause))


def stack(error: BaseException) -> list[str]:
    """The stackTrace of Lambda's error: the handler's own frames, under /var/task as they would be there."""
    told: list[str] = []
    for frame in traceback.extract_tb(error.__traceback__):
        place = _deployed(frame.filename)
        if place is not None:
            line = f"    {frame.line}\n" if frame.line else ""
            told.append(f'  File "{place}", line {frame.lineno}, in {frame.name}\n{line}')
    return told


_OURS = Path(__file__).resolve().parent.parent


def _deployed(filename: str) -> str | None:
    path = Path(filename)
    if not path.is_absolute() or path.is_relative_to(_OURS):
        return None
    folders = [Path(p) for p in sys.path if p and path.is_relative_to(p)]
    if not folders or "site-packages" in path.parts:
        return None
    root = max(folders, key=lambda p: len(p.parts))
    return f"/var/task/{path.relative_to(root).as_posix()}"
