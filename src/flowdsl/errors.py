"""The error names of Step Functions and Lambda as values: what ErrorEquals may hold."""

from __future__ import annotations

from typing import Final


class ErrorName(str):
    """An error name as it stands in ErrorEquals; a str, so that it can stand wherever a name can."""

    __slots__ = ()


ALL: Final = ErrorName("States.ALL")
BranchFailed: Final = ErrorName("States.BranchFailed")
DataLimitExceeded: Final = ErrorName("States.DataLimitExceeded")
ExceedToleratedFailureThreshold: Final = ErrorName("States.ExceedToleratedFailureThreshold")
HeartbeatTimeout: Final = ErrorName("States.HeartbeatTimeout")
HttpSocket: Final = ErrorName("States.Http.Socket")
IntrinsicFailure: Final = ErrorName("States.IntrinsicFailure")
ItemReaderFailed: Final = ErrorName("States.ItemReaderFailed")
NoChoiceMatched: Final = ErrorName("States.NoChoiceMatched")
ParameterPathFailure: Final = ErrorName("States.ParameterPathFailure")
Permissions: Final = ErrorName("States.Permissions")
QueryEvaluationError: Final = ErrorName("States.QueryEvaluationError")
ResultPathMatchFailure: Final = ErrorName("States.ResultPathMatchFailure")
ResultWriterFailed: Final = ErrorName("States.ResultWriterFailed")
Runtime: Final = ErrorName("States.Runtime")
TaskFailed: Final = ErrorName("States.TaskFailed")
Timeout: Final = ErrorName("States.Timeout")

LambdaClientExecutionTimeout: Final = ErrorName("Lambda.ClientExecutionTimeoutException")
LambdaServiceException: Final = ErrorName("Lambda.ServiceException")
LambdaAWSLambdaException: Final = ErrorName("Lambda.AWSLambdaException")
LambdaSdkClientException: Final = ErrorName("Lambda.SdkClientException")
LambdaTooManyRequests: Final = ErrorName("Lambda.TooManyRequestsException")
LambdaResourceNotFound: Final = ErrorName("Lambda.ResourceNotFoundException")
LambdaUnknown: Final = ErrorName("Lambda.Unknown")
SandboxTimedout: Final = ErrorName("Sandbox.Timedout")

LAMBDA_TRANSIENT: Final = (
    LambdaClientExecutionTimeout,
    LambdaServiceException,
    LambdaAWSLambdaException,
    LambdaSdkClientException,
    LambdaTooManyRequests,
)
"""What Lambda itself may fail with, for no fault of the function: AWS's list for a Retry, and throttling."""

LAMBDA_SERVICE: Final = (LambdaServiceException, LambdaAWSLambdaException, LambdaSdkClientException)
"""The three names that older definitions retry; throttling is missing from them."""

LAMBDA_CONSOLE: Final = (*LAMBDA_SERVICE, LambdaTooManyRequests)
"""The four names that the console writes into every Lambda task, in its order."""

RESERVED: Final = frozenset(
    {
        ALL,
        BranchFailed,
        DataLimitExceeded,
        ExceedToleratedFailureThreshold,
        HeartbeatTimeout,
        HttpSocket,
        IntrinsicFailure,
        ItemReaderFailed,
        NoChoiceMatched,
        ParameterPathFailure,
        Permissions,
        QueryEvaluationError,
        ResultPathMatchFailure,
        ResultWriterFailed,
        Runtime,
        TaskFailed,
        Timeout,
    }
)
"""Every name that may begin with `States.`, but for `States.Http.StatusCode.<n>`."""


def is_reserved(name: str) -> bool:
    """Whether a name that begins with `States.` is one that Step Functions knows."""
    if name in RESERVED:
        return True
    prefix, _, status = name.rpartition(".")
    return prefix == "States.Http.StatusCode" and status.isdigit()


def matches(pattern: str, error: str | None) -> bool:
    """Whether one string of an ErrorEquals takes an error (None: an error without a name).

    States.ALL takes everything but States.Runtime; States.TaskFailed everything but States.Runtime and States.Timeout;
    any other name only itself, case included (recorded). States.HeartbeatTimeout is documented for what was recorded as
    States.Timeout; which of the two a heartbeat is, only the caller knows.
    """
    if error == Runtime:
        return False
    if pattern == ALL:
        return True
    if pattern == TaskFailed:
        return error is not None and error != Timeout
    return pattern == error
