"""Which transitions and retriers the tests have taken."""

from __future__ import annotations

from flowdsl.interpreter.execution import Execution

_taken: list[Execution] | None = None


def note(execution: Execution) -> None:
    """Remembers what an execution took, while coverage is on."""
    if _taken is not None:
        _taken.append(execution)
