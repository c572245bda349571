"""Delivery: one run of a handler with an event, the fault it meets, and its outcome."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Event
from typing import Any, Literal

from flowdsl.handler.declarations import LAMBDA_LONGEST_SECONDS
from flowdsl.proof.clock import TICK_SECONDS

Kind = Literal["none", "before", "after", "lost", "refused", "partial", "pause"]


class Killed(BaseException):
    """The environment is gone. No `except Exception` sees it, as nothing sees a real one."""


class NeverAnswers(Exception):
    """A delivery does not end by itself: what it still does, and after how long."""


MOST_CALLS = 2_000
"""Calls of one delivery: a loop that ends makes fewer."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong, at which call (counted from 1)."""

    kind: Kind = "none"
    at: int = 0


NO_FAULT = Fault()


@dataclass(slots=True)
class Outcome:
    """How a delivery ended."""

    kind: Literal["answered", "raised", "killed"]
    value: Any = None
    """The answer as JSON."""
    error: BaseException | None = None

    @property
    def error_name(self) -> str:
        """What Lambda would report: the bare class name."""
        return type(self.error).__name__

    def same_as(self, other: Outcome) -> bool:
        """Whether a workflow would see the same: the answer, or the error's name."""
        if self.kind != other.kind:
            return False
        return self.value == other.value if self.kind == "answered" else self.error_name == other.error_name


@dataclass(slots=True)
class Delivery:
    """A run in progress. `calls` are those it has made, `service.Operation` each."""

    fault: Fault = NO_FAULT
    longest: float = LAMBDA_LONGEST_SECONDS
    """Seconds of virtual time that it may spend, waiting and calling."""
    spent: float = 0.0
    endless: NeverAnswers | None = None
    """Set where it was ended because it did not end."""
    calls: list[str] = field(default_factory=list[str])
    dead: bool = False
    """Whether it has been killed: whatever it still tries does not happen."""
    loses_response: bool = False
    """Whether the next response gets lost on its way."""
    outcome: Outcome | None = None
    paused: Event = field(default_factory=Event)
    """Set when it waits at its fault's call, or has ended."""
    resume: Event = field(default_factory=Event)
    failed: tuple[str, Any] | None = None
    """The last call that AWS answered with an error, and its parameters."""
    waits: bool = False
    """Whether it waits at its fault's call."""

    def begins(self, name: str) -> int:
        """Counts a call; its number. Raises Killed, or waits, where the fault says so."""
        self.spend(TICK_SECONDS)
        if len(self.calls) >= MOST_CALLS:
            self.expire(f"{MOST_CALLS:,} calls")
            raise Killed
        self.calls.append(name)
        number = len(self.calls)
        if self.fault.at == number:
            if self.fault.kind == "before":
                self.kill()
            if self.fault.kind == "lost":
                self.loses_response = True
            if self.fault.kind == "pause":
                self.waits = True
                self.paused.set()
                self.resume.wait()
                self.waits = False
        return number

    def spend(self, seconds: float) -> None:
        """Lets its time pass. Raises Killed when it has none left, as the function's timeout would."""
        self.spent += max(0.0, float(seconds))
        if self.spent > self.longest:
            self.expire(f"{self.longest:g} s")
        if self.dead:
            raise Killed

    def expire(self, limit: str) -> None:
        """It has reached a limit: it is dead, and why."""
        if not self.dead:
            doing = f"calling {self.calls[-1]}" if self.calls else "running"
            self.endless = NeverAnswers(f"still {doing} after {limit}")
            self.dead = True

    def is_refused(self, number: int) -> bool:
        """Whether the service refuses this call."""
        return self.fault.kind == "refused" and self.fault.at == number

    @property
    def is_partial_next(self) -> bool:
        """Whether the service takes a part only of what the next call carries."""
        return self.fault.kind == "partial" and self.fault.at == len(self.calls) + 1 and not self.dead

    def ends(self, number: int) -> None:
        """After a call has been answered."""
        if self.fault.kind == "after" and self.fault.at == number:
            self.kill()

    def kill(self) -> None:
        """Ends it here and now."""
        self.dead = True
        raise Killed
