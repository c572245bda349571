"""Every call of the definitions in use is known, and nothing is said of one that AWS takes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from flowdsl.asl.definition import Definition, StateNode
from flowdsl.integrations.arguments import check_arguments
from flowdsl.integrations.catalog import Operation, UnknownOperation, resolve
from flowdsl.integrations.permissions import permissions_of
from flowdsl.integrations.resource import parse_resource

pytestmark = pytest.mark.corpus


def definitions(corpus: Path) -> Iterator[tuple[str, Definition]]:
    for path in sorted((corpus / "asl").glob("*.json")):
        document = json.loads(path.read_text(encoding="utf-8"))["definition"]
        if isinstance(document, dict):
            yield path.stem, Definition(document)


def calls(corpus: Path) -> Iterator[tuple[str, StateNode, Operation | UnknownOperation | None]]:
    for name, definition in definitions(corpus):
        for node in definition.states("Task"):
            if isinstance(node.fields.get("Resource"), str):
                try:
                    yield name, node, resolve(node.fields["Resource"])
                except UnknownOperation as error:
                    yield name, node, error


def test_every_resource_is_known_but_those_that_aws_withdrew(corpus: Path) -> None:
    unknown = [
        (name, str(found))
        for name, _, found in calls(corpus)
        if isinstance(found, UnknownOperation) and found.part != "retired"
    ]
    assert unknown == []


def test_every_parameter_is_spelled_as_we_would_and_none_is_missed(corpus: Path) -> None:
    said = []
    for name, node, found in calls(corpus):
        if isinstance(found, Operation):
            given = node.fields.get("Arguments", node.fields.get("Parameters"))
            said += [f"{name} {node.pointer}: {p.message}" for p in check_arguments(found, given)]
    assert said == []


def test_every_definition_has_a_policy(corpus: Path) -> None:
    for _, definition in definitions(corpus):
        for grant in permissions_of(definition).grants:
            assert grant.statement.actions
            assert all(":" in action for action in grant.statement.actions)


def test_every_resource_text_is_told_apart(corpus: Path) -> None:
    for _, node, _ in calls(corpus):
        assert parse_resource(node.fields["Resource"]) is not None
