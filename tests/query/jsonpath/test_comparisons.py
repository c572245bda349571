"""Choice rules: 39 operators and three combiners."""

from __future__ import annotations

import operator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowdsl.query.base import ExpressionError, ExpressionSyntaxError
from flowdsl.query.jsonpath import compile_choice
from flowdsl.query.jsonpath.comparisons import COMPARISONS, OPERATORS, string_matches, utf16
from tests.query.environment import env


def holds(name: str, value: Any, operand: Any) -> bool:
    by_literal = compile_choice({"Variable": "$.v", name: operand, "Next": "N"})(env({"v": value}))
    if name in COMPARISONS:
        by_path = compile_choice({"Variable": "$.v", f"{name}Path": "$.o"})(env({"v": value, "o": operand}))
        assert by_path == by_literal
    return by_literal


@pytest.mark.parametrize(
    ("name", "value", "operand", "expected"),
    [
        ("StringEquals", "a", "a", True),
        ("StringEquals", " ", "     ", False),
        ("StringEquals", 1, "1", False),
        ("StringLessThan", "A", "AB", True),
        ("StringLessThan", "B", "A", False),
        ("StringGreaterThan", "a", "Z", True),
        ("StringLessThanEquals", "a", "a", True),
        ("StringGreaterThanEquals", "a", "b", False),
        ("NumericEquals", 0, 0.0, True),
        ("NumericEquals", "0", 0, False),
        ("NumericEquals", True, 1, False),
        ("NumericLessThan", 1, 2, True),
        ("NumericGreaterThan", 2.5, 2, True),
        ("NumericLessThanEquals", 2, 2, True),
        ("NumericGreaterThanEquals", None, 0, False),
        ("BooleanEquals", True, True, True),
        ("BooleanEquals", False, True, False),
        ("BooleanEquals", 1, True, False),
        ("BooleanEquals", None, False, False),
        ("TimestampEquals", "2012-10-09T19:00:55Z", "2012-10-09T20:00:55+01:00", True),
        ("TimestampEquals", "2012-10-09T19:00:55Z", "2012-10-09T19:00:55.000000Z", True),
        ("TimestampEquals", "2012-10-09", "2012-10-09", False),
        ("TimestampEquals", "2012-10-09t19:00:55z", "2012-10-09T19:00:55Z", False),
        ("TimestampLessThan", "2012-10-09T19:00:55Z", "2012-10-09T19:00:56Z", True),
        ("TimestampGreaterThan", "2012-10-09T19:00:55.5Z", "2012-10-09T19:00:55Z", True),
        ("TimestampLessThanEquals", "x", "2012-10-09T19:00:55Z", False),
        ("TimestampGreaterThanEquals", "2012-02-30T19:00:55Z", "2012-01-01T00:00:00Z", False),
    ],
)
def test_comparisons(name: str, value: Any, operand: Any, expected: bool) -> None:
    assert holds(name, value, operand) is expected


@pytest.mark.parametrize(
    ("name", "yes"),
    [
        ("IsNull", [None]),
        ("IsString", ["", "x", "2012-10-09T19:00:55Z", "2012-10-09T19:00:55+01:00"]),
        ("IsNumeric", [0, 1.5, -3]),
        ("IsBoolean", [True, False]),
        ("IsTimestamp", ["2012-10-09T19:00:55Z", "2012-10-09T19:00:55+01:00"]),
    ],
)
def test_type_tests_and_their_inversion(name: str, yes: list[Any]) -> None:
    values: list[Any] = [
        None,
        "",
        "x",
        "2012-10-09T19:00:55Z",
        "2012-10-09T19:00:55+01:00",
        0,
        1.5,
        -3,
        True,
        False,
        [],
        {},
    ]
    for value in values:
        expected = any(value is y or (value == y and type(value) is type(y)) for y in yes)
        assert holds(name, value, True) is expected
        assert holds(name, value, False) is not expected


def test_presence_is_whether_the_path_resolves() -> None:
    rule = compile_choice({"Variable": "$.a.b", "IsPresent": True})
    assert rule(env({"a": {"b": None}}))
    assert not rule(env({"a": {}}))
    assert not rule(env({}))
    assert compile_choice({"Variable": "$.a", "IsPresent": False})(env({}))
    assert not compile_choice({"Variable": "$v", "IsPresent": True})(env({}))


