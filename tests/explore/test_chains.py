"""A path in one line, and what drives it."""

from __future__ import annotations

import pytest

from flowdsl.explore.chains import repeats
from flowdsl.explore.sentences import drivers, identifier
from tests.explore.machines import Json, end, explored, task


@pytest.mark.parametrize(
    ("items", "parts"),
    [
        ("", []),
        ("a", [(0, 1, 1)]),
        ("abc", [(0, 1, 1), (1, 1, 1), (2, 1, 1)]),
        ("aaab", [(0, 1, 3), (3, 1, 1)]),
        ("xabababy", [(0, 1, 1), (1, 2, 3), (7, 1, 1)]),
        ("aabaab", [(0, 3, 2)]),
    ],
)
def test_what_stands_there_several_times_is_told_once(items: str, parts: list[tuple[int, int, int]]) -> None:
    assert repeats(items) == parts


def chains(**states: Json) -> list[str]:
    return [case.chain for case in explored(**states).cases]


def test_what_was_tried_again_and_what_was_caught_is_in_brackets() -> None:
    assert chains(
        A=task(
            Retry=[{"ErrorEquals": ["Busy"], "MaxAttempts": 1}],
            Catch=[{"ErrorEquals": ["Lost"], "Next": "B"}],
            End=True,
        ),
        B=end("Fail", Error="Over"),
    ) == ["A", "A [Lost caught] > B", "A [tried again]"]


def test_what_happens_inside_is_in_braces_and_alike_iterations_are_counted() -> None:
    inner = {"StartAt": "One", "States": {"One": task(End=True)}}
    assert chains(
        Lines={"Type": "Pass", "Result": [1, 2, 3], "Next": "Each"},
        Each={"Type": "Map", "ItemProcessor": inner, "Next": "Both"},
        Both={
            "Type": "Parallel",
            "Branches": [{"StartAt": "L", "States": {"L": end()}}, {"StartAt": "R", "States": {"R": end()}}],
            "End": True,
        },
    ) == ["Lines > Each {One x3} > Both {L | R}"]


def test_a_sentence_says_what_a_path_is_about() -> None:
    found = explored(
        A=task(
            Retry=[{"ErrorEquals": ["Busy"], "MaxAttempts": 1}],
            Catch=[{"ErrorEquals": ["Lost"], "Next": "B"}],
            Next="C",
        ),
        B=end("Fail", Error="Over"),
        C={
            "Type": "Choice",
            "Choices": [{"Variable": "$.n", "NumericEquals": 1, "Next": "D"}],
            "Default": "B",
        },
        D=end(),
    )
    assert [case.name for case in found.cases] == [
        "it goes through to D",
        "Lost in A goes to B",
        "A is tried again after Busy",
        "C goes to B",
    ]


def test_what_drives_a_path_is_what_is_other_than_before() -> None:
    found = explored(
        A=task(ResultPath="$.seen", Retry=[{"ErrorEquals": ["Busy"], "MaxAttempts": 1}], Next="B"),
        B={
            "Type": "Choice",
            "Choices": [{"Variable": "$.seen.state", "StringEquals": "DONE", "Next": "C"}],
            "Default": "D",
        },
        C=end(),
        D={
            "Type": "Choice",
            "Choices": [{"Variable": "$.n", "NumericEquals": 7, "Next": "C"}],
            "Default": "E",
        },
        E=end(),
    )
    told = {case.name: drivers(case, found.cases[:number]) for number, case in enumerate(found.cases)}
    assert told["A is tried again after Busy"] == ["A fails with Busy and then answers"]
    assert told["B goes to D"] == ["input.n = 7", 'A result.state = "state"']
    assert told["D goes to E"] == ["input.n = 1", 'A result.state = "state"']


def test_a_call_that_never_answers_is_said_so() -> None:
    found = explored(
        A=task(TimeoutSeconds=3, Catch=[{"ErrorEquals": ["States.Timeout"], "Next": "B"}], End=True), B=end()
    )
    assert drivers(found.cases[1], found.cases[:1]) == ["A never answers"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Reserve goes to OutOfStock", "reserve_goes_to_out_of_stock"),
        (
            "DynamoDB.ConditionalCheckFailedException in Take goes to Look",
            "conditional_check_failed_in_take_goes_to_look",
        ),
        ("States.Timeout in A goes to B", "timeout_in_a_goes_to_b"),
        ("HTTPCall is tried again", "http_call_is_tried_again"),
        ("wait-for it, 2 times!", "wait_for_it_2_times"),
    ],
)
def test_a_sentence_becomes_part_of_a_name(text: str, name: str) -> None:
    assert identifier(text) == name


def test_a_long_name_is_cut_between_words() -> None:
    name = identifier("word " * 60)
    assert len(name) <= 100
    assert name.endswith("word")
