"""The calls of a definition's Tasks and what is wrong with their parameters: read by several rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from flowdsl.analysis.task_results import target
from flowdsl.asl.definition import StateNode
from flowdsl.asl.values import has_placeholder, is_object
from flowdsl.integrations.arguments import ArgumentProblem, check_arguments


class CallProblem(NamedTuple):
    state: StateNode
    field: str
    """Parameters or Arguments."""
    given: bool
    """Whether the state has it."""
    problem: ArgumentProblem

    @property
    def pointer(self) -> str:
        return f"{self.state.pointer}/{self.field}{self.problem.pointer}" if self.given else self.state.pointer


def call_problems(tasks: Iterable[StateNode]) -> Iterator[CallProblem]:
    """What is wrong with the parameters of every Task whose Resource is known."""
    for state in tasks:
        operation = target(state).operation
        if operation is None:
            continue
        field = "Arguments" if state.is_jsonata else "Parameters"
        parameters = state.fields.get(field)
        # Without parameters an optimised integration gets the state's input, of which nothing is known here.
        if parameters is None and operation.kind != "aws-sdk":
            continue
        if is_object(parameters) and any(has_placeholder(name) for name in parameters):
            continue
        for problem in check_arguments(operation, parameters):
            yield CallProblem(state, field, field in state.fields, problem)
