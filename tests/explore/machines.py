"""Small definitions for the tests of this folder, and what a case does when it is run afresh."""

from __future__ import annotations

from typing import Any

from flowdsl.asl.definition import Definition
from flowdsl.explore.cases import Case
from flowdsl.explore.explore import Exploration, explore
from flowdsl.interpreter.execution import start
from flowdsl.interpreter.mocks import Mocks
from flowdsl.interpreter.program import program_of
from flowdsl.interpreter.run import Run
from flowdsl.interpreter.ways import taken

Json = Any


def task(**fields: Json) -> Json:
    """A call of a Lambda function."""
    return {"Type": "Task", "Resource": "arn:aws:lambda:eu-west-1:123456789012:function:f", **fields}


def end(kind: str = "Succeed", **fields: Json) -> Json:
    return {"Type": kind, **fields}


def machine(**states: Json) -> Definition:
    """A JSONPath machine that starts at its first state."""
    return Definition({"StartAt": next(iter(states)), "States": states})


def jsonata(**states: Json) -> Definition:
    """The same in JSONata."""
    return Definition({"QueryLanguage": "JSONata", "StartAt": next(iter(states)), "States": states})


def afresh(definition: Definition, case: Case) -> tuple[str, list[str], set[str]]:
    """(status, path, ways taken) of a new execution with a case's input and mocks."""
    kept: list[Run] = []

    class Tally:
        def ended(self, run: Run) -> None:
            kept.append(run)

    program = program_of(definition)
    mocks = Mocks(program, case.mocks, handlers=False)
    execution = start(program, case.input, mocks, s3=case.s3 or None, tally=Tally()).finish()
    assert mocks.leftovers() == []
    return execution.status, list(execution.path), set().union(*(taken(run) for run in kept))


def ways_of(exploration: Exploration) -> set[str]:
    """The pointers of the ways that the cases say they take."""
    return {way.pointer for case in exploration.cases for way in case.ways}


def explored(**states: Json) -> Exploration:
    """What is found of a JSONPath machine; each case does what it says."""
    return checked(machine(**states))


def checked(definition: Definition) -> Exploration:
    """What is found of a definition; each case does what it says."""
    found = explore(definition)
    for case in found.cases:
        status, path, ways = afresh(definition, case)
        assert (status, path) == (case.status, case.path)
        assert {way.pointer for way in case.ways} == ways & {way.pointer for way in found.ways}
    return found
