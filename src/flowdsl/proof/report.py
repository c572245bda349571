"""Report: what a proof has tried, and what it found."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Finding:
    """One scenario that went wrong."""

    fault: str
    """What was done, at which call: `killed after #1 dynamodb.UpdateItem`."""
    what: str
    """What was twice, lost, remembered or answered otherwise."""

    def __str__(self) -> str:
        return f"{self.fault}: {self.what}"


@dataclass(slots=True)
class Report:
    """The outcome of a proof."""

    handler: str
    seed: int
    name: str = ""
    """Of the proof, where it is declared in a test."""
    calls: list[str] = field(default_factory=list[str])
    """What one clean delivery calls, in order."""
    scenarios: int = 0
    findings: list[Finding] = field(default_factory=list[Finding])
    skipped: list[str] = field(default_factory=list[str])
    """What could not be tried, and why."""
    notes: list[str] = field(default_factory=list[str])
    """What is no fault for certain, and wants a look."""

    @property
    def is_proved(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    def __str__(self) -> str:
        count = f"{self.scenarios} scenario{'s' if self.scenarios != 1 else ''}, seed {self.seed}"
        who = f"{self.handler} ({self.name})" if self.name else self.handler
        if self.is_proved:
            return f"{who}: idempotent and stateless in {count} ({len(self.calls)} call{'s' if len(self.calls) != 1 else ''})"
        found = f"{len(self.findings)} finding{'s' if len(self.findings) != 1 else ''}"
        return "\n".join([f"{who}: {found} in {count}", *(f"  {finding}" for finding in self.findings)])
