"""ASL403 dotted-error-name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import cast

from flowdsl.analysis.task_results import target
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Edit, Fix, Severity

DOTTED = re.compile(r"(?:[a-z_][a-z0-9_]*\.)+([A-Z][A-Za-z0-9_]*)")
INVOKE = {
    "Type": "Task",
    "Resource": "arn:aws:states:::lambda:invoke",
    "Parameters": {"FunctionName": "f"},
    "End": True,
}


class DottedErrorName(Rule):
    """A Retrier or Catcher names a Python exception by its module.

    Lambda reports an exception by the bare name of its class: `ReadTimeoutError`, never `botocore.exceptions.ReadTimeoutError`. A dotted name never matches.

    Instead: the class's name alone.
    Source: recorded.
    """

    code = "ASL403"
    severity = Severity.WARNING
    bad = Example(
        {"Call": {**INVOKE, "Retry": [{"ErrorEquals": ["botocore.exceptions.ReadTimeoutError"]}]}},
        at="/States/Call/Retry/0/ErrorEquals/0",
        says="Lambda reports 'botocore.exceptions.ReadTimeoutError' as 'ReadTimeoutError', by the class's name alone",
    )
    good = Example({"Call": {**INVOKE, "Retry": [{"ErrorEquals": ["ReadTimeoutError"]}]}})

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for state in context.states("Task", "Map", "Parallel"):
            if state.type == "Task" and target(state).operation is not None and not target(state).is_lambda:
                continue
            for handler in context.all_handlers(state):
                for i, name in enumerate(cast("list[object]", handler.fields.get("ErrorEquals") or ())):
                    match = DOTTED.fullmatch(name) if isinstance(name, str) else None
                    if match is not None:
                        at = (handler.kind, handler.number, "ErrorEquals", i)
                        pointer = f"{state.pointer}/{'/'.join(map(str, at))}"
                        fix = Fix(f"write {match[1]!r}", (Edit(pointer, match[1]),))
                        yield self.at(
                            state, f"Lambda reports {name!r} as {match[1]!r}, by the class's name alone", *at, fix=fix
                        )
