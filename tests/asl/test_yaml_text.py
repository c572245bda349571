"""YAML is read as the JSON it stands for, with the place of every value; nothing in it can build an object."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowdsl.asl.source_text import SourceText, Unreadable
from flowdsl.asl.yaml_text import read_yaml
from tests.asl.test_dump import JSON

BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


def value_of(text: str) -> Any:
    return read_yaml(SourceText("m.yaml", text)).value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("yes", "yes"),
        ("~", None),
        ("", None),
        ("12", 12),
        ("2.5", 2.5),
        ("012345678901", "012345678901"),
        ("0x1F", "0x1F"),
        ("2016-03-14T01:59:00Z", "2016-03-14T01:59:00Z"),
        ("'12'", "12"),
        ("!!str 12", "12"),
        ("|\n  a\n  b", "a\nb"),
        ("!Ref Table", {"Ref": "Table"}),
        ("!GetAtt F.Arn", {"Fn::GetAtt": ["F", "Arn"]}),
        ("!Sub '${A}'", {"Fn::Sub": "${A}"}),
        ("!Join [':', [a, !Ref B]]", {"Fn::Join": [":", ["a", {"Ref": "B"}]]}),
    ],
)
def test_scalars_mean_what_they_mean_in_json(text: str, value: Any) -> None:
    assert value_of(f"k: {text}") == {"k": value}


def test_keys_are_texts() -> None:
    assert value_of("1: a\ntrue: b\n2.5: c") == {"1": "a", "true": "b", "2.5": "c"}


def test_an_alias_is_the_value_that_it_names_and_may_be_merged() -> None:
    assert value_of("a: &x {b: 1, c: 2}\nd: *x\ne:\n  <<: *x\n  c: 3") == {
        "a": {"b": 1, "c": 2},
        "d": {"b": 1, "c": 2},
        "e": {"b": 1, "c": 3},
    }


WRONG = [
    ("", "m.yaml:1:1: Definition must be a valid JSON object, but the text is empty"),
    (
        "a: [1, 2",
        "m.yaml:1:9: this is no YAML: expected ',' or ']', but got '<stream end>' while parsing a flow sequence",
    ),
    ("a: b: c", "m.yaml:1:5: this is no YAML: mapping values are not allowed here"),
    (
        "a: 1\nb: 2\na: 3",
        "m.yaml:3:1: the key 'a' stands twice in one object, first at 1:1; readers keep only the last; rename or remove one",
    ),
    ("---\na: 1\n---\nb: 2", "m.yaml:3:1: a second YAML document begins here; one file holds one definition"),
    ("a: .nan", "m.yaml:1:4: JSON knows no .nan; write a number, or null"),
    ("a: 99999999999999999999", "m.yaml:1:4: the number 99999999999999999999 does not fit 64 bits; write it as a text"),
    ('a: "\\ud800"', "m.yaml:1:4: half of a surrogate pair stands in this text; no UTF-8 can hold it"),
    ("a: \ud800", "m.yaml:1:4: half of a surrogate pair stands here; no UTF-8 can hold it"),
    ("a: \x00", "m.yaml:1:4: the character U+0000 may not stand in YAML"),
    ("? [1]\n: 2", "m.yaml:1:3: a key must be a text, not an object or a list"),
    ("a: *x", "m.yaml:1:4: *x names nothing above it"),
    ("a: &x [*x]", "m.yaml:1:8: *x stands inside the value that it names; that value has no end"),
    (BOMB, "m.yaml:7:11: with its aliases followed, the document has more than 1,000,000 values"),
    (
        "a: !!python/object/apply:os.system ['ls']",
        "m.yaml:1:4: the tag !!python/object/apply:os.system would build an object; a definition holds plain values only",
    ),
    ("a: !Foo x", "m.yaml:1:4: the tag !Foo would build an object; a definition holds plain values only"),
    ("a: !!binary xxx", "m.yaml:1:4: the tag !!binary stands for a value that JSON cannot hold"),
    ("<<: 5", "m.yaml:1:1: << takes an object, or a list of them"),
    ("- " * 10_000, "m.yaml:1:1001: more than 500 objects and lists stand inside one another here"),
]


@pytest.mark.parametrize(("text", "message"), WRONG, ids=range(len(WRONG)))
def test_what_is_wrong_is_one_line_with_its_place(text: str, message: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_yaml(SourceText("m.yaml", text))
    assert str(refused.value) == message


def test_depth_is_counted_through_aliases() -> None:
    text = "".join(f"a{i}: &a{i} {'[' * 90}{f'*a{i - 1}' if i else 'x'}{']' * 90}\n" for i in range(8))
    with pytest.raises(Unreadable, match="more than 500 objects and lists"):
        value_of(text)


def test_positions_are_those_of_the_values() -> None:
    document = read_yaml(SourceText("m.yaml", "a:\n  - b\n  - {c: 'd'}\ne: !Sub |\n  text\n"))
    at = {pointer: (place.line, place.column) for pointer, place in document.positions().items()}
    assert at == {"": (1, 1), "/a": (2, 3), "/a/0": (2, 5), "/a/1": (3, 5), "/a/1/c": (3, 9), "/e": (4, 4)}


@given(JSON)
def test_json_is_yaml_and_is_read_as_the_same_value(value: Any) -> None:
    assert value_of(json.dumps({"k": value}, ensure_ascii=True)) == {"k": value}


@given(st.text(alphabet="{}[]\"',:\\ \n-?!&*|>%@`#ab01~<\tü", max_size=40))
def test_any_text_is_read_or_refused_in_one_line(text: str) -> None:
    refusals: list[str] = []
    try:
        value_of(text)
    except Unreadable as refusal:
        refusals.append(str(refusal))
    assert all(line.startswith("m.yaml:") and "\n" not in line for line in refusals)
