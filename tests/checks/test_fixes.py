"""Corrections are made in the text; what is not corrected stays as it was written."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowdsl.asl.load import loads
from flowdsl.checks.fixes import apply, fixes_of
from flowdsl.checks.registry import rules
from flowdsl.checks.rule import Rule, examples
from flowdsl.checks.runner import check
from flowdsl.diagnostics import Edit, Fix

TEXT = """{
  "StartAt": "A",
  "States": {
    "A": { "Type": "Pass",   "Parameters": {"id": "$.id", "n": 1}, "End": true }
  }
}
"""


def fixed(text: str, *edits: Edit) -> str:
    return apply(text, [Fix("so", edits)])[0]


def test_a_value_is_replaced_in_its_place() -> None:
    assert fixed(TEXT, Edit("/States/A/Parameters/n", 2)) == TEXT.replace('"n": 1', '"n": 2')


def test_a_member_that_takes_anothers_place_stands_where_it_stood() -> None:
    edits = (Edit("/States/A/Parameters/id", remove=True), Edit("/States/A/Parameters/id.$", "$.id"))
    assert fixed(TEXT, *edits) == TEXT.replace('"id"', '"id.$"')


def test_a_member_goes_with_its_comma() -> None:
    assert fixed(TEXT, Edit("/States/A/Parameters/id", remove=True)) == TEXT.replace('"id": "$.id", ', "")
    assert fixed(TEXT, Edit("/States/A/Parameters/n", remove=True)) == TEXT.replace(', "n": 1', "")


def test_a_new_member_is_written_like_its_neighbour() -> None:
    assert fixed(TEXT, Edit("/TimeoutSeconds", 60)) == TEXT.replace("  }\n}", '  },\n  "TimeoutSeconds": 60\n}')
    assert fixed(TEXT, Edit("/States/A/Comment", "c")) == TEXT.replace('"End": true }', '"End": true, "Comment": "c" }')


def test_an_object_is_indented_like_its_line() -> None:
    assert (
        fixed('{\n  "a": 1\n}', Edit("/b", {"c": [1]})) == '{\n  "a": 1,\n  "b": {\n    "c": [\n      1\n    ]\n  }\n}'
    )


def test_two_corrections_of_one_place_are_made_one_after_the_other() -> None:
    both = [Fix("one", (Edit("/States/A/Parameters/n", 2),)), Fix("two", (Edit("/States/A/Parameters/n", 3),))]
    assert apply(TEXT, both) == (TEXT.replace('"n": 1', '"n": 2'), 1)


def test_a_correction_of_what_is_gone_is_passed_over() -> None:
    assert apply(TEXT, [Fix("so", (Edit("/States/B/Next", remove=True),))]) == (TEXT, 0)


FIXABLE = [
    pytest.param(rule, example, id=f"{rule.code}-{i}")
    for rule in rules()
    for i, example in enumerate(examples(rule.bad))
    if any(f.fix and f.fix.edits for f in example.findings(rule))
]


@pytest.mark.parametrize(("rule", "example"), FIXABLE)
def test_what_a_rule_corrects_it_no_longer_finds(rule: Rule, example: Any) -> None:
    text = json.dumps(example.document, indent=2)

    def findings(text: str) -> list[Any]:
        [definition] = loads(text)
        found = check(definition, type=example.type, input_schema=example.input_schema)
        return [f for f in found if f.code == rule.code and f.fix]

    for _ in range(5):
        before = findings(text)
        if not before:
            break
        text, made = apply(text, fixes_of(before, unsafe=True))
        assert made
    assert findings(text) == []


WORDS = st.text(st.characters(codec="utf-8"), max_size=4)
VALUES = st.integers(-9999, 9999) | WORDS | st.lists(st.integers(0, 9), max_size=2)


@given(st.dictionaries(WORDS, VALUES, max_size=5), st.data())
def test_any_member_of_any_object_can_be_changed(document: dict[str, Any], data: st.DataObject) -> None:
    text = json.dumps(document, indent=data.draw(st.sampled_from([None, 2])))
    name = data.draw(st.sampled_from([*document, "new"]))
    pointer = "/" + name.replace("~", "~0").replace("/", "~1")
    assert json.loads(fixed(text, Edit(pointer, {"x": 1}))) == {**document, name: {"x": 1}}
    if name in document:
        assert json.loads(fixed(text, Edit(pointer, remove=True))) == {k: v for k, v in document.items() if k != name}
