"""Payload templates: keys that end in `.$`."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowdsl.query.base import ExpressionSyntaxError
from flowdsl.query.jsonpath import compile_template, template_errors
from tests.query.environment import env, failure

NOT_EVALUABLE = "The value for the field '{}' must be a valid JSONPath or a valid intrinsic function call"


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ({"x.$": "$.a"}, {"x": 1}),
        ({"x.$": "$.a", "y": "$.a"}, {"x": 1, "y": "$.a"}),
        ({"deep": {"er": {"x.$": "$.a"}}}, {"deep": {"er": {"x": 1}}}),
        ({"l": [{"x.$": "$.a"}, 5, ["$.a"]]}, {"l": [{"x": 1}, 5, ["$.a"]]}),
        ({"x.$": "$$.Execution.Id"}, {"x": "e"}),
        ({"x.$": "$v.k"}, {"x": "var"}),
        ({"x.$": "States.Format('{}-{}', $.a, $v.k)"}, {"x": "1-var"}),
        ({"x": "States.UUID()"}, {"x": "States.UUID()"}),
        ({"x.$": "$"}, {"x": {"a": 1}}),
        ({}, {}),
        (7, 7),
        ("$.a", "$.a"),
    ],
)
def test_templates(template: Any, expected: Any) -> None:
    given = env({"a": 1}, context={"Execution": {"Id": "e"}}, variables={"v": {"k": "var"}})
    assert compile_template(template, "Parameters")(given) == expected


def test_members_keep_the_order_they_are_written_in() -> None:
    made = compile_template({"z.$": "$.a", "y": 1, "x.$": "$.a", "w": {}}, "Parameters")(env({"a": 1}))
    assert list(made) == ["z", "y", "x", "w"]


def test_constant_parts_are_shared_between_evaluations() -> None:
    template = {"constant": {"big": [1, 2]}, "x.$": "$.a"}
    make = compile_template(template, "Parameters")
    assert make(env({"a": 1}))["constant"] is make(env({"a": 2}))["constant"]
    whole = {"no": {"key": "moves"}}
    assert compile_template(whole, "Parameters")(env()) is whole


def test_a_missing_path_names_the_key() -> None:
    error = failure(compile_template({"l": [{"deep.$": "$.gone"}]}, "Parameters"), env({"a": 1}))
    assert (
        error.cause
        == "The JSONPath '$.gone' specified for the field 'deep.$' could not be found in the input '{\"a\":1}'"
    )


@pytest.mark.parametrize(
    ("template", "errors"),
    [
        ({"x.$": "orderId"}, [("/x.$", "", NOT_EVALUABLE.format("x.$"))]),
        ({"a": [{"x.$": "$."}]}, [("/a/0/x.$", "/a/0", NOT_EVALUABLE.format("x.$"))]),
        ({"x.$": 5}, [("/x.$", "", NOT_EVALUABLE.format("x.$"))]),
        ({"x.$": "States.Formatt('{}')"}, [("/x.$", "", NOT_EVALUABLE.format("x.$"))]),
        ({"x.$": "$.a", "x": 1}, [("/x.$", "", "The fields 'x' and 'x.$' cannot both be given")]),
        ({"a/b": {"~.$": ""}}, [("/a~1b/~0.$", "/a~1b", NOT_EVALUABLE.format("~.$"))]),
        ({"x.$": "$.a", "y": {"z.$": "States.UUID()"}}, []),
        (
            {"parsed.$": """States.StringToJson('{"text":"An \\"escaped\\" quote"}')"""},
            [("/parsed.$", "", NOT_EVALUABLE.format("parsed.$"))],
        ),
    ],
)
def test_what_aws_refuses_when_the_machine_is_created(template: Any, errors: list[tuple[str, str, str]]) -> None:
    assert [(e.pointer, e.holder, e.message) for e in template_errors(template)] == errors


def test_a_template_nested_past_reason_is_a_syntax_error_and_no_recursion_error() -> None:
    template: Any = {"x.$": "$"}
    for _ in range(5000):
        template = {"a": template}
    assert template_errors(template) == []
    with pytest.raises(ExpressionSyntaxError, match="the template of Parameters is nested more than 200 deep"):
        compile_template(template, "Parameters")


@given(
    st.recursive(
        st.integers() | st.text("$.abS(){}'", max_size=6),
        lambda i: st.lists(i, max_size=3) | st.dictionaries(st.sampled_from(["a", "b.$", "b", "c.$"]), i, max_size=3),
    )
)
def test_a_template_without_errors_compiles_and_one_with_errors_does_not(template: Any) -> None:
    if template_errors(template):
        with pytest.raises(ExpressionSyntaxError):
            compile_template(template, "Parameters")
    else:
        compile_template(template, "Parameters")
