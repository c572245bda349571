"""From paths to findings: which files hold what, and what is to be said about each. Jobs may run in other processes."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from flowdsl.asl.definition import MachineType
from flowdsl.asl.load import load, loads
from flowdsl.asl.source_text import Unreadable
from flowdsl.checks.config import Settings
from flowdsl.checks.handler_audit import SourceFile, audit, python_files
from flowdsl.checks.runner import check, in_order
from flowdsl.checks.suppress import python_suppressions, suppress
from flowdsl.cli.built import without_suppressed
from flowdsl.cli.python_words import in_python
from flowdsl.diagnostics import Diagnostic, FlowDslError, Location, Severity, did_you_mean
from flowdsl.project import Project

TEXTS = (".json", ".yaml", ".yml", ".asl", ".template")
PARALLEL_FROM = 24
"""So many files that other processes pay for their start."""


@dataclass(frozen=True)
class Job:
    """One file to check."""

    path: Path
    shown: str
    kind: Literal["definition", "workflow"]
    certain: bool = True
    """False for a file met in a folder, that may turn out to hold no definition at all."""


@dataclass(frozen=True)
class Plan:
    """How the files of one call are checked."""

    settings: Settings
    type: MachineType | None = None
    input_schema: dict[str, Any] | None = None
    root: Path = field(default_factory=Path)


def jobs_of(project: Project, paths: Sequence[Path]) -> tuple[list[Job], list[SourceFile]]:
    """(definitions and workflows, handler files) that paths name; without any, everything of the project."""
    if not paths:
        paths = [f for f in (*project.source_folders, *project.handler_folders) if f.is_dir()]
        if not paths:
            raise FlowDslError("nothing to check here: name a file or folder, or set source in [tool.flowdsl]")
    jobs: dict[Path, Job] = {}
    handlers: dict[Path, SourceFile] = {}
    for path in paths:
        for file, certain in _files(path):
            shown = project.relative(file)
            if file.suffix != ".py":
                jobs.setdefault(file.resolve(), Job(file, shown, "definition", certain))
            elif _declares_workflows(project, file):
                jobs.setdefault(file.resolve(), Job(file, shown, "workflow", certain))
            else:
                handlers.setdefault(file.resolve(), SourceFile(file, shown))
    return list(jobs.values()), list(handlers.values())


def _files(path: Path) -> Iterator[tuple[Path, bool]]:
    if path.is_file():
        yield path, True
        return
    if not path.is_dir():
        siblings = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
        raise FlowDslError(f"{path.as_posix()} does not exist{did_you_mean(path.name, siblings)}")
    for file in python_files(path):
        yield file, False
    hidden = ("node_modules", "cdk.out", "__pycache__")
    for file in sorted(path.rglob("*")):
        parts = file.relative_to(path).parts
        if not file.is_file() or any(p.startswith(".") or p in hidden for p in parts):
            continue
        # A definition that was built here is checked at its source, where it can be changed.
        if file.suffix in TEXTS and not (
            file.name.endswith((".sourcemap.json", ".substitutions.json"))
            or (file.name.endswith(".asl.json") and file.with_name(file.name[:-9] + ".sourcemap.json").exists())
        ):
            yield file, file.name.endswith((".asl.json", ".asl.yaml", ".asl.yml"))


def _declares_workflows(project: Project, file: Path) -> bool:
    absolute = file.resolve()
    if any(absolute.is_relative_to(folder.resolve()) for folder in project.handler_folders):
        return False
    try:
        return "@workflow" in file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False


def findings_of(job: Job, plan: Plan) -> list[Diagnostic]:
    """What is to be said about one file. A FlowDslError is what kept us from looking."""
    return _findings_of(job, plan) or []


def _findings_of(job: Job, plan: Plan) -> list[Diagnostic] | None:
    """The same; None where a file that was met in a folder holds nothing to check."""
    return _workflow_findings(job, plan) if job.kind == "workflow" else _definition_findings(job, plan)


def text_findings(text: str, shown: str, plan: Plan) -> list[Diagnostic]:
    """The same for a definition's text, of standard input."""
    aside: list[Unreadable] = []
    try:
        found = loads(text, path=shown, aside=aside)
    except Unreadable as error:
        return [error.diagnostic]
    return in_order([*_all(found, plan), *_unread(aside, none_else=not found)])


