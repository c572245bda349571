"""What an expression is said to give, it gives; what is said to work, works: tried with the engine on random values."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowdsl.analysis import shape as s
from flowdsl.analysis.jsonata_shapes import Inference, Scope
from flowdsl.analysis.jsonata_trees import tree_of as parse
from flowdsl.analysis.schemas import of_schema
from flowdsl.analysis.shape import Shape, describe
from flowdsl.query.base import Env, ExpressionError
from flowdsl.query.jsonata.dialect import compile_expression
from tests.analysis.test_shape import admits

LINE = {"type": "object", "properties": {"sku": {"type": "string"}, "n": {"type": "integer"}}, "required": ["sku", "n"]}
ORDER = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "total": {"type": "number"},
        "vip": {"type": "boolean"},
        "coupon": {"type": "string"},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "lines": {"type": "array", "items": LINE},
        "first": LINE,
    },
    "required": ["id", "total", "vip", "note", "lines", "first"],
}
TYPED = of_schema(ORDER)

LINES = st.fixed_dictionaries({"sku": st.sampled_from(["a", "b"]), "n": st.integers(0, 3)})
ORDERS = st.fixed_dictionaries(
    {
        "id": st.sampled_from(["", "o1"]),
        "total": st.integers(-2, 20),
        "vip": st.booleans(),
        "note": st.none() | st.just("hm"),
        "lines": st.lists(LINES, max_size=3),
        "first": LINES,
    },
    optional={"coupon": st.just("c")},
)

TEXTS = st.sampled_from(
    ["$o.id", "$o.coupon", "$o.note", "$o.first.sku", "'x'", "$o.lines.sku", "$o.lines[0].sku", "$o.nope"]
)
NUMBERS = st.sampled_from(
    ["$o.total", "$o.first.n", "3", "$count($o.lines)", "$sum($o.lines.n)", "$o.lines.n", "$max($o.lines.n)"]
)
CONDITIONS = st.sampled_from(
    [
        "$o.vip",
        "$exists($o.coupon)",
        "$o.total > 5",
        "$o.note != null",
        "$o.coupon = 'c'",
        "$not($exists($o.coupon))",
        "$o.lines[n > 1]",
    ]
)
EXPRESSIONS = st.recursive(
    TEXTS
    | NUMBERS
    | CONDITIONS
    | st.sampled_from(["$o.lines", "$o", "$o.first", "[$o.lines.sku]", "$o.lines[n > 1]", "null"]),
    lambda inner: st.one_of(
        st.builds("({} + {})".format, NUMBERS, inner),
        st.builds("({} & {})".format, inner, inner),
        st.builds("({} ? {} : {})".format, CONDITIONS, inner, inner),
        st.builds("({} and {})".format, CONDITIONS, inner),
        st.builds("[{}, {}]".format, inner, inner),
        st.builds('{{"a": {}, "b": {}}}'.format, inner, inner),
        st.builds('{{"a": {}}}.a'.format, inner),
        st.builds("$uppercase({})".format, inner),
        st.builds("$append({}, {})".format, inner, inner),
        st.builds("$map($o.lines, function($l) {{ $l.n + {} }})".format, NUMBERS),
        st.builds("$filter($o.lines, function($l) {{ $l.n > {} }})".format, NUMBERS),
        st.builds(
            "$merge([{}, {}])".format,
            st.sampled_from(["$o", "$o.first", "{}"]),
            st.sampled_from(["$o.first", '{"a": 1}']),
        ),
        st.builds("($x := {}; $x)".format, inner),
        st.builds("({} < {})".format, inner, inner),
        st.builds("({} = {})".format, inner, inner),
        st.builds("$string({})".format, inner),
    ),
    max_leaves=6,
) | st.builds("{}[]".format, st.sampled_from(["$o.lines", "$o.lines.sku", "$o.id", "$o.coupon", "$o.lines[n > 1]"]))


def inferred(text: str) -> tuple[Shape, list[Any]]:
    tree = parse(text)
    assert tree is not None, text
    inference = Inference(Scope(lambda name: TYPED if name == "o" else None))
    return inference.of(tree), inference.findings


def run(text: str, order: dict[str, Any]) -> tuple[Any, str]:
    """What the engine gives, or why it gives nothing."""
    try:
        return compile_expression(f"{{% {text} %}}", "Output")(Env(None, variables={"o": order})), ""
    except ExpressionError as error:
        return None, error.cause


@settings(max_examples=600, deadline=None)
@given(EXPRESSIONS, ORDERS)
def test_an_expression_without_a_finding_gives_what_is_said_of_it(text: str, order: dict[str, Any]) -> None:
    shape, findings = inferred(text)
    if any(f.kind != "missing" and f.kind != "never-equal" for f in findings):
        return
    value, failure = run(text, order)
    if failure:
        # It came to nothing, and was said to: everything else is a failure that nobody foretold.
        assert shape.presence >= s.MAYBE, (text, order, failure)
        assert "undefined" in failure, (text, order, failure)
        return
    assert shape.presence != s.NEVER, (text, order, value)
    assert admits(shape, value), (text, order, value, shape)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("$o.total + 1", "a number"),
        ("$o.id & 1", "a string"),
        ("$o.first", "an object"),
        ("$o.lines", "an array"),
        ("[$o.lines.sku]", "an array"),
        ("$o.vip ? 1 : 'a'", "a number or a string"),
        ("$count($o.lines)", "a number"),
        ("$o.total > 1 and $o.vip", "a boolean"),
    ],
)
def test_the_kind_of_a_value_is_known(text: str, said: str) -> None:
    shape, findings = inferred(text)
    assert (describe(shape), shape.presence, findings) == (said, s.ALWAYS, [])


@pytest.mark.parametrize(
    ("text", "kind", "certain"),
    [
        ("$o.nope", "missing", True),
        ("$o.coupon & 'x'", "missing", False),
        ("$o.id + 1", "type", True),
        ("$o.note & 'x' = 'y' ? $o.total < 'a' : 1", "type", True),
        ("$sum($o.lines.sku)", "type", True),
        ("$uppercase($o.total)", "type", True),
        ("$uppercase($o.note)", "type", False),
        ("$upper($o.id)", "function", True),
        ("$uppercase()", "arity", True),
        ("$o.id = 5", "never-equal", True),
    ],
)
def test_what_cannot_work_is_found(text: str, kind: str, certain: bool) -> None:
    _, findings = inferred(text)
    assert [(f.kind, f.certain) for f in findings] == [(kind, certain)]


@pytest.mark.parametrize(
    "text",
    [
        "$exists($o.coupon) ? $o.coupon : 'none'",
        "$exists($o.coupon) and $o.coupon = 'c'",
        "$not($exists($o.coupon)) ? 'none' : $o.coupon",
        "$o.note != null ? $uppercase($o.note) : ''",
        "$o.coupon ? $uppercase($o.coupon) : ''",
        "$type($o.note) = 'string' ? $o.note : ''",
        "[$o.coupon, $o.id]",
        "$count($o.lines) > 0 ? $o.lines[0].sku : ''",
        "$exists($o.lines[1]) ? $o.lines[1].n : 0",
    ],
)
def test_what_is_asked_for_first_is_safe(text: str) -> None:
    shape, findings = inferred(text)
    assert (shape.presence, findings) == (s.ALWAYS, [])
