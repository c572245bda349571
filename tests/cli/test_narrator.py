"""What is printed of an execution that does the same again and again."""

from __future__ import annotations

import io
from typing import Any

from flowdsl.cli.narrator import FIRST, LAST, Narrator
from flowdsl.interpreter.execution import start
from flowdsl.interpreter.program import compile
from tests.interpreter.machines import END, machine

COUNT = {"Type": "Pass", "Parameters": {"n.$": "States.MathAdd($.n, 1)"}, "Next": "Look"}
LOOK = {
    "Type": "Choice",
    "Choices": [{"Variable": "$.n", "NumericGreaterThanEquals": 100, "Next": "Out"}],
    "Default": "Count",
}


def told(definition: Any, value: Any, **options: Any) -> list[str]:
    stream = io.StringIO()
    narrator = Narrator(stream, **options)
    start(compile(definition), value, on_event=narrator.tell).finish()
    narrator.catch_up()
    return stream.getvalue().splitlines()


def test_a_loop_is_told_by_its_first_rounds_a_count_and_its_last() -> None:
    lines = told(machine("Count", Count=COUNT, Look=LOOK, Out=END), {"n": 0})
    assert lines[0].split() == ["+0s", "Count", "->", '{"n":1}']
    assert lines[2 * FIRST] == f"           ... {200 - 2 * FIRST - LAST} lines left out; --verbose prints them"
    assert lines[2 * FIRST + LAST].split() == ["+0s", "Look", "->", '{"n":100}']
    assert len(lines) == 2 * FIRST + 1 + LAST + 2


def test_everything_is_told_to_who_asks_for_it() -> None:
    assert len(told(machine("Count", Count=COUNT, Look=LOOK, Out=END), {"n": 0}, everything=True)) == 202


def test_what_comes_as_often_as_fits_is_told_whole() -> None:
    lines = told(machine("Count", Count=COUNT, Look=LOOK, Out=END), {"n": 100 - FIRST})
    assert not any("left out" in line for line in lines)


def test_a_state_in_maps_and_branches_is_named_by_every_index() -> None:
    leaf = {"StartAt": "Leaf", "States": {"Leaf": {"Type": "Pass", "End": True}}}
    both = {"StartAt": "Both", "States": {"Both": {"Type": "Parallel", "Branches": [leaf], "End": True}}}
    inner = {"StartAt": "Inner", "States": {"Inner": {"Type": "Map", "ItemProcessor": both, "End": True}}}
    outer = {"Type": "Map", "ItemProcessor": inner, "End": True}
    lines = told(machine("Outer", Outer=outer), [[1], [2, 3]])
    assert [line.split("->")[0].split()[1:3] for line in lines if "Leaf" in line] == [
        ["[0][0]", "Leaf"],
        ["[1][0]", "Leaf"],
        ["[1][1]", "Leaf"],
    ]
