"""From what a user types, FILE or FILE:WORKFLOW, to a Definition: a Python workflow, or ASL as JSON or YAML."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from flowdsl.asl.definition import Definition
from flowdsl.diagnostics import FlowDslError
from flowdsl.project import Project


def definition_of(target: str) -> Definition:
    """The Definition of FILE or FILE:WORKFLOW."""
    name, _, workflow = target.rpartition(":") if _names_a_workflow(target) else (target, "", "")
    path = Path(name)
    if path.suffix == ".py":
        from flowdsl.dsl.discover import workflow_of

        project = Project.find(path.resolve().parent)
        project.activate()
        return workflow_of(path, workflow or None, project.root).definition
    if not path.is_file():
        raise FlowDslError(f"there is no file {name}")
    from flowdsl.asl.load import load

    found = load(path, resource=workflow or None)
    if len(found) != 1:
        names = ", ".join(definition.name for definition in found)
        raise FlowDslError(f"{name} holds {len(found)} definitions: {names}; say which, {name}:{found[0].name}")
    return found[0]


def _names_a_workflow(target: str) -> bool:
    head, colon, tail = target.rpartition(":")
    return bool(colon) and tail.isidentifier() and bool(head) and not Path(target).exists()


def read_json(name: str, what: str) -> Any:
    """The JSON of a file, or of standard input for `-`."""
    import json

    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no UTF-8 text"
        raise FlowDslError(f"the {what} {name} cannot be read: {reason}") from None
    try:
        return json.loads(text)
    except ValueError as error:
        shown = "standard input" if name == "-" else name
        raise FlowDslError(f"the {what} {shown} is no JSON: {error}") from None
