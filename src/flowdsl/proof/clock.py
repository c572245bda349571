"""The time of a proof: it stands still unless something waits, sends, or lets it pass."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

START = 2_001_196_799.0
"""Seconds since 1970 at which each world begins: 31 May 2033, a second before midnight (UTC), so that a second delivery has
another minute, hour, day and month."""

TICK_SECONDS = 0.001
"""What a call to AWS takes, so that no duration is zero."""


class Clock:
    """Sets the time of the process. `time.sleep` lets it pass and returns at once."""

    def __init__(self) -> None:
        import time_machine  # a test's dependency, loaded when something is proved

        self._traveller = time_machine.travel(START, tick=False)
        self._position: Any = None
        self._now = START
        self._sleep = time.sleep
        self.slept: Callable[[float], None] = lambda seconds: None
        """Told of each wait."""

    def __enter__(self) -> Clock:
        self._position = self._traveller.start()
        setattr(time, "sleep", self.sleep)  # noqa: B010 - what waits for a retry, or polls, waits in this time
        return self

    def __exit__(self, *_: object) -> None:
        setattr(time, "sleep", self._sleep)  # noqa: B010
        self._traveller.stop()

    @property
    def now(self) -> float:
        """Seconds since 1970."""
        return self._now

    def set(self, seconds: float) -> None:
        """Moves to a moment, backwards too."""
        self._now = seconds
        self._position.move_to(seconds)

    def sleep(self, seconds: float) -> None:
        """Lets time pass, as the code that is proved asks for."""
        self.advance(seconds)
        self.slept(seconds)

    def advance(self, seconds: float) -> None:
        """Lets time pass."""
        self.set(self._now + max(0.0, float(seconds)))
