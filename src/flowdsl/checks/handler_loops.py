"""Loops that wait and loops that try again: what a state machine would do between invocations, done inside one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flowdsl.checks.handler_calls import AwsCall
from flowdsl.checks.handler_source import HandlerSource
from flowdsl.checks.handler_tree import Function

Loop = ast.While | ast.For | ast.AsyncFor
SLEEPS = {"time.sleep", "asyncio.sleep", "gevent.sleep", "eventlet.sleep"}
_LOOKS = re.compile(
    r"^(describe|get|head|check|poll|is|fetch|list|batch_get|lookup|query|has|refresh|reload|load|status|wait_for|look)(_|$)|status|state|progress",
    re.I,
)
_NO_LOOKS = {
    "get_item",
    "get_paginator",
    "get_waiter",
    "get_remaining_time_in_millis",
    "get",
    "get_logger",
    "getLogger",
    "getenv",
}
_PAGES = {
    "NextToken",
    "nextToken",
    "ExclusiveStartKey",
    "LastEvaluatedKey",
    "Marker",
    "NextMarker",
    "ContinuationToken",
}
_LEFTOVERS = {
    "UnprocessedItems",
    "UnprocessedKeys",
    "FailedPutCount",
    "FailedRecordCount",
    "Failed",
    "FailedEntryCount",
}
_OPTIMISTIC = (
    "ConditionalCheckFailed",
    "TransactionCanceled",
    "TransactionConflict",
    "PreconditionFailed",
    "OptimisticLock",
    "IntegrityError",
)
_ATTEMPTS = re.compile(r"attempt|retr|tries|try|trial|backoff", re.I)
STARTING = re.compile(
    r"^(start|submit|run|create|execute|begin|launch|invoke|send_command|copy|restore|import|export)(_|$)"
)


@dataclass(frozen=True, slots=True)
class Wait:
    """A loop, or a waiter's call, that waits for something to come true."""

    node: ast.AST
    function: Function
    looks: str
    """What it asks again and again: `glue.get_job_run`, `check_status`."""
    started: AwsCall | None
    """The call that started what it waits for."""


def is_sleep(source: HandlerSource, call: ast.Call) -> bool:
    """Whether a call only lets time pass."""
    return source.tree.dotted(call.func) in SLEEPS


