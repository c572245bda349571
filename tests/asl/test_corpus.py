"""Real definitions: read, written and read again they stay equal; every position begins its value; nothing is called wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from ruamel.yaml import YAML

from flowdsl.asl.dump import dumps
from flowdsl.asl.format import formatted
from flowdsl.asl.grammar import check_grammar
from flowdsl.asl.json_text import read_json
from flowdsl.asl.load import load, loads
from flowdsl.asl.schema import json_schema
from flowdsl.asl.source_map import split
from flowdsl.asl.source_text import SourceText
from flowdsl.asl.yaml_text import read_yaml

pytestmark = pytest.mark.corpus

Sample = Callable[[list[Path], int], list[Path]]


@pytest.fixture(scope="session")
def records(corpus: Path) -> list[tuple[Path, dict[str, Any]]]:
    """Every record of a real definition, with its file."""
    return [(path, json.loads(path.read_text(encoding="utf-8"))) for path in sorted((corpus / "asl").glob("*.json"))]


def test_every_definition_is_read_written_and_read_again_as_the_same(
    records: list[tuple[Path, dict[str, Any]]],
) -> None:
    assert records
    for path, record in records:
        (found,) = load(path)
        assert found.document == record["definition"], path.name
        text = dumps(found.document)
        assert json.loads(text) == record["definition"], path.name
        assert dumps(loads(text)[0].document) == text, path.name
        assert formatted(text) == text, path.name


def test_every_position_begins_its_value(records: list[tuple[Path, dict[str, Any]]]) -> None:
    for path, record in records:
        (found,) = load(path)
        lines = path.read_text(encoding="utf-8").split("\n")
        for pointer, place in found.source_map:
            value = record["definition"]
            for token in split(pointer):
                value = value[int(token)] if isinstance(value, list) else value[token]
            text = "\n".join([lines[place.line - 1][place.column - 1 :], *lines[place.line :]])
            assert json.JSONDecoder().raw_decode(text)[0] == value, (path.name, pointer)


def test_every_position_begins_its_value_in_yaml_too(corpus: Path, corpus_sample: Sample) -> None:
    for path in corpus_sample(list((corpus / "asl").glob("*.json")), 12):
        definition = json.loads(path.read_text(encoding="utf-8"))["definition"]
        out = StringIO()
        writer = YAML(typ="safe", pure=True)
        writer.default_flow_style = False
        writer.dump(definition, out)
        text = out.getvalue()
        document = read_yaml(SourceText("m.yaml", text))
        assert document.value == definition, path.name
        lines = text.split("\n")
        for pointer, place in document.positions().items():
            value = definition
            for token in split(pointer):
                value = value[int(token)] if isinstance(value, list) else value[token]
            begins = lines[place.line - 1][place.column - 1 :]
            if isinstance(value, bool | int):
                assert begins.lower().startswith(str(value).lower()), (path.name, pointer)
            elif isinstance(value, str) and begins[:1] not in ("'", '"', "|", ">"):
                assert value.split("\n")[0].startswith(begins.strip()[:20]), (path.name, pointer)


def test_no_real_definition_breaks_the_grammar_but_those_known_to_be_invalid(
    records: list[tuple[Path, dict[str, Any]]],
) -> None:
    for path, record in records:
        if "known_invalid" not in record and "suspect" not in record:
            assert [str(found) for found in check_grammar(load(path)[0])] == [], path.name


def test_every_real_definition_fits_the_schema_but_those_known_to_be_invalid(
    records: list[tuple[Path, dict[str, Any]]],
) -> None:
    validator = Draft7Validator(json_schema())
    for path, record in records:
        if "known_invalid" not in record and "suspect" not in record:
            assert [error.message for error in validator.iter_errors(record["definition"])] == [], path.name


def test_a_definition_cut_off_anywhere_is_refused_in_one_line(corpus: Path, corpus_sample: Sample) -> None:
    from flowdsl.asl.source_text import Unreadable

    for path in corpus_sample(list((corpus / "asl").glob("*.json")), 8):
        text = path.read_text(encoding="utf-8").rstrip()
        for length in range(1, len(text), max(1, len(text) // 25)):
            with pytest.raises(Unreadable) as refused:
                read_json(SourceText("m.json", text[:length]))
            assert "\n" not in str(refused.value)
