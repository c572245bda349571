"""Paths: what AWS takes, and where the mistake is in what it does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowdsl.query.base import ExpressionSyntaxError
from flowdsl.query.jsonpath import is_reference_path, parse_path
from flowdsl.query.jsonpath.steps import Descend, Index, Indexes, Name, Names, Slice, Wildcard
from tests.query.environment import refused


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("$", ()),
        ("$.a.b", (Name("a"), Name("b"))),
        ("$['a']", (Name("a"),)),
        ('$["a b"]', (Name("a b"),)),
        ("$.a['b.c'].d", (Name("a"), Name("b.c"), Name("d"))),
        ("$.abc.['def ghi']", (Name("abc"), Name("def ghi"))),
        ("$[0]", (Index(0),)),
        ("$.a.[0]", (Name("a"), Index(0))),
        ("$.[0].x", (Index(0), Name("x"))),
        ("$.[*]", (Wildcard(),)),
        ("$.a[-1]", (Name("a"), Index(-1))),
        ("$.detail-type", (Name("detail-type"),)),
        ("$.aws:job", (Name("aws:job"),)),
        ("$.größe", (Name("größe"),)),
        ("$.a ", (Name("a"),)),
        ("$.*", (Wildcard(),)),
        ("$..a", (Descend(), Name("a"))),
        ("$..*", (Descend(), Wildcard())),
        ("$..[0]", (Descend(), Index(0))),
        ("$.a[1:3]", (Name("a"), Slice(1, 3))),
        ("$.a[:2]", (Name("a"), Slice(None, 2))),
        ("$.a[-2:]", (Name("a"), Slice(-2, None))),
        ("$.a[0:4:2]", (Name("a"), Slice(0, 4, 2))),
        ("$.a[0, 2]", (Name("a"), Indexes((0, 2)))),
        ("$['a','b']", (Names(("a", "b")),)),
        ("$.${Table}.S", (Name("${Table}"), Name("S"))),
        ("$.items.length()", (Name("items"), Name("length()"))),
    ],
)
def test_steps(text: str, steps: tuple[object, ...]) -> None:
    assert parse_path(text).steps == steps


@pytest.mark.parametrize(
    ("text", "root", "variable"),
    [
        ("$.a", "input", None),
        ("$$.Execution.Id", "context", None),
        ("$$", "context", None),
        ("$order.id", "variable", "order"),
        ("$order", "variable", "order"),
        ("$größe[0]", "variable", "größe"),
    ],
)
def test_a_path_begins_in_the_input_the_context_or_a_variable(text: str, root: str, variable: str | None) -> None:
    assert (parse_path(text).root, parse_path(text).variable) == (root, variable)


@pytest.mark.parametrize(
    ("text", "message", "position"),
    [
        ("a.b", "a path begins with '$'", 0),
        ("", "a path begins with '$'", 0),
        ("$.", "a path must not end with '.'", 2),
        ("$..", "a path must not end with '..'", 3),
        ("$...", "one dot too many", 3),
        ("$.a.", "a path must not end with '.'", 4),
        ("$.a[", "expected an index, a quoted name, *, a slice or ?(...)", 4),
        ("$.a[]", "expected an index, a quoted name, *, a slice or ?(...)", 4),
        ("$.a['b", "the ' is never closed", 4),
        ("$.a['b'", "expected ']', found the end", 7),
        ("$.a b", "expected '.' or '[', found ' '", 3),
        ("$-a", "expected '.' or '[' or a variable's name after '$'", 1),
        ("$.a[?(@.b ==)]", "expected a path, a text, a number, true, false, null or an array", 12),
        ("$.a[?(@.b ~ 1)]", "expected ')', found '~'", 10),
        ("$.a[?(@.b like 1)]", "unknown filter operator 'like'", 10),
        ("$.a[?(1)]", "expected a comparison", 6),
        ("$.a[?(@.b =~ /x)]", "the regular expression is never closed", 13),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, message: str, position: int) -> None:
    with pytest.raises(ExpressionSyntaxError) as caught:
        parse_path(text)
    assert (caught.value.message, caught.value.position) == (message, position)


def test_a_backslash_in_a_quoted_name_stands_for_itself_unless_it_escapes_the_quote() -> None:
    assert parse_path('$[\'Test\\""Name"\']').steps == (Name('Test\\""Name"'),)
    assert parse_path("$['it\\'s']").steps == (Name("it's"),)


@pytest.mark.parametrize("text", ["$", "$.a", "$.a[0]['b c']", "$v", "$$.Execution.Input.x"])
def test_names_and_indexes_make_a_reference_path(text: str) -> None:
    assert is_reference_path(text)


@pytest.mark.parametrize(
    "text", ["$.*", "$..a", "$.a[1:2]", "$.a[0,1]", "$['a','b']", "$.a[?(@.b)]", "$.a.length()", "a", "$."]
)
def test_what_may_lead_to_many_or_calls_a_function_is_no_reference_path(text: str) -> None:
    assert not is_reference_path(text)


def test_a_function_at_the_end_is_known_as_one_so_that_a_check_can_say_so() -> None:
    assert parse_path("$.items.length()").functions == ("length()",)
    assert parse_path("$.items.length").functions == ()


@pytest.mark.parametrize("text", ["$.a", "$.a[0]", "$['a','b']", "$"])
def test_definite_paths(text: str) -> None:
    assert parse_path(text).definite


@pytest.mark.parametrize("text", ["$.a[*]", "$..a", "$.a[0:1]", "$.a[0,1]", "$['a','b'].c", "$[?(@.a)]"])
def test_indefinite_paths(text: str) -> None:
    assert not parse_path(text).definite


def test_brackets_may_not_nest_without_end() -> None:
    with pytest.raises(ExpressionSyntaxError, match="brackets are nested more than 100 deep"):
        parse_path("$[?(" + "(" * 200 + "@.a" + ")" * 200 + ")]")


NAMES = st.text(st.characters(categories=["L", "N"]) | st.sampled_from(" .'\"\\[]${}()"), min_size=1, max_size=8)


def spelled(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace("'", "\\'")
    return f"['{escaped}']"


@given(st.lists(NAMES | st.integers(-99, 99), max_size=6))
def test_every_list_of_names_and_indexes_can_be_spelled_and_read_back(keys: list[str | int]) -> None:
    text = "$" + "".join(f"[{key}]" if isinstance(key, int) else spelled(key) for key in keys)
    assert parse_path(text).names == tuple(keys)


FRAGMENTS = st.sampled_from(
    [*"$.[]*?()@'\",:<>=!&|/~ ab1-{}\\", "..", "[?(@.a", "=~", "&&", "$$", "==", "nin", "['a']"]
)


@given(st.lists(FRAGMENTS, max_size=14).map("".join) | st.text(max_size=30).map("$".__add__))
def test_any_text_is_a_path_or_a_syntax_error(text: str) -> None:
    assert refused(parse_path, text) or parse_path(text).text == text