def _definition_findings(job: Job, plan: Plan) -> list[Diagnostic] | None:
    aside: list[Unreadable] = []
    try:
        found = load(job.path, aside=aside)
    except FlowDslError as error:
        if not job.certain:
            return None
        if isinstance(error, Unreadable):
            return [replace(error.diagnostic, location=_shown(error.diagnostic, job, plan))]
        raise
    if not job.certain and not aside and all("States" not in d.document for d in found):
        return None
    told = [*without_suppressed(_all(found, plan), job.path), *_unread(aside, none_else=job.certain and not found)]
    return [replace(f, location=_shown(f, job, plan)) if f.location else f for f in told]


def _unread(aside: Sequence[Unreadable], *, none_else: bool) -> list[Diagnostic]:
    """What is to be said of a template's machines that could not be read. One in S3 is no mistake, but when it is all that
    was to be checked (`none_else`), then nothing was."""
    found = [error.diagnostic for error in aside]
    return [replace(f, severity=Severity.ERROR) for f in found] if none_else else found


def _shown(finding: Diagnostic, job: Job, plan: Plan) -> Location | None:
    """Where a finding is, by the file's name as it is shown: the job's own, or one that a template names."""
    place = finding.location
    if place is None or place.path == job.shown:
        return place
    if place.path == job.path.as_posix():
        return replace(place, path=job.shown)
    root, file = plan.root.resolve(), Path(place.path).resolve()
    return replace(place, path=file.relative_to(root).as_posix()) if file.is_relative_to(root) else place


def _all(definitions: Sequence[Any], plan: Plan) -> list[Diagnostic]:
    return [
        finding
        for definition in definitions
        for finding in check(definition, type=plan.type, input_schema=plan.input_schema, settings=plan.settings)
    ]


def _workflow_findings(job: Job, plan: Plan) -> list[Diagnostic]:
    from flowdsl.dsl.discover import workflows_of

    found: list[Diagnostic] = []
    text = job.path.read_text(encoding="utf-8")
    lines = text.splitlines()

    def text_at(place: Location) -> str:
        mine = place.path in (job.shown, job.path.as_posix()) and place.line <= len(lines)
        if not mine or place.end_line != place.line or place.end_column is None:
            return ""
        return lines[place.line - 1][place.column - 1 : place.end_column - 1]

    for workflow in workflows_of(job.path, plan.root, none_is_fine=not job.certain):
        mistakes = [f for f in workflow.diagnostics if plan.settings.is_on(f.code, job.shown)]
        if any(f.severity is Severity.ERROR for f in workflow.diagnostics):
            found += mistakes
            continue
        told = check(
            workflow.definition,
            type=plan.type or workflow.type,
            input_schema=plan.input_schema,
            settings=plan.settings,
            own=mistakes,
        )
        found += in_python(told, workflow.definition, _parameter(workflow.function), text_at)
    kept, remarks = suppress(found, python_suppressions(text, job.shown), plan.settings, job.shown)
    return [*kept, *(r for r in remarks if plan.settings.is_on(r.code, job.shown))]


def _parameter(function: Callable[..., Any]) -> str:
    """What a workflow's function calls its input."""
    return next(iter(inspect.signature(function).parameters), "the input")


def check_all(
    jobs: Sequence[Job], handlers: Sequence[SourceFile], plan: Plan, uses: Any, advance: Callable[..., Any]
) -> tuple[list[Diagnostic], list[str], bool]:
    """(findings by place, what kept us from looking at some file, whether there was anything to look at)."""
    found: list[Diagnostic] = []
    trouble: list[str] = []
    anything = bool(handlers)
    for answer in _answers(jobs, plan):
        if isinstance(answer, str):
            trouble.append(answer)
        elif answer is not None:
            found += answer
        anything |= answer is not None
        advance()
    if handlers:
        found += audit(list(handlers), plan.settings, uses, advance=advance).findings
    return in_order(found), trouble, anything


def _answers(jobs: Sequence[Job], plan: Plan) -> Iterator[list[Diagnostic] | str | None]:
    # Workflows are imported, and an import is known to this process alone.
    definitions = [job for job in jobs if job.kind == "definition"]
    if len(definitions) < PARALLEL_FROM:
        for job in jobs:
            yield _answer(job, plan)
        return
    import os
    from concurrent.futures import ProcessPoolExecutor
    from functools import partial

    with ProcessPoolExecutor(max_workers=min(os.cpu_count() or 1, 8)) as pool:
        size = max(1, len(definitions) // 32)
        yield from pool.map(partial(_answer, plan=plan), definitions, chunksize=size)
    for job in jobs:
        if job.kind != "definition":
            yield _answer(job, plan)


def _answer(job: Job, plan: Plan) -> list[Diagnostic] | str | None:
    try:
        return _findings_of(job, plan)
    except FlowDslError as error:
        return str(error)
