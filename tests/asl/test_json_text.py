"""JSON is read strictly: what is wrong is said in one line with its place; every value keeps its place."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowdsl.asl.json_scan import Scan
from flowdsl.asl.json_text import read_json
from flowdsl.asl.source_map import split
from flowdsl.asl.source_text import SourceText, Unreadable
from flowdsl.asl.values import BarePlaceholder
from tests.asl.test_dump import JSON

WRONG = [
    ("", "m.json:1:1: Definition must be a valid JSON object, but the text is empty"),
    ("not a definition", "m.json:1:1: 'not' is no JSON value; a text stands in double quotes"),
    ('{"a": 1', "m.json:1:8: the text ends inside the object that opens at 1:1; it is cut off"),
    ('{\n "a": [1,\n', "m.json:3:1: the text ends inside the list that opens at 2:7; it is cut off"),
    ('{"a": "x', "m.json:1:7: this text is never closed with a double quote; the file is cut off"),
    ('{"a": "x\n"}', "m.json:1:7: this text runs over the end of the line; close it, or write \\n"),
    ('{"a": 1,}', "m.json:1:9: a comma stands before this }, but no member follows; remove the comma"),
    ("[1, ]", "m.json:1:5: a comma stands before this ], but no value follows; remove the comma"),
    ('{"a": 1 "b": 2}', "m.json:1:9: a comma or } is due here, not '\"b\"'"),
    ('{"a" 1}', "m.json:1:6: a colon is due behind the key, not '1'"),
    ("{a: 1}", "m.json:1:2: 'a' is no JSON value; a text stands in double quotes"),
    ("{1: 1}", "m.json:1:2: a key in double quotes is due here, not '1'"),
    ("{} {}", "m.json:1:4: the JSON value has ended, but more text follows; one definition is one value"),
    ("{'a': 1}", "m.json:1:2: texts stand in double quotes in JSON, not in single ones"),
    ('{"a": True}', "m.json:1:7: JSON writes true, not True"),
    ('{"a": None}', "m.json:1:7: JSON writes null, not None"),
    ('{"a": NaN}', "m.json:1:7: JSON knows no NaN; write a number, or null"),
    ('{"a": -Infinity}', "m.json:1:7: JSON knows no -Infinity; write a number, or null"),
    ('{"a": 01}', "m.json:1:7: '01' is no number of JSON"),
    ('{"a": 1e999}', "m.json:1:7: the number 1e999 is too large for a double; write it as a text"),
    (
        '{"a": 18446744073709551616}',
        "m.json:1:7: the number 18446744073709551616 does not fit 64 bits; write it as a text",
    ),
    ('{"a": "\\ud800"}', "m.json:1:8: half of a surrogate pair stands in this text; no UTF-8 can hold it"),
    ('{"a": "\ud800"}', "m.json:1:8: half of a surrogate pair stands in this text; no UTF-8 can hold it"),
    ('{"a": "\\x"}', "m.json:1:8: '\\\\x' is no escape of JSON; a backslash is written \\\\"),
    ('{"a": "\t"}', "m.json:1:8: the control character U+0009 stands in a text; write \\u0009"),
    ("// no\n{}", "m.json:1:1: JSON has no comments; write a Comment field"),
    ("\ufeff{}", "m.json:1:1: a byte-order mark stands here, which AWS refuses; save the file as UTF-8 without one"),
    (
        '{\n  "Done": 1,\n  "Done": 2\n}',
        "m.json:3:3: the key 'Done' stands twice in one object, first at 2:3; JSON readers keep only the last; "
        "rename or remove one",
    ),
    ("[" * 10_000, "m.json:1:501: more than 500 objects and lists stand inside one another here"),
    ('{"a":' * 10_000, "m.json:1:2501: more than 500 objects and lists stand inside one another here"),
]


@pytest.mark.parametrize(("text", "message"), WRONG, ids=range(len(WRONG)))
def test_what_is_wrong_is_one_line_with_its_place(text: str, message: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_json(SourceText("m.json", text))
    assert str(refused.value) == message
    assert "\n" not in message


def test_aws_calls_a_text_that_is_no_json_by_its_own_code_and_place() -> None:
    # (recorded)
    with pytest.raises(Unreadable) as refused:
        read_json(SourceText("m.json", "not a definition"))
    assert refused.value.diagnostic.aws_code == "INVALID_JSON_DESCRIPTION"
    assert refused.value.diagnostic.aws_location == '[Source: (String)"not a definition"; line: 1, column: 4]'


def test_a_placeholder_without_quotes_is_read_as_its_text() -> None:
    document = read_json(SourceText("m.json", '{"Seconds": ${Pause}, "List": [${A}, "${A}"]}'))
    assert document.value == {"Seconds": "${Pause}", "List": ["${A}", "${A}"]}
    assert isinstance(document.value["Seconds"], BarePlaceholder)
    assert isinstance(document.value["List"][0], BarePlaceholder)
    assert not isinstance(document.value["List"][1], BarePlaceholder)
    assert str(document.positions()["/Seconds"]) == "m.json:1:13"


def test_positions_are_counted_in_characters_from_one() -> None:
    document = read_json(SourceText("m.json", '{\n  "ä/ö": [1,\n    {"~": null}]\n}'))
    at = {pointer: (place.line, place.column) for pointer, place in document.positions().items()}
    assert at == {"": (1, 1), "/ä~1ö": (2, 10), "/ä~1ö/0": (2, 11), "/ä~1ö/1": (3, 5), "/ä~1ö/1/~0": (3, 11)}


@given(JSON, st.sampled_from([None, 1, 4]))
def test_the_text_at_each_position_is_the_value(value: Any, indent: int | None) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    document = read_json(SourceText("m.json", text))
    spans = document.spans()
    assert document.value == value
    for pointer, (start, end) in spans.items():
        inner = value
        for token in split(pointer):
            inner = inner[int(token)] if isinstance(inner, list) else inner[token]
        assert json.loads(text[start:end]) == inner
    lines = text.split("\n")
    for pointer, place in document.positions().items():
        start = spans[pointer][0]
        assert "\n".join(lines[place.line - 1 :])[place.column - 1 :] == text[start:]


@given(st.text(alphabet="{}[]\",:\\ \n0123456789truefalsn.-+eE$'/u\ufeff\ud800é", max_size=40))
def test_any_text_is_read_as_json_reads_it_or_refused_in_one_line(text: str) -> None:
    value = read_or_refusal(text)
    if "${" not in text and not isinstance(value, Unreadable):
        assert json.loads(text) == value


def read_or_refusal(text: str) -> Any:
    try:
        return read_json(SourceText("m.json", text)).value
    except Unreadable as refusal:
        return one_line(refusal)


def one_line(refusal: Unreadable) -> Unreadable:
    assert str(refusal).startswith("m.json:")
    assert "\n" not in str(refusal)
    return refusal


@given(JSON, st.integers(0, 200))
def test_a_text_that_is_cut_off_is_refused(value: Any, length: int) -> None:
    text = json.dumps([value])
    with pytest.raises(Unreadable):
        read_json(SourceText("m.json", text[: min(length, len(text) - 1)]))


@given(JSON, st.sampled_from([None, 1]), st.randoms(use_true_random=False))
def test_a_single_place_is_the_same_as_among_all(value: Any, indent: int | None, random: Any) -> None:
    text = json.dumps([{"k": value}], indent=indent)
    every = dict(Scan(SourceText("m.json", text)).spans)
    document = read_json(SourceText("m.json", text))
    pointers = sorted(every)
    random.shuffle(pointers)
    for pointer in pointers:
        assert document.spans()[pointer] == every[pointer]
    assert "/0/none" not in document.spans()
    assert "/0/k/none/deeper" not in document.spans()
    assert dict(document.spans()) == every
