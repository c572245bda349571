"""MapRun: one run of a Distributed Map over its items: the children under way, how they end, what they leave."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from flowdsl.interpreter import history as h
from flowdsl.interpreter.budgets import CHECKPOINT
from flowdsl.interpreter.children import child_run
from flowdsl.interpreter.failures import StateFailure
from flowdsl.interpreter.frames import Frame
from flowdsl.interpreter.item_reader import ReaderFailure
from flowdsl.interpreter.redrive import FanPoint
from flowdsl.interpreter.result_writer import Export
from flowdsl.interpreter.run import Run
from flowdsl.interpreter.sizes import LIMIT, json_size
from flowdsl.query.base import ExpressionError

if TYPE_CHECKING:
    from flowdsl.interpreter.distributed import DistributedMap

__tracebackhide__ = True
"""pytest shows the lines of the test and of its mocks, not those in between."""

CONCURRENCY = 10_000
"""Child executions at once without MaxConcurrency (spec)."""
TOGETHER = 64
"""Children that are started one after the other before they get their turn: none of them needs to wait for the rest, and
ten thousand under way take much more memory and time than a few that end at once."""


def threshold_exceeded() -> StateFailure:
    """More items have failed than are tolerated."""
    return StateFailure(
        "States.ExceedToleratedFailureThreshold", "The specified tolerated failure threshold was exceeded"
    )


class MapRun:
    """One run over the items: starts child executions, at most `limit` at once, and counts how they end.

    It is a process of the timeline, ready for as long as there are children to start and room for them.
    """

    __slots__ = (
        "_bytes",
        "_filling",
        "_sources",
        "_total",
        "active",
        "arn",
        "ended",
        "export",
        "express",
        "failed_items",
        "failure",
        "frame",
        "kept",
        "label",
        "limit",
        "max_count",
        "max_percentage",
        "results",
        "saved",
        "sizes",
        "started",
        "state",
        "ticket",
        "unsuccessful",
    )

    def __init__(
        self, frame: Frame, state: DistributedMap, arn: str, label: str, sources: Iterator[tuple[Any, int]]
    ) -> None:
        self.frame = frame
        self.state = state
        self.arn = arn
        self.label = label
        self._sources: Iterator[tuple[Any, int]] | None = sources
        self._total: int | None = None
        self._bytes = 0
        self._filling = False
        self.ticket = 0
        self.limit = CONCURRENCY
        self.active: dict[int, Run] = {}
        self.sizes: dict[int, int] = {}
        self.started = 0
        self.ended = 0
        self.failed_items = 0
        self.failure: StateFailure | None = None
        self.saved: FanPoint | None = None
        self.unsuccessful: list[tuple[int, Any, int]] = []
        """(index, input, items) of each child that did not end well, for a redrive; tolerated ones are bounded by it."""
        self.results: dict[int, list[Any]] = {}
        self.kept = True
        """Whether results are still collected: past the payload limit there is no use in them."""
        self.export: Export | None = None
        self.max_count: float | None = None
        self.max_percentage: float | None = None

    def begin(self) -> None:
        """Starts children as soon as it is this Map Run's turn."""
        if not self._filling:
            self._filling = True
            self.frame.run.timeline.ready.append(self)

    def resume(self) -> None:
        """Starts a few children, and takes turns with them while there is room for more."""
        self._filling = False
        try:
            for _ in range(TOGETHER):
                if len(self.active) >= self.limit or not self.next():
                    break
        except ReaderFailure as error:
            self.fail(StateFailure("States.ItemReaderFailed", str(error)))
        except ExpressionError as error:
            self.fail(self.frame.failure(error))
        except StateFailure as failure:
            self.fail(failure)
        else:
            self.more()

    def more(self) -> None:
        """What is next: further children, or the end when the last one has ended."""
        if self._sources is None:
            if not self.active:
                self.frame.rouse()
        elif len(self.active) < self.limit:
            self.begin()

    def rouse(self) -> None:
        """No alarm is ever set for a Map Run itself."""

    def next(self) -> bool:
        """Starts the next child execution; False when there is none left."""
        if self._sources is None:
            return False
        try:
            value, items = next(self._sources)
        except StopIteration:
            self._sources = None
            self._total = self.ended + sum(self.sizes.values())
            return False
        index = self.started
        self.started += 1
        self.start(index, value, items)
        return True

    def start(self, index: int, value: Any, items: int) -> None:
        """Starts the child execution of an item or batch."""
        child = child_run(self.frame.run, self.state.machine, value, self.label, self.state.express, index)
        if not child.fits(value):
            raise self.frame.too_large(self.state.name, final=False)
        child.on_end = lambda run: self.child_ended(index, run)
        self.active[index] = child
        self.sizes[index] = items
        child.start()

    def child_ended(self, index: int, child: Run) -> None:
        """Counts a child's end, keeps its result, starts the next."""
        if self.failure is not None or child.status == "ABORTED":
            return
        del self.active[index]
        items = self.sizes.pop(index)
        self.ended += items
        run = self.frame.run
        run.budget.count(len(child.records) % CHECKPOINT)
        if run.on_child is not None:
            run.on_child(child)
        if child.status != "SUCCEEDED":
            self.failed_items += items
            if len(self.unsuccessful) < CONCURRENCY:
                self.unsuccessful.append((index, child.input, items))
        if self.exceeded():
            self.fail(threshold_exceeded())
            return
        if self.export is not None:
            self.export.add(child)
        else:
            self.keep(index, self.state.writer.entries(child))
        self.more()

    def keep(self, index: int, entries: list[Any]) -> None:
        """Collects what a child adds to the result, as long as the result can still be a legal one."""
        if not self.kept:
            return
        if self.frame.run.quotas:
            self._bytes += sum(json_size(entry) + 1 for entry in entries)
            if self._bytes + 1 > LIMIT:
                self.kept = False
                self.results.clear()
                return
        self.results[index] = entries

    def exceeded(self) -> bool:
        """Whether too many items have failed. Without a threshold one is too many; either one of two decides."""
        failed = self.failed_items
        if not failed:
            return False
        if not self.max_count and not self.max_percentage:
            return True
        if self.max_count and failed > self.max_count:
            return True
        total = self._total
        return bool(self.max_percentage and total and failed * 100 / total > self.max_percentage)

    def fail(self, failure: StateFailure) -> None:
        """Ends the Map Run: what is under way is aborted."""
        self.failure = failure
        self.saved = self.save()
        self.drop()
        self.frame.rouse()

    def save(self) -> FanPoint:
        """Where the Map Run stands, for a redrive."""
        waiting = [(index, child.input, self.sizes[index]) for index, child in self.active.items()]
        again = sorted(self.unsuccessful + waiting, key=lambda item: item[0])
        return FanPoint([], {}, map_run=(self, self._sources, again))

    def go_on(self, old: MapRun, sources: Iterator[tuple[Any, int]] | None, again: list[tuple[int, Any, int]]) -> None:
        """Goes on where a redriven Map Run stood: its results stay, the unsuccessful children run again."""
        self._sources, self._total = sources, old._total
        self.started, self.results, self.kept, self._bytes = old.started, old.results, old.kept, old._bytes
        self.export = old.export
        self.ended = old.ended - sum(items for _, _, items in old.unsuccessful)
        for index, value, items in again:
            self.results.pop(index, None)
            self.start(index, value, items)

    def abort(self, event: int) -> None:
        """Another branch has failed: the Map Run is aborted."""
        self.frame.run.record(h.MAP_RUN_ABORTED, event)
        self.drop()

    def drop(self) -> None:
        """Ends every child without a word in the parent's history."""
        active, self.active = self.active, {}
        self._sources = None
        for child in active.values():
            child.stop()

    def failure_allows_redrive(self) -> bool:
        """Whether the same Map Run can go on; after these a new one starts (spec)."""
        return self.failure is None or self.failure.error not in ("States.DataLimitExceeded", "States.Runtime")

    def known_total(self, total: int) -> None:
        """The number of items, where it is known before the run."""
        self._total = total
