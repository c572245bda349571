"""One attempt to come to a target: run, look where the run leaves the way, make up what keeps it on, and run again.

A depth-first search over the forks of a run. At each fork the ways that lead on are tried in the guide's order, each with
every set of values that might have it taken; a dead end goes back to the last fork that has something left to try.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Final

from flowdsl.asl.definition import StateNode
from flowdsl.errors import ItemReaderFailed
from flowdsl.explore.forks import Fork, Key, ends_well, fails_unplanned, key_of, path_of, rule
from flowdsl.explore.found import Found, together
from flowdsl.explore.guide import Guide
from flowdsl.explore.making import CannotBe
from flowdsl.explore.needs import needs_of
from flowdsl.explore.origins import Origins
from flowdsl.explore.reading import Address, address_of, objects_for
from flowdsl.explore.running import Answered, Budget, Ran, run_once
from flowdsl.explore.sources import Edits, Materials, Source
from flowdsl.explore.trace import Visit
from flowdsl.explore.views import Place
from flowdsl.explore.wants import Want, exactly, of_kind
from flowdsl.interpreter.program import Program

Json = Any

FEW_EVENTS: Final = 1_500
MANY_EVENTS: Final = 24_000
MOST_CUT: Final = 2
"""Runs with as many events as that, and no end, that are enough."""
ENDED: Final = "ended"
"""What is expected of a visit that is no fork."""
_KINDS: Final = (8, 4, 16, 32, 2)
"""Kinds to try for a value that a state fails on: text, number, array, object, boolean."""


class Attempt:
    """The search for one plan."""

    def __init__(
        self,
        program: Program,
        guide: Guide,
        materials: Materials,
        *,
        express: bool,
        most_runs: int,
        max_rounds: int,
        stuck: Mapping[str, int],
        learned: dict[str, dict[Edits, None]],
        budget: Budget,
    ) -> None:
        """`learned`: by state, what it has been supplied with so far; what is learned here is added.
        `stuck`: how many attempts got no further than each state; there is less hope there."""
        self.program = program
        self.guide = guide
        self.materials = materials
        self.express = express
        self.most_runs = most_runs
        self.stuck = stuck
        self.learned = learned
        self.budget = budget
        self.max_rounds = max_rounds
        self.most_events = FEW_EVENTS
        self.met: set[Key] = set()
        """Visits whose needs have been looked at."""
        self.forks: list[Fork] = []
        self.chosen_at: set[str] = set()
        self.repeats: Counter[Key] = Counter()
        """How often nothing more could be done at a visit."""
        self.readers: dict[str, Address] = {}
        self.runs = 0
        self.cut = 0
        """Runs of the greatest length that had no end."""
        self.unending: set[str] = set()
        """The ways that they took."""
        self.came_on = 0
        """The run in which it last came to a state to choose at that it had not come to before."""
        self.found: Ran | None = None
        self.found_materials = materials
        self.rank = 0
        self.used = materials
        """What the last run was made with."""
        self.used_objects: dict[str, Json] = {}
        self.found_objects: dict[str, Json] = {}
        self.obstacle = ""
        """The state that the last run got no further than."""
        self.trouble = ""
        """What it failed with, if it did."""
        self.is_decided = True
        """Whether nothing that is made up has a say in the way: no call was made, no fork had a choice of values."""

    def go(self) -> Ran | None:
        """The run that takes the target and ends as well as any that was found; None where none does."""
        while self.runs - self.came_on < (
            self.most_runs if self.stuck.get(self.obstacle, 0) < 2 else self.most_runs // 4
        ):
            self.runs += 1
            try:
                ran = self._run()
            except CannotBe:
                break
            failed = next((visit for visit in ran.trace.visits if visit.failed), None)
            self.trouble = "" if failed is None else f"{failed.node.name!r} fails: {(failed.trouble or ('', ''))[0]}"
            if ran.answers or ran.was_cut or ran.refused:
                self.is_decided = False
            if ran.was_cut and self.most_events == MANY_EVENTS:
                self.unending |= ran.taken
                self.cut += 1
                if self.cut >= MOST_CUT:
                    break
            origins = Origins(ran.trace, self.budget)
            goes_on = self._look(ran, origins)
            self.is_decided = self.is_decided and not origins.is_opaque
            if not goes_on:
                return self.found
        self.is_decided = False
        return self.found

    def without(self, materials: Materials) -> None:
        """Takes other materials in place of those found, which hold what states elsewhere need, if they do as well."""
        found = self.found
        if found is None:
            return
        kept = self.materials
        self.materials = materials
        self.runs += 1
        try:
            ran = self._run()
        except CannotBe:
            ran = None
        if ran is not None and ran.run.status == found.run.status and path_of(ran) == path_of(found):
            self.found, self.found_materials, self.found_objects = ran, self.used, self.used_objects
        self.materials = kept

    def objects(self) -> dict[str, Json]:
        """The S3 objects that the readers read."""
        made: dict[str, Json] = {}
        for pointer, address in self.readers.items():
            reader = self.guide.map.states[pointer].fields["ItemReader"]
            made |= objects_for(address, reader, self.materials.value(Source("items", pointer)))
        return made

    def _run(self) -> Ran:
        self.used, self.used_objects = self.materials, self.objects()
        return run_once(
            self.program,
            self.materials,
            self.guide,
            express=self.express,
            most_events=self.most_events,
            objects=self.used_objects.items(),
            budget=self.budget,
        )

    def _look(self, ran: Ran, origins: Origins) -> bool:
        """Whether to run again: something was made up, or another choice taken. False: it is done, or cannot be done."""
        plan = self.guide.plan
        reached = plan is None
        answers = {(a.pointer, a.number): a for a in ran.answers}
        keys: dict[Visit, Key] = {}
        forks = {fork.key: number for number, fork in enumerate(self.forks)}
        changed = False
        left = False
        for visit in ran.trace.visits:
            key = keys[visit] = key_of(visit, keys)
            unplanned = fails_unplanned(visit, answers)
            fails = not unplanned and (visit.caught is not None or not visit.has_ended)
            if self._supply(origins, visit, key, fails):
                changed = True
            if changed and visit.node.type == "Choice":
                break
            state = self.guide.map.states[visit.node.pointer]
            if visit.node.type == "Choice" or unplanned:
                if changed:
                    break
                self.obstacle = state.name
                self.is_decided = self.is_decided and not unplanned
                number = forks.get(key)
                if number is not None and self.forks[number].expected == (
                    visit.way or (ENDED if visit.has_ended else "")
                ):
                    reached = reached or self._takes(visit)
                    continue
                if ran.run.status == "SUCCEEDED" and self._keep(ran, answers, settled=True):
                    # It is there, if not on the way that was meant.
                    return False
                left = True
                if number is None:
                    if visit.number > self.max_rounds:
                        self.is_decided = False
                        break
                    options = (
                        self._options(visit, state, reached, origins)
                        if not unplanned
                        else self._repairs(visit, state, reached, origins)
                    )
                    if state.pointer not in self.chosen_at:
                        self.chosen_at.add(state.pointer)
                        self.came_on = self.runs
                    self.forks.append(Fork(key, options, self.materials.asked))
                    number = len(self.forks) - 1
                del self.forks[number + 1 :]
                rerun = self._choose(visit)
                if rerun is None:
                    self._keep(ran, answers)
                    return self._back(key)
                if rerun:
                    self._keep(ran, answers)
                    return True
                left = False
                forks[key] = number
            reached = reached or self._takes(visit)
            if not reached and not changed and self._passes_by(visit, state):
                return self._back()
        if changed:
            self._keep(ran, answers)
            return True
        if not left and ran.was_cut and self.most_events == FEW_EVENTS:
            self.most_events = MANY_EVENTS
            return True
        return False if self._keep(ran, answers, settled=True) else self._back()

    def _passes_by(self, visit: Visit, state: StateNode) -> bool:
        """Whether a Map had no item, though the way leads through it."""
        if visit.node.type != "Map" or visit.threads or not visit.has_ended or visit.caught is not None:
            return False
        goal = self.guide.goal(state, reached=False)
        return goal.state == state.name and not goal.way and goal.fault is None

    def _takes(self, visit: Visit) -> bool:
        """Whether a visit takes the target."""
        plan = self.guide.plan
        if plan is None:
            return True
        wanted = plan.target.pointer
        return visit.way == wanted or any(f"{visit.node.pointer}/Retry/{i}" == wanted for i in visit.retried)

    def _keep(self, ran: Ran, answers: dict[tuple[str, int], Answered], *, settled: bool = False) -> bool:
        """Keeps a run that takes the target; whether it is as good as it gets: `settled`, and with an end of the plan."""
        plan = self.guide.plan
        if ran.was_cut or ran.refused is not None or (plan is not None and plan.target.pointer not in ran.taken):
            return False
        if any(visit.number > self.max_rounds for visit in ran.trace.visits):
            self.trouble = f"that takes more than {self.max_rounds} rounds of a loop"
            self.is_decided = False
            return False
        is_well = ends_well(ran, answers)
        rank = is_well + (settled and is_well)
        if plan is None and not is_well:
            return False
        if self.found is None or rank > self.rank:
            self.found, self.found_materials, self.rank = ran, self.used, rank
            self.found_objects = self.used_objects
        return rank == 2

    # -- what a state must find ------------------------------------------------------------------------------------------

    def _supply(self, origins: Origins, visit: Visit, key: Key, fails: bool) -> bool:
        """Makes up what the fields of a visit read; whether that changes anything."""
        # What has come further since, or by another way, has more to read.
        way = None if visit.before is None else (visit.before.node.pointer, visit.before.way)
        stage = (*key, way, visit.has_ended, len(visit.calls), visit.caught)
        if stage in self.met:
            return False
        self.met.add(stage)
        before = self.materials
        for place, want in needs_of(origins, visit, fails=fails):
            for wanted in _by_and_by(want):
                edits, supplied = self._first(origins.achieve(place, wanted))
                if supplied is not None:
                    self.is_decided = self.is_decided and not edits
                    self.materials = supplied
                    self.learned.setdefault(visit.node.pointer, {})[edits] = None
                    break
        return self._supply_objects(origins, visit) or self.materials.differs(before)

    def _first(self, ways: Found) -> tuple[Edits, Materials | None]:
        """The first of several ways to supply something that can be, and the materials with it."""
        for number, edits in enumerate(ways):
            supplied = self.materials.supplied(edits)
            if supplied is not None:
                return edits, supplied
            if number > 8:
                break
        return (), None

    def _supply_objects(self, origins: Origins, visit: Visit) -> bool:
        if visit.node.type != "Map" or "ItemReader" not in visit.node.fields:
            return False
        state = self.guide.map.states[visit.node.pointer]
        goal = self.guide.plan.goals.get(state.scope.pointer) if self.guide.plan is not None else None
        fault = goal.fault if goal is not None and goal.state == state.name else None
        if fault is not None and fault.error == ItemReaderFailed:
            return False
        address = address_of(origins, visit)
        if address is None or self.readers.get(visit.node.pointer) == address:
            return False
        self.readers[visit.node.pointer] = address
        return True

    # -- forks -----------------------------------------------------------------------------------------------------------

    def _choose(self, visit: Visit) -> bool | None:
        """Takes the next option of the last fork: True where that asks for another run, None where none is left."""
        fork = self.forks[-1]
        for way, edits in fork.options:
            self.is_decided = self.is_decided and not edits
            materials = self.materials.asking(fork.before).edited(edits)
            if materials is None:
                continue
            same = not materials.differs(self.materials)
            self.materials = materials
            fork.expected = way
            if same and (visit.way == way or (way == ENDED and visit.has_ended)):
                return False
            if same and edits == ():
                continue
            return True
        self.forks.pop()
        return None

    def _back(self, key: Key = ()) -> bool:
        """Back to the last fork that has something left to try; further, where the same visit stands in the way again."""
        self.repeats[key] += 1
        for _ in range(max(0, self.repeats[key] - 3) if key else 0):
            if len(self.forks) > 1:
                self.forks.pop()
        while self.forks:
            fork = self.forks[-1]
            for way, edits in fork.options:
                self.is_decided = self.is_decided and not edits
                materials = self.materials.asking(fork.before).edited(edits)
                if materials is not None:
                    self.materials = materials
                    fork.expected = way
                    return True
            self.forks.pop()
        return False

    def _options(self, visit: Visit, state: StateNode, reached: bool, origins: Origins) -> Iterator[tuple[str, Edits]]:
        """(way, what must be made up for it) at a Choice: the ways that lead on, the best first."""
        for way in self.guide.ways(state, reached):
            accepted = False
            for edits in self._taking(visit, way, origins):
                accepted = True
                yield way, edits
            if not accepted and way == visit.way:
                yield way, ()

    def _taking(self, visit: Visit, way: str, origins: Origins) -> Found:
        """What must be made up for a Choice to take a way: its rule holds, and none before it does."""
        rules = visit.node.fields.get("Choices", ())
        tail = way[len(visit.node.pointer) + 1 :].split("/")
        number = int(tail[1]) if tail[0] == "Choices" else len(rules)
        return together(
            [partial(rule, origins, visit, rules[i], i == number) for i in range(min(number + 1, len(rules)))]
        )

    def _repairs(self, visit: Visit, state: StateNode, reached: bool, origins: Origins) -> Iterator[tuple[str, Edits]]:
        """What might keep a state from failing: other kinds of values for what it reads."""
        expected = visit.way if visit.way in self.guide.ways(state, reached) else None
        way = f"{state.pointer}/Next" if "Next" in state.fields else ENDED
        seen: set[Place] = set()
        for place, _ in needs_of(origins, visit):
            if place in seen:
                continue
            seen.add(place)
            for kind in _KINDS:
                for edits in origins.achieve(place, of_kind(kind)):
                    yield way, edits
                    break
            for value in ("{}", "1"):
                for edits in origins.achieve(place, exactly(value)):
                    yield way, edits
                    break
        if expected is not None:
            yield expected, ()


def _by_and_by(want: Want) -> list[Want]:
    """A want, and what will do where it cannot be had."""
    if want.low:
        return [want, want._replace(low=0)]
    return [want]
