"""From what a user types, FILE or FILE:WORKFLOW, to a Definition: a Python workflow, or ASL as JSON or YAML."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flowdsl.asl.definition import Definition
from flowdsl.asl.values import MAX_INPUT_DEPTH, deeper_than
from flowdsl.diagnostics import FlowDslError
from flowdsl.project import Project

if TYPE_CHECKING:
    from flowdsl.asl.source_text import Unreadable


def definition_of(target: str) -> Definition:
    """The Definition of FILE or FILE:WORKFLOW."""
    return subject_of(target)[0]


def subject_of(target: str) -> tuple[Definition, Any]:
    """The same with the annotation of the workflow's input; None where there is none."""
    name, _, workflow = target.rpartition(":") if _names_a_workflow(target) else (target, "", "")
    path = Path(name)
    if path.suffix == ".py":
        from flowdsl.dsl.discover import workflow_of

        project = Project.find(path.resolve().parent)
        project.activate()
        found_workflow = workflow_of(path, workflow or None, project.root)
        return found_workflow.definition, found_workflow.input_annotation
    if not path.is_file():
        raise FlowDslError(f"there is no file {name}")
    found = readable(path, workflow or None)
    if len(found) != 1:
        names = ", ".join(definition.name for definition in found)
        raise FlowDslError(f"{name} holds {len(found)} definitions: {names}; say which, {name}:{found[0].name}")
    return found[0], None


def readable(path: Path, resource: str | None) -> list[Definition]:
    """The definitions of a file, or of standard input for `-`, of which one at least can be read. What is said against
    others of a template is complained of."""
    from flowdsl.asl.load import load, loads
    from flowdsl.cli.output import complain

    aside: list[Unreadable] = []
    if str(path) == "-":
        found = loads(sys.stdin.read(), path="standard input", resource=resource, aside=aside)
    else:
        found = load(path, resource=resource, aside=aside)
    if not found:
        raise aside[0]
    for error in aside:
        complain(str(error))
    return found


def file_of(target: str) -> Path:
    """The file of FILE or FILE:WORKFLOW."""
    return Path(target.rpartition(":")[0] if _names_a_workflow(target) else target)


def check_input(value: Any, annotation: Any, shown: str) -> None:
    """Refuses an input that does not fit the workflow's parameter: each place with what is wrong there."""
    from flowdsl.testing.inputs import misfit

    problem = misfit(value, annotation)
    if problem is not None:
        raise FlowDslError(f"the input {shown} {problem}")


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
        value = json.loads(text, parse_constant=_no_constant)
    except ValueError as error:
        raise FlowDslError(f"the {what} {shown(name)} is no JSON: {error}") from None
    except RecursionError:
        value = None
        deep = True
    else:
        deep = deeper_than(value, MAX_INPUT_DEPTH)
    if deep:
        raise FlowDslError(f"the {what} {shown(name)} is nested too deeply to be worked with")
    return value


def pairs(given: tuple[str, ...], option: str) -> dict[str, str]:
    """What an option that may be given several times says, each time `NAME=VALUE`."""
    told: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not name or not equals:
            raise FlowDslError(f"it is {option}, found {text!r}")
        told[name] = value
    return told


def shown(name: str) -> str:
    """A file's name in a message."""
    return "on standard input" if name == "-" else name


def _no_constant(text: str) -> Any:
    raise ValueError(f"{text} stands in it")