def loop_around(source: HandlerSource, node: ast.AST) -> Loop | None:
    """The innermost loop a node is in, within its function."""
    for up in source.tree.above(node):
        if isinstance(up, Loop):
            return up
        if isinstance(up, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            return None
    return None


def works_off_leftovers(loop: ast.AST) -> bool:
    """Whether a loop sends again what a batch call did not take: AWS's own advice for batches."""
    return any(isinstance(n, ast.Constant) and n.value in _LEFTOVERS for n in ast.walk(loop))


# -- waiting ----------------------------------------------------------------------------------------------------------


def waits(source: HandlerSource) -> Iterator[Wait]:
    """Every place where a handler waits for something by asking again and again."""
    by_node = {call.node: call for call in source.calls.all}
    for function in source.reached:
        seen: set[ast.AST] = set()
        for node in function.nodes:
            if isinstance(node, Loop) and not any(up in seen for up in source.tree.above(node)):
                looks = _looked_at(source, function, node, by_node)
                if looks:
                    seen.add(node)
                    yield Wait(node, function, looks, _started(source, function, node))
            elif isinstance(node, ast.Call) and node in by_node and by_node[node].inside == "waiter":
                call = by_node[node]
                name = f"{call.service}.{call.method}" if call.service else call.method
                yield Wait(node, function, f"waiter {name}", _started(source, function, node))


def _looked_at(source: HandlerSource, function: Function, loop: Loop, by_node: Mapping[ast.Call, AwsCall]) -> str:
    inner = list(ast.walk(loop))
    calls = [n for n in inner if isinstance(n, ast.Call)]
    sleeps = any(is_sleep(source, c) for c in calls)
    if works_off_leftovers(loop) or is_retry_loop(source, loop):
        return ""
    pages = any(
        (isinstance(n, ast.Constant) and n.value in _PAGES) or (isinstance(n, ast.keyword) and n.arg in _PAGES)
        for n in inner
    )
    if not sleeps and (pages or not isinstance(loop, ast.While)):
        return ""
    if not isinstance(loop, ast.While) and not _is_counted(source, loop):
        return ""
    for call in calls:
        aws = by_node.get(call)
        if (
            aws is not None
            and _LOOKS.search(aws.method)
            and aws.method not in _NO_LOOKS
            and (sleeps or _is_awaited(source, function, loop, call))
        ):
            return f"{aws.service}.{aws.method}"
    if not sleeps:
        return ""
    for call in calls:
        name = (
            call.func.attr
            if isinstance(call.func, ast.Attribute)
            else call.func.id
            if isinstance(call.func, ast.Name)
            else ""
        )
        dotted = source.tree.dotted(call.func)
        if dotted in ("requests.get", "httpx.get", "urllib.request.urlopen") or (
            call in by_node and by_node[call].method == "get_item"
        ):
            return dotted or by_node[call].method
        if _LOOKS.search(name) and name not in _NO_LOOKS:
            return name
    if isinstance(loop, ast.While):
        return "its condition" if _tests_something(loop) else ""
    return ""


def _is_awaited(source: HandlerSource, function: Function, loop: Loop, call: ast.Call) -> bool:
    """Whether the loop ends by what a call answers: `while status == "RUNNING": status = client.describe(...)`."""
    names = {
        target.id
        for node in ast.walk(loop)
        if isinstance(node, ast.Assign) and any(n is call for n in ast.walk(node.value))
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    tests = [loop.test] if isinstance(loop, ast.While) else []
    tests += [n.test for n in ast.walk(loop) if isinstance(n, ast.If) and _leaves(n)]
    asked = any(isinstance(n, ast.Compare) and _compares_status(n) for t in tests for n in ast.walk(t))
    return asked and any(isinstance(n, ast.Name) and n.id in names for t in tests for n in ast.walk(t))


def _leaves(node: ast.If) -> bool:
    return any(isinstance(n, ast.Break | ast.Return | ast.Raise) for s in node.body for n in ast.walk(s))


def _compares_status(node: ast.Compare) -> bool:
    return any(
        (isinstance(n, ast.Constant) and isinstance(n.value, str)) or isinstance(n, ast.List | ast.Tuple | ast.Set)
        for n in (node.left, *node.comparators)
    )


def _tests_something(loop: ast.While) -> bool:
    return not isinstance(loop.test, ast.Constant)


def _started(source: HandlerSource, function: Function, wait: ast.AST) -> AwsCall | None:
    """The last call before a wait that starts a job."""
    line = getattr(wait, "lineno", 0)
    found = [
        call
        for call in source.calls.all
        if STARTING.match(call.method) and not call.inside and (call.function is not function or call.line < line)
    ]
    near = [call for call in found if call.function is function]
    return near[-1] if near else found[-1] if found else None


# -- trying again -----------------------------------------------------------------------------------------------------


def is_retry_loop(source: HandlerSource, loop: ast.AST) -> bool:
    """`for attempt in range(3): try: ...; break except: continue`: a loop that is left on success and goes round on failure."""
    if not isinstance(loop, ast.For | ast.While) or (isinstance(loop, ast.For) and not _is_counted(source, loop)):
        return False
    for statement in loop.body:
        if isinstance(statement, ast.Try) and _is_left_on_success(loop, statement) and _goes_round(statement):
            return not _is_optimistic(loop)
    return False


def _is_counted(source: HandlerSource, loop: ast.For | ast.AsyncFor) -> bool:
    """Whether a loop counts rounds; one over data does its work once for each."""
    counted = isinstance(loop.iter, ast.Call) and source.tree.dotted(loop.iter.func) in ("range", "itertools.count")
    return counted or (isinstance(loop.target, ast.Name) and _ATTEMPTS.search(loop.target.id) is not None)


def _is_left_on_success(loop: ast.For | ast.While, tried: ast.Try) -> bool:
    after = loop.body[loop.body.index(tried) + 1 :]
    for statement in [*tried.body, *tried.orelse, *after]:
        for node in _here(statement):
            if isinstance(node, ast.Return | ast.Break):
                return True
    # while not done: try: ...; done = True
    if isinstance(loop, ast.While) and not isinstance(loop.test, ast.Constant):
        tested = {n.id for n in ast.walk(loop.test) if isinstance(n, ast.Name)}
        assigned = {
            t.id
            for statement in tried.body
            if isinstance(statement, ast.Assign)
            for t in statement.targets
            if isinstance(t, ast.Name) and isinstance(statement.value, ast.Constant)
        }
        return bool(tested & assigned)
    return False


def _goes_round(tried: ast.Try) -> bool:
    """Whether some except of it lets the loop go on."""
    return any(_may_fall_through(handler.body) for handler in tried.handlers)


def _may_fall_through(body: list[ast.stmt]) -> bool:
    last = body[-1]
    if isinstance(last, ast.Raise | ast.Return | ast.Break):
        return any(isinstance(n, ast.Continue) for s in body for n in _here(s))
    if isinstance(last, ast.If):
        return not last.orelse or _may_fall_through(last.body) or _may_fall_through(last.orelse)
    return True


def _is_optimistic(loop: ast.AST) -> bool:
    """Read, write on condition, read again when it was overtaken: that must happen here, and soon."""
    return any(
        (isinstance(n, ast.Constant) and isinstance(n.value, str) and any(w in n.value for w in _OPTIMISTIC))
        or (
            isinstance(n, ast.Attribute | ast.Name)
            and any(w in (n.attr if isinstance(n, ast.Attribute) else n.id) for w in _OPTIMISTIC)
        )
        for n in ast.walk(loop)
    )


def _here(statement: ast.stmt) -> Iterator[ast.AST]:
    """The nodes of a statement, inner loops and functions left out (their break and return are others')."""
    stack: list[ast.AST] = [statement]
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, ast.For | ast.While | ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            stack.extend(ast.iter_child_nodes(node))
