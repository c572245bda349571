"""Parallel and inline Map, compiled: frames that run side by side, and the state that waits for them."""

from __future__ import annotations

from typing import Any

from flowdsl.asl.definition import StateNode
from flowdsl.asl.values import is_list, is_object
from flowdsl.interpreter import history as h
from flowdsl.interpreter import languages
from flowdsl.interpreter.dataflow import Stages, finisher
from flowdsl.interpreter.failures import HistoryFull, NotSupported, StateFailure
from flowdsl.interpreter.fields import at_once
from flowdsl.interpreter.frames import PARKED, QUERY_ERROR, Frame, Steps
from flowdsl.interpreter.nodes import Machine, Node
from flowdsl.interpreter.redrive import FanPoint, Point, place, point_of
from flowdsl.interpreter.sizes import to_json
from flowdsl.interpreter.walking import Attempt, walk
from flowdsl.query.base import ExpressionError

__tracebackhide__ = True
"""pytest shows the lines of the test and of its mocks, not those in between."""

INLINE_CONCURRENCY = 40
"""Iterations that an inline Map without MaxConcurrency runs at once, about (spec)."""


class FanOut:
    """The frames under one Parallel or Map. The first failure ends the others."""

    __slots__ = ("children", "failure", "frame", "left", "results", "saved")

    def __init__(self, frame: Frame, size: int) -> None:
        self.frame = frame
        self.children: dict[int, Frame] = {}
        """Those under way, by index."""
        self.results: list[Any] = [None] * size
        self.left = size
        self.failure: StateFailure | None = None
        self.saved: FanPoint | None = None
        """Where those under way stood when they were ended."""

    def save(self) -> FanPoint:
        """Where everything stands, for a redrive."""
        points = {index: point_of(child) for index, child in self.children.items()}
        begun = {index: point for index, point in points.items() if point is not None}
        return FanPoint(list(self.results), begun, [index for index, point in points.items() if point is None])

    def finished(self, frame: Frame, output: Any) -> None:
        """One has ended well."""
        del self.children[frame.index]
        self.results[frame.index] = output
        self.left -= 1
        if self.failure is None and self.left == 0:
            self.frame.rouse()

    def failed(self, frame: Frame, failure: StateFailure) -> None:
        """One has failed: the others end here, and the state is told."""
        if self.failure is not None:
            return
        self.failure = failure
        self.saved = self.save()
        if failure.final:
            self.drop()
        else:
            try:
                self.failure_event(frame, failure)
                self.abort(failure.event, failed=frame.index)
            except HistoryFull as full:
                self.failure = full
                self.drop()
        self.frame.rouse()

    def failure_event(self, frame: Frame, failure: StateFailure) -> None:
        """What the history says of the one that failed, before it says that the others are aborted."""

    def abort(self, event: int, failed: int = -1) -> None:
        """Ends every frame under way; the history tells of the states that were open."""
        for index, child in list(self.children.items()):
            if child.fan is not None and child.steps is not None:
                child.fan.abort(event)
            node = child.node
            if node is not None and node.type in h.ABORTED:
                child.run.record(h.ABORTED[node.type], event)
            if index != failed:
                self.aborted(child, event)
            child.end()
        self.children.clear()

    def aborted(self, frame: Frame, event: int) -> None:
        """What the history says of one that another's failure has ended."""

    def drop(self) -> None:
        """Ends every frame without a word."""
        for child in self.children.values():
            if child.fan is not None:
                child.fan.drop()
            child.end()
        self.children.clear()


def begin(child: Frame, start: Node, value: Any, point: Point | None) -> None:
    """Gives a frame its work: from the start, or from where a redriven one stood."""
    if point is None:
        child.steps = walk(child, start, value)
    else:
        place(child, point)
        child.steps = walk(child, point.node, point.value, entered=point.entered > 0)


