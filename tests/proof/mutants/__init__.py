"""Handlers with one thing wrong, by the class of the defect. Each is a sound handler of tests/proof/sound.py, changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Mutant:
    """A defect: its class, the event that shows it, and what a finding must say."""

    handler: Any
    defect: str
    event: Any
    setup: Callable[..., None]
    fault: str
    """What a finding's fault must contain."""
    what: str
    """What the same finding must say went wrong."""
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.defect}: {self.handler.__name__}"


MUTANTS: list[Mutant] = []

ORDER: dict[str, Any] = {"order_id": "o1", "amount": 3}


def mutant(
    defect: str,
    setup: Callable[..., None],
    fault: str,
    what: str,
    event: Any = ORDER,
    **options: Any,
) -> Callable[[Any], Any]:
    """Registers a handler with a defect."""

    def register(handler: Any) -> Any:
        # A module that is imported anew for a cold environment registers its mutants no second time.
        if not any(m.handler.__qualname__ == handler.__qualname__ for m in MUTANTS):
            MUTANTS.append(Mutant(handler, defect, event, setup, fault, what, options))
        return handler

    return register
