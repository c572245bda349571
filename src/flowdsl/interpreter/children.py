"""Child executions of a Distributed Map: made by the thousand, so without a detour."""

from __future__ import annotations

from typing import Any

from flowdsl.interpreter.budgets import CHECKPOINT
from flowdsl.interpreter.nodes import Machine, Node
from flowdsl.interpreter.program import Program
from flowdsl.interpreter.run import LAST_EVENT, MANY_EVENTS, Run
from flowdsl.interpreter.sizes import Sizes

KEPT_CALLS = 10_000
"""Calls of a Distributed Map's child executions that `Execution.calls` lists at most."""


class ChildProgram:
    """What a child execution of a Distributed Map runs: the Map's processor."""

    __slots__ = ("definition", "name", "start", "timeout_seconds")

    def __init__(self, program: Program, machine: Machine) -> None:
        assert machine.start is not None
        self.definition = program.definition
        self.name = program.name
        self.start: Node = machine.start
        self.timeout_seconds = None


def child_run(parent: Run, machine: Machine, value: Any, label: str, express: bool, item: int) -> Run:
    """A child execution of a Distributed Map: a history and a name of its own; clock, seed, mocks and objects shared."""
    child = Run.__new__(Run)
    child.program = ChildProgram(parent.program, machine)  # type: ignore[assignment]
    child.input = value
    child.answerer = parent.answerer
    child.timeline = parent.timeline
    child.seed = parent.seed
    child.random = parent.random
    child.ids = parent.ids
    child.depth = parent.depth + 1
    child.express = express
    child.sync = False
    child.quotas = parent.quotas
    child.records = []
    child.decisions = []
    child.calls = parent.calls if len(parent.calls) < KEPT_CALLS else []
    child.open_tasks = parent.open_tasks
    child.status = "RUNNING"
    child.output = child.error = child.cause = child.failed_state = None
    child.region, child.account, child.role = parent.region, parent.account, parent.role
    child.label = label
    child.item = item
    child.saved = None
    child.redriven_ms = None
    child.name = child.new_id()
    child.redrives = 0
    child.s3 = parent.s3
    child.on_end = None
    child.on_child = parent.on_child
    child.tally = parent.tally
    child.alarm = None
    child.last_event = LAST_EVENT - 1 if parent.quotas and not express else MANY_EVENTS
    child.brim = CHECKPOINT
    child.budget = parent.budget
    child.sizes = Sizes(parent.budget, parent.sizes.limit)
    child.fits = child.sizes.fits
    child.start_ms = child.timeline.now
    child.stop_ms = None
    child.root = None
    child.told_execution = child.told_machine = None
    return child