def compile_parallel(state: StateNode, node: Node, machines: dict[str, Machine]) -> Attempt:
    """All branches at once, each with the same input; the result is the list of their outputs."""
    branches = state.fields.get("Branches")
    if not is_list(branches) or not branches:
        raise NotSupported(state.name, "Branches", "must be a list of at least one branch")
    under = [machines.get(f"{state.pointer}/Branches/{i}") for i in range(len(branches))]
    stages = node.stages = Stages(state)
    finish = node.finish = finisher(state, stages, parts=True)

    def attempt(frame: Frame, value: Any) -> Steps:
        run = frame.run
        saved, frame.saved = frame.saved, None
        request = stages.request(frame, value)
        if request is not value and not run.fits(request):
            raise frame.too_large(node.name, final=False)
        if saved is None:
            frame.last = run.record(h.PARALLEL_STARTED, frame.last)
        started = frame.last
        fan = frame.fan = FanOut(frame, len(under))
        lasts: list[Frame] = []
        for index, machine in enumerate(under):
            assert machine is not None
            assert machine.start is not None
            if saved is not None and index not in saved.points and index not in saved.fresh:
                fan.results[index] = saved.results[index]
                fan.left -= 1
                continue
            child = Frame(run, fan, frame.variables, started, index)
            begin(child, machine.start, request, None if saved is None else saved.points.get(index))
            fan.children[index] = child
            lasts.append(child)
            run.timeline.ready.append(child)
        yield PARKED
        if fan.failure is not None:
            raise fan.failure
        frame.fan = None
        # ParallelStateExited points past ParallelStateSucceeded, to the last event of the branches (recorded).
        frame.last = max(child.last for child in lasts)
        run.record(h.PARALLEL_SUCCEEDED, frame.last)
        return finish(frame, value, fan.results)

    return attempt


class Iterations(FanOut):
    """The iterations of one inline Map."""

    __slots__ = ("effective", "items", "last", "loose", "node", "selector", "start", "upcoming")

    def __init__(self, frame: Frame, node: Node, start: Node, items: list[Any], selector: Any, effective: Any) -> None:
        super().__init__(frame, len(items))
        self.node = node
        self.start = start
        self.items = items
        self.selector = selector
        self.effective = effective
        self.upcoming = 0
        self.last = frame.last
        self.loose = selector is None and items is not effective and not frame.run.sizes.fits_together(items)
        """Whether an item may be too large for an iteration's input: what an expression gives is bounded by no payload."""

    def go_on(self, saved: FanPoint) -> None:
        """Goes on where a redriven Map stood: its results stay."""
        frame = self.frame
        self.results = list(saved.results)
        open_ones = [*saved.points, *saved.fresh]
        self.upcoming = saved.upcoming
        self.left = len(open_ones) + len(self.items) - self.upcoming
        for index in sorted(open_ones):
            child = Frame(frame.run, self, frame.variables, frame.last, index)
            point = saved.points.get(index)
            begin(child, self.start, self.items[index] if point is None else point.value, point)
            self.children[index] = child
            frame.run.timeline.ready.append(child)

    def save(self) -> FanPoint:
        told = super().save()
        told.upcoming = self.upcoming
        return told

    def next(self, previous: int) -> None:
        """Starts the next iteration; its first event points to `previous`."""
        frame = self.frame
        run = frame.run
        index = self.upcoming
        self.upcoming += 1
        item = self.items[index]
        value = item if self.selector is None else self.select(index, item)
        if self.loose and not run.fits(item):
            raise frame.too_large(self.node.name, final=False)
        records = run.records
        if len(records) >= run.brim:
            run.go_on()
        records.append((h.ITERATION_STARTED, previous, run.timeline.now, self.node, index))
        child = Frame(run, self, frame.variables, len(records), index)
        child.steps = walk(child, self.start, value)
        self.children[index] = child
        run.timeline.ready.append(child)

    def select(self, index: int, item: Any) -> Any:
        """ItemSelector: the only place that sees Map.Item; `$` is the Map's effective input (recorded)."""
        frame = self.frame
        whole = frame.context
        frame.input = self.effective
        frame.context = {**whole, "Map": {"Item": {"Index": index, "Value": item}}}
        try:
            value = self.selector(frame)
        finally:
            frame.context = whole
        if not frame.run.fits(value):
            raise frame.too_large(self.node.name, final=False)
        return value

    def finished(self, frame: Frame, output: Any) -> None:
        del self.children[frame.index]
        self.results[frame.index] = output
        self.left -= 1
        if self.failure is not None:
            return
        run = frame.run
        try:
            records = run.records
            if len(records) >= run.brim:
                run.go_on()
            records.append((h.ITERATION_SUCCEEDED, frame.last, run.timeline.now, self.node, frame.index))
            self.last = len(records)
            if self.upcoming < len(self.items):
                # From the ended iteration's last inner event, not from its Succeeded event (recorded).
                self.next(frame.last)
            elif self.left == 0:
                self.frame.rouse()
        except ExpressionError as error:
            self.own_failure(self.frame.failure(error))
        except StateFailure as failure:
            self.own_failure(failure)

    def own_failure(self, failure: StateFailure) -> None:
        """A failure of the Map itself while iterations are under way."""
        self.failure = failure
        self.saved = self.save()
        if failure.final:
            self.drop()
        else:
            self.abort(failure.event)
        self.frame.rouse()

    def failure_event(self, frame: Frame, failure: StateFailure) -> None:
        frame.run.record(h.ITERATION_FAILED, failure.event, self.node, frame.index)

    def aborted(self, frame: Frame, event: int) -> None:
        frame.run.record(h.ITERATION_ABORTED, event, self.node, frame.index)


