"""What an expression reads, and what AWS refuses in it when the machine is created."""

from __future__ import annotations

import pytest

from flowdsl.query.jsonata.dialect import reads, syntax_errors
from flowdsl.query.jsonata.references import EVERYWHERE


@pytest.mark.parametrize(
    ("text", "variables"),
    [
        ("$a + $b.c", ("a", "b")),
        ("($x := $x + 1; $x)", ("x",)),
        ("($y := 1; $y)", ()),
        ("function($p){ $p + $q }", ("q",)),
        ("($f := function($n){ $f($n - 1) }; $f($m))", ("m",)),
        ("$map($items, function($v, $i){ $v * $rate })", ("items", "rate")),
        ("$states.input.items[id = $wanted].{ 'n': $name }", ("name", "wanted")),
        ("$list@$l.x[$l.y = $z]", ("list", "z")),
        ("$list#$i[$i < $n]", ("list", "n")),
        ("$sum($numbers) ~> $string", ("numbers",)),
        ("($a; ($b := 2); $b)", ("a", "b")),
        ("$states.context.Execution.Id", ()),
    ],
)
def test_workflow_variables(text: str, variables: tuple[str, ...]) -> None:
    assert reads(text).variables == variables


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("$states.input.a.b", [("states", ("input", "a", "b"), False)]),
        ("$states.input.items[price > 3].sku", [("states", ("input", "items", "sku"), True)]),
        ("$o.`b c`.'d'", [("o", ("b c", "d"), False)]),
        ("$o.x.$sum(y)", [("o", ("x",), False)]),
        ("$states.result[].Payload", [("states", ("result", "Payload"), False)]),
        ("$states", [("states", (), False)]),
        ("$a.b & $a.c", [("a", ("b",), False), ("a", ("c",), False)]),
        ("$o.items#$i.x", [("o", ("items", "x"), True)]),
    ],
)
def test_paths_behind_them(text: str, paths: list[tuple[str, tuple[str, ...], bool]]) -> None:
    assert [(p.root, p.steps, p.filtered) for p in reads(text).paths] == paths


def test_paths_have_their_places() -> None:
    text = "1 + $order.total"
    (path,) = reads(text).paths
    assert text[path.start : path.end] == "$order.total"


def test_members_of_states_functions_and_what_is_not_the_same_twice() -> None:
    found = reads("$uuid() & $now() & $string($states.input) & $states.context.State.Name & $mine(1)")
    assert found.states == ("context", "input")
    assert found.functions == ("now", "string", "uuid")
    assert found.impure == ("now", "uuid")
    assert found.unknown_calls == (("mine", 73),)
    assert reads("$states").states == ("",)


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("phone", ["Reference to 'phone' at the top level is not supported."]),
        ("$", ["Reference to '$' at the top level is not supported."]),
        ("$.x", ["Reference to '$' at the top level is not supported."]),
        ("$$", ["Reference to '$$' is not supported."]),
        ("$states.input.items[$$.x = 1]", ["Reference to '$$' is not supported."]),
        (
            "{aaa: bbb}",
            [
                "Reference to 'aaa' at the top level is not supported.",
                "Reference to 'bbb' at the top level is not supported.",
            ],
        ),
        ("$map($states.input.a, function($x){ b })", ["Reference to 'b' at the top level is not supported."]),
        ("[x, x]", ["Reference to 'x' at the top level is not supported."]),
        ("$states.input.items[value > 3]", []),
        ("$states.input.items^(price).name", []),
        ("$states.input.items{sku: $sum(price)}", []),
        ("$states.input.items.{'a': b, 'c': $}", []),
        ("$undefinedVariable", []),
        ("1 +", ["Unexpected end of expression"]),
    ],
)
def test_what_reads_a_context_that_is_not_there(text: str, messages: list[str]) -> None:
    assert [p.message for p in syntax_errors(text)] == messages


def test_states_members_are_looked_at_where_the_caller_says_what_there_is() -> None:
    text = "$states.result.a & $states.errorOutput.Cause"
    assert syntax_errors(text) == []
    problems = syntax_errors(text, EVERYWHERE)
    assert [(p.message, p.position, p.aws_code) for p in problems] == [
        ("Field '$states.result' does not exist.", 0, "UNSUPPORTED_JSONATA_EXPRESSION"),
        ("Field '$states.errorOutput' does not exist.", 19, "UNSUPPORTED_JSONATA_EXPRESSION"),
    ]
    assert syntax_errors(text, EVERYWHERE | {"result", "errorOutput"}) == []


def test_a_syntax_error_has_awss_code() -> None:
    (problem,) = syntax_errors("{% %}")
    assert problem.aws_code == "INVALID_JSONATA_EXPRESSION"