def test_a_missing_variable_or_operand_is_a_runtime_error() -> None:
    for rule in (
        {"Variable": "$.foo", "StringEquals": "x"},
        {"Variable": "$.a", "NumericEqualsPath": "$.foo"},
        {"Variable": "$.foo", "IsNull": True},
    ):
        with pytest.raises(ExpressionError) as caught:
            compile_choice(rule)(env({"a": 1}))
        assert caught.value.error == "States.Runtime"
        assert (
            caught.value.cause == "Invalid path '$.foo': The choice state's condition path references an invalid value."
        )


def test_and_or_stop_at_the_first_answer() -> None:
    guarded = {"And": [{"Variable": "$.x", "IsPresent": True}, {"Variable": "$.x", "NumericEquals": 1}]}
    assert not compile_choice(guarded)(env({}))
    either = {"Or": [{"Variable": "$.a", "NumericEquals": 1}, {"Variable": "$.gone", "NumericEquals": 1}]}
    assert compile_choice(either)(env({"a": 1}))
    assert compile_choice({"Not": either})(env({"a": 2, "gone": 2}))
    assert compile_choice({"And": [{"Variable": "$.a", "NumericEquals": 1}]})(env({"a": 1}))


def test_the_context_and_variables_can_be_compared() -> None:
    given = env({}, context={"State": {"RetryCount": 2}}, variables={"limit": 2})
    assert compile_choice({"Variable": "$$.State.RetryCount", "NumericEqualsPath": "$limit"})(given)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"Variable": "$.a"}, "a Choice rule has one operator, this one has 0"),
        ({"Variable": "$.a", "IsNull": True, "IsString": True}, "a Choice rule has one operator, this one has 2"),
        ({"IsNull": True}, "These fields are required: [Variable]"),
        ({"Variable": "$.a", "NumericEquals": "1"}, "NumericEquals takes a number"),
        ({"Variable": "$.a", "NumericEquals": True}, "NumericEquals takes a number"),
        ({"Variable": "$.a", "StringEquals": 1}, "StringEquals takes a string"),
        ({"Variable": "$.a", "IsNull": "true"}, "IsNull takes true or false"),
        ({"Variable": "a", "IsNull": True}, "a path begins with '$'"),
        ({"And": []}, "And and Or hold a list of at least one rule"),
        ({"Not": [1]}, "a Choice rule is an object"),
    ],
)
def test_what_is_no_rule(rule: Any, message: str) -> None:
    with pytest.raises(ExpressionSyntaxError) as caught:
        compile_choice(rule)
    assert caught.value.message == message


def test_rules_may_not_nest_without_end() -> None:
    rule: Any = {"Variable": "$.a", "IsNull": True}
    for _ in range(3000):
        rule = {"Not": rule}
    with pytest.raises(ExpressionSyntaxError, match="And, Or and Not are nested more than 100 deep"):
        compile_choice(rule)


def test_there_are_39_operators() -> None:
    assert len(OPERATORS) == 39


@pytest.mark.parametrize(
    ("pattern", "value", "expected"),
    [
        ("log-*.txt", "log-1.txt", True),
        ("log-*.txt", "log-.txt", True),
        ("log-*.txt", "xlog-1.txt", False),
        ("*", "", True),
        ("*b*", "abc", True),
        ("a*a", "a", False),
        ("plain", "plain", True),
        ("plain", 5, False),
        (r"a\*b", "a*b", True),
        (r"a\*b", "axb", False),
        (r"a\\*", "a\\xyz", True),
        ("a.c", "abc", False),
    ],
)
def test_string_matches(pattern: str, value: Any, expected: bool) -> None:
    assert holds("StringMatches", value, pattern) is expected


def test_a_pattern_full_of_stars_takes_no_time() -> None:
    assert not string_matches("*a" * 500 + "*b")("a" * 20_000)


@given(st.text("ab*", max_size=6), st.text("ab", max_size=8))
def test_string_matches_agrees_with_a_regular_expression(pattern: str, text: str) -> None:
    import re

    expected = re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text) is not None
    assert string_matches(pattern)(text) is expected


@given(st.text(), st.text())
def test_texts_compare_by_utf16_code_unit(left: str, right: str) -> None:
    units = operator.lt(utf16(left), utf16(right))
    assert holds("StringLessThan", left, right) is units


def test_an_emoji_comes_before_a_private_character_as_in_java() -> None:
    assert "\U0001f600" > "\uff01"
    assert holds("StringLessThan", "\U0001f600", "\uff01")
