"""Distributed Map, compiled: a Map Run with one child execution per item or batch, its tolerance and its results."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flowdsl.asl.definition import StateNode
from flowdsl.asl.values import is_object
from flowdsl.interpreter import history as h
from flowdsl.interpreter.batches import ItemBatcher
from flowdsl.interpreter.dataflow import finisher
from flowdsl.interpreter.failures import NotSupported, StateFailure
from flowdsl.interpreter.fan_out import MapStages
from flowdsl.interpreter.fields import at_once, number
from flowdsl.interpreter.frames import PARKED, Frame, Steps
from flowdsl.interpreter.item_reader import Item, ItemReader
from flowdsl.interpreter.map_run import CONCURRENCY, MapRun, threshold_exceeded
from flowdsl.interpreter.nodes import Machine, Node
from flowdsl.interpreter.result_writer import Export, ResultWriter
from flowdsl.interpreter.s3 import S3Objects
from flowdsl.interpreter.sizes import fits
from flowdsl.interpreter.walking import Attempt

__tracebackhide__ = True
"""pytest shows the lines of the test and of its mocks, not those in between."""


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
        self.stages = node.stages = MapStages(state, objects=True)
        self.finish = node.finish = finisher(state, self.stages)
        self.express = fields[key].get("ProcessorConfig", {}).get("ExecutionType") == "EXPRESS"
        self.label = fields.get("Label")
        self.reader = ItemReader(state) if "ItemReader" in fields else None
        self.batcher = ItemBatcher(state) if fields.get("ItemBatcher") else None
        self.writer = ResultWriter(state)
        self._concurrency = at_once(state, CONCURRENCY)
        self._count = number(state, fields, "ToleratedFailureCount")
        self._percentage = number(state, fields, "ToleratedFailurePercentage", kind="float")

    def attempt(self, frame: Frame, value: Any) -> Steps:
        """One Map Run."""
        run = frame.run
        saved, frame.saved = frame.saved, None
        if saved is not None and saved.map_run is not None and saved.map_run[0].failure_allows_redrive():
            return (yield from self.redriven(frame, value, *saved.map_run))
        effective = self.stages.effective_input(frame, value)
        items = None if self.reader is not None else self.stages.items(frame, effective)
        limit = self._concurrency(frame)
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
        map_run.limit = self._concurrency(frame)
        return (yield from self.awaited(frame, value, map_run, started))

    def awaited(self, frame: Frame, value: Any, map_run: MapRun, started: int) -> Steps:
        """Waits for the children; the state's output."""
        run = frame.run
        map_run.begin()
        yield PARKED
        if map_run.failure is None and map_run.exceeded():
            map_run.failure = threshold_exceeded()
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
            # Counted by the child, which keeps it no longer than it runs.
            if not fits(value, frame.run.sizes.limit):
                raise frame.too_large(self.name, final=False)
            yield value, 1


STORED = "STATE_DATA"
KEYED = "STATE_DATA object"


def _stored(items: Any) -> Iterator[Item]:
    """The items of a list, or {Key, Value} of an object's members (measured)."""
    if is_object(items):
        return (({"Key": key, "Value": value}, KEYED) for key, value in items.items())
    return ((item, STORED) for item in items)


def compile_distributed_map(state: StateNode, node: Node, machines: dict[str, Machine]) -> Attempt:
    """The attempt of a Distributed Map."""
    return DistributedMap(state, node, machines).attempt
