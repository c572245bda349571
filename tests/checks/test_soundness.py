"""A typed workflow that passes without a finding never fails by itself: made at random, run on random inputs and answers."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from flowdsl.analysis import shape as s
from flowdsl.analysis.shape import Shape
from flowdsl.asl.definition import Definition
from flowdsl.checks.context import CheckContext
from flowdsl.checks.runner import check
from flowdsl.testing import raises, returns, simulate
from tests.checks.made_values import ORDER, value_of
from tests.checks.made_workflows import Maker

GROUPS = ("ASL1", "ASL2", "ASL3", "ASL7")
"""Rules on what cannot work. What is bad practice does not fail."""
HARMLESS = ("ASL316",)
NEVER_READ = ("Error", "Cause", "ExecutedVersion", "LogResult", "StatusCode", "SdkHttpMetadata", "SdkResponseMetadata")
"""What AWS adds, and no workflow made here reads."""


def faults(definition: Definition) -> list[str]:
    """Pointers of the findings that say of a workflow that it can fail."""
    return [f.pointer for f in check(definition) if f.code.startswith(GROUPS) and f.code not in HARMLESS]


def is_known(shape: Shape, depth: int = 0) -> bool:
    """Whether everything is known of a value: an open one is taken for what its reader takes it for."""
    if shape.vague or (shape.kinds & s.OBJECT and shape.rest != s.NEVER) or depth > s.DEPTH:
        return False
    if shape.kinds & s.ARRAY and shape.item is None and shape.high != 0:
        return False
    fields = [field for name, field in shape.fields.items() if name not in NEVER_READ]
    inner = [*fields, *(shape.items or ()), *([shape.item] if shape.item is not None else [])]
    return all(field.presence == s.NEVER or is_known(field, depth + 1) for field in inner)


def answers(definition: Definition, random: Random) -> dict[str, Any]:
    """For each handler a mock whose answers fit what it says it returns, and which fails now and then."""

    def answer(schema: dict[str, Any]) -> Any:
        return lambda event: raises("Boom", "x") if random.random() < 0.1 else returns(value_of(schema, random))

    return {
        str(binding.target): answer(binding.result_schema or {})
        for binding in definition.bindings.placeholders.values()
    }


def sound(language: str, seeds: range, inputs: int) -> tuple[int, int]:
    """(workflows that passed and were run, runs)"""
    workflows = runs = 0
    for seed in seeds:
        random = Random(seed)
        maker = Maker(random, language)
        definition = maker.repaired(maker.definition(), faults)
        if definition is None:
            continue
        flow = CheckContext(definition).flow
        if not all(is_known(state.input) for state in flow.states.values()):
            continue
        workflows += 1
        for number in range(inputs):
            random = Random(seed * 1_000 + number)
            mocks = answers(definition, random)
            run = simulate(definition, value_of(ORDER, random), mocks, unused_mocks="ignore", handlers=False)
            runs += 1
            # What is too large is another matter, and a task's own failure is no fault of the workflow.
            if run.status != "SUCCEEDED" and run.error != "States.DataLimitExceeded":
                assert not (run.error or "").startswith("States."), (seed, number, run.error, run.cause, run.path)
    return workflows, runs


@pytest.mark.parametrize("language", ["JSONPath", "JSONata"])
def test_a_workflow_without_a_finding_does_not_fail_by_itself(language: str) -> None:
    workflows, _ = sound(language, range(8), 8)
    assert workflows >= 4


@pytest.mark.slow
@pytest.mark.parametrize("language", ["JSONPath", "JSONata"])
@pytest.mark.parametrize("part", range(4))
def test_many_more_of_them(language: str, part: int) -> None:
    sound(language, range(1_000 + part * 200, 1_200 + part * 200), 100)
