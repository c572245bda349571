"""The keywords of each state as type checkers see them. At run time the table of ASL's fields decides.

Where a number stands, a text may: a placeholder (`"${Limit}"`) or a JSONata text (`"{% ... %}"`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, TypedDict

if TYPE_CHECKING:
    from flowdsl.dsl.retry import Retry


class RetryFields(TypedDict, total=False):
    """How a retrier waits."""

    interval_seconds: int
    max_attempts: int
    backoff_rate: float
    max_delay_seconds: int
    jitter_strategy: Literal["FULL", "NONE"]
    comment: str
    extra: Mapping[str, Any]


class CatchFields(TypedDict, total=False):
    """What a catcher says beside its errors."""

    comment: str
    result_path: str | None
    assign: Mapping[Any, Any]
    output: Any
    extra: Mapping[str, Any]


class RuleFields(TypedDict, total=False):
    """What a Choice's rule says beside its condition."""

    comment: str
    assign: Mapping[Any, Any]
    output: Any
    extra: Mapping[str, Any]


class StateFields(TypedDict, total=False):
    """Of every state."""

    name: str
    comment: str
    query_language: Literal["JSONPath", "JSONata"]
    extra: Mapping[str, Any]


class FailFields(StateFields, total=False):
    cause: str | None
    error_path: str
    cause_path: str


class SucceedFields(StateFields, total=False):
    input_path: str | None
    output_path: str | None


class PassFields(SucceedFields, total=False):
    assign: Mapping[Any, Any]
    parameters: Any
    result: Any
    result_path: str | None


class ChoiceFields(SucceedFields, total=False):
    assign: Mapping[Any, Any]
    output: Any


class WaitFields(SucceedFields, total=False):
    assign: Mapping[Any, Any]
    output: Any
    timestamp: str | datetime
    seconds_path: str
    timestamp_path: str


class WorkFields(SucceedFields, total=False):
    """Of a Task, a Map and a Parallel."""

    assign: Mapping[Any, Any]
    output: Any
    parameters: Any
    result_selector: Any
    result_path: str | None
    retry: Retry | Sequence[Retry]


class TaskFields(WorkFields, total=False):
    resource: str
    arguments: Any
    timeout_seconds: int | str
    timeout_seconds_path: str
    heartbeat_seconds: int | str
    heartbeat_seconds_path: str
    credentials: Mapping[str, Any]


class DistributedFields(WorkFields, total=False):
    max_concurrency: int | str
    max_concurrency_path: str
    execution_type: Literal["STANDARD", "EXPRESS"]
    item_selector: Any
    max_input_bytes_per_batch: int
    item_batcher: Mapping[str, Any]
    item_reader: Mapping[str, Any]
    label: str
    tolerated_failure_percentage_path: str
    tolerated_failure_count_path: str


class ParallelFields(WorkFields, total=False):
    arguments: Any


class MapFields(WorkFields, total=False):
    max_concurrency: int | str
    max_concurrency_path: str
    items_path: str
    processor_config: Mapping[str, Any]
    item_reader: Mapping[str, Any]
    item_batcher: Mapping[str, Any]
    result_writer: Mapping[str, Any]
    label: str
    tolerated_failure_percentage: float | str
    tolerated_failure_percentage_path: str
    tolerated_failure_count: int | str
    tolerated_failure_count_path: str
