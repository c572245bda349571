"""A run as visits of states: what came in, what went out, which calls were made, and which visit came before.

Branches, iterations and the child executions of a Distributed Map are threads of their own under the visit that began
them. Everything is read out of the run's records.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from flowdsl.explore.wants import MISSING
from flowdsl.interpreter import history as h
from flowdsl.interpreter.nodes import Node
from flowdsl.interpreter.run import Run

Json = Any

_ENTERED: Final = frozenset(h.ENTERED.values())
_EXITED: Final = frozenset(h.EXITED.values())
_SCHEDULED: Final = frozenset((h.TASK_SCHEDULED, h.LAMBDA_SCHEDULED, h.ACTIVITY_SCHEDULED))
_SUCCEEDED: Final = frozenset((h.TASK_SUCCEEDED, h.LAMBDA_SUCCEEDED, h.ACTIVITY_SUCCEEDED))
_FAILED: Final = frozenset(
    (
        h.TASK_FAILED,
        h.LAMBDA_FAILED,
        h.ACTIVITY_FAILED,
        h.TASK_TIMED_OUT,
        h.LAMBDA_TIMED_OUT,
        h.ACTIVITY_TIMED_OUT,
    )
)


class Visit:
    """One time that a state was entered."""

    __slots__ = (
        "assigned",
        "before",
        "calls",
        "caught",
        "choice",
        "failed",
        "input",
        "key",
        "node",
        "number",
        "output",
        "result",
        "retried",
        "run",
        "thread",
        "threads",
        "time_ms",
        "trouble",
        "variables",
    )

    def __init__(self, node: Node, thread: Thread, value: Json, key: tuple[int, ...], run: Run, time_ms: int) -> None:
        self.node = node
        self.thread = thread
        self.input = value
        self.key = key
        """Visits in the order in which they began; one inside another comes after it."""
        self.run = run
        self.time_ms = time_ms
        self.before: Visit | None = thread.visits[-1] if thread.visits else None
        """The visit whose output this one got; None for a thread's first."""
        self.number = 1
        """The how-manieth visit of the state in its thread, from 1."""
        self.variables = thread.variables
        self.output: Json = MISSING
        self.assigned: dict[str, Json] | None = None
        self.calls: list[int] = []
        """Numbers of its calls among all calls of the state."""
        self.result: Json = MISSING
        """The raw result of a Task's last call."""
        self.caught: int | None = None
        """The Catcher that took its failure."""
        self.retried: list[int] = []
        """The Retriers that had it try again."""
        self.choice: int | None = None
        """The rule that a Choice took; -1: Default."""
        self.threads: list[Thread] = []
        """Its branches or iterations, those of a failed try included."""
        self.trouble: tuple[str | None, str | None] | None = None
        """(error, cause) of its last failure."""
        self.failed = False
        """Whether it is where the execution failed."""

    def __repr__(self) -> str:
        return f"<{self.node.name} {self.key}>"

    @property
    def has_ended(self) -> bool:
        """Whether it gave an output."""
        return self.output is not MISSING

    @property
    def way(self) -> str | None:
        """Pointer of the transition that it took; None where it ended its scope, or did not end."""
        at = self.node.pointer
        if self.choice is not None:
            return f"{at}/Default" if self.choice < 0 else f"{at}/Choices/{self.choice}/Next"
        if self.caught is not None:
            return f"{at}/Catch/{self.caught}/Next"
        return f"{at}/Next" if self.has_ended and self.node.next is not None else None


class Thread:
    """The visits that came one after the other: of the machine, a branch, an iteration, a child execution."""

    __slots__ = ("counts", "index", "parent", "variables", "visits")

    def __init__(self, parent: Visit | None, index: int, variables: dict[str, Json]) -> None:
        self.parent = parent
        """The Map's or Parallel's visit."""
        self.index = index
        self.variables = variables
        self.visits: list[Visit] = []
        self.counts: dict[str, int] = {}

    @property
    def output(self) -> Json:
        """What it ended with; MISSING where it did not."""
        return self.visits[-1].output if self.visits else MISSING


class Trace:
    """The visits of an execution, those in its Distributed Maps' children included."""

    def __init__(self, run: Run, children: Iterable[Run], asked: dict[int, list[int]]) -> None:
        """`asked`: by the id() of a run, the number of each of its calls among all calls of the state."""
        self.run = run
        self._asked = asked
        self.root = Thread(None, 0, {})
        self.visits: list[Visit] = []
        waiting = list(children)
        self._read(run, self.root, ())
        while waiting:
            # A child that has children of its own comes after it.
            rest: list[Run] = []
            for child in waiting:
                parent = self._parent(child)
                if parent is None:
                    rest.append(child)
                    continue
                thread = Thread(parent, child.item or 0, {})
                parent.threads.append(thread)
                self._read(child, thread, (*parent.key, child.item or 0))
            if len(rest) == len(waiting):
                break
            waiting = rest
        self.visits.sort(key=lambda visit: visit.key)

    def at(self, pointer: str) -> Iterator[Visit]:
        """The visits of one state."""
        return (visit for visit in self.visits if visit.node.pointer == pointer)

    def _parent(self, child: Run) -> Visit | None:
        """The Map visit that a child execution belongs to: the one of its state whose Map Run bears its label."""
        at = child.program.start.pointer.rpartition("/States/")[0].rpartition("/")[0]
        found = None
        for visit in self.visits:
            if visit.node.pointer == at and (found is None or f"/{child.label}:" in _map_run_of(visit)):
                found = visit
        return found

    def _read(self, run: Run, root: Thread, key: tuple[int, ...]) -> None:
        _Reader(self, run, root, key, self._asked.get(id(run), [])).read()


