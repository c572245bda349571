"""What is said in JSONPath, said in JSONata: by text, and by both giving the same."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowdsl.query.base import ExpressionError
from flowdsl.query.jsonata.dialect import compile_template as compile_jsonata
from flowdsl.query.jsonpath import compile_choice, compile_template
from flowdsl.query.migration import (
    Code,
    Literal,
    Moving,
    NotMovable,
    as_field,
    condition,
    evaluated,
    path_value,
    put,
    template,
)
from tests.query.environment import env

INPUT = Code("$states.input", True)


def moving() -> Moving:
    return Moving(INPUT, frozenset({"v"}))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("$", "{% $states.input %}"),
        ("$.a.b", "{% $states.input.a.b %}"),
        ("$['a b'].and", "{% $states.input.`a b`.`and` %}"),
        ("$.a[0].b", "{% $states.input.a[0].b %}"),
        ("$.a[0][1]", "{% ($states.input.a[0])[1] %}"),
        ("$.a[*]", "{% $append([], $states.input.a) %}"),
        ("$.a[*].b.c", "{% $append([], $map($states.input.a, function($item){ $item.b.c })[]) %}"),
        ("$.a[?(@.x == 1)]", "{% $append([], $filter($states.input.a, function($item){ $item.x = 1 })[]) %}"),
        (
            "$.a[1:3]",
            "{% $append([], $filter($states.input.a, function($item, $index){ $index >= 1 and $index < 3 })[]) %}",
        ),
        ("$$.Execution.Id", "{% $states.context.Execution.Id %}"),
        ("$v.q", "{% $v.q %}"),
    ],
)
def test_paths(path: str, expected: str) -> None:
    assert as_field(path_value(path, moving())) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "States.Format('{}-{}!', $.a, $$.State.Name)",
            '{% $states.input.a & "-" & $states.context.State.Name & "!" %}',
        ),
        ("States.Format('{}', $.a)", "{% $string($states.input.a) %}"),
        ("States.Format('plain')", "plain"),
        ("States.MathAdd($.n, -1)", "{% $states.input.n - 1 %}"),
        ("States.Array($.a, 'x', 1)", ["{% $states.input.a %}", "x", 1]),
        ("States.StringToJson($.a)", "{% $parse($states.input.a) %}"),
        ("States.ArrayLength($.a)", "{% $count($states.input.a) %}"),
        ("States.ArrayContains($.a, 'x')", '{% "x" in $states.input.a %}'),
        ("States.UUID()", "{% $uuid() %}"),
        ("States.JsonMerge($.a, $.b, false)", "{% $merge([$states.input.a, $states.input.b]) %}"),
        ("States.MathRandom(1, 10)", "{% $floor($random() * 9) + 1 %}"),
        ("States.Hash($.a, 'MD5')", '{% $hash($states.input.a, "MD5") %}'),
    ],
)
def test_intrinsics(text: str, expected: Any) -> None:
    assert as_field(evaluated(text, moving())) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("$..a", "'..' has no exact form in JSONata"),
        ("$.a.length()", "$.a.length() reads 'length()' as a field: AWS knows no functions in paths"),
        ("$['a`b']", "a name with a backquote, 'a`b', cannot stand in a JSONata path"),
        ("$.a[-3:-1]", "a slice between bounds of which one counts from the end"),
        ("$.a[?(@.x subsetof [1])]", "the filter operator 'subsetof'"),
        (
            "States.Format('{}', States.Array(1))",
            "States.Format prints an array as Java does, {a=1}; JSONata prints JSON",
        ),
        ("States.Format($.t, 1)", "States.Format takes its template from a path"),
        (
            "States.StringSplit($.a, $.b)",
            "States.StringSplit takes its separators from a path: they are a set of characters",
        ),
        ("States.MathAdd(1.5, $.n)", "States.MathAdd rounds its fractions"),
        (
            "States.MathRandom(1, 2, 42)",
            "a seed of States.MathRandom gives other numbers than the same seed of $random",
        ),
        ("States.ArrayGetItem($.a, -1)", "States.ArrayGetItem at -1 always fails"),
    ],
)
def test_what_cannot_be_moved_says_why(text: str, reason: str) -> None:
    with pytest.raises(NotMovable) as caught:
        evaluated(text, moving())
    assert caught.value.reason == reason


def test_a_parameter_hides_no_workflow_variable() -> None:
    value = path_value("$.a[*].b", Moving(INPUT, frozenset({"item"})))
    assert as_field(value) == "{% $append([], $map($states.input.a, function($item_){ $item_.b })[]) %}"


def test_what_differs_on_some_values_is_noted() -> None:
    move = moving()
    evaluated("States.Format('{}', States.MathAdd($.n, 1))", move)
    evaluated("States.Format('{}', $.x)", move)
    assert move.notes == [
        "States.MathAdd rounds fractions, half up, before it adds; JSONata's + does not",
        "States.Format prints an object or array as Java does, {a=1}; JSONata prints JSON",
    ]


def test_a_text_that_looks_like_an_expression_stays_a_text() -> None:
    assert as_field(Literal({"a": "{% $x %}"})) == {"a": '{% "{% $x %}" %}'}


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ((), "{% $states.result %}"),
        (("a",), '{% $merge([$states.input, {"a": $states.result}]) %}'),
        (("a", "b"), '{% $merge([$states.input, {"a": $merge([$states.input.a, {"b": $states.result}])}]) %}'),
    ],
)
def test_result_path(keys: tuple[str, ...], expected: str) -> None:
    assert as_field(put(INPUT, keys, Code("$states.result", True))) == expected


LEAVES = (
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "a", "a,b;c", "x y", "2026-01-01T00:00:00Z"])
)
ITEMS: st.SearchStrategy[Any] = st.lists(
    st.fixed_dictionaries({"k": LEAVES, "n": st.integers(0, 3)}, optional={"o": LEAVES}), max_size=3
)
DOCUMENTS: st.SearchStrategy[Any] = st.fixed_dictionaries(
    {
        "items": ITEMS,
        "text": st.sampled_from(["", "a", "a,b;c", ",,"]),
        "n": st.integers(-3, 3),
        "any": LEAVES | ITEMS,
        "o": st.fixed_dictionaries({"p": LEAVES, "q": ITEMS}),
    }
)
VALUES = [
    "$.o.p", "$.o", "$.any", "$.items", "$.items[0]", "$.items[5]", "$.items[*]", "$.items[*].k", "$.items[*].o", "$.items[0].k", "$.o.*",
    "$.items[?(@.n > 1)]", "$.items[?(@.n > 1)].k", "$.items[?(@.o)].n", "$.items[?(@.k != 'a')].n", "$.items[?(@.k == null)].n",
    "$.items[?(@.n == 1 || @.n == 2)].n", "$.items[?(!(@.n == 1))].n", "$.items[1:]", "$.items[:2].n", "$.items[-2:].n", "$.items[0,2].n",
    "$.o['p','q']", "$.items[?(@.k =~ /a.*/)].n", "$.items[?(@.k in ['a',''])].n", "$.items[*][*]",
    "States.Format('{}/{}', $.n, $.text)", "States.JsonToString($.o)", "States.JsonToString($.any)", "States.Array($.any, $.items, 1)",
    "States.Array(States.Array($.any), $.n)", "States.ArrayPartition($.items, 2)", "States.ArrayContains($.items, $.any)",
    "States.ArrayRange(0, $.n, 1)", "States.ArrayRange($.n, 5, 2)", "States.ArrayGetItem($.items, 0)", "States.ArrayLength($.items)",
    "States.ArrayUnique($.items)", "States.Base64Encode($.text)", "States.Hash($.text, 'SHA-256')", "States.JsonMerge($.o, $.o, false)",
    "States.MathAdd($.n, 2)", "States.StringSplit($.text, ',')", "States.StringSplit($.text, ',;')", "States.MathRandom(1, 9)", "States.UUID()",
    "States.JsonToString(States.Array($.any))", "States.ArrayLength(States.StringSplit($.text, ','))",
]  # fmt: skip


@settings(max_examples=25)
@given(DOCUMENTS)
@pytest.mark.parametrize("text", VALUES)
def test_both_forms_give_the_same(text: str, document: Any) -> None:
    try:
        expected = compile_template({"x.$": text}, "Parameters")(env(document))
    except ExpressionError:
        return
    moved = as_field(template({"x.$": text}, moving()))
    assert compile_jsonata(moved, "Output")(env(document)) == expected


RULES: list[dict[str, Any]] = [
    {"Variable": "$.any", "StringEquals": "a"},
    {"Variable": "$.any", "StringLessThan": "b"},
    {"Variable": "$.any", "StringGreaterThanEqualsPath": "$.text"},
    {"Variable": "$.any", "StringEqualsPath": "$.text"},
    {"Variable": "$.any", "StringMatches": "a*"},
    {"Variable": "$.any", "StringMatches": "*,*;*"},
    {"Variable": "$.any", "NumericEquals": 1},
    {"Variable": "$.any", "NumericGreaterThan": 0},
    {"Variable": "$.any", "NumericEqualsPath": "$.n"},
    {"Variable": "$.any", "NumericLessThanPath": "$.n"},
    {"Variable": "$.any", "BooleanEquals": True},
    {"Variable": "$.any", "BooleanEqualsPath": "$.o.p"},
    {"Variable": "$.any", "TimestampEquals": "2026-01-01T00:00:00Z"},
    {"Variable": "$.any", "TimestampLessThan": "2026-01-01T00:00:01.5Z"},
    {"Variable": "$.any", "IsNull": True},
    {"Variable": "$.any", "IsNull": False},
    {"Variable": "$.any", "IsString": True},
    {"Variable": "$.any", "IsNumeric": False},
    {"Variable": "$.any", "IsBoolean": True},
    {"Variable": "$.any", "IsTimestamp": True},
    {"Variable": "$.any", "IsTimestamp": False},
    {"Variable": "$.items[0]", "IsPresent": True},
    {"Variable": "$.any[0]", "IsPresent": True},
    {"Variable": "$.items[0].o", "IsPresent": False},
    {"Variable": "$.nope.deep", "IsPresent": True},
    {"Not": {"Variable": "$.any", "NumericEquals": 1}},
    {"And": [{"Variable": "$.n", "NumericGreaterThan": 0}, {"Or": [{"Variable": "$.any", "IsNull": True}, {"Variable": "$.any", "IsString": True}]}]},
    {"Or": [{"And": [{"Variable": "$.n", "NumericGreaterThan": 0}, {"Variable": "$.any", "IsNull": True}]}, {"Variable": "$.any", "NumericLessThan": 0}]},
]  # fmt: skip


@settings(max_examples=40)
@given(DOCUMENTS)
@pytest.mark.parametrize("rule", RULES, ids=str)
def test_both_forms_of_a_condition_give_the_same(rule: dict[str, Any], document: Any) -> None:
    expected = compile_choice(rule)(env(document))
    text = "{% " + condition(rule, moving()) + " %}"
    assert compile_jsonata(text, "Condition")(env(document)) is expected


def test_conditions_read_as_a_person_would_write_them() -> None:
    rule: dict[str, Any] = {
        "And": [
            {"Variable": "$.a", "IsPresent": True},
            {"Or": [{"Variable": "$.a", "StringEquals": "x"}, {"Variable": "$.n", "NumericGreaterThan": 5}]},
        ]
    }
    assert condition(rule, moving()) == (
        '$exists($states.input.a) and ($states.input.a = "x" or ($type($states.input.n) = "number" and $states.input.n > 5))'
    )
