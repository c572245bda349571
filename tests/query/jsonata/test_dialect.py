"""JSONata as Step Functions speaks it, with both libraries behind it."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest

from flowdsl.query.base import Env, ExpressionSyntaxError
from flowdsl.query.jsonata.dialect import compile_expression, compile_template, is_expression
from tests.query.environment import NOW, env, failure

pytestmark = pytest.mark.usefixtures("library")

INPUT: dict[str, Any] = {
    "a": {"b": 5},
    "items": [{"x": 1, "n": "one"}, {"x": 2, "n": "two"}, {"x": 3, "n": "three"}],
    "one": [7],
    "none": [],
    "nul": None,
    "text": "abc",
}


def given(**more: Any) -> Env:
    return env(
        INPUT, context={"Execution": {"Id": "e"}, "State": {"Name": "S"}}, variables={"n": 4, "o": {"f": 1}}, **more
    )


def value(text: str, **more: Any) -> Any:
    return compile_expression("{% " + text + " %}", "Output")(given(**more))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$states.input.a.b", 5),
        ("$states.input", INPUT),
        ("$states.input.items.x", [1, 2, 3]),
        ("$states.input.one", [7]),
        ("$states.input.none", []),
        ("$states.input.nul", None),
        ("$states.context.Execution.Id", "e"),
        ("$n", 4),
        ("$o.f", 1),
        ("$n + 1", 5),
        ("$n * $o.f - $states.input.a.b", -1),
        ("$states.input.items[x > 1].n", ["two", "three"]),
        ("$states.input.items[x = 1].n", "one"),
        ("$states.input.items[0].n & '!'", "one!"),
        ("$count($states.input.items)", 3),
        ("$sum($states.input.items.x)", 6),
        ("$map($states.input.items, function($v, $i){ $v.x * $i })", [0, 2, 6]),
        ("$filter([1,2,3], function($x){ $x > 1 })", [2, 3]),
        ("($f := function($k){ $k <= 1 ? 1 : $k * $f($k - 1) }; $f(5))", 120),
        ("($n := $n + 1; $n)", 5),
        ("{'a': $missing, 'b': [1, $missing]}", {"b": [1]}),
        ("[1..3]", [1, 2, 3]),
        ("10 / 2", 5),
        ("null", None),
        ("$exists($states.input.nul)", True),
        ("$type($states.input.nul)", "null"),
        ("$states.input.a.b[]", [5]),
        ("$merge([{'a': 1}, {'b': 2}])", {"a": 1, "b": 2}),
        ("$string($states.input.a)", '{"b":5}'),
        ("$string(1e20)", "100000000000000000000"),
        ("$string(1e21)", "1e+21"),
        ("$split('a,b', ',')", ["a", "b"]),
        ("$millis()", NOW),
        ("$now()", "2026-01-01T12:00:00.000Z"),
        ("$now('[Y0001]-[M01]-[D01]')", "2026-01-01"),
        ("$now() = $now()", True),
        ("$toMillis($now()) = $millis()", True),
        ("$partition([1,2,3], 2)", [[1, 2], [3]]),
        ("$partition([1,2,3], 2.9)", [[1, 2], [3]]),
        ("$partition([1,2,3])", [[1, 2, 3]]),
        ("$range(1, 5, 2)", [1, 3, 5]),
        ("$range(-1.7, 2, 1)", [-1, 0, 1, 2]),
        ("$range(1, 1, 1)", 1),
        ("$range(3, 1, -1)", [3, 2, 1]),
        ("$hash('input data', 'SHA-1')", "aaff4a450a104cd177d28d18d74485e8cae074b7"),
        ("$random(42)", 0.7275636800328681),
        ("$parse('{\"a\": [1, 2.0, null]}')", {"a": [1, 2, None]}),
        ("$parse(\"{'a': 'it\\\\'s \\\"x\\\"'}\")", {"a": 'it\'s "x"'}),
        ("$parse('null')", None),
        ("$type($parse('null'))", "null"),
        ("$parse('[1]')", [1]),
        ("$count($parse('[]'))", 0),
        ("$map(['1', '[2]'], $parse)", [1, [2]]),
        ("$parse('9223372036854775807') > 9e18", True),
        ("1/0", "Infinity"),
        ("-1/0", "-Infinity"),
        ("[1/0]", ["Infinity"]),
        ("{'k': 1/0}", {"k": "Infinity"}),
        ("1/0 > 5", True),
        ("/* a comment */ $n", 4),
    ],
)
def test_values(text: str, expected: Any) -> None:
    found = value(text)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    "text",
    ["$missing", "$states.input.gone", "$states.input.a.b.c", "$o.g", "$filter([1], function($x){ $x > 1 })", "$partition([], 2)", "$partition([1], 0)",
     "$range(1, 5)", "$range(1, 5, 0)", "$range(1, 5, -1)", "$hash('x')", "$lookup($o, 'z')", "$uppercase($missing)", "$states.result"],
)  # fmt: skip
def test_nothing_is_an_error(text: str) -> None:
    error = failure(compile_expression("{% " + text + " %}", "Output/v"), given())
    assert (error.error, error.field) == ("States.QueryEvaluationError", "Output/v")
    assert (
        error.cause
        == f"The JSONata expression '{text}' specified for the field 'Output/v' returned nothing (undefined)."
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("$eval('1')", ". T1006: Attempted to invoke a non-function"),
        ("$randomSeeded(1)", ". T1006: Attempted to invoke a non-function"),
        ("$nobody()", ". T1006: Attempted to invoke a non-function"),
        ("1 + 'a'", '. T2002: The right side of the "+" operator must evaluate to a number'),
        ("$error('division by zero')", ". D3137: division by zero"),
        ("$hash('x', 'sha1')", ". D3137: Hash algorithm 'sha1' must be one of SHA-1, SHA-384, SHA-256, SHA-512, MD5"),
        ("$hash(1, 'MD5')", '. T0410: Argument 1 of function "hash" does not match function signature'),
        ("$uuid(1)", '. T0410: Argument 1 of function "uuid" does not match function signature'),
        ("$partition([1], -1)", ". D3137: Second argument must be zero or greater"),
        ("$partition('x', 1)", '. T0412: Argument 1 of function "partition" must be an array of undefined'),
        ("$range('a', 2, 1)", '. T0410: Argument 1 of function "range" does not match function signature'),
        ("$parse('{bad')", ". D3137: Invalid JSON"),
        ("$parse('')", ". D3137: Invalid JSON"),
        ("$parse('NaN')", ". D3137: Invalid JSON"),
        ("$parse('1e400')", ". D3137: Invalid JSON"),
        ("$parse('{\"a\":1,\"a\":2}')", ". D3137: Invalid JSON"),
        ("[1..900000] ~> $count()", ": Expression evaluation memory limit exceeded: Check for excessive memory usage"),
        ("$range(1, 360146, 1)", ": Expression evaluation memory limit exceeded: Check for excessive memory usage"),
        ("$range(1, 1e12, 1)", ": Expression evaluation memory limit exceeded: Check for excessive memory usage"),
        ("+".join(["1"] * 101), ": Stack overflow error: Check for non-terminating recursive function.  Consider rewriting as tail-recursive."),
        ("($f := function($k){ 1 + $f($k) }; $f(1))", ": Stack overflow error: Check for non-terminating recursive function.  Consider rewriting as tail-recursive."),
    ],
)  # fmt: skip
def test_a_failed_evaluation_is_told_in_awss_words(text: str, told: str) -> None:
    if text.startswith("[1..900000]"):
        pytest.importorskip("jlens")
        from flowdsl.query.jsonata.engine import engine

        if engine().name != "jlens":
            pytest.skip("only jlens counts the items of a value within an expression")
    error = failure(compile_expression("{% " + text + " %}", "Output"), given())
    assert error.error == "States.QueryEvaluationError"
    assert (
        error.cause
        == f"The JSONata expression '{text}' specified for the field 'Output' threw an error during evaluation{told}"
    )


def test_a_function_is_no_result() -> None:
    for text in ("$sum", "function($x){ $x }", "/a/"):
        error = failure(compile_expression(text, "Output"), given())
        assert (
            error.cause
            == f"The JSONata expression '{text}' specified for the field 'Output' returned an unsupported result type."
        )


@pytest.mark.parametrize(
    ("text", "expected", "found", "shown"),
    [
        ("'string'", "array", "string", '"string"'),
        ("$states.input.a", "array", "object", '{"b":5}'),
        ("1", "boolean", "number", "1"),
        ("null", "string", "null", "null"),
        ("[true]", "boolean", "array", "[true]"),
    ],
)
def test_a_result_of_another_type_is_named(text: str, expected: str, found: str, shown: str) -> None:
    error = failure(compile_expression("{% " + text + " %}", "Items", expected), given())
    assert error.cause == (
        f"The JSONata expression '{text}' specified for the field 'Items' returned an unexpected result type. "
        f"Expected '{expected}', but was '{found}' for value: {shown}"
    )
    assert compile_expression("{% " + text + " %}", "Items", found)(given()) == value(text)


def test_random_numbers_come_from_the_run() -> None:
    assert value("$random()") == value("$random()")
    assert 0 <= value("$random()") < 1
    assert value("$random() & $random()") == value("$random() & $random()")
    first, second = value("[$uuid(), $uuid()]")
    assert first != second
    assert re.fullmatch("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", first)
    assert value("$uuid()") == first


def test_a_variable_hides_the_function_of_its_name() -> None:
    run = compile_expression("{% $sum([1, 2]) %}", "Output")
    assert run(env({}, variables={"other": 1})) == 3
    hidden = env({}, variables={"sum": 9})
    assert failure(run, hidden).cause.endswith(
        "threw an error during evaluation. T1006: Attempted to invoke a non-function"
    )
    assert compile_expression("{% $sum + 1 %}", "Output")(hidden) == 10
    assert run(env({}, variables={})) == 3
    assert compile_expression("{% $uuid + 1 %}", "Output")(env({}, variables={"uuid": 1})) == 2


def test_result_and_error_output_are_there_where_they_are_given() -> None:
    assert value("$states.result.Payload.x", result={"Payload": {"x": 3}}) == 3
    assert value("$states.result & ''", result="text") == "text"
    assert value("$states.errorOutput.Cause & '!'", error_output={"Error": "E", "Cause": "C"}) == "C!"
    assert value("$keys($states)", result=1) == ["input", "context", "result"]


def test_the_context_is_nothing_even_for_functions_that_fall_back_on_it() -> None:
    assert value("$string() & $string($n)") == "4"
    assert compile_expression("{% $string() & $string($n) %}", "Output")(env({"secret": 1}, variables={})) == ""


def test_a_template_evaluates_strings_at_any_depth_and_shares_the_rest() -> None:
    constant = {"big": [1]}
    template = {"a": "{% $n %}", "l": [1, {"x": "{% $n + 1 %}"}, " {% $n %} "], "c": constant, "path.$": "$.a"}
    made = compile_template(template, "Output")(given())
    assert made == {"a": 4, "l": [1, {"x": 5}, " {% $n %} "], "c": {"big": [1]}, "path.$": "$.a"}
    assert made["c"] is constant
    assert list(made) == list(template)


def test_the_field_is_named_as_aws_names_it() -> None:
    template = {"a": {"b": [0, {"c d": "{% $gone %}"}]}}
    assert failure(compile_template(template, "Choices[1]/Output"), given()).field == "Choices[1]/Output/a/b[1]/c d"


@pytest.mark.parametrize("text", ["{% 1 %}", "{%1%}", "{%%}", "{% a %} {% b %}"])
def test_only_the_exact_form_is_an_expression(text: str) -> None:
    assert is_expression(text)


@pytest.mark.parametrize("text", [" {% 1 %}", "{% 1 %} ", "{%", "%}", "{%}", "${x}", "", 5, None, ["{% 1 %}"]])
def test_anything_else_is_a_literal(text: Any) -> None:
    assert not is_expression(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{% 1 + %}", "Unexpected end of expression"),
        ("{%%}", "Unexpected end of expression"),
        ("{% phone %}", "Reference to 'phone' at the top level is not supported."),
        ("{% $$.x %}", "Reference to '$$' is not supported."),
        ("{% $n ?? 1 %}", 'The symbol "?" cannot be used as a unary operator'),
    ],
)
def test_what_aws_refuses_does_not_compile(text: str, message: str) -> None:
    with pytest.raises(ExpressionSyntaxError) as caught:
        compile_template({"deep": [text]}, "Output")
    assert caught.value.message == message


def test_evaluation_leaves_its_input_as_it_was() -> None:
    before = copy.deepcopy(INPUT)
    for text in (
        "$states.input ~> |items|{'x': 9}|",
        "$append($states.input.items, 1)",
        "$sort($states.input.items.x)",
        "$merge([$states.input, {'a': 0}])",
    ):
        value(text)
    assert before == INPUT


@pytest.mark.parametrize(
    "text",
    [
        "$match('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!', /^(a|aa)+$/)",
        "($f := function($k){ $f($k + 1) }; $f(1))",
        "($f := function($s){ $f($s & $s) }; $f('aaaaaaaa'))",
        "($f := function($a, $k){ $k = 0 ? $a : $f({'a': $a, 'b': $a}, $k - 1) }; $f(1, 60))",
        "$pad('a', 1000000000)",
    ],
)
def test_an_expression_can_neither_hang_nor_eat_all_memory(text: str) -> None:
    error = failure(compile_expression("{% " + text + " %}", "Output"), given())
    assert error.error == "States.QueryEvaluationError"


def test_one_field_of_a_large_input_costs_what_it_costs_of_a_small_one() -> None:
    from time import perf_counter

    run = compile_expression("{% $states.input.a.b + $n %}", "Output")
    small, large = given(), env({**INPUT, "items": [{"x": i} for i in range(200_000)]}, variables={"n": 4})

    def seconds(which: Env) -> float:
        start = perf_counter()
        for _ in range(300):
            run(which)
        return perf_counter() - start

    assert min(seconds(large) for _ in range(5)) < 20 * min(seconds(small) for _ in range(5))
