"""ASL401 shadowed-handler."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flowdsl.analysis.errors import Handler, Kind, handlers, taken_before
from flowdsl.asl.definition import StateNode
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.checks.words import listed
from flowdsl.diagnostics import Diagnostic, Edit, Fix, Severity


def charge(*retry: dict[str, Any]) -> dict[str, Any]:
    task = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"}}
    return {"Charge": {**task, "Retry": list(retry), "End": True}}


ALL_FAILURES = {"ErrorEquals": ["States.TaskFailed"], "MaxAttempts": 1}
DECLINED = {"ErrorEquals": ["CardDeclined"], "MaxAttempts": 0}


class ShadowedHandler(Rule):
    """A Retrier or Catcher that never runs, since earlier ones take every error it names.

    The first that matches decides; a spent Retrier hands the error to the Catchers, not to the next Retrier (recorded). States.TaskFailed takes every error but
    time-outs and failed JSONata expressions, States.ALL every one.

    Instead: put the narrower one first.
    Source: Amazon States Language, errors (spec); what States.TaskFailed leaves (measured).
    """

    code = "ASL401"
    severity = Severity.ERROR
    bad = Example(
        charge(ALL_FAILURES, DECLINED),
        at="/States/Charge/Retry/1",
        says="Retrier 2 of 'Charge' never runs: Retrier 1 (States.TaskFailed) takes 'CardDeclined'; put the narrower one first",
    )
    good = Example(charge(DECLINED, ALL_FAILURES))

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for state in context.states("Task", "Map", "Parallel"):
            for kind in ("Retry", "Catch"):
                if len(state.fields.get(kind) or ()) > 1:
                    yield from self._shadowed(state, kind)

    def _shadowed(self, state: StateNode, kind: Kind) -> Iterator[Diagnostic]:
        entries = handlers(state, kind)
        what = "Retrier" if kind == "Retry" else "Catcher"
        for at, entry in enumerate(entries):
            taken = taken_before(entries, at)
            # States.ALL out of place, and an empty list, are the grammar's to report.
            if not taken or "States.ALL" in {name for earlier in taken.values() for name in earlier.names}:
                continue
            whole = len(taken) == len(set(entry.names))
            earlier = next(iter(taken.values()))
            names = listed([name for name in entry.names if name in taken])
            by = f"{what} {earlier.number + 1} ({', '.join(earlier.names[:3])})"
            if whole:
                message = f"{what} {entry.number + 1} of {state.name!r} never runs: {by} takes {names}; put the narrower one first"
                mild = kind == "Retry" and all(_retries_as_much(entry, name, other) for name, other in taken.items())
                severity = Severity.WARNING if mild else None
                fix = _moved(state, kind, entries, at, earlier)
                yield self.at(state, message, kind, entry.number, severity=severity, fix=fix)
            else:
                message = f"{what} {entry.number + 1} of {state.name!r} never gets {names}: {by} takes it first"
                yield self.at(state, message, kind, entry.number, "ErrorEquals", severity=Severity.WARNING)


def _retries_as_much(narrow: Handler, name: str, wide: Handler) -> bool:
    """Whether a wider Retrier tries again as often as the narrower one meant to, if at other intervals."""
    return name not in wide.names and wide.attempts >= narrow.attempts > 0


def _moved(state: StateNode, kind: Kind, entries: list[Handler], at: int, earlier: Handler) -> Fix | None:
    """The narrower one put before the wider one; not where both name the same."""
    if set(entries[at].names) <= set(earlier.names):
        return None
    order = [dict(entry.fields) for entry in entries]
    order.insert(earlier.number, order.pop(at))
    return Fix("put the narrower one first", (Edit(f"{state.pointer}/{kind}", order),), safe=False)
