"""Definitions from files of every kind, and one clear line for what is none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from flowdsl.asl.load import load, load_one, loads
from flowdsl.asl.source_text import Unreadable
from flowdsl.diagnostics import FlowDslError

MACHINE: dict[str, Any] = {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}


@pytest.mark.parametrize("name", ["order.asl.json", "order.json", "order.asl.yaml", "order.yml", "order.asl", "order"])
def test_a_file_is_one_definition_named_after_it(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(json.dumps(MACHINE))
    (found,) = load(path)
    assert (found.document, found.name, found.type) == (MACHINE, "order", None)
    place = found.source_map.locate("/States/A")
    assert place is not None
    assert place.path == path.as_posix()


def test_yaml_is_a_definition_too() -> None:
    text = "StartAt: A\nStates:\n  A:\n    Type: Succeed\n"
    (found,) = loads(text, path="order.asl.yaml", format="yaml")
    assert found.document == MACHINE
    assert str(found.source_map.locate("/States/A/Type")) == "order.asl.yaml:4:11"


def test_what_describe_state_machine_prints_is_a_definition() -> None:
    text = json.dumps({"name": "orders", "type": "EXPRESS", "definition": json.dumps(MACHINE)})
    (found,) = loads(text, path="described.json")
    assert (found.document, found.name, found.type) == (MACHINE, "orders", "EXPRESS")
    assert str(found.source_map.locate("/States/A/Type")) == f"described.json:1:{text.index('Succeed') - 1}"


def test_a_definition_that_is_wrong_is_still_a_definition() -> None:
    assert loads("{}")[0].document == {}


def test_a_placeholder_without_quotes_is_known_to_stand_for_a_number() -> None:
    (found,) = loads('{"StartAt": "A", "TimeoutSeconds": ${Limit}, "Comment": "${Limit} ${Other}"}')
    assert {name: binding.type for name, binding in found.bindings.placeholders.items()} == {"Limit": "number"}


def test_windows_line_ends_count_as_one(tmp_path: Path) -> None:
    path = tmp_path / "m.asl.json"
    path.write_bytes(b'{\r\n  "StartAt":\r\n    "A"\r\n}')
    assert str(load_one(path).source_map.locate("/StartAt")) == f"{path.as_posix()}:3:5"


def refused(call: Any, *args: Any, **keywords: Any) -> str:
    with pytest.raises(FlowDslError) as error:
        call(*args, **keywords)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_a_folder_is_no_definition(tmp_path: Path) -> None:
    assert refused(load, tmp_path) == f"{tmp_path.as_posix()}:1:1: this is a folder, not a file"


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    path = tmp_path / "none.json"
    assert refused(load, path) == f"{path.as_posix()}:1:1: the file cannot be read: No such file or directory"
    assert "this is no name of a file" in refused(load, "a\x00b")


def test_a_file_of_100_mb_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "big.json"
    with path.open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    assert refused(load, path) == (
        f"{path.as_posix()}:1:1: the file has 100 MB; AWS takes definitions of 1 MB, and more than 32 MB is not read"
    )


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "1:1: Definition must be a valid JSON object, but the text is empty"),
        (b" \n", "1:1: Definition must be a valid JSON object, but the text is empty"),
        (
            b"\xef\xbb\xbf{}",
            "1:1: the text begins with a byte-order mark, which AWS refuses; save it as UTF-8 without one",
        ),
        (b"\xff\xfe{\x00}\x00", "1:1: the text is UTF-16; save it as UTF-8 without a byte-order mark"),
        (b'{\n"a": "\xe4"}', "2:7: the byte 0xe4 is no UTF-8"),
        (b"[]", "1:1: Definition must be a valid JSON object with StartAt and States, not a list"),
        (b"5", "1:1: Definition must be a valid JSON object with StartAt and States, not the number 5"),
        (b'{"definition": 5}', "1:16: the definition is no object with StartAt and States"),
        (b'{"definition": "{"}', "1:18: the text ends inside the object that opens at 1:17; it is cut off"),
    ],
)
def test_what_is_no_definition_is_one_line_with_its_place(tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "m.json"
    path.write_bytes(data)
    assert refused(load, path) == f"{path.as_posix()}:{message}"


def test_one_definition_has_no_resources() -> None:
    assert refused(loads, json.dumps(MACHINE), path="order.json", resource="orders") == (
        "order.json: this is one definition, not a template; it has no 'orders'; did you mean 'order'?"
    )


def test_a_text_that_cannot_be_read_is_a_finding_too() -> None:
    with pytest.raises(Unreadable) as error:
        loads('{"a": }', path="m.json")
    found = error.value.diagnostic
    assert (found.code, found.name, str(found.location)) == ("ASL100", "unreadable-definition", "m.json:1:7")