def _map_run_of(visit: Visit) -> str:
    for record in visit.run.records:
        if record[0] is h.MAP_RUN_STARTED and record[1] >= visit.key[-1]:
            return str(record[3])
    return ""


class _Reader:
    """Reads the records of one run."""

    def __init__(self, trace: Trace, run: Run, root: Thread, key: tuple[int, ...], asked: list[int]) -> None:
        self.trace = trace
        self.run = run
        self.root = root
        self.key = key
        self.asked = iter(asked)
        self.threads: list[Thread] = [root]
        """By event id; 0 is what comes before the first."""
        self.caught: dict[tuple[int, int], int] = {}
        self.retries: dict[int, tuple[Node, int]] = {}
        self.chosen: dict[int, int] = {}

    def read(self) -> None:
        run = self.run
        for node, way, event in run.decisions:
            if isinstance(way, int):
                self.chosen[event] = way
            elif way[0] == "Retry":
                self.retries[event] = (node, way[1])
            else:
                self.caught[event, id(node)] = way[1]
        records = run.records
        for number, record in enumerate(records, 1):
            kind, previous = record[0], record[1]
            if kind in _ENTERED:
                thread = self._entered(number, previous, record)
            elif kind in _EXITED:
                thread = self._exited(previous, record)
            elif kind is h.ITERATION_STARTED:
                parent = self._open(previous, record[3])
                thread = Thread(parent, record[4], {} if parent is None else parent.variables)
                if parent is not None:
                    parent.threads.append(thread)
            else:
                thread = self._of(previous)
                self._inside(thread, kind, record)
            self.threads.append(thread)
        self._end()

    def _of(self, previous: int) -> Thread:
        """The thread of an event: that of the one it points to, or of the state that tries again after it."""
        again = self.retries.pop(previous, None)
        if again is not None:
            found = self._open(previous, again[0])
            if found is not None:
                found.retried.append(again[1])
                return found.thread
        return self.threads[min(previous, len(self.threads) - 1)]

    def _open(self, previous: int, node: Node) -> Visit | None:
        """The open visit of a state in the thread of an event, or in one around it."""
        thread: Thread | None = self.threads[min(previous, len(self.threads) - 1)]
        while thread is not None:
            last = thread.visits[-1] if thread.visits else None
            if last is not None and last.node is node and not last.has_ended:
                return last
            thread = thread.parent.thread if thread.parent is not None else None
        return None

    def _entered(self, number: int, previous: int, record: tuple[Any, ...]) -> Thread:
        node: Node = record[3]
        thread = self._of(previous)
        before = self.run.records[previous - 1] if previous else None
        if before is not None and before[0] is h.PARALLEL_STARTED:
            parent = thread.visits[-1]
            index = int(node.pointer.rpartition("/States/")[0].rpartition("/")[2])
            thread = Thread(parent, index, parent.variables)
            parent.threads.append(thread)
        visit = Visit(node, thread, record[4], (*self.key, number), self.run, record[2])
        thread.counts[node.pointer] = visit.number = thread.counts.get(node.pointer, 0) + 1
        visit.choice = self.chosen.get(number)
        thread.visits.append(visit)
        self.trace.visits.append(visit)
        return thread

    def _exited(self, previous: int, record: tuple[Any, ...]) -> Thread:
        node: Node = record[3]
        visit = self._open(previous, node)
        if visit is None:
            return self._of(previous)
        visit.output = record[4]
        visit.caught = self.caught.get((previous, id(node)))
        if len(record) > 5:
            visit.assigned = record[5]
            visit.thread.variables = {**visit.variables, **record[5]}
        return visit.thread

    def _inside(self, thread: Thread, kind: Any, record: tuple[Any, ...]) -> None:
        visit = thread.visits[-1] if thread.visits else None
        if visit is None:
            return
        if kind in _SCHEDULED:
            visit.calls.append(next(self.asked, 0))
        elif kind in _SUCCEEDED:
            visit.result = record[4]
        elif kind in _FAILED:
            visit.trouble = (record[4], record[5])
        elif kind is h.EVALUATION_FAILED:
            # It points to what came before the state, which may be another thread's.
            for failed in reversed(self.trace.visits):
                if failed.node is record[3] and failed.run is self.run and not failed.has_ended:
                    failed.trouble = (record[4], record[5])
                    return

    def _end(self) -> None:
        run = self.run
        if run.status != "FAILED":
            return
        for visit in reversed(self.trace.visits):
            if visit.run is run and visit.node.name == run.failed_state and not visit.has_ended:
                visit.failed = True
                visit.trouble = (run.error, run.cause)
                return
