"""From what a user types to the Definitions meant: files, folders, one workflow of a file, standard input, or the project."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from flowdsl.asl.definition import Definition
from flowdsl.diagnostics import FlowDslError
from flowdsl.project import Project


def definitions_of(names: Sequence[str]) -> Iterator[Definition | FlowDslError]:
    """The Definitions of FILE, FILE:WORKFLOW, FOLDER or `-`, in that order; without any, the project's workflows.

    What one of several files says against being read comes in its place, so that the others are still looked at.
    """
    if not names:
        names = [str(folder) for folder in Project.find().source_folders if folder.is_dir()]
        if not names:
            raise FlowDslError("no workflow here: name a file or folder, or set source in [tool.flowdsl]")
    for name in names:
        found = False
        try:
            for definition in _each(name):
                found = True
                yield definition
        except FlowDslError as error:
            yield error
            continue
        if not found:
            yield FlowDslError(f"{name}: no workflow and no definition in it")


def is_one(names: Sequence[str]) -> bool:
    """Whether names can mean only one Definition: it is then told of alone."""
    return len(names) == 1 and not Path(names[0]).is_dir()


def _each(name: str) -> Iterator[Definition | FlowDslError]:
    if name == "-":
        from flowdsl.asl.load import loads

        yield from loads(sys.stdin.read(), path="standard input")
        return
    path = Path(name)
    if not path.is_dir():
        from flowdsl.cli.workflows import definition_of

        yield definition_of(name)
        return
    from flowdsl.cli.checking import jobs_of

    project = Project.find(path)
    project.activate()
    jobs, _ = jobs_of(project, [path])
    for job in jobs:
        try:
            found = _workflows(job.path, project) if job.kind == "workflow" else _texts(job.path)
        except FlowDslError as error:
            if job.certain or job.kind == "workflow":
                yield error
            continue
        yield from found


def _workflows(path: Path, project: Project) -> list[Definition]:
    from flowdsl.dsl.discover import workflows_of

    return [workflow.definition for workflow in workflows_of(path, project.root, none_is_fine=True)]


def _texts(path: Path) -> list[Definition]:
    """A file met in a folder may hold something else."""
    from flowdsl.asl.load import load

    return [definition for definition in load(path) if "States" in definition.document]
