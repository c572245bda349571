"""HygieneRule: what most definitions in use do without. One info a definition; under --strict, one finding a state."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import ClassVar, NamedTuple

from flowdsl.asl.definition import StateNode
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Rule
from flowdsl.checks.words import listed
from flowdsl.diagnostics import Diagnostic, Severity


class Lapse(NamedTuple):
    """One state that the rule looks at."""

    state: StateNode
    is_one: bool
    """False: it is as it should be, and counts only for the whole."""
    message: str = ""
    """What is said of this state alone, under --strict."""
    partial: bool = False
    """Whether it has part of what it should have, which its neighbours may not even have begun."""


class HygieneRule(Rule):
    """A rule that fires on nearly every definition in use, and so must not shout."""

    severity: ClassVar[Severity] = Severity.INFO

    @abstractmethod
    def lapses(self, context: CheckContext) -> Iterator[Lapse]:
        """Every state that the rule looks at, in document order."""

    @abstractmethod
    def summary(self, names: str, count: int, total: int) -> str:
        """What is said once of a definition: `names` lists the states, `count` of the `total` looked at."""

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        looked_at = list(self.lapses(context))
        found = [lapse for lapse in looked_at if lapse.is_one]
        if not found:
            return
        if context.strict or len(found) == 1:
            for lapse in found:
                yield self.at(lapse.state, lapse.message)
            return
        names = listed([lapse.state.name for lapse in found])
        yield self.at(found[0].state, self.summary(names, len(found), len(looked_at)))
