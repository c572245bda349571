"""Setups: what is said of a world that cannot be made, or that lacks what a handler calls."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import Any

from flowdsl.handler.wire import is_list, is_mapping

_MISSING = re.compile(r"NotFound|NoSuch|NonExistent|DoesNotExist|NotExist")
"""In the codes by which AWS's services say that something is not there."""
_NAMES = (
    "TableName", "Bucket", "QueueUrl", "QueueName", "TopicArn", "TargetArn", "StreamName", "DeliveryStreamName",
    "FunctionName", "stateMachineArn", "SecretId", "EventBusName", "KeyId", "Name", "resourceArn",
)  # fmt: skip
"""Parameters that name what a call is about, the most telling first."""


def failure(setup: Callable[..., Any], error: Exception) -> str:
    """`the setup worlds:world fails (worlds.py:23): ClientError ...`: the line is the setup's own file's, the innermost."""
    name = f"{getattr(setup, '__module__', '?')}:{getattr(setup, '__qualname__', '?')}"
    file = getattr(getattr(setup, "__code__", None), "co_filename", None)
    line, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file:
            line = trace.tb_lineno
        trace = trace.tb_next
    where = f" ({_shown(file)}:{line})" if file and line else ""
    return f"the setup {name} fails{where}: {type(error).__name__}: {' '.join(str(error).split())}"


def _shown(file: str) -> str:
    """A file below the current folder by its way from there, any other by its name."""
    folder = os.getcwd() + os.sep
    return file[len(folder) :].replace(os.sep, "/") if file.startswith(folder) else os.path.basename(file)


def missing(error: BaseException | None) -> str | None:
    """The code by which a service said that what a call names is not there."""
    response: Any = getattr(error, "response", None)
    code = response.get("Error", {}).get("Code", "") if is_mapping(response) else ""
    return str(code) if _MISSING.search(str(code)) else None


def subject_of(parameters: Any) -> str:
    """What a call is about, as `TableName 'orders'`; of many entries, the first that names something. Empty: none does."""
    pending = [parameters]
    while pending:
        given = pending.pop(0)
        if is_mapping(given):
            for name in _NAMES:
                if isinstance(given.get(name), str):
                    return f"{name} {given[name]!r}"
            tables = given.get("RequestItems")
            if is_mapping(tables) and tables:
                return f"TableName {next(iter(tables))!r}"
            pending += [v for v in given.values() if is_mapping(v) or is_list(v)]
        elif is_list(given):
            pending += given
    return ""


def unset_variable(error: BaseException | None) -> str | None:
    """The environment variable that `os.environ[...]` did not find."""
    trace = error.__traceback__ if isinstance(error, KeyError) else None
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return str(error.args[0]) if trace is not None and error and trace.tb_frame.f_code is _LOOKUP else None


_LOOKUP = type(os.environ).__getitem__.__code__
