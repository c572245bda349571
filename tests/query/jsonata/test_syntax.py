"""JSONata 2.0.6 parsed: the reference's errors, and a tree with positions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowdsl.query.base import ExpressionSyntaxError
from flowdsl.query.jsonata import nodes as n
from flowdsl.query.jsonata.syntax import parse
from tests.query.environment import refused


@pytest.mark.parametrize(
    ("text", "message", "position"),
    [
        ("", "Unexpected end of expression", 0),
        ("1 +", "Unexpected end of expression", 3),
        ("$x :=", "Unexpected end of expression", 5),
        ("a[1,2)", 'Expected "]", got ","', 3),
        ("[1,2", 'Expected "]" before end of expression', 4),
        ("$f(", 'Expected ")" before end of expression', 3),
        ("(1;2", 'Expected ")" before end of expression', 4),
        ("function($x){", 'Expected "}" before end of expression', 13),
        ("a^(b", 'Expected ")" before end of expression', 4),
        ("a^b", 'Expected "(", got "b"', 2),
        ("|a|b", 'Expected "|" before end of expression', 4),
        ('"unterminated', "String literal must be terminated by a matching quote", 0),
        ('{"a":}', 'The symbol "}" cannot be used as a unary operator', 5),
        ("[1,]", 'The symbol "]" cannot be used as a unary operator', 3),
        ('$match("a", /abc', "No terminating / in regular expression", 12),
        ("//", "Empty regular expressions are not allowed", 1),
        ("phone %.other", 'The symbol "." cannot be used as a unary operator', 7),
        ("a ?? b", 'The symbol "?" cannot be used as a unary operator', 3),
        ("a ?: b", 'The symbol ":" cannot be used as a unary operator', 3),
        ("a b", 'Syntax error: "b"', 2),
        ("01", "Syntax error: 1", 1),
        ('[1 "x"]', 'Expected "]", got "x"', 3),
        ("'a\\q'", 'Unsupported escape sequence: \\"q"', 3),
        ("'\\u12'", "The escape sequence \\u must be followed by 4 hex digits", 2),
        ("1e400", 'Number out of range: "1e400"', 0),
        ("`abc", "Quoted property name must be terminated with a backquote (`)", 0),
        ("/* x", "Comment has no closing tag", 0),
        ("a!b", 'Unknown operator: "!"', 1),
        ("function(x){1}", "Parameter 1 of function definition must be a variable name (start with $)", 9),
        ("a:=1", "The left side of := must be a variable name (start with $)", 0),
        ("a#i", 'The right side of "#" must be a variable name (start with $)', 2),
        ("null.x", "The literal value null cannot be used as a step within a path expression", 0),
        ("a.1", "The literal value 1 cannot be used as a step within a path expression", 2),
        ("a{b:c}[0]", "A predicate cannot follow a grouping expression in a step", 6),
        ("a{b:c}{d:e}", "Each step can only have one grouping expression", 6),
        ("a[0]@$x", "A context variable binding must precede any predicates on a step", 4),
    ],
)
def test_the_first_error_is_the_references(text: str, message: str, position: int) -> None:
    with pytest.raises(ExpressionSyntaxError) as caught:
        parse(text)
    assert (caught.value.message, caught.value.position) == (message, position)


@pytest.mark.parametrize(
    "text",
    [
        "$states.input.a.b[x > 1 and y in ['p','q']].{'k': $sum(z)}^(>k, <l)[0]",
        "($f := function($n)<n:n>{ $n <= 1 ? 1 : $n * $f($n - 1) }; $f(5))",
        "$x ~> |order|{'paid': true},['secret']|",
        "$map($states.input, λ($v, $i) { $v & $i })",
        "$f(?, 2)",
        "a@$b#$i.c",
        "and and or",
        "**.x",
        "a.`b c`.'d e'",
        "/* why */ -1 + -$x",
        "$x[].y[]",
        "$match('a', /[/](\\/)/im)",
        "[1..3, 5]",
        "a ? b",
        "$$",
        "()",
        "x.%.y",
    ],
)
def test_what_the_reference_takes_is_taken(text: str) -> None:
    parse(text)


def test_a_slash_after_an_operand_divides_and_elsewhere_opens_a_regular_expression() -> None:
    assert isinstance(parse("$a / 2 / 3"), n.Binary)
    assert isinstance(parse("$match($a, /2/)"), n.Call)


def test_nodes_know_their_text() -> None:
    text = "  $count( $states.input.items[price > 3] ) + 1"
    by_kind = {type(node).__name__: text[node.start : node.end] for node in n.walk(parse(text))}
    assert by_kind["Binary"] in ("price > 3", text.strip())
    assert by_kind["Call"] == "$count( $states.input.items[price > 3] )"
    assert by_kind["Path"] == "$states.input.items[price > 3]"
    assert by_kind["Filter"] == "items[price > 3]"


def test_nesting_is_bounded_and_a_chain_is_no_nesting() -> None:
    with pytest.raises(ExpressionSyntaxError, match="the expression is nested more than 200 deep"):
        parse("(" * 10_000 + "1" + ")" * 10_000)
    assert n.depth(parse("+".join(["1"] * 5_000))) == 5_000


PIECES = st.sampled_from(
    [
        *"()[]{}.,:;?$'\"`/*%&|<>=!~^@#+- aX1\\",
        ":=",
        "..",
        "~>",
        "**",
        "!=",
        " and ",
        "function($x){",
        "[]",
        "$states",
        "null",
        "/*",
        "*/",
    ]
)


@given(st.lists(PIECES, max_size=16).map("".join) | st.text(max_size=20))
def test_any_text_is_an_expression_or_a_syntax_error(text: str) -> None:
    assert refused(parse, text) or all(0 <= node.start <= node.end <= len(text) for node in n.walk(parse(text)))
