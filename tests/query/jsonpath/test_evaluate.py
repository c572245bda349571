"""Paths evaluated: Jayway's results, and AWS's words where there is none."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowdsl.query.base import ExpressionError, ExpressionSyntaxError
from flowdsl.query.jsonpath import compile_path, parse_path
from tests.query.environment import env, failure

DOCUMENT: dict[str, Any] = {
    "store": {
        "book": [
            {"title": "A", "price": 8, "tags": ["x", "y"], "author": {"last": "Z"}},
            {"title": "B", "price": 12.5, "isbn": "1"},
            {"title": "C", "price": 22, "isbn": None, "tags": []},
        ],
        "bike": {"price": 20},
    },
    "n": None,
    "text": "abc",
    "list": [1, 2, 3, 4],
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$.store.bike.price", 20),
        ("$.n", None),
        ("$.store.book[0].title", "A"),
        ("$.store.book[-1].title", "C"),
        ("$.list[0]", 1),
        ("$.store.book[*].title", ["A", "B", "C"]),
        ("$.store.*.price", [20]),
        ("$..price", [8, 12.5, 22, 20]),
        ("$..book[0].title", ["A"]),
        ("$.store.book[0:2].title", ["A", "B"]),
        ("$.list[:2]", [1, 2]),
        ("$.list[-2:]", [3, 4]),
        ("$.list[1:]", [2, 3, 4]),
        ("$.list[-3:-1]", [2, 3]),
        ("$.list[0,2,9]", [1, 3]),
        ("$.list[0:4:2]", [1, 2, 3, 4]),
        ("$.store.book[0]['title','price','nope']", {"title": "A", "price": 8}),
        ("$.store.book[?(@.price > 10)].title", ["B", "C"]),
        ("$.store.book[?(@.isbn)].title", ["B", "C"]),
        ("$.store.book[?(!@.isbn)].title", ["A"]),
        ("$.store.book[?(@.isbn == null)].title", ["C"]),
        ("$.store.book[?(@.price > 10 && @.isbn == '1')].title", ["B"]),
        ("$.store.book[?(@.title == 'A' || @.title == 'C')].title", ["A", "C"]),
        ("$.store.book[?(@.title == B)].title", ["B"]),
        ("$.store.book[?(@.title in ['A','B'])].title", ["A", "B"]),
        ("$.store.book[?(@.title nin ['A','B'])].title", ["C"]),
        ("$.store.book[?(@.tags size 2)].title", ["A"]),
        ("$.store.book[?(@.tags empty true)].title", ["C"]),
        ("$.store.book[?(@.tags contains 'x')].title", ["A"]),
        ("$.store.book[?(@.tags subsetof ['x','y','z'])].title", ["A", "C"]),
        ("$.store.book[?(@.tags anyof ['y'])].title", ["A"]),
        ("$.store.book[?(@.tags noneof ['y'])].title", ["C"]),
        ("$.store.book[?(@.title =~ /a/i)].title", ["A"]),
        ("$.store.book[?(@.title =~ /a/)].title", []),
        ("$.store.book[?(@.author.last == 'Z')].title", ["A"]),
        ("$.store.book[?(@.price < $.store.bike.price)].title", ["A", "B"]),
        ("$.store.book[?(@.isbn == 1)].title", ["B"]),
        ("$.store.book[?(@.isbn != 1)].title", ["A", "C"]),
        ("$..[?(@.price == 20)]", [{"price": 20}]),
        ("$.store.bike[?(@.price == 20)].price", [20]),
        ("$.list[?(@ > 2)]", []),
    ],
)
def test_values(text: str, expected: Any) -> None:
    assert compile_path(text, "x.$")(env(DOCUMENT)) == expected
    assert parse_path(text).evaluate(env(DOCUMENT)) == expected


@pytest.mark.parametrize(
    "text",
    ["$.no[*]", "$.no.such[1:5].x", "$.text[*]", "$.n[?(@.x)]", "$.no..x", "$.list[9:]", "$.list[7,8]"],
)
def test_an_indefinite_path_never_fails(text: str) -> None:
    assert compile_path(text, "InputPath")(env(DOCUMENT)) == []


def test_a_value_is_shared_never_copied() -> None:
    document = {"a": {"b": [1]}}
    assert compile_path("$.a.b", "x.$")(env(document)) is document["a"]["b"]
    assert compile_path("$.a['b']", "x.$")(env(document)) is document["a"]["b"]


def test_an_index_past_the_end_is_null_in_a_payload_template_and_an_error_elsewhere() -> None:
    assert compile_path("$.list[9]", "x.$")(env(DOCUMENT)) is None
    assert (
        failure(compile_path("$.list[9]", "InputPath"), env(DOCUMENT)).cause
        == "Invalid path '$.list[9]' : No results for path: $['list'][9]"
    )


@pytest.mark.parametrize(
    ("text", "field", "cause"),
    [
        (
            "$.x",
            "value.$",
            """The JSONPath '$.x' specified for the field 'value.$' could not be found in the input '{"a":{"b":1}}'""",
        ),
        (
            "$.a.x",
            "ErrorPath",
            """The JSONPath '$.a.x' specified for the field 'ErrorPath' could not be found in the input '{"a":{"b":1}}'""",
        ),
        (
            "$$.no.such",
            "v.$",
            """The JSONPath '$$.no.such' specified for the field 'v.$' could not be found in the input '{"a":{"b":1}}'""",
        ),
        ("$.x", "InputPath", "Invalid path '$.x' : No results for path: $['x']"),
        ("$.a.x", "OutputPath", "Invalid path '$.a.x' : No results for path: $['a']['x']"),
        ("$.no.such", "TimeoutSecondsPath", "Invalid path '$.no.such' : Missing property in path $['no']"),
        ("$.no.such.one", "InputPath", "Invalid path '$.no.such.one' : Missing property in path $['no']"),
        ("$gone", "InputPath", "Invalid path '$gone' : No results for path: $['gone']"),
        (
            "$.a[0]",
            "InputPath",
            "Invalid path '$.a[0]' : Filter: [0] can only be applied to arrays. Current context is: {\"b\":1}",
        ),
    ],
)
def test_a_definite_path_that_leads_nowhere_is_told_as_its_field_tells_it(text: str, field: str, cause: str) -> None:
    error = failure(compile_path(text, field), env({"a": {"b": 1}}))
    assert (error.error, error.cause) == ("States.Runtime", cause)


def test_a_text_has_no_elements_and_a_list_no_members() -> None:
    for text in ("$.text[0]", "$.list.x", "$.text.x", "$.n.x", "$.list['0']"):
        assert failure(compile_path(text, "x.$"), env(DOCUMENT)).error == "States.Runtime"


def test_a_function_is_a_name_like_any_other() -> None:
    error = failure(compile_path("$.list.length()", "n.$"), env({"list": {}}))
    assert (
        error.cause
        == "The JSONPath '$.list.length()' specified for the field 'n.$' could not be found in the input '{\"list\":{}}'"
    )


def test_a_catastrophic_regular_expression_ends_in_an_error() -> None:
    path = compile_path("$[?(@.x =~ /(a|aa)+/)]", "v.$")
    error = failure(path, env([{"x": "a" * 60 + "!"}]))
    assert error.cause == "Invalid path '$[?(@.x =~ /(a|aa)+/)]' : a filter's regular expression takes too long"


def test_a_document_may_be_deep() -> None:
    document: Any = {"leaf": 1}
    for _ in range(5000):
        document = {"a": document}
    assert compile_path("$..leaf", "v.$")(env(document)) == [1]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text("ab", max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=12,
)
STEPS = st.sampled_from(
    [
        ".a",
        ".b",
        "['c']",
        "[0]",
        "[-1]",
        "[*]",
        ".*",
        "..a",
        "..*",
        "[0:2]",
        "[-2:]",
        "[0,1]",
        "['a','b']",
        "[?(@.a)]",
        "[?(@.a == 1 || @.b > 0)]",
    ]
)


@given(JSON, st.lists(STEPS, max_size=5).map(lambda steps: "$" + "".join(steps)))
def test_evaluation_never_changes_the_document_and_fails_in_one_way_only(document: Any, text: str) -> None:
    before = copy.deepcopy(document)
    for field in ("x.$", "InputPath"):
        error = None
        try:
            compile_path(text, field)(env(document))
        except ExpressionError as caught:
            error = caught.error
        assert error is None or (error == "States.Runtime" and parse_path(text).definite)
    assert document == before


@given(JSON, st.lists(st.sampled_from([".a", ".b", "[0]", "[-1]"]), max_size=4).map(lambda steps: "$" + "".join(steps)))
def test_the_fast_paths_agree_with_the_general_walk(document: Any, text: str) -> None:
    from flowdsl.query.jsonpath.steps import NotFound, walk

    try:
        expected = [walk(parse_path(text).steps, document)]
    except NotFound:
        expected = []
    try:
        found = [compile_path(text, "InputPath")(env(document))]
    except ExpressionError:
        found = []
    assert found == expected


def test_a_bad_path_is_known_when_it_is_compiled() -> None:
    with pytest.raises(ExpressionSyntaxError):
        compile_path("$.", "InputPath")
