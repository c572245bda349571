"""The paths of a workflow: every transition and retrier at least once, each in a run with a made-up input and mocks."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

from flowdsl.asl.definition import Definition
from flowdsl.diagnostics import FlowDslError
from flowdsl.explore.attempt import Attempt
from flowdsl.explore.cases import Case, mocks_of
from flowdsl.explore.guide import Guide, Map, Plan
from flowdsl.explore.impossible import Impossible
from flowdsl.explore.running import Ran
from flowdsl.explore.sources import INPUT, Edits, Makers, Materials
from flowdsl.interpreter.execution import start
from flowdsl.interpreter.mocks import Mocks
from flowdsl.interpreter.program import program_of
from flowdsl.interpreter.run import Run
from flowdsl.interpreter.ways import Way, taken, ways

Json = Any

MOST_PLANS: Final = 6
"""Ways to bring about one failure that are tried."""
MOST_VARIANTS: Final = 3
MOST_RUNS: Final = 60
"""Runs that one plan may take."""


@dataclass(frozen=True)
class Missed:
    """A way that no run took."""

    way: Way
    why: str
    proved: bool
    """Whether no input can take it; False: none was found that does."""


@dataclass(frozen=True)
class Exploration:
    """What was found."""

    definition: Definition
    cases: list[Case]
    missed: list[Missed]
    ways: list[Way]
    runs: int
    """Executions that it took."""


class _Kept:
    """The runs of one execution (Tally)."""

    def __init__(self) -> None:
        self.runs: list[Run] = []

    def ended(self, run: Run) -> None:
        self.runs.append(run)


def explore(definition: Definition, input_schema: Json = None, *, max_rounds: int = 200) -> Exploration:
    """Finds a covering set of paths. The same definition gives the same ones.

    `input_schema`: JSON Schema of the input, where the definition does not say. `max_rounds`: how often a state of a loop
    is visited at most before the loop is given up.
    """
    return _Explorer(definition, input_schema, max_rounds).all()


class _Explorer:
    def __init__(self, definition: Definition, input_schema: Json, max_rounds: int) -> None:
        self.definition = definition
        self.program = program_of(definition)
        self.map = Map(definition)
        self.makers = Makers(definition, input_schema)
        self.max_rounds = max_rounds
        self.ways = list(ways(definition))
        self.covered: set[str] = set()
        self.cases: list[Case] = []
        self.runs = 0
        self.stuck: Counter[str] = Counter()
        self.impossible = Impossible(self.map, input_schema)
        self.closed = ""
        self.obstacle = ""
        self.learned: dict[str, dict[Edits, None]] = {}
        """By state, what it must be supplied with."""

    def all(self) -> Exploration:
        """Everything: the plainest path, then one for each way that is yet to be taken."""
        self._try(None)
        left: list[tuple[Way, str | None, str]] = []
        for way in self.ways:
            if way.pointer in self.covered:
                continue
            why = self.impossible.why(way)
            if why is None:
                self.closed, self.obstacle = "", ""
                self._reach(way)
            left.append((way, why or self.closed or None, self.obstacle))
        missed = [
            Missed(way, why or f"no input was found that takes it{obstacle}", why is not None)
            for way, why, obstacle in left
            if way.pointer not in self.covered
        ]
        return Exploration(self.definition, self.cases, missed, self.ways, self.runs)

    def _reach(self, way: Way) -> bool:
        for number, plan in enumerate(self.map.plans(way)):
            if number >= MOST_PLANS:
                break
            if self._try(plan) and way.pointer in self.covered:
                return True
        return False

    def _try(self, plan: Plan | None) -> bool:
        for variant in range(MOST_VARIANTS):
            guide = Guide(self.map, plan, frozenset(way.pointer for way in self.ways) - self.covered, variant=variant)
            if self._follow(guide, plan):
                return True
            if not guide.has_variants:
                break
        return False

    def _follow(self, guide: Guide, plan: Plan | None) -> bool:
        attempt = Attempt(
            self.program,
            guide,
            self._supplied(None),
            express=self.definition.type == "EXPRESS",
            most_runs=MOST_RUNS,
            max_rounds=self.max_rounds,
            stuck=self.stuck,
            learned=self.learned,
        )
        ran = attempt.go()
        self.runs += attempt.runs
        if ran is None:
            self.stuck[attempt.obstacle] += 1
            self.obstacle = f"; {attempt.trouble}" if attempt.trouble else ""
            if attempt.is_decided and not self.closed:
                at = f" at {attempt.obstacle!r}" if attempt.obstacle else ""
                self.closed = f"nothing in the input or the results has a say{at}"
            return False
        visited = {visit.node.pointer for visit in ran.trace.visits}
        if not self.learned.keys() <= visited:
            before = attempt.runs
            attempt.without(self._supplied(visited).asking(attempt.found_materials.asked))
            self.runs += attempt.runs - before
        return attempt.found is not None and self._keep(attempt.found, attempt, plan)

    def _supplied(self, pointers: set[str] | None) -> Materials:
        """Materials with what states have needed so far: these, or all of them."""
        materials = Materials(self.makers)
        for pointer, needs in self.learned.items():
            if pointers is None or pointer in pointers:
                for edits in needs:
                    materials = materials.supplied(edits) or materials
        return materials

    def _keep(self, ran: Ran, attempt: Attempt, plan: Plan | None) -> bool:
        """Makes a case of a run, if it does the same with mocks."""
        mocks = mocks_of(ran.answers)
        objects = attempt.found_objects
        value = attempt.found_materials.value(INPUT)
        kept = _Kept()
        self.runs += 1
        try:
            execution = start(
                self.program, value, Mocks(self.program, mocks, handlers=False), s3=objects or None, tally=kept
            ).finish()
        except FlowDslError:
            return False
        took: set[str] = set()
        for run in kept.runs:
            took |= taken(run)
        if execution.status == "RUNNING" or (plan is not None and plan.target.pointer not in took):
            return False
        new = [way for way in self.ways if way.pointer in took and way.pointer not in self.covered]
        if not new and self.cases:
            return False
        self.covered |= took
        self.cases.append(
            Case(
                str(plan.target) if plan else "it runs",
                value,
                mocks,
                list(execution.path),
                execution.status,
                execution.error,
                new,
                objects,
            )
        )
        return True
