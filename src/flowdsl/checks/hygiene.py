"""HygieneRule: what most definitions in use do without. One info a definition; a warning where somebody cared and missed one."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import ClassVar, Final, NamedTuple

from flowdsl.asl.definition import StateNode
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Rule
from flowdsl.checks.words import listed
from flowdsl.diagnostics import Diagnostic, Severity

SKETCH: Final = 3
"""A definition with fewer states of the kind looked at, and no care taken elsewhere, is a sketch."""
SIBLINGS: Final = 4
"""Among that many states, one in four that differs is an oversight."""


class Lapse(NamedTuple):
    """One state that the rule looks at."""

    state: StateNode
    is_one: bool
    """False: it is as it should be, and counts only for the whole."""
    message: str = ""
    """What is said of this state alone."""


class HygieneRule(Rule):
    """A rule that fires on nearly every definition in use, and so must not shout.

    One info says it once of a definition. An outlier among siblings that are as they should be is a warning. Under --strict every state
    is a warning, unless the definition is a sketch: a state or two, and hardly a Retry, Catch or timeout anywhere.
    """

    severity: ClassVar[Severity] = Severity.INFO
    grows_when_strict: ClassVar[bool] = False

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
        is_outlier = len(looked_at) >= SIBLINGS and len(found) * SIBLINGS <= len(looked_at)
        strictly = context.strict and (context.is_hardened or len(looked_at) >= SKETCH)
        if is_outlier or strictly or len(found) == 1:
            for lapse in found:
                yield self.at(lapse.state, lapse.message, severity=Severity.WARNING if is_outlier or strictly else None)
            return
        names = listed([lapse.state.name for lapse in found])
        yield self.at(found[0].state, self.summary(names, len(found), len(looked_at)))
