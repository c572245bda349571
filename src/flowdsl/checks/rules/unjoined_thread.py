"""ASL905 unjoined-thread."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flowdsl.checks.handler_rule import HandlerRule, SourceExample
from flowdsl.checks.handler_source import HandlerSource
from flowdsl.checks.handler_tree import Function
from flowdsl.diagnostics import Diagnostic, Severity

_STARTED = {
    "threading.Thread": "thread",
    "threading.Timer": "timer",
    "multiprocessing.Process": "process",
    "subprocess.Popen": "process",
    "_thread.start_new_thread": "thread",
    "asyncio.create_task": "task",
    "asyncio.ensure_future": "task",
}
_LOOPS = {"asyncio.get_running_loop", "asyncio.get_event_loop", "asyncio.new_event_loop"}
_EXECUTORS = {
    "concurrent.futures.ThreadPoolExecutor",
    "concurrent.futures.ProcessPoolExecutor",
    "concurrent.futures.thread.ThreadPoolExecutor",
    "multiprocessing.Pool",
    "multiprocessing.pool.ThreadPool",
}
_WAITING = {
    "result",
    "shutdown",
    "communicate",
    "wait",
    "as_completed",
    "gather",
    "poll",
    "map",
    "get",
    "run_until_complete",
    "exception",
}


class UnjoinedThread(HandlerRule):
    """Work that is started and not waited for.

    When a handler returns, its environment is frozen. A thread that still runs goes on in the middle of a later delivery, or never:
    the work is lost, or done under another event.

    Instead: wait for it before returning (`with ThreadPoolExecutor() as pool`, `.join()`), or give the work a Task of its own.
    """

    code = "ASL905"
    severity = Severity.WARNING
    bad = (
        SourceExample(
            """
            import threading

            def handler(event, context):
                threading.Thread(target=notify, args=(event["id"],)).start()
                return {"ok": True}
            """,
            4,
            "a thread is started and not waited for: the environment is frozen when the handler returns; join it, or give the work "
            "a Task of its own",
        ),
        SourceExample(
            """
            from concurrent.futures import ThreadPoolExecutor

            pool = ThreadPoolExecutor(4)

            def handler(event, context):
                pool.submit(notify, event["id"])
                return {"ok": True}
            """,
            6,
            "work is handed to a pool and its result not waited for: the environment is frozen when the handler returns; take the "
            "results, or give the work a Task of its own",
        ),
    )
    good = SourceExample(
        """
        from concurrent.futures import ThreadPoolExecutor

        def handler(event, context):
            with ThreadPoolExecutor(4) as pool:
                return list(pool.map(fetch, event["urls"]))
        """
    )

    def check(self, source: HandlerSource) -> Iterator[Diagnostic]:
        for function in source.reached:
            if _waits(source, function):
                continue
            for call in function.of(ast.Call):
                name = source.tree.dotted(call.func)
                if name == "threading.Timer" and _cancels(source):
                    continue
                started = _STARTED.get(name) or _of_loop(source, function, call) or _of_subclass(source, call)
                if started and not _is_handled(source, call):
                    rest = "join it, or give the work a Task of its own"
                    yield self.at(
                        source,
                        call,
                        f"a {started} is started and not waited for: the environment is frozen when the handler returns; {rest}",
                    )
                elif (
                    isinstance(call.func, ast.Attribute)
                    and call.func.attr in ("submit", "apply_async")
                    and _is_pool(source, function, call.func.value)
                    and not _is_handled(source, call)
                ):
                    yield self.at(
                        source,
                        call,
                        "work is handed to a pool and its result not waited for: the environment is frozen when the handler "
                        "returns; take the results, or give the work a Task of its own",
                    )


def _of_loop(source: HandlerSource, function: Function, call: ast.Call) -> str:
    """`loop.create_task(...)`"""
    if not (isinstance(call.func, ast.Attribute) and call.func.attr == "create_task"):
        return ""
    loop = source.values.settled(call.func.value, function).node
    is_loop = isinstance(loop, ast.Call) and source.tree.dotted(loop.func) in _LOOPS
    return "task" if is_loop else ""


def _of_subclass(source: HandlerSource, call: ast.Call) -> str:
    """`Reporter()`, where class Reporter(threading.Thread)."""
    made = source.tree.classes.get(call.func.id) if isinstance(call.func, ast.Name) else None
    bases = [source.tree.dotted(base) for base in made.bases] if made is not None else []
    return next((_STARTED[base] for base in bases if base in _STARTED), "")


def _cancels(source: HandlerSource) -> bool:
    """Whether a timer is called off somewhere: one that watches the clock while the work is done."""
    return any(isinstance(call.func, ast.Attribute) and call.func.attr == "cancel" for _, call in source.runs(ast.Call))


def _waits(source: HandlerSource, function: Function) -> bool:
    for call in function.of(ast.Call):
        if not isinstance(call.func, ast.Attribute):
            if isinstance(call.func, ast.Name) and call.func.id in ("wait", "as_completed"):
                return True
            continue
        if call.func.attr == "join":
            # A text's join takes a list; a thread's takes nothing, or seconds.
            if not call.args or (isinstance(call.args[0], ast.Constant) and not isinstance(call.args[0].value, str)):
                return True
        elif call.func.attr == "shutdown" and _does_not_wait(call):
            continue
        elif call.func.attr in _WAITING and not (
            call.func.attr in ("get", "map") and not _is_of_pool(source, function, call)
        ):
            return True
    return False


def _does_not_wait(call: ast.Call) -> bool:
    """`pool.shutdown(wait=False)`"""
    given = [*call.args[:1], *(k.value for k in call.keywords if k.arg == "wait")]
    return any(isinstance(value, ast.Constant) and value.value is False for value in given)


def _is_of_pool(source: HandlerSource, function: Function, call: ast.Call) -> bool:
    assert isinstance(call.func, ast.Attribute)
    if call.func.attr == "map":
        return _is_pool(source, function, call.func.value)
    held = source.values.settled(call.func.value, function).node
    return isinstance(held, ast.Call) and isinstance(held.func, ast.Attribute) and held.func.attr == "apply_async"


def _is_pool(source: HandlerSource, function: Function, node: ast.expr) -> bool:
    made = source.values.settled(node, function).node
    return isinstance(made, ast.Call) and source.tree.dotted(made.func) in _EXECUTORS


def _is_handled(source: HandlerSource, call: ast.Call) -> bool:
    """Whether what was started is returned, awaited, or waited for by a `with` around it."""
    for up in source.tree.above(call):
        if isinstance(up, ast.Await | ast.Return | ast.Yield):
            return True
        if isinstance(up, ast.With | ast.AsyncWith):
            for item in up.items:
                made = item.context_expr
                if made is call:
                    return True
                if isinstance(made, ast.Call) and source.tree.dotted(made.func) in _EXECUTORS | {
                    "asyncio.TaskGroup",
                    "subprocess.Popen",
                }:
                    return True
    return False
