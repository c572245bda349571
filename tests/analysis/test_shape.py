"""Shapes: a join covers both, a loop comes to rest, a read says whether it can fail."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from flowdsl.analysis import shape as s
from flowdsl.analysis.schemas import of_schema
from flowdsl.analysis.shape import Shape, describe
from flowdsl.analysis.shape_constants import constant, kind_of
from flowdsl.analysis.shape_join import join, widen
from flowdsl.analysis.shape_paths import assume, element, follow, member, put, without

NAMES = st.sampled_from("abc")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["x", "y"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)


def admits(shape: Shape, value: Any) -> bool:
    """Whether a shape covers a value: what every shape means."""
    if not shape.kinds & kind_of(value):
        return False
    if isinstance(value, dict):
        for name, inner in value.items():
            found = member(shape, name)
            if found.presence == s.NEVER or not admits(found, inner):
                return False
        return all(name in value for name, inner in shape.fields.items() if inner.presence == s.ALWAYS)
    if isinstance(value, list):
        if len(value) < shape.low or (shape.high is not None and len(value) > shape.high):
            return False
        return all(admits(element(shape, i), inner) for i, inner in enumerate(value))
    return shape.values is None or (kind_of(value), value) in shape.values


@given(JSON)
def test_a_constant_admits_itself(value: Any) -> None:
    assert admits(constant(value), value)


@given(JSON, JSON)
def test_a_join_admits_what_either_does(one: Any, other: Any) -> None:
    both = join(constant(one), constant(other))
    assert admits(both, one)
    assert admits(both, other)


@given(JSON, JSON, JSON)
def test_joining_is_settled_and_knows_no_order(one: Any, other: Any, third: Any) -> None:
    a, b, c = constant(one), constant(other), constant(third)
    assert join(a, b) == join(b, a)
    assert join(join(a, b), a) == join(a, b)
    assert join(join(a, b), c) == join(a, join(b, c))


@given(JSON, JSON)
def test_widening_covers_both_too(one: Any, other: Any) -> None:
    wide = widen(constant(one), constant(other))
    assert admits(wide, one)
    assert admits(wide, other)


def test_a_loop_that_wraps_a_value_in_itself_comes_to_rest() -> None:
    shape = constant({"n": 0})
    for rounds in range(1, 60):
        after = s.closed({"inner": shape})
        wider = join(shape, after) if rounds < 4 else widen(shape, after)
        if wider == shape:
            break
        shape = wider
    assert rounds < 40


@given(JSON, st.lists(NAMES, min_size=1, max_size=2), JSON)
def test_what_was_put_is_read_again(document: Any, path: list[str], value: Any) -> None:
    found = follow(put(constant(document), path, constant(value)), path)
    assert found.presence == s.ALWAYS
    assert admits(found, value)


def test_a_field_is_there_always_perhaps_never_or_nobody_knows() -> None:
    typed = of_schema({"type": "object", "properties": {"a": {"type": "string"}, "b": {}}, "required": ["a"]})
    presences = [member(typed, name).presence for name in ("a", "b", "c")]
    assert presences == [s.ALWAYS, s.MAYBE, s.NEVER]
    assert member(s.SOME, "a").presence == s.UNKNOWN
    # Absent on one way, unknown on the other: that one way is known to fail.
    assert member(join(constant({}), s.SOME), "a").presence == s.MAYBE


def test_a_condition_makes_a_field_certain_or_takes_it_away() -> None:
    typed = of_schema({"type": "object", "properties": {"b": {"type": "number"}}})
    assert member(assume(typed, ["b"]), "b").presence == s.ALWAYS
    assert member(without(typed, ["b"]), "b").presence == s.NEVER


def test_a_schema_is_read_with_its_references_and_choices() -> None:
    schema = {
        "$defs": {"Line": {"type": "object", "properties": {"sku": {"type": "string"}}, "required": ["sku"]}},
        "type": "object",
        "properties": {
            "lines": {"type": "array", "items": {"$ref": "#/$defs/Line"}, "minItems": 1},
            "tier": {"enum": ["gold", "plain"]},
            "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        },
        "required": ["lines", "tier", "note"],
    }
    shape = of_schema(schema)
    line = member(shape, "lines").item
    assert line is not None
    assert describe(member(line, "sku")) == "a string"
    assert member(shape, "lines").low == 1
    assert member(shape, "tier").values == frozenset({(s.TEXT, "gold"), (s.TEXT, "plain")})
    assert describe(member(shape, "note")) == "null or a string"


def test_a_placeholder_may_stand_for_anything_until_it_is_filled_in() -> None:
    assert constant("${Count}").vague
    assert not constant("v${Count}").vague
