"""ASL921 hand-written-retry."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flowdsl.checks.handler_loops import is_retry_loop
from flowdsl.checks.handler_rule import HandlerRule, SourceExample
from flowdsl.checks.handler_source import HandlerSource
from flowdsl.diagnostics import Diagnostic, Severity


class HandWrittenRetry(HandlerRule):
    """A loop that tries again when it fails.

    The function is paid for while it waits, gives up when its own time ends, and starts over with everything when the Task retries it
    too: three attempts here and three there are nine calls. The workflow cannot see the attempts.

    Instead: let it raise and retry the Task: charge.retry(Timeout, interval_seconds=2, max_attempts=3, backoff_rate=2). For AWS calls,
    the SDK's own retries are configured on the client.
    """

    code = "ASL921"
    severity = Severity.WARNING
    bad = SourceExample(
        """
        import time

        def handler(event, context):
            for attempt in range(3):
                try:
                    return quote(event["sku"])
                except ConnectionError:
                    time.sleep(2 ** attempt)
            raise RuntimeError("no quote")
        """,
        4,
        "a retry by hand: let it raise, and give the Task .retry(..., interval_seconds=..., max_attempts=..., backoff_rate=...)",
    )
    good = SourceExample(
        """
        def handler(event, context):
            failed = []
            for sku in event["skus"]:
                try:
                    reserve(sku)
                except OutOfStock:
                    failed.append(sku)
            return {"failed": failed}
        """
    )

    def check(self, source: HandlerSource) -> Iterator[Diagnostic]:
        for function in source.reached:
            for node in function.nodes:
                if isinstance(node, ast.For | ast.While) and is_retry_loop(source, node):
                    yield self.at(
                        source,
                        node,
                        "a retry by hand: let it raise, and give the Task .retry(..., interval_seconds=..., max_attempts=..., "
                        "backoff_rate=...)",
                    )
