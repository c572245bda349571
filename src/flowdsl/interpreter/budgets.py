"""Budgets: the time and the memory that a run may take, so that no definition can take all there is."""

from __future__ import annotations

import time

from flowdsl.diagnostics import FlowDslError

BYTES = 1 << 30
"""Bytes of values that histories may hold at once, about (measured in marshal's format)."""
EVENTS = 100_000_000
"""Events of an execution with everything that it starts."""
SECONDS = 600.0
"""Seconds of real time that one call may take to let an execution go on."""
CHECKPOINT = 1_000
"""Events of a run between two looks at its budget."""
RECORD_BYTES = 200
"""Bytes of an event besides its values, about."""


class Budget:
    """What an execution, its Map Runs' children and the executions that it starts may take together."""

    __slots__ = ("_began", "bytes", "events", "seconds")

    def __init__(self, seconds: float | None = SECONDS) -> None:
        self.seconds = seconds
        self.bytes = 0
        self.events = 0
        self._began = time.monotonic()

    def begin(self) -> None:
        """Starts the clock of real time."""
        self._began = time.monotonic()

    def take(self, bytes: int) -> None:
        """Counts values that are kept from now on."""
        self.bytes += bytes
        if self.bytes > BYTES:
            raise FlowDslError(
                f"the execution was given up: the values in its history take more than {BYTES >> 30} GiB"
            )

    def give_back(self, bytes: int) -> None:
        """Counts values that are no longer kept."""
        self.bytes -= bytes

    def count(self, events: int) -> None:
        """Counts events, and looks at the time."""
        self.events += events
        if self.events > EVENTS:
            raise FlowDslError(
                f"the execution was given up after {EVENTS:,} events of it and of the executions it started"
            )
        self.look()

    def look(self) -> None:
        """Gives up where it takes too long."""
        if self.seconds is not None and time.monotonic() - self._began > self.seconds:
            raise FlowDslError(
                f"the execution was given up after {self.seconds:g} seconds of real time; max_seconds= sets another bound"
            )
