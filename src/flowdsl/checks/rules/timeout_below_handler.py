"""ASL954 timeout-below-handler."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.analysis.errors import all_handlers, takes
from flowdsl.asl.bindings import Binding, Bindings
from flowdsl.checks.context import CheckContext
from flowdsl.checks.handler_contracts import Contract, contracts
from flowdsl.checks.rule import Example, Rule
from flowdsl.checks.words import duration
from flowdsl.diagnostics import Diagnostic, Severity
from flowdsl.errors import ALL, SandboxTimedout, TaskFailed, Timeout

BINDINGS = Bindings(
    placeholders={"Charge": Binding("Charge", "lambda", "shop.payments:charge_card", contract={"timeout_seconds": 30})}
)
DONE = {"Type": "Succeed"}
_OF_LAMBDA = (SandboxTimedout, "Lambda.Unknown", TaskFailed)
"""As what a function's own time-out has been seen (measured by several teams; AWS documents no one name)."""


class TimeoutBelowHandler(Rule):
    """A Task's time limit and its handler's own do not go together.

    A Task that gives up before its function does leaves it running: a retry starts a second one beside it. And where the function gives
    up first, the Task fails with Sandbox.Timedout, never with States.Timeout: a Catch or Retry for States.Timeout alone never comes.

    Instead: TimeoutSeconds a little above the function's own; and catch States.TaskFailed or Sandbox.Timedout beside States.Timeout.
    """

    code = "ASL954"
    severity = Severity.WARNING
    bad = (
        Example(
            {"Charge": {"Type": "Task", "Resource": "${Charge}", "TimeoutSeconds": 10, "End": True}},
            at="/States/Charge/TimeoutSeconds",
            says="the Task gives up after 10 s, 'charge_card' after 30 s: for 20 s it may run on beside a retry; "
            "give the Task more time than the function, or the function less",
            bindings=BINDINGS,
        ),
        Example(
            {
                "Charge": {
                    "Type": "Task",
                    "Resource": "${Charge}",
                    "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "Done"}],
                    "Next": "Done",
                },
                "Done": DONE,
            },
            at="/States/Charge/Catch/0/ErrorEquals/0",
            says="'charge_card' gives up by itself after 30 s, which is Sandbox.Timedout and not States.Timeout: "
            "name Sandbox.Timedout or States.TaskFailed too",
            bindings=BINDINGS,
        ),
    )
    good = Example(
        {
            "Charge": {
                "Type": "Task",
                "Resource": "${Charge}",
                "TimeoutSeconds": 35,
                "Catch": [{"ErrorEquals": ["States.Timeout", "Sandbox.Timedout"], "Next": "Done"}],
                "Next": "Done",
            },
            "Done": DONE,
        },
        bindings=BINDINGS,
    )

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for contract in contracts(context):
            own = contract.timeout_seconds
            # With a task token, the Task's time is the callback's.
            if own is None or contract.waits_for_token:
                continue
            limit = contract.state.fields.get("TimeoutSeconds")
            known = isinstance(limit, int | float) and not isinstance(limit, bool)
            if known and isinstance(limit, int | float) and limit < own:
                yield self.at(
                    contract.state,
                    f"the Task gives up after {duration(limit)}, {contract.name!r} after {duration(own)}: for "
                    f"{duration(own - limit)} it may run on beside a retry; give the Task more time than the function, or the function less",
                    "TimeoutSeconds",
                )
            elif known or not any(k in contract.state.fields for k in ("TimeoutSeconds", "TimeoutSecondsPath")):
                yield from self._never(contract, own)

    def _never(self, contract: Contract, own: float) -> Iterator[Diagnostic]:
        """States.Timeout, where the function always gives up first and nothing takes what it then fails with."""
        entries = list(all_handlers(contract.state))
        taken = {h.kind for h in entries if any(takes(p, n) for p in h.names for n in _OF_LAMBDA) or ALL in h.names}
        for handler in entries:
            if (
                Timeout in handler.names
                and handler.kind not in taken
                and "States.HeartbeatTimeout" not in handler.names
            ):
                yield self.at(
                    contract.state,
                    f"{contract.name!r} gives up by itself after {duration(own)}, which is Sandbox.Timedout and not States.Timeout: "
                    "name Sandbox.Timedout or States.TaskFailed too",
                    handler.kind,
                    handler.number,
                    "ErrorEquals",
                    handler.names.index(Timeout),
                )
