"""The paths of a workflow: every transition and retrier at least once, each in a run with a made-up input and mocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from flowdsl.asl.definition import Definition
from flowdsl.diagnostics import FlowDslError
from flowdsl.explore.attempt import Attempt
from flowdsl.explore.cases import Case, mocks_of
from flowdsl.explore.guide import Guide, Map, Plan
from flowdsl.explore.running import Ran
from flowdsl.explore.sources import INPUT, Makers, Materials
from flowdsl.interpreter.execution import start
from flowdsl.interpreter.mocks import Mocks
from flowdsl.interpreter.program import program_of
from flowdsl.interpreter.run import Run
from flowdsl.interpreter.ways import Way, taken, ways

Json = Any

MOST_PLANS: Final = 6
"""Ways to bring about one failure that are tried."""
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

    def all(self) -> Exploration:
        self._try(None)
        missed: list[Missed] = []
        for way in self.ways:
            if way.pointer in self.covered:
                continue
            if not self._reach(way):
                missed.append(Missed(way, "", False))
        missed = [each for each in missed if each.way.pointer not in self.covered]
        return Exploration(self.definition, self.cases, missed, self.ways, self.runs)

    def _reach(self, way: Way) -> bool:
        for number, plan in enumerate(self.map.plans(way)):
            if number >= MOST_PLANS:
                break
            if self._try(plan) and way.pointer in self.covered:
                return True
        return False

    def _try(self, plan: Plan | None) -> bool:
        fresh = frozenset(way.pointer for way in self.ways) - self.covered
        attempt = Attempt(
            self.program,
            Guide(self.map, plan, fresh),
            Materials(self.makers),
            express=self.definition.type == "EXPRESS",
            most_runs=MOST_RUNS,
            max_rounds=self.max_rounds,
        )
        ran = attempt.go()
        self.runs += attempt.runs
        if ran is None:
            return False
        return self._keep(ran, attempt, plan)

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
        except FlowDslError as e:
            import os
            if os.environ.get('PDEBUG'): print('KEEP', e, mocks, value)
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
