"""Workflows for AWS Step Functions, written in Python."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from flowdsl.dsl.aws import aws as aws
    from flowdsl.dsl.choice import Choice as Choice
    from flowdsl.dsl.context import context as context
    from flowdsl.dsl.distributed import DistributedMap as DistributedMap
    from flowdsl.dsl.distributed import FailedItem as FailedItem
    from flowdsl.dsl.distributed import MapRun as MapRun
    from flowdsl.dsl.ends import one_of as one_of
    from flowdsl.dsl.fan_out import Map as Map
    from flowdsl.dsl.fan_out import Parallel as Parallel
    from flowdsl.dsl.fn import fn as fn
    from flowdsl.dsl.fragments import fragment as fragment
    from flowdsl.dsl.fragments import group as group
    from flowdsl.dsl.models import new as new
    from flowdsl.dsl.patterns import activity as activity
    from flowdsl.dsl.patterns import returns as returns
    from flowdsl.dsl.patterns import sync as sync
    from flowdsl.dsl.patterns import wait_for_task_token as wait_for_task_token
    from flowdsl.dsl.placeholders import placeholder as placeholder
    from flowdsl.dsl.ports import start as start
    from flowdsl.dsl.raw import extra as extra
    from flowdsl.dsl.raw import jsonata as jsonata
    from flowdsl.dsl.raw import jsonpath as jsonpath
    from flowdsl.dsl.retry import Retry as Retry
    from flowdsl.dsl.rules import Rule as Rule
    from flowdsl.dsl.rules import all_of as all_of
    from flowdsl.dsl.rules import any_of as any_of
    from flowdsl.dsl.rules import not_ as not_
    from flowdsl.dsl.sources import S3Object as S3Object
    from flowdsl.dsl.sources import s3 as s3
    from flowdsl.dsl.states import Fail as Fail
    from flowdsl.dsl.states import Pass as Pass
    from flowdsl.dsl.states import Succeed as Succeed
    from flowdsl.dsl.states import Task as Task
    from flowdsl.dsl.states import Wait as Wait
    from flowdsl.dsl.variables import Var as Var
    from flowdsl.dsl.workflow import workflow as workflow

_HOMES = {
    "Choice": "choice",
    "DistributedMap": "distributed",
    "Fail": "states",
    "FailedItem": "distributed",
    "Map": "fan_out",
    "MapRun": "distributed",
    "Parallel": "fan_out",
    "Pass": "states",
    "Retry": "retry",
    "Rule": "rules",
    "S3Object": "sources",
    "Succeed": "states",
    "Task": "states",
    "Var": "variables",
    "Wait": "states",
    "activity": "patterns",
    "all_of": "rules",
    "any_of": "rules",
    "aws": "aws",
    "context": "context",
    "extra": "raw",
    "fn": "fn",
    "fragment": "fragments",
    "group": "fragments",
    "jsonata": "raw",
    "jsonpath": "raw",
    "new": "models",
    "not_": "rules",
    "one_of": "ends",
    "placeholder": "placeholders",
    "returns": "patterns",
    "s3": "sources",
    "start": "ports",
    "sync": "patterns",
    "wait_for_task_token": "patterns",
    "workflow": "workflow",
}
"""Each public name's module in `flowdsl.dsl`, loaded when the name is first used (PEP 562)."""

__all__ = [
    "Choice",
    "DistributedMap",
    "Fail",
    "FailedItem",
    "Map",
    "MapRun",
    "Parallel",
    "Pass",
    "Retry",
    "Rule",
    "S3Object",
    "Succeed",
    "Task",
    "Var",
    "Wait",
    "__version__",
    "activity",
    "all_of",
    "any_of",
    "aws",
    "context",
    "fn",
    "fragment",
    "group",
    "jsonata",
    "jsonpath",
    "new",
    "not_",
    "one_of",
    "placeholder",
    "returns",
    "s3",
    "start",
    "sync",
    "wait_for_task_token",
    "workflow",
]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        home = _HOMES.get(name)
        if home is None:
            raise AttributeError(f"module 'flowdsl' has no attribute {name!r}")
        from importlib import import_module

        value = getattr(import_module(f"flowdsl.dsl.{home}"), name)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        return sorted(__all__)
