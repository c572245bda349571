"""Conditions as sets of values: exact, so that what is called dead is dead."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowdsl.analysis import value_sets as v
from flowdsl.analysis.choices import Choices
from flowdsl.analysis.conditions import Taken, cases_of
from flowdsl.analysis.flow import Flow
from flowdsl.analysis.graph import Graph
from flowdsl.analysis.value_sets import Values
from flowdsl.analysis.variables import Variables
from flowdsl.asl.definition import Definition
from flowdsl.query.base import Env
from flowdsl.query.jsonpath.comparisons import compile_choice

NUMBERS = st.sampled_from([-1, 0, 0.5, 1, 5, 10, 20])
TEXTS = st.sampled_from(["", "a", "ab", "abc", "b", "a*"])
SCALARS = st.none() | st.booleans() | NUMBERS | TEXTS


def holds(values: Values, value: Any) -> bool:
    """Whether a set holds a value, by asking whether it covers the set of that value alone."""
    alone = v.constant(value)
    assert alone is not None
    return values.covers(alone)


SETS = st.recursive(
    st.builds(v.number, NUMBERS)
    | st.builds(v.string, TEXTS)
    | st.builds(v.boolean, st.booleans())
    | st.builds(v.strings_like, st.sampled_from(["a*", "*c", "a*c", "*", "b"]))
    | st.builds(lambda low, high: v.numbers(low, high), NUMBERS, NUMBERS),
    lambda inner: (
        st.builds(lambda a, b: a & b, inner, inner)
        | st.builds(lambda a, b: a | b, inner, inner)
        | st.builds(lambda a: ~a, inner)
    ),
    max_leaves=6,
)


@given(SETS, SETS, SCALARS)
def test_sets_of_values_obey_their_laws(a: Values, b: Values, value: Any) -> None:
    assert holds(a & b, value) == (holds(a, value) and holds(b, value))
    assert holds(a | b, value) == (holds(a, value) or holds(b, value))
    assert holds(~a, value) != holds(a, value)
    if (a & b).is_empty:
        assert not (holds(a, value) and holds(b, value))


COMPARISONS = st.one_of(
    st.tuples(st.sampled_from(["NumericEquals", "NumericLessThan", "NumericGreaterThanEquals"]), NUMBERS),
    st.tuples(st.just("StringEquals"), TEXTS),
    st.tuples(st.just("StringMatches"), st.sampled_from(["a*", "*b*", "abc"])),
    st.tuples(st.just("BooleanEquals"), st.booleans()),
    st.tuples(st.sampled_from(["IsNull", "IsString", "IsNumeric", "IsBoolean"]), st.booleans()),
)
TESTS = st.builds(lambda path, c: {"Variable": path, c[0]: c[1]}, st.sampled_from(["$.x", "$.y"]), COMPARISONS)
RULES = st.recursive(
    TESTS,
    lambda inner: (
        st.builds(lambda k, items: {k: items}, st.sampled_from(["And", "Or"]), st.lists(inner, min_size=1, max_size=3))
        | st.builds(lambda item: {"Not": item}, inner)
    ),
    max_leaves=5,
)


@settings(max_examples=300)
@given(st.lists(RULES, min_size=1, max_size=3), SCALARS, SCALARS)
def test_what_is_called_covered_or_contradictory_is_never_taken(rules: list[dict[str, Any]], x: Any, y: Any) -> None:
    env = Env({"x": x, "y": y})
    taken = next((i for i, rule in enumerate(rules) if compile_choice(rule)(env)), None)
    state = {"Type": "Choice", "Choices": [{**rule, "Next": "Done"} for rule in rules], "Default": "Done"}
    definition = Definition({"StartAt": "A", "States": {"A": state, "Done": {"Type": "Succeed"}}})
    [node] = definition.states("Choice")
    assert taken not in {dead.number for dead in Choices(node).dead_rules()}


@pytest.mark.parametrize(
    ("earlier", "later", "covered"),
    [
        ("$n > 10", "$n > 20", True),
        ("$n > 20", "$n > 10", False),
        ("$n in [1, 2, 3]", "$n = 2", True),
        ("$s = 'a' or $s = 'b'", "$s = 'b' and $t = 1", True),
        ("$not($n = 1)", "$n = 2", True),
        ("$exists($n)", "$n = 2", True),
        ("$exists($n)", "$m = 2", False),
        ("$count($xs) > 3", "$count($xs) > 5", True),
        ("$random() > 0.5", "$random() > 0.7", False),
        ("10 < $n", "$n >= 11", True),
    ],
)
def test_jsonata_conditions_are_compared_too(earlier: str, later: str, covered: bool) -> None:
    first, second = (cases_of({"Condition": f"{{% {text} %}}"}, jsonata=True) for text in (earlier, later))
    assert first is not None or "random" in earlier
    taken = Taken()
    taken.add(first or ())
    assert taken.covers(second or ()) is covered


@pytest.mark.parametrize(
    "text", ["$n < 5 and $n > 10", "$s = 'a' and $s = 'b'", "$exists($x) and $not($exists($x))", "$n = 1 and $n != 1"]
)
def test_a_condition_that_excludes_itself_has_no_cases(text: str) -> None:
    assert cases_of({"Condition": f"{{% {text} %}}"}, jsonata=True) == ()


@pytest.mark.parametrize(
    "test",
    [
        lambda i: {"Variable": "$.a", "StringEquals": str(i)},
        lambda i: {"Variable": "$.a", "NumericEquals": i},
        lambda i: {"And": [{"Variable": "$.a", "StringEquals": str(i)}, {"Variable": "$.b", "StringEquals": "x"}]},
    ],
    ids=["strings", "numbers", "two paths"],
)
@pytest.mark.parametrize("has_default", [True, False])
def test_a_choice_of_400_rules_is_looked_at_in_time(test: Callable[[int], dict[str, Any]], has_default: bool) -> None:
    fields = {"Type": "Choice", "Choices": [{**test(i), "Next": "D"} for i in range(400)]}
    document = {"StartAt": "C", "States": {"C": fields, "D": {"Type": "Succeed"}}}
    definition = Definition(document)
    began = time.process_time()
    choices = Choices(next(iter(definition.states())))
    assert choices.dead_rules() == []
    if not has_default:
        graph = Graph(definition)
        assert not choices.is_exhaustive(Flow(definition, graph, Variables(graph), None))
    assert time.process_time() - began < 2


def test_thirty_patterns_without_a_default_crash_nothing() -> None:
    rules = [{"Variable": "$.a", "StringMatches": f"{i}-*", "Next": "D"} for i in range(30)]
    definition = Definition(
        {"StartAt": "C", "States": {"C": {"Type": "Choice", "Choices": rules}, "D": {"Type": "Succeed"}}}
    )
    choices = Choices(next(iter(definition.states())))
    graph = Graph(definition)
    assert not choices.is_exhaustive(Flow(definition, graph, Variables(graph), None))
    assert choices.dead_rules() == []
