"""ASL932 sleep-in-handler."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flowdsl.checks.handler_loops import is_retry_loop, is_sleep, loop_around, waits, works_off_leftovers
from flowdsl.checks.handler_rule import HandlerRule, SourceExample
from flowdsl.checks.handler_source import HandlerSource
from flowdsl.diagnostics import Diagnostic, Severity

_SHORT = 0.05
"""Seconds nobody would make a state of."""


class SleepInHandler(HandlerRule):
    """A handler that sleeps.

    The function is paid for while it does nothing, its time limit runs, and a kill in the middle forgets how far it was. A workflow
    waits for free, up to a year.

    Instead: a Wait state between two Tasks; between attempts, the Retry's interval; for a job, Task(sync(...)).
    """

    code = "ASL932"
    severity = Severity.WARNING
    bad = SourceExample(
        """
        import time

        def handler(event, context):
            order(event["sku"])
            time.sleep(60)
            return confirm(event["sku"])
        """,
        5,
        "the function is paid for while it sleeps; use a Wait state between two Tasks: Wait(seconds=60)",
    )
    good = SourceExample(
        """
        def handler(event, context):
            return confirm(event["sku"])
        """
    )

    def check(self, source: HandlerSource) -> Iterator[Diagnostic]:
        polls = {wait.node for wait in waits(source)}
        for function in source.reached:
            for call in function.of(ast.Call):
                if not is_sleep(source, call):
                    continue
                seconds = source.values.constant(call.args[0], function) if call.args else None
                loop = loop_around(source, call)
                if isinstance(seconds, int | float) and seconds <= _SHORT:
                    continue
                if loop is not None and works_off_leftovers(loop):
                    continue
                amount = f"{seconds:g}" if isinstance(seconds, int | float) else "..."
                if loop is not None and is_retry_loop(source, loop):
                    instead = f"let the Task's Retry wait: interval_seconds={amount}"
                elif loop is not None and any(up in polls for up in [loop, *source.tree.above(loop)]):
                    instead = f"use Task(sync(...)), or a Wait state in a loop around a Task that looks once: Wait(seconds={amount})"
                else:
                    instead = f"use a Wait state between two Tasks: Wait(seconds={amount})"
                yield self.at(source, call, f"the function is paid for while it sleeps; {instead}")
