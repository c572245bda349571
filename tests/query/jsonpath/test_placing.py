"""ResultPath: a value put into a document that stays what it was."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowdsl.query.base import ExpressionError, ExpressionSyntaxError
from flowdsl.query.jsonpath import compile_set_at, set_at


@pytest.mark.parametrize(
    ("path", "document", "expected"),
    [
        ("$", {"a": 1}, "new"),
        ("$.b", {"a": 1}, {"a": 1, "b": "new"}),
        ("$.a", {"a": 1}, {"a": "new"}),
        ("$.x.y.z", {"a": 1}, {"a": 1, "x": {"y": {"z": "new"}}}),
        ("$['x y'].z", {}, {"x y": {"z": "new"}}),
        ("$.a[1]", {"a": [1, 2, 3]}, {"a": [1, "new", 3]}),
        ("$.a[0].b", {"a": [{"c": 1}]}, {"a": [{"c": 1, "b": "new"}]}),
        ("$[0]", [1, 2], ["new", 2]),
    ],
)
def test_a_value_is_placed(path: str, document: Any, expected: Any) -> None:
    before = copy.deepcopy(document)
    assert set_at(path, document, "new") == expected
    assert document == before


@pytest.mark.parametrize(
    ("path", "document"),
    [
        ("$.a", "text"),
        ("$.a", [1]),
        ("$.a.b", {"a": 1}),
        ("$.a.b", {"a": None}),
        ("$.a[0]", {"a": []}),
        ("$.a[0]", {}),
        ("$.a", None),
    ],
)
def test_what_is_no_object_on_the_way_is_a_match_failure(path: str, document: Any) -> None:
    with pytest.raises(ExpressionError) as caught:
        set_at(path, document, 1)
    assert (caught.value.error, caught.value.field) == ("States.ResultPathMatchFailure", "ResultPath")


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("$.*", "Value is not a Reference Path"),
        ("$$.a", "a ResultPath begins with '$.' or '$['; it can write neither variables nor the context"),
        ("$v", "a ResultPath begins with '$.' or '$['; it can write neither variables nor the context"),
    ],
)
def test_what_a_result_path_cannot_be(path: str, message: str) -> None:
    with pytest.raises(ExpressionSyntaxError) as caught:
        compile_set_at(path)
    assert caught.value.message == message


def test_what_the_path_does_not_touch_is_shared() -> None:
    document: dict[str, Any] = {"big": {"x": [1]}, "a": {"b": 1, "c": [2]}}
    made = set_at("$.a.b", document, 2)
    assert made["big"] is document["big"]
    assert made["a"]["c"] is document["a"]["c"]


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=4), st.dictionaries(st.sampled_from("abc"), st.integers()))
def test_what_was_placed_is_found_there(keys: list[str], document: dict[str, Any]) -> None:
    try:
        made = set_at("$." + ".".join(keys), document, "new")
    except ExpressionError:
        return
    for key in keys:
        made = made[key]
    assert made == "new"
