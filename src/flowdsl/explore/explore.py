"""The paths of a workflow: every transition and retrier at least once, each in a run with a made-up input and mocks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeVar

from flowdsl.asl.definition import Definition
from flowdsl.diagnostics import FlowDslError
from flowdsl.explore.attempt import Attempt
from flowdsl.explore.cases import Case, like, mocks_of
from flowdsl.explore.chains import chain_of
from flowdsl.explore.guide import Guide, Map, Plan
from flowdsl.explore.impossible import Impossible
from flowdsl.explore.running import Budget, Ran, TimeIsUp
from flowdsl.explore.sentences import sentence
from flowdsl.explore.sources import INPUT, Edits, Makers, Materials
from flowdsl.explore.trace import Trace
from flowdsl.interpreter.execution import start
from flowdsl.interpreter.mocks import Mocks
from flowdsl.interpreter.program import program_of
from flowdsl.interpreter.run import Run
from flowdsl.interpreter.ways import Way, taken, ways

Json = Any
_T = TypeVar("_T")

MOST_PLANS: Final = 6
"""Ways to bring about one failure that are tried."""
MOST_VARIANTS: Final = 3
MOST_RUNS: Final = 60
"""Runs that one plan may take."""
FOR_RUNS: Final = 0.8
"""Share of the time that runs may take; the rest is for proofs."""
ROUNDS: Final = 1_000
SECONDS: Final = 300.0


@dataclass(frozen=True)
class Missed:
    """A way that no run took."""

    way: Way
    why: str
    proved: bool
    """Whether no input can take it; False: none was found that does."""
    is_unending: bool = False
    """Whether runs take it, none of which ends."""


@dataclass(frozen=True)
class Exploration:
    """What was found."""

    definition: Definition
    cases: list[Case]
    missed: list[Missed]
    ways: list[Way]
    runs: int
    """Executions that it took."""

    @property
    def impossible(self) -> list[Missed]:
        """The ways that no input can take."""
        return [missed for missed in self.missed if missed.proved]

    @property
    def not_found(self) -> list[Missed]:
        """The ways of which nobody knows."""
        return [missed for missed in self.missed if not missed.proved and not missed.is_unending]

    @property
    def unending(self) -> list[Missed]:
        """The ways that are taken by runs that never end."""
        return [missed for missed in self.missed if missed.is_unending]


class _Kept:
    """The runs of one execution (Tally)."""

    def __init__(self) -> None:
        self.runs: list[Run] = []

    def ended(self, run: Run) -> None:
        self.runs.append(run)


def explore(
    definition: Definition,
    input_schema: Json = None,
    *,
    max_rounds: int = ROUNDS,
    max_seconds: float = SECONDS,
    on_way: Callable[[], object] | None = None,
) -> Exploration:
    """Finds a covering set of paths. The same definition gives the same ones, unless the time is up.

    `input_schema`: JSON Schema of the input, where the definition does not say. `max_rounds`: how often a path
    enters a state at most. `max_seconds`: real time after which what is left is not looked for.
    `on_way` is called for each way of the definition that is settled.
    """
    return _Explorer(definition, input_schema, max_rounds, Budget(max_seconds)).all(on_way)


class _Explorer:
    def __init__(self, definition: Definition, input_schema: Json, max_rounds: int, budget: Budget) -> None:
        self.definition = definition
        self.program = program_of(definition)
        self.map = Map(definition)
        self.makers = Makers(definition, input_schema)
        self.max_rounds = max_rounds
        self.budget = budget
        self.search = Budget(budget.seconds, FOR_RUNS)
        self.ways = list(ways(definition))
        self.covered: set[str] = set()
        self.unending: set[str] = set()
        """Ways taken by runs that have no end."""
        self.cases: list[Case] = []
        self.runs = 0
        self.stuck: Counter[str] = Counter()
        self.impossible = Impossible(self.map, input_schema, budget)
        self.closed = ""
        self.obstacle = ""
        self.learned: dict[str, dict[Edits, None]] = {}
        """By state, what it must be supplied with."""

    def all(self, on_way: Callable[[], object] | None) -> Exploration:
        """Everything: the plainest path, then one for each way that is yet to be taken."""
        self._hurried(partial(self._try, None), self.search)
        left: list[tuple[Way, str | None, str]] = []
        for way in self.ways:
            if way.pointer not in self.covered:
                self.closed, self.obstacle = "", ""
                why = self._hurried(partial(self.impossible.why, way))
                is_settled = way.pointer in self.unending and self.impossible.is_endless()
                if why is None and not self.obstacle and not is_settled:
                    self._hurried(partial(self._reach, way), self.search)
                left.append((way, why or self.closed or None, self.obstacle))
            if on_way is not None:
                on_way()
        missed = [self._missed(*each) for each in left if each[0].pointer not in self.covered]
        return Exploration(self.definition, self.cases, missed, self.ways, self.runs)

    def _missed(self, way: Way, why: str | None, obstacle: str) -> Missed:
        if why is None and way.pointer in self.unending:
            return Missed(
                way, "it is taken, and then a loop never ends: no run was found that comes to an end", False, True
            )
        return Missed(way, why or f"no input was found that takes it{obstacle}", why is not None)

    def _hurried(self, look_for: Callable[[], _T], budget: Budget | None = None) -> _T | None:
        """Looks for a run or a proof; None, and an obstacle that says why, where it did not come to an end."""
        try:
            (budget or self.budget).look()
            return look_for()
        except TimeIsUp:
            self.obstacle = f"; the {self.budget.seconds:g} seconds that the search may take were over"
        except RecursionError:
            self.obstacle = "; what leads to it nests too deep to be looked into"
        return None

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
            budget=self.search,
        )
        ran = attempt.go()
        self.runs += attempt.runs
        self.unending |= attempt.unending
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
        """Makes a case of a run, if it does the same with mocks: best with those of the plainest path where it can."""
        value = attempt.found_materials.value(INPUT)
        objects = attempt.found_objects
        mocks = mocks_of(ran.answers, causes=False)
        if self.cases:
            plain = self.cases[0]
            alike = {state: like(mock, plain.mocks.get(state)) for state, mock in mocks.items()}
            for one, other in ((plain.input, alike), (value, alike), (plain.input, mocks)):
                if self._proved(one, other, objects, plan, ran):
                    return True
        return self._proved(value, mocks, objects, plan) or self._proved(value, mocks_of(ran.answers), objects, plan)

    def _proved(
        self, value: Json, mocks: dict[str, Any], objects: dict[str, Json], plan: Plan | None, ran: Ran | None = None
    ) -> bool:
        """Whether a case was made. `ran`: it must go the very same ways as this run."""
        kept = _Kept()
        self.runs += 1
        try:
            execution = start(
                self.program, value, Mocks(self.program, mocks, handlers=False), s3=objects or None, tally=kept
            ).finish()
        except FlowDslError:
            return False
        took = frozenset[str]().union(*(taken(run) for run in kept.runs))
        if execution.status == "RUNNING" or (plan is not None and plan.target.pointer not in took):
            return False
        if ran is not None and not (
            took == ran.taken and execution.status == ran.run.status and execution.error == ran.run.error
        ):
            return False
        new = [way for way in self.ways if way.pointer in took and way.pointer not in self.covered]
        if not new and self.cases:
            return False
        self.covered |= took
        main = next(run for run in kept.runs if not run.depth)
        trace = Trace(main, [run for run in kept.runs if run.depth], {})
        target = plan.target if plan is not None else None
        self.cases.append(
            Case(
                sentence(target, trace, execution.status),
                value,
                mocks,
                list(execution.path),
                chain_of(trace),
                execution.status,
                execution.error,
                main.output if execution.status == "SUCCEEDED" else None,
                [way for way in self.ways if way.pointer in took],
                new,
                objects,
            )
        )
        return True