def compile_map(state: StateNode, node: Node, machines: dict[str, Machine]) -> Attempt:
    """One iteration per item, at most MaxConcurrency at once; the result is the list of their outputs."""
    key = "ItemProcessor" if "ItemProcessor" in state.fields else "Iterator"
    machine = machines.get(f"{state.pointer}/{key}")
    if machine is None:
        raise NotSupported(state.name, "ItemProcessor", "is missing")
    stages = node.stages = MapStages(state)
    finish = node.finish = finisher(state, stages, parts=True)
    concurrency = at_once(state, INLINE_CONCURRENCY)

    def attempt(frame: Frame, value: Any) -> Steps:
        run = frame.run
        saved, frame.saved = frame.saved, None
        effective = stages.effective_input(frame, value)
        items = stages.items(frame, effective)
        limit = concurrency(frame)
        if saved is None:
            frame.last = run.record(h.MAP_STARTED, frame.last, len(items))
        assert machine.start is not None
        fan = frame.fan = Iterations(frame, node, machine.start, items, stages.selector, effective)
        if items:
            started = frame.last
            try:
                if saved is not None:
                    fan.go_on(saved)
                while len(fan.children) < limit and fan.upcoming < len(items):
                    fan.next(started)
            except (ExpressionError, StateFailure):
                fan.drop()
                raise
            yield PARKED
        if fan.failure is not None:
            raise fan.failure
        frame.fan = None
        frame.last = fan.last
        run.record(h.MAP_SUCCEEDED, fan.last)
        return finish(frame, value, fan.results)

    return attempt


class MapStages(Stages):
    """A Map's data flow: which items, and what an iteration gets."""

    __slots__ = ("_items", "_name", "_objects", "_path", "selector")

    def __init__(self, state: StateNode, *, objects: bool = False) -> None:
        """`objects`: the items may be an object's members (Distributed Map)."""
        # Parameters is the old name of ItemSelector.
        super().__init__(state, parameters="")
        fields = state.fields
        self._name = state.name
        self._objects = objects
        selector = "ItemSelector" if "ItemSelector" in fields else "Parameters"
        self._path = fields.get("ItemsPath", "$")
        if state.is_jsonata:
            self.selector = languages.template(fields[selector], selector) if selector in fields else None
            self._items = _jsonata_items(fields, objects)
        else:
            self.selector = languages.path_template(fields[selector], selector) if selector in fields else None
            self._items = None if self._path == "$" else languages.path(self._path, "ItemsPath")

    def items(self, frame: Frame, effective: Any) -> Any:
        """The list of items; an object, where it may be one, is given back as it is."""
        items = effective if self._items is None else self._items(frame)
        if is_list(items) or (self._objects and is_object(items)):
            return items
        if self.jsonata:
            raise ExpressionError(QUERY_ERROR, f"Map state input must be an array but was: {to_json(items)}")
        shown = self._path.replace("$$", "$", 1)  # as recorded
        raise frame.runtime(f'Reference path "{shown}" must point to array.')


def _jsonata_items(fields: dict[str, Any], objects: bool) -> Any:
    if "Items" not in fields:
        return None
    items = fields["Items"]
    if languages.is_expression(items):
        return languages.expression(items, "Items", "array", "object" if objects else None)
    return languages.template(items, "Items")
