"""ASL906 async-handler."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flowdsl.checks.handler_entries import CACHES, FLOWDSL_HANDLER
from flowdsl.checks.handler_rule import HandlerRule, SourceExample
from flowdsl.checks.handler_source import HandlerSource
from flowdsl.diagnostics import Diagnostic, Severity

_POWERTOOLS = (
    "inject_lambda_context",
    "capture_lambda_handler",
    "log_metrics",
    "event_source",
    "event_parser",
    "idempotent",
)


class AsyncHandler(HandlerRule):
    """A handler that is an async function.

    Lambda's Python runtime calls the handler and takes what it returns. An async function returns a coroutine that nobody runs:
    nothing happens, and the coroutine is no JSON.

    Instead: a plain function that runs it: `return asyncio.run(work(event))`.
    """

    code = "ASL906"
    severity = Severity.ERROR
    bad = SourceExample(
        """
        async def handler(event, context):
            return await fetch(event["id"])
        """,
        1,
        "Lambda does not run async handlers: 'handler' returns a coroutine and does nothing; "
        "make it a plain function that returns asyncio.run(...)",
    )
    good = SourceExample(
        """
        import asyncio

        async def work(event):
            return await fetch(event["id"])

        def handler(event, context):
            return asyncio.run(work(event))
        """
    )

    def check(self, source: HandlerSource) -> Iterator[Diagnostic]:
        called = {
            node.id for f in source.tree.functions.values() for node in f.of(ast.Name) if isinstance(node.ctx, ast.Load)
        }
        called |= {n.id for n in source.tree.top if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
        for entry in source.handlers:
            node = entry.function.node
            if not isinstance(node, ast.AsyncFunctionDef) or entry.kind == "helper":
                continue
            # Another function runs it, or a decorator may.
            if node.name in called or entry.function.owner is not None:
                continue
            names = source.tree.decorated_with(entry.function)
            if all(n in FLOWDSL_HANDLER | CACHES or n.endswith(_POWERTOOLS) for n in names):
                message = f"Lambda does not run async handlers: {node.name!r} returns a coroutine and does nothing; "
                yield self.at(source, node, message + "make it a plain function that returns asyncio.run(...)")
