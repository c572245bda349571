"""How a state fails (StateFailure), and what the interpreter refuses to run at all (NotSupported, MissingMock)."""

from __future__ import annotations

from flowdsl.diagnostics import FlowDslError


class NotSupported(FlowDslError):
    """The definition asks for something that is not modelled. Raised before anything runs; names the state and the field."""

    def __init__(self, state: str | None, field: str | None, reason: str) -> None:
        where = f"state {state!r}" if state else "the state machine"
        super().__init__(f"{where}{f', {field}' if field else ''}: {reason}")
        self.state = state
        self.field = field


class ExecutionFailed(FlowDslError):
    """Raised by `.output` of an execution that has none: it failed, timed out, was aborted, or still runs."""

    def __init__(self, status: str, error: str | None, cause: str | None, where: str | None = None) -> None:
        at = f" in state {where!r}" if where else ""
        named = f" with {error}" if error else ""
        text = f": {cause}" if cause else ""
        super().__init__(f"the execution is {status}{named}{at}{text}")
        self.status = status
        self.error = error
        self.cause = cause


class MissingMock(FlowDslError):
    """A Task was reached that nothing answers: no mock, and no handler in this project."""


class StateFailure(Exception):
    """A state's work has failed with an error that Retry and Catch may see.

    `event` is the id of the history event that tells of it, once there is one: what follows points to it.
    """

    def __init__(
        self,
        error: str | None,
        cause: str | None = None,
        *,
        event: int = 0,
        final: bool = False,
        evaluation: bool = False,
        location: str | None = None,
        caught_cause: str | None = None,
    ) -> None:
        super().__init__(error)
        self.error = error
        self.cause = cause
        self.event = event
        self.final = final
        """Neither retried nor caught, whatever its name: States.Runtime, and what fails outside any state's work. From
        inside a Map or Parallel it ends the execution at once, without a word about the states around it (measured)."""
        self.evaluation = evaluation
        """Told by an EvaluationFailed event (JSONata)."""
        self.location = location
        """AWS's name of the field whose expression failed."""
        self.caught_cause = caught_cause
        """What a Catch sees as Cause where it differs: a time-out has no cause, and is caught with "" (recorded)."""
        self.heartbeat = False
        """A missed heartbeat: recorded as States.Timeout, also taken by the pattern States.HeartbeatTimeout."""
        self.state: str | None = None
        """The state that failed, innermost."""


class HistoryFull(StateFailure):
    """The execution has reached its last history event (25,000) without an end."""
