"""The 18 intrinsic functions, with AWS's arithmetic and formatting."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowdsl.query.base import ExpressionSyntaxError
from flowdsl.query.jsonpath import compile_intrinsic, parse_intrinsic
from flowdsl.query.jsonpath.functions import FUNCTIONS
from tests.query.environment import env, failure, refused

INPUT: dict[str, Any] = {"n": 3, "half": 1.5, "s": "text", "arr": [1, 2, 3, 4, 5], "o": {"b": 2}, "null": None, "e": []}


def value(text: str, input: Any = INPUT) -> Any:
    return compile_intrinsic(text, "x.$")(env(input, context={"State": {"Name": "S"}}, variables={"v": 7}))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("States.Format('a {} b {}', $.n, $.s)", "a 3 b text"),
        ("States.Format('{}', $.null)", "null"),
        ("States.Format('{} {}', true, 1.50)", "true 1.5"),
        ("States.Format('{}', $.o)", "{b=2}"),
        ("States.Format('{}', $.arr)", "[1, 2, 3, 4, 5]"),
        ("States.Format('{}', States.StringToJson('{\"Arg1\": 1, \"Arg2\": []}'))", "{Arg1=1, Arg2=[]}"),
        ("States.Format('no values')", "no values"),
        (r"States.Format('\{\} is {}, it\'s a \\', $.n)", "{} is 3, it's a \\"),
        ('States.Format(\'{"a": "{}"}\', $.s)', '{"a": "text"}'),
        ("States.Format($.s)", "text"),
        ("States.Format('{}', 10000000.0)", "1.0E7"),
        ("States.Format('{}', 0.0001)", "1.0E-4"),
        ("States.Format('{}', 100.0)", "100.0"),
        ("States.StringToJson('[1, 2, \"x\"]')", [1, 2, "x"]),
        ("States.StringToJson('')", None),
        ("States.StringToJson(' ')", None),
        ("States.StringToJson('-0')", 0),
        ("States.JsonToString($.o)", '{"b":2}'),
        ("States.JsonToString($.arr)", "[1,2,3,4,5]"),
        ("States.JsonToString('x')", '"x"'),
        ("States.Array()", []),
        ("States.Array(1, 'two', $.o, null, true)", [1, "two", {"b": 2}, None, True]),
        ("States.ArrayPartition($.arr, 2)", [[1, 2], [3, 4], [5]]),
        ("States.ArrayPartition($.e, 2)", []),
        ("States.ArrayPartition($.arr, 2.6)", [[1, 2], [3, 4], [5]]),
        ("States.ArrayContains($.arr, 3)", True),
        ("States.ArrayContains($.arr, '3')", False),
        ("States.ArrayContains(States.Array(null, $.o), $.o)", True),
        ("States.ArrayContains(States.Array(1), true)", False),
        ("States.ArrayRange(1, 9, 2)", [1, 3, 5, 7, 9]),
        ("States.ArrayRange(1, 9, 9)", [1]),
        ("States.ArrayRange(5, 1, -2)", [5, 3, 1]),
        ("States.ArrayRange(5, 1, 1)", []),
        ("States.ArrayRange(1.4, 5.6, 2.2)", [1, 3, 5]),
        ("States.ArrayRange(1.6, 1.4, 1)", [1]),
        ("States.ArrayRange(5.4, -0.6, -2.4)", [5, 3, 1]),
        ("States.ArrayGetItem($.arr, 4)", 5),
        ("States.ArrayLength($.arr)", 5),
        ("States.ArrayUnique(States.Array(1, 1, '1', $.o, $.o, null, null, true))", [1, "1", {"b": 2}, None, True]),
        ("States.Base64Encode('Data to encode')", "RGF0YSB0byBlbmNvZGU="),
        ("States.Base64Decode('RGF0YSB0byBlbmNvZGU=')", "Data to encode"),
        ("States.Base64Encode('')", ""),
        ("States.Hash('input data', 'SHA-1')", "aaff4a450a104cd177d28d18d74485e8cae074b7"),
        ("States.Hash('input data', 'MD5')", "812f45842bc6d66ee14572ce20db8e86"),
        ('States.JsonMerge($.o, States.StringToJson(\'{"b": 3, "c": 4}\'), false)', {"b": 3, "c": 4}),
        ("States.MathAdd(1.5, 1.51)", 4),
        ("States.MathAdd(-1.5, 0)", -1),
        ("States.MathAdd(-1.5, -1.51)", -3),
        ("States.MathAdd(-0.5, 0.5)", 1),
        ("States.MathAdd(-2.5, 0)", -2),
        ("States.MathAdd($.n, -1)", 2),
        ("States.StringSplit('This.is+a,test=string', '.+,=')", ["This", "is", "a", "test", "string"]),
        ("States.StringSplit(',,,,', ',')", []),
        ("States.StringSplit(', , ,', ',')", [" ", " "]),
        ("States.StringSplit('Hello\nWorld', '\n')", ["Hello", "World"]),
        ("States.StringSplit('', ',')", []),
        ("States.MathAdd(States.MathAdd($.n, $v), 1)", 11),
        ("States.Format('{}', $$.State.Name)", "S"),
    ],
)
def test_values(text: str, expected: Any) -> None:
    found = value(text)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("States.MathAdd('1', 2)", "States.MathAdd"),
        ("States.MathAdd(2147483648, 0)", "States.MathAdd"),
        ("States.MathAdd(true, 0)", "States.MathAdd"),
        ("States.StringToJson('{bad')", "States.StringToJson"),
        ("States.StringToJson('NaN')", "States.StringToJson"),
        ("States.StringToJson($.o)", "States.StringToJson"),
        ("States.ArrayPartition($.arr, 0)", "States.ArrayPartition"),
        ("States.ArrayPartition($.arr, 0.6)", "States.ArrayPartition"),
        ("States.ArrayPartition('x', 2)", "States.ArrayPartition"),
        ("States.ArrayRange(1, 10, 0)", "States.ArrayRange"),
        ("States.ArrayRange(1, 10, 0.49)", "States.ArrayRange"),
        ("States.ArrayRange(1, 1001, 1)", "States.ArrayRange"),
        ("States.ArrayGetItem($.arr, 5)", "States.ArrayGetItem"),
        ("States.ArrayGetItem($.arr, -1)", "States.ArrayGetItem"),
        ("States.ArrayLength($.s)", "States.ArrayLength"),
        ("States.Base64Decode('%%%')", "States.Base64Decode"),
        ("States.Hash('x', 'sha-1')", "States.Hash"),
        ("States.JsonMerge($.o, $.o, true)", "States.JsonMerge"),
        ("States.JsonMerge($.o, $.arr, false)", "States.JsonMerge"),
        ("States.MathRandom(1, 1)", "States.MathRandom"),
        ("States.MathRandom(1.4, 1.6)", "States.MathRandom"),
        ("States.MathRandom(1, 10, 'seed')", "States.MathRandom"),
        ("States.MathRandom(1, 10, null)", "States.MathRandom"),
        ("States.StringSplit($.n, ',')", "States.StringSplit"),
    ],
)
def test_arguments_that_a_function_does_not_take_are_a_runtime_error(text: str, name: str) -> None:
    error = failure(compile_intrinsic(text, "x.$"), env(INPUT))
    assert error.error == "States.Runtime"
    assert error.cause == f"The function '{text}' had the following error: Invalid arguments in {name}"


def test_a_format_with_too_few_values_says_so() -> None:
    text = "States.Format('{} {}', 1)"
    assert failure(compile_intrinsic(text, "x.$"), env()).cause == (
        f"The function '{text}' had the following error: Invalid arguments in States.Format: "
        "number of arguments do not match the occurrences of {}."
    )


@pytest.mark.parametrize("path", ["$.nope", "$.arr[9]", "$.s.deep"])
def test_a_missing_argument_is_told_with_the_whole_call_as_it_is_written(path: str) -> None:
    text = f"States.Format('{{}}',  States.Format('{{}}', {path}))"
    error = failure(compile_intrinsic(text, "x.$"), env({"arr": [1], "s": "x"}))
    assert (error.error, error.field) == ("States.Runtime", "x.$")
    assert error.cause == (
        f"The function '{text}' had the following error: "
        f'The JsonPath argument for the field \'{path}\' could not be found in the input \'{{"arr":[1],"s":"x"}}\''
    )


def test_random_numbers_come_from_the_run_and_seeded_ones_from_java() -> None:
    text = "States.MathRandom(1, 1000)"
    assert value(text) == value(text)
    assert 1 <= value(text) < 1000
    # new java.util.Random(42).nextInt(99) is 0 and nextInt(10) is 0: published values of the algorithm.
    assert value("States.MathRandom(0, 10, 42)") == 0
    assert value("States.MathRandom(1, 100, 42)") == value("States.MathRandom(1, 100, 42)")
    assert value("States.MathRandom(1, 10, 0)") == value("States.MathRandom(1, 10, 0)")


def test_a_uuid_is_version_4_and_comes_from_the_run() -> None:
    assert re.fullmatch("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", value("States.UUID()"))
    assert value("States.UUID()") == value("States.UUID()")


@pytest.mark.parametrize(
    ("text", "message", "position"),
    [
        ("States.Formatt('{}')", "there is no intrinsic function States.Formatt", 0),
        ("Format('{}')", "expected a path or an intrinsic function call", 0),
        ("States.Array(1", "expected ',', found the end", 14),
        (
            "States.Array(1,)",
            "expected a text in single quotes, a number, true, false, null, a path or an intrinsic function call",
            15,
        ),
        ("States.MathAdd(1)", "States.MathAdd takes 2 arguments, not 1", 0),
        ("States.UUID(1)", "States.UUID takes 0 arguments, not 1", 0),
        ("States.MathRandom(1)", "States.MathRandom takes 2 to 3 arguments, not 1", 0),
        ("States.Format()", "States.Format takes at least 1 arguments, not 0", 0),
        ("States.Array('x)", "the ' is never closed", 13),
        (r"""States.Array('a\"b')""", "a backslash may stand before ', {, } and another backslash only", 15),
        ("States.Array($.a b)", "expected '.' or '[', found ' '", 16),
        ("States.Array(1).x", "expected the end after the call, found '.'", 15),
        ("States.JsonToString($", "expected ',', found the end", 21),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, message: str, position: int) -> None:
    with pytest.raises(ExpressionSyntaxError) as caught:
        parse_intrinsic(text)
    assert (caught.value.message, caught.value.position) == (message, position)


def test_ten_intrinsics_may_nest_and_no_more() -> None:
    ten = "States.Array(" * 10 + ")" * 10
    assert value(ten) == [[[[[[[[[[]]]]]]]]]]
    with pytest.raises(ExpressionSyntaxError, match="more than 10 intrinsic functions are nested"):
        parse_intrinsic("States.Array(" * 11 + ")" * 11)


def test_paths_in_a_call_may_hold_commas_and_brackets_of_their_own() -> None:
    call = parse_intrinsic("States.Array($.a['x,)'], $.b[?(@.c == ')')], $v[0,1])")
    assert [path.text for path in call.paths()] == ["$.a['x,)']", "$.b[?(@.c == ')')]", "$v[0,1]"]


def test_all_eighteen_are_there() -> None:
    assert len(FUNCTIONS) == 18


@given(
    st.lists(
        st.sampled_from(
            ["States.", "Format", "Array", "(", ")", ",", "'", "{}", "\\", "$.a", "[", "]", "1", "-", " ", "null"]
        ),
        max_size=12,
    ).map("".join)
)
def test_any_text_is_a_call_or_a_syntax_error(text: str) -> None:
    assert refused(parse_intrinsic, text) or parse_intrinsic(text).name in FUNCTIONS
