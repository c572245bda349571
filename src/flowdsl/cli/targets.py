"""From what a user types to the Definitions meant: files, folders, one workflow of a file, standard input, or the project."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from flowdsl.asl.definition import Definition
from flowdsl.diagnostics import FlowDslError
from flowdsl.project import Project

if TYPE_CHECKING:
    from flowdsl.asl.source_text import Unreadable
    from flowdsl.dsl.workflow import Workflow


class Subject(NamedTuple):
    """A Definition, and where it comes from."""

    definition: Definition
    workflow: Workflow[Any, Any] | None = None
    """What declares it, where that is Python."""
    file: Path | None = None
    """None: standard input."""
    is_alone: bool = True
    """Whether the file holds no other."""


def definitions_of(names: Sequence[str]) -> Iterator[Definition | FlowDslError]:
    """The Definitions of FILE, FILE:WORKFLOW, FOLDER or `-`, in that order; without any, the project's workflows.

    What one of several files says against being read comes in its place, so that the others are still looked at. A FILE
    must hold one, or it is said which.
    """
    for found in subjects_of(names, several=False):
        yield found if isinstance(found, FlowDslError) else found.definition


def subjects_of(names: Sequence[str], *, several: bool = True) -> Iterator[Subject | FlowDslError]:
    """The same with where each comes from. `several`: a FILE may hold more than one."""
    if not names:
        names = [str(folder) for folder in Project.find().source_folders if folder.is_dir()]
        if not names:
            raise FlowDslError("no workflow here: name a file or folder, or set source in [tool.flowdsl]")
    for name in names:
        found = False
        try:
            for subject in _each(name, several):
                found = True
                yield subject
        except FlowDslError as error:
            yield error
            continue
        if not found:
            yield FlowDslError(f"{name}: no workflow and no definition in it")


def is_one(names: Sequence[str]) -> bool:
    """Whether names can mean only one Definition: it is then told of alone."""
    return len(names) == 1 and not Path(names[0]).is_dir()


def _each(name: str, several: bool) -> Iterator[Subject | FlowDslError]:
    if name == "-":
        from flowdsl.asl.load import loads

        aside: list[Unreadable] = []
        for definition in loads(sys.stdin.read(), path="standard input", aside=aside):
            yield Subject(definition)
        yield from aside
        return
    path = Path(name)
    if not path.is_dir():
        from flowdsl.cli.workflows import definition_of, file_of

        if several:
            yield from _in_file(name)
        else:
            yield Subject(definition_of(name), file=file_of(name))
        return
    from flowdsl.cli.checking import jobs_of

    project = Project.find(path)
    project.activate()
    jobs, _ = jobs_of(project, [path])
    for job in jobs:
        try:
            found = _workflows(job.path, project) if job.kind == "workflow" else _texts(job.path, any_file=True)
        except FlowDslError as error:
            if job.certain or job.kind == "workflow":
                yield error
            continue
        yield from found


def _in_file(name: str) -> Sequence[Subject | FlowDslError]:
    from flowdsl.cli.workflows import file_of
    from flowdsl.dsl.discover import workflow_of

    path = file_of(name)
    wanted = None if path == Path(name) else name.rpartition(":")[2]
    if path.suffix == ".py":
        project = Project.find(path.resolve().parent)
        project.activate()
        if wanted is None:
            return _workflows(path, project, none_is_fine=False)
        workflow = workflow_of(path, wanted, project.root)
        return [Subject(workflow.definition, workflow, path)]
    if not path.is_file():
        raise FlowDslError(f"there is no file {path}")
    return _texts(path, wanted)


def _workflows(path: Path, project: Project, *, none_is_fine: bool = True) -> list[Subject]:
    from flowdsl.dsl.discover import workflows_of

    found = workflows_of(path, project.root, none_is_fine=none_is_fine)
    return [Subject(workflow.definition, workflow, path) for workflow in found]


def _texts(path: Path, wanted: str | None = None, *, any_file: bool = False) -> list[Subject | FlowDslError]:
    """The definitions of a file, then what is said against the others of a template. `any_file`: one met in a folder, that
    may hold something else."""
    from flowdsl.asl.load import load

    aside: list[Unreadable] = []
    found = load(path, resource=wanted, aside=aside)
    if any_file:
        found = [definition for definition in found if "States" in definition.document]
    alone = wanted is None and len(found) + len(aside) == 1
    return [*(Subject(definition, None, path, alone) for definition in found), *aside]
