"""The virtual clock: what is ready now, what is due later, in the order (time, sequence). Waiting costs nothing."""

from __future__ import annotations

import heapq
import math
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from flowdsl.diagnostics import FlowDslError

__tracebackhide__ = True
"""pytest shows the lines of the test and of its mocks, not those in between."""

DEFAULT_START = "2026-01-01T12:00:00Z"
LAST_MS = 253_402_300_799_999
"""The end of the year 9999."""


class Process(Protocol):
    """Something that the timeline resumes: a frame of an execution."""

    ticket: int
    """Changes whenever the process is resumed or ended: an alarm set under an older ticket is stale."""

    def resume(self) -> None: ...

    def rouse(self) -> None: ...


class Alarm:
    """A function to be called at a time; None once it is taken back."""

    __slots__ = ("action",)

    def __init__(self, action: Callable[[], None]) -> None:
        self.action: Callable[[], None] | None = action


class Timeline:
    """Virtual time in whole milliseconds since 1970, with the processes that are ready and the alarms that are set.

    Everything that happens at one instant happens in the order in which it was asked for, so that a run with the same
    input, mocks and seed is the same, event for event.
    """

    __slots__ = ("_alarms", "_sequence", "_stale", "now", "ready")

    def __init__(self, start: str | datetime = DEFAULT_START) -> None:
        self.now = to_ms(start)
        self.ready: deque[Process] = deque()
        self._alarms: list[tuple[int, int, int, Process | None, Alarm | None]] = []
        self._sequence = 0
        self._stale = 0

    def wake(self, process: Process, at: int) -> None:
        """Resumes a process at a time, unless it is resumed or ended before."""
        self._sequence += 1
        heapq.heappush(self._alarms, (max(at, self.now), self._sequence, process.ticket, process, None))

    def call(self, action: Callable[[], None], at: int) -> Alarm:
        """Calls a function at a time, unless the alarm is cancelled before."""
        self._sequence += 1
        alarm = Alarm(action)
        heapq.heappush(self._alarms, (max(at, self.now), self._sequence, 0, None, alarm))
        return alarm

    def cancel(self, alarm: Alarm) -> None:
        """Takes an alarm back. What it held is let go at once; the heap is swept when half of it is stale."""
        if alarm.action is not None:
            alarm.action = None
            self._stale += 1
            if self._stale > 64 and self._stale * 2 > len(self._alarms):
                self._alarms = [a for a in self._alarms if a[4] is None or a[4].action is not None]
                heapq.heapify(self._alarms)
                self._stale = 0

    def settle(self) -> None:
        """Runs everything that is ready at this instant, the alarms that are due included."""
        ready = self.ready
        while True:
            while ready:
                ready.popleft().resume()
            if not self._alarms or self._alarms[0][0] > self.now:
                return
            self._ring()

    def next_alarm(self) -> int | None:
        """When the next alarm is due, or None."""
        alarms = self._alarms
        while alarms:
            at, _, ticket, process, alarm = alarms[0]
            if process.ticket == ticket if process is not None else alarm is not None and alarm.action is not None:
                return at
            heapq.heappop(alarms)
        return None

    def run_until(self, done: Callable[[], bool], limit: int | None = None) -> None:
        """Lets time pass until `done()`, until nothing is left to happen, or to `limit` (which is then the time)."""
        while True:
            self.settle()
            if done():
                return
            due = self.next_alarm()
            if due is None or (limit is not None and due > limit):
                if limit is not None:
                    self.now = _in_time(max(self.now, limit))
                return
            self.now = _in_time(due)

    def _ring(self) -> None:
        _, _, ticket, process, alarm = heapq.heappop(self._alarms)
        if alarm is not None:
            if alarm.action is not None:
                alarm.action()
        elif process is not None and process.ticket == ticket:
            process.rouse()


def _in_time(ms: int) -> int:
    """The time, unless no date can tell it."""
    if ms > LAST_MS:
        raise FlowDslError("the execution's clock has run past the year 9999; is there a loop without an end?")
    return ms


def to_ms(moment: str | datetime | float) -> int:
    """Milliseconds since 1970 of an ISO 8601 text with a zone, an aware datetime, or seconds since 1970."""
    if isinstance(moment, (int, float)):
        return round(moment * 1000)
    if isinstance(moment, str):
        try:
            moment = datetime.fromisoformat(moment)
        except ValueError:
            raise FlowDslError(f"{moment!r} is no ISO 8601 date and time, such as {DEFAULT_START!r}") from None
    if moment.tzinfo is None:
        raise FlowDslError(f"{moment.isoformat()!r} has no time zone; write {moment.isoformat() + 'Z'!r}")
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return round((moment - epoch).total_seconds() * 1000)


def iso(ms: int) -> str:
    """A time as AWS writes it in the context object: 2026-01-01T12:00:00.000Z."""
    seconds, rest = divmod(ms, 1000)
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{rest:03d}Z"


def duration_ms(text: Any) -> int:
    """Milliseconds of a duration: seconds as a number, a timedelta, or a text such as "90s", "15m", "12h", "2d 6h"."""
    if isinstance(text, (int, float)) and not isinstance(text, bool):
        if not math.isfinite(text):
            raise FlowDslError(f"{text!r} is no duration")
        return round(text * 1000)
    if isinstance(text, timedelta):
        return round(text.total_seconds() * 1000)
    units = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000, "y": 31_536_000_000}
    total = 0.0
    rest = str(text).strip()
    while rest:
        number = rest[: len(rest) - len(rest.lstrip("0123456789."))]
        rest = rest[len(number) :].lstrip()
        unit = rest[: len(rest) - len(rest.lstrip("abcdefghijklmnopqrstuvwxyz"))]
        rest = rest[len(unit) :].lstrip()
        if not number or number.count(".") > 1 or number == "." or unit not in units:
            raise FlowDslError(
                f"{text!r} is no duration; write seconds as a number, or a text such as '90s', '12h', '2d 6h'"
            )
        total += min(float(number) * units[unit], 2.0 * LAST_MS)
    return round(total)
