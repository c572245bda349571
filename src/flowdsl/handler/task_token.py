"""Answers for a task that waits for its token: each once, and told apart from an answer that comes too late.

A token takes one answer. What comes second (a repeated delivery, a second person's click, an answer after the timeout) is
not an error of the answering function: it changes nothing, and the return value says so.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any, Literal, cast

from flowdsl.handler.errors import Permanent
from flowdsl.handler.results import to_json

Outcome = Literal["ANSWERED", "CLOSED"]
"""ANSWERED: the task has this answer. CLOSED: the task was over before; it has another answer, or this one from an earlier
delivery, or it timed out."""

LARGEST_OUTPUT = 262_144
"""Bytes of a task's output (quota: 256 KiB)."""

# What Step Functions says of a token whose task is over (documented): answered, timed out, or its execution ended.
_CLOSED = {"TaskTimedOut", "TaskDoesNotExist"}


class InvalidToken(Permanent):
    """The text is no task token: cut, changed, or never one."""


class InvalidOutput(Permanent):
    """The output is no JSON, or too large for a task."""


@cache
def client() -> Any:
    """The Step Functions client, made once an environment."""
    import boto3  # only a handler that answers pays for it

    return cast(Any, boto3).client("stepfunctions")


def succeed(token: str, output: Any = None) -> Outcome:
    """Ends the task with an output: anything that a handler may return."""
    text = json.dumps(to_json(output, "the answer"), ensure_ascii=False)
    if len(text.encode()) > LARGEST_OUTPUT:
        raise InvalidOutput(f"the output has {len(text.encode())} bytes, and a task's takes {LARGEST_OUTPUT}")
    return _send("send_task_success", taskToken=_checked(token), output=text)


def fail(token: str, error: str | type[BaseException] | BaseException, cause: str | None = None) -> Outcome:
    """Ends the task with an error: a name, or an exception, which stands for its bare class name.

    `cause`: by default the exception's message.
    """
    if isinstance(error, BaseException):
        name, cause = type(error).__name__, cause if cause is not None else str(error)
    else:
        name = error if isinstance(error, str) else error.__name__
    given = {} if cause is None else {"cause": cause[:32768]}
    return _send("send_task_failure", taskToken=_checked(token), error=name[:256], **given)


def heartbeat(token: str) -> bool:
    """Says that work goes on; False when the task is over, so that the work can stop."""
    return _send("send_task_heartbeat", taskToken=_checked(token)) == "ANSWERED"


def _checked(token: Any) -> str:
    if not isinstance(token, str) or not token:
        raise InvalidToken(f"a task token is text, found {token!r}")
    return token


def _send(operation: str, **request: Any) -> Outcome:
    from botocore.exceptions import ClientError

    try:
        getattr(client(), operation)(**request)
    except ClientError as failed:
        response: Any = failed.response
        code = response["Error"]["Code"]
        if code in _CLOSED:
            return "CLOSED"
        if code == "InvalidToken":
            raise InvalidToken("the text is no task token of this account and region") from None
        raise
    return "ANSWERED"
