"""Distributed Map, compiled: a Map Run with one child execution per item or batch, its tolerance and its results."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flowdsl.asl.definition import StateNode
from flowdsl.interpreter import history as h
from flowdsl.interpreter.batches import ItemBatcher
from flowdsl.interpreter.dataflow import finisher
from flowdsl.interpreter.failures import NotSupported, StateFailure
from flowdsl.interpreter.fan_out import MapStages
from flowdsl.interpreter.fields import number
from flowdsl.interpreter.frames import PARKED, Frame, Steps
from flowdsl.interpreter.item_reader import Item, ItemReader, ReaderFailure
from flowdsl.interpreter.nodes import Machine, Node
from flowdsl.interpreter.redrive import FanPoint
from flowdsl.interpreter.result_writer import Export, ResultWriter
from flowdsl.interpreter.run import Run
from flowdsl.interpreter.s3 import S3Objects
from flowdsl.interpreter.sizes import LIMIT, json_size
from flowdsl.interpreter.walking import Attempt
from flowdsl.query.base import ExpressionError

CONCURRENCY = 10_000
"""Child executions at once without MaxConcurrency (spec)."""
TOLERANCE = "States.ExceedToleratedFailureThreshold"


TOGETHER = 64
"""Children that are started one after the other before they get their turn: none of them needs to wait for the rest, and
ten thousand under way take much more memory and time than a few that end at once."""


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
        child = Run.child(self.frame.run, self.state.machine, value, self.label, self.state.express, index)
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
        if run.on_child is not None:
            run.on_child(child)
        if child.status != "SUCCEEDED":
            self.failed_items += items
            if len(self.unsuccessful) < CONCURRENCY:
                self.unsuccessful.append((index, child.input, items))
        if self.exceeded():
            self.fail(StateFailure(TOLERANCE, "The specified tolerated failure threshold was exceeded"))
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


class DistributedMap:
    """A compiled Distributed Map."""

    def __init__(self, state: StateNode, node: Node, machines: dict[str, Machine]) -> None:
        fields = state.fields
        key = "ItemProcessor" if "ItemProcessor" in fields else "Iterator"
        machine = machines.get(f"{state.pointer}/{key}")
        if machine is None:
            raise NotSupported(state.name, "ItemProcessor", "is missing")
        self.machine = machine
        self.node = node
        self.name = state.name
        self.stages = node.stages = MapStages(state)
        self.finish = node.finish = finisher(state, self.stages)
        self.express = fields[key].get("ProcessorConfig", {}).get("ExecutionType") == "EXPRESS"
        self.label = fields.get("Label")
        self.reader = ItemReader(state) if "ItemReader" in fields else None
        self.batcher = ItemBatcher(state) if "ItemBatcher" in fields else None
        self.writer = ResultWriter(state)
        self._concurrency = number(state, fields, "MaxConcurrency")
        self._count = number(state, fields, "ToleratedFailureCount")
        self._percentage = number(state, fields, "ToleratedFailurePercentage", kind="float")

    def attempt(self, frame: Frame, value: Any) -> Steps:
        """One Map Run."""
        run = frame.run
        saved, frame.saved = frame.saved, None
        if saved is not None and saved.map_run is not None and saved.map_run[0].failure_allows_redrive():
            return (yield from self.redriven(frame, value, *saved.map_run))
        effective = self.stages.effective_input(frame, value)
        items = None if self.reader is not None else self.stages.items(frame, effective, objects=True)
        limit = int(self._concurrency(frame) or 0) or CONCURRENCY
        # With an ItemReader the number of items is not known yet: 0 (recorded).
        frame.last = run.record(h.MAP_STARTED, frame.last, 0 if items is None else len(items))
        max_count, max_percentage = self.tolerance(frame)
        reading = self.reading(frame)
        bounds = None if self.batcher is None else self.batcher.bounds(frame)
        label = self.label or run.new_id()
        arn = f"arn:aws:states:{run.region}:{run.account}:mapRun:{run.program.name}/{label}:{run.new_id()}"
        started = frame.last = run.record(h.MAP_RUN_STARTED, frame.last, arn)
        objects = S3Objects() if run.s3 is None else run.s3
        source = _stored(items) if items is not None else self.reader.read(*reading, objects)  # type: ignore[union-attr]
        inputs: Iterator[tuple[Any, int]] = self.inputs(frame, effective, source)
        if self.batcher is not None and bounds is not None:
            inputs = self.batcher.batches(frame, effective, inputs, bounds)
        map_run = frame.fan = MapRun(frame, self, arn, label, inputs)
        map_run.max_count, map_run.max_percentage = max_count, max_percentage
        if items is not None:
            map_run.known_total(len(items))
        if self.writer.exports:
            frame.input = effective
            given = self.writer.parameters(frame)
            map_run.export = Export(
                objects, self.writer, str(given.get("Bucket", "")), str(given.get("Prefix") or ""), arn
            )
        map_run.limit = limit
        return (yield from self.awaited(frame, value, map_run, started))

    def redriven(self, frame: Frame, value: Any, old: MapRun, sources: Any, again: Any) -> Steps:
        """The same Map Run once more, for what was unsuccessful in it."""
        run = frame.run
        frame.input = value
        started = frame.last = run.record(h.MAP_RUN_REDRIVEN, frame.last, old.arn, run.redrives)
        map_run = frame.fan = MapRun(frame, self, old.arn, old.label, iter(()))
        map_run.max_count, map_run.max_percentage = old.max_count, old.max_percentage
        map_run.go_on(old, sources, again)
        map_run.limit = int(self._concurrency(frame) or 0) or CONCURRENCY
        return (yield from self.awaited(frame, value, map_run, started))

    def awaited(self, frame: Frame, value: Any, map_run: MapRun, started: int) -> Steps:
        """Waits for the children; the state's output."""
        run = frame.run
        map_run.begin()
        yield PARKED
        if map_run.failure is None and map_run.exceeded():
            map_run.failure = StateFailure(TOLERANCE, "The specified tolerated failure threshold was exceeded")
        if map_run.failure is None and not map_run.kept:
            failure = frame.too_large(self.name, final=False)
            map_run.failure = StateFailure(failure.error, failure.cause)
        if map_run.failure is not None:
            map_run.saved = map_run.saved or map_run.save()
            raise self.failed(frame, map_run.failure, started)
        frame.fan = None
        result = self.result(map_run)
        frame.last = run.record(h.MAP_RUN_SUCCEEDED, started)
        run.record(h.MAP_SUCCEEDED, frame.last)
        return self.finish(frame, value, result)

    def result(self, map_run: MapRun) -> Any:
        """The state's result: the outputs in item order, or where they were written."""
        if map_run.export is not None:
            return {"MapRunArn": map_run.arn, "ResultWriterDetails": map_run.export.close()}
        return [entry for index in sorted(map_run.results) for entry in map_run.results[index]]

    def failed(self, frame: Frame, failure: StateFailure, started: int) -> StateFailure:
        """The Map Run's failure, and its event."""
        if failure.event == 0:
            failure.event = frame.run.record(h.MAP_RUN_FAILED, started, failure.error, failure.cause)
        failure.state = self.name
        return failure

    def tolerance(self, frame: Frame) -> tuple[float | None, float | None]:
        """ToleratedFailureCount and ToleratedFailurePercentage; 0 is as good as none (measured)."""
        count = self._count(frame)
        if count is not None and count < 0:
            raise frame.runtime("ToleratedFailureCount cannot be negative.")
        percentage = self._percentage(frame)
        if percentage is not None and not 0 <= percentage <= 100:
            raise frame.runtime("ToleratedFailurePercentage must be between 0 and 100.")
        return count, percentage

    def reading(self, frame: Frame) -> tuple[dict[str, Any], int | None]:
        """What the reader is told."""
        if self.reader is None:
            return {}, None
        return self.reader.parameters(frame), self.reader.max_items(frame)

    def inputs(self, frame: Frame, effective: Any, source: Iterator[Item]) -> Iterator[tuple[Any, int]]:
        """(input, 1) of each item: what ItemSelector gives, else the item."""
        selector = self.stages.selector
        for index, (item, origin) in enumerate(source):
            if selector is None:
                yield item, 1
                continue
            told: dict[str, Any] = {"Index": index, "Value": item, "Source": origin}
            if origin == KEYED:
                told |= {"Key": item["Key"], "Value": item["Value"], "Source": STORED}
            whole = frame.context
            frame.input = effective
            frame.context = {**whole, "Map": {"Item": told}}
            try:
                value = selector(frame)
            finally:
                frame.context = whole
            if not frame.run.fits(value):
                raise frame.too_large(self.name, final=False)
            yield value, 1


STORED = "STATE_DATA"
KEYED = "STATE_DATA object"


def _stored(items: Any) -> Iterator[Item]:
    """The items of a list, or {Key, Value} of an object's members (measured)."""
    if isinstance(items, dict):
        return (({"Key": key, "Value": value}, KEYED) for key, value in items.items())
    return ((item, STORED) for item in items)


def compile_distributed_map(state: StateNode, node: Node, machines: dict[str, Machine]) -> Attempt:
    """The attempt of a Distributed Map."""
    return DistributedMap(state, node, machines).attempt
