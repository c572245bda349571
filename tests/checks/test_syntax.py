"""Paths, payload templates and expressions that AWS refuses, each with its place and its full message."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from flowdsl.asl.definition import Definition
from flowdsl.asl.objects import objects
from flowdsl.checks.syntax import syntax_problems
from tests.asl.test_grammar import NEAR_ASL


def problems(document: Any) -> list[tuple[str, str, str]]:
    return [(found.kind, found.pointer, found.message) for found in syntax_problems(objects(Definition(document)))]


def state(**fields: Any) -> dict[str, Any]:
    return {"StartAt": "A", "States": {"A": fields}}


def jsonata(**fields: Any) -> dict[str, Any]:
    return {"QueryLanguage": "JSONata", **state(**fields)}


PLACES: list[tuple[dict[str, Any], list[tuple[str, str, str]]]] = [
    (
        state(Type="Fail", ErrorPath="States.MathAdd(1, 2)"),
        [("path", "/States/A/ErrorPath", "ErrorPath of 'A' calls States.MathAdd, which gives no text there")],
    ),
    (
        state(Type="Fail", CausePath="States.Formatt('x')"),
        [
            (
                "path",
                "/States/A/CausePath",
                "CausePath of 'A' is no path and no intrinsic: there is no intrinsic function States.Formatt",
            )
        ],
    ),
    (
        state(Type="Pass", ResultPath="$$.x"),
        [
            (
                "reference-path",
                "/States/A/ResultPath",
                "Value is not a Reference Path: ResultPath of 'A' leads into the context object ('$$.x'); the result goes "
                "into the input",
            )
        ],
    ),
    (
        state(Type="Pass", ResultPath="$x"),
        [
            (
                "reference-path",
                "/States/A/ResultPath",
                "Value is not a Reference Path: ResultPath of 'A' leads into a variable ('$x'); the result goes into the input",
            )
        ],
    ),
    (
        state(Type="Choice", Choices=[{"Not": {"Variable": "status", "IsNull": True}, "Next": "A"}]),
        [
            (
                "path",
                "/States/A/Choices/0/Not/Variable",
                "Variable of Choices[0].Not of 'A' is no JSONPath: 'status': a path begins with '$'",
            )
        ],
    ),
    (
        state(Type="Task", Resource="r", Credentials={"RoleArn.$": "role"}),
        [
            (
                "template-value",
                "/States/A/Credentials/RoleArn.$",
                "The value for the field 'RoleArn.$' must be a valid JSONPath or a valid intrinsic function call, but 'role' in "
                "Credentials of 'A' is neither: expected a path or an intrinsic function call",
            )
        ],
    ),
    (
        state(Type="Task", Resource="r", Parameters={"a": [{"b.$": "x y"}]}),
        [
            (
                "template-value",
                "/States/A/Parameters/a/0/b.$",
                "The value for the field 'b.$' must be a valid JSONPath or a valid intrinsic function call, but 'x y' in "
                "Parameters.a[0] of 'A' is neither: expected a path or an intrinsic function call",
            )
        ],
    ),
    (
        jsonata(Type="Task", Resource="r", Arguments={"a": "{% $states.result %}"}),
        [
            (
                "reference",
                "/States/A/Arguments/a",
                "Field '$states.result' does not exist in Arguments.a of 'A'; only Output and Assign of Task, Parallel and Map "
                "have it",
            )
        ],
    ),
    (
        jsonata(Type="Wait", Seconds="{% $$.x %}"),
        [
            (
                "reference",
                "/States/A/Seconds",
                "Reference to '$$' is not supported in Seconds of 'A'; write $states.input",
            )
        ],
    ),
    (
        jsonata(Type="Choice", Choices=[{"Condition": "{% $x = %}", "Next": "A"}]),
        [
            (
                "syntax",
                "/States/A/Choices/0/Condition",
                "Condition of Choices[0] of 'A' is no JSONata: Unexpected end of expression in '$x ='",
            )
        ],
    ),
]


@pytest.mark.parametrize(("document", "expected"), PLACES, ids=range(len(PLACES)))
def test_what_aws_refuses_is_said_in_full(document: dict[str, Any], expected: list[tuple[str, str, str]]) -> None:
    assert problems(document) == expected


@pytest.mark.parametrize(
    "document",
    [
        state(Type="Pass", InputPath="$.a[*].b", OutputPath="$$.Execution", Parameters={"x": "$.a", "y.$": "$['a b']"}),
        state(Type="Pass", Result={"x.$": 5}, Assign={"v.$": "States.Format('{}', $.a)"}),
        state(Type="Pass", InputPath="${Path}", Parameters={"x.$": "${Path}"}),
        state(Type="Fail", ErrorPath="States.Format('{}', $.a)", CausePath="$$.State.Name"),
        jsonata(
            Type="Pass", Output={"x.$": "$.a", "y": " {% not one %} "}, Assign={"v": "{% $states.input.a[b = 1].c %}"}
        ),
        jsonata(
            Type="Task", Resource="r", Output="{% $states.result %}", Catch=[{"Output": "{% $states.errorOutput %}"}]
        ),
        jsonata(Type="Pass", Output="{% ${Number} + 1 %}"),
        jsonata(Type="Pass", Output="{% $states.input.'/' ~> /x'y/ %}"),
        jsonata(Type="Pass", Output="{%$x%}"),
    ],
)
def test_what_aws_takes_is_met_with_silence(document: dict[str, Any]) -> None:
    assert problems(document) == []


def test_expressions_that_differ_in_literals_alone_are_judged_alike() -> None:
    texts = ["{% $a + 1 %}", "{% $a + 22 %}", "{% $a + 'x' %}", '{% $a + "it\'s" %}', "{% $a + 1e9 %}", "{% $a + ' %}"]
    found = [problems(jsonata(Type="Pass", Output=text)) != [] for text in texts]
    assert found == [False, False, False, False, False, True]


@given(NEAR_ASL)
def test_what_is_nearly_asl_is_judged_without_a_crash(value: Any) -> None:
    for language in ("JSONPath", "JSONata"):
        problems({"QueryLanguage": language, "StartAt": "A", "States": {"A": value}})
