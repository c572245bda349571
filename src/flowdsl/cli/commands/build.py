"""Compiles workflows to ASL beside their source."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from flowdsl.project import Project


@click.command("build")
@click.argument("targets", nargs=-1, metavar="[FILE[:WORKFLOW]]...")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 when a built file is not what the source gives.")
@click.option("--diff", is_flag=True, help="Write nothing; show how built files differ, and exit 1 when they do.")
def command(targets: tuple[str, ...], check: bool, diff: bool) -> None:
    """Build workflows to Amazon States Language.

    Writes NAME.asl.json, NAME.sourcemap.json and NAME.substitutions.json beside each source, NAME being the function's
    name. Without targets: every workflow of the source folders, and a built file whose workflow is gone is drift.
    A workflow with mistakes writes nothing.
    """
    from flowdsl.cli.output import leave
    from flowdsl.diagnostics import FlowDslError
    from flowdsl.project import Project

    project = Project.find()
    project.activate()
    found, unread = _workflows(project, targets)
    built, mistakes = _built(project, found)
    orphans = _orphans(project, built) if not targets and not mistakes and not unread else []
    if not found and not unread and not orphans:
        raise FlowDslError(_nothing(project, project.source_folders))
    if check or diff:
        differs = _compare(project, built, orphans, show=diff)
        leave(2 if unread else 1 if differs or mistakes else 0)
    for path, text in built.items():
        _write(project, path, text)
    for path in orphans:
        click.echo(f"{project.relative(path)}: its workflow is gone; delete it", err=True)
    leave(2 if unread else 1 if mistakes else 0)


def _built(project: Project, found: list[tuple[Any, Path]]) -> tuple[dict[Path, str], bool]:
    """Every text to be written, by path, and whether some workflow has mistakes, which are shown."""
    from flowdsl.cli.output import complain
    from flowdsl.diagnostics import FlowDslError, Severity
    from flowdsl.dsl.artefacts import artefacts

    built: dict[Path, str] = {}
    owners: dict[Path, Any] = {}
    mistakes = False
    for workflow, folder in found:
        diagnostics = workflow.diagnostics
        _show(diagnostics)
        count = sum(d.severity is Severity.ERROR for d in diagnostics)
        if count:
            mistakes = True
            complain(f"{workflow.name} is not built: {count} mistake{'s' if count != 1 else ''}")
            continue
        for path, text in artefacts(workflow, folder).items():
            other = owners.get(path)
            if other is not None and other is not workflow:
                raise FlowDslError(
                    f"{workflow.location}: {other.location} declares a workflow {workflow.name} too, and both would be {project.relative(path)}"
                )
            owners[path] = workflow
            built[path] = text
    return built, mistakes


def _workflows(project: Project, targets: tuple[str, ...]) -> tuple[list[tuple[Any, Path]], bool]:
    """The workflows, each with the folder it is built into, and whether some file of a folder could not be read, which is shown."""
    from flowdsl.cli.output import complain
    from flowdsl.diagnostics import FlowDslError
    from flowdsl.dsl.discover import sources, workflow_of, workflows_of

    found: list[tuple[Any, Path]] = []
    unread = False
    folders: list[Path] = []
    for target in targets:
        file, name = _split(target)
        path = Path(file).resolve()
        if path.is_dir():
            if name is not None:
                raise FlowDslError(f"{file} is a folder, which has no workflow {name!r}")
            folders.append(path)
        elif name is not None:
            found.append((workflow_of(path, name, project.root), path.parent))
        else:
            found += [(w, path.parent) for w in workflows_of(path, project.root)]
    if not targets:
        folders = project.source_folders
        missing = [f for f in folders if not f.is_dir()]
        if len(missing) == len(folders):
            raise FlowDslError(
                f"no folder {project.relative(missing[0])}: name a file, or set source in [tool.flowdsl]"
            )
    before = len(found)
    for inner in sources(folders):
        try:
            found += [(w, inner.parent) for w in workflows_of(inner, project.root, none_is_fine=True)]
        except FlowDslError as error:
            unread = True
            complain(str(error))
    if len(found) == before and folders and targets and not unread:
        raise FlowDslError(_nothing(project, folders))
    return list(dict.fromkeys(found)), unread


def _nothing(project: Project, folders: list[Path]) -> str:
    named = ", ".join(project.relative(folder) for folder in folders)
    return f"no workflow in {named}: no Python file there has a function with @workflow"


def _split(target: str) -> tuple[str, str | None]:
    """FILE and WORKFLOW of a target; a drive's colon is no separator."""
    file, colon, name = target.rpartition(":")
    if colon and name.isidentifier() and file and not (len(file) == 1 and file.isalpha()):
        return file, name
    return target, None


def _orphans(project: Project, built: dict[Path, str]) -> list[Path]:
    from flowdsl.dsl.artefacts import SUFFIXES

    found: list[Path] = []
    for folder in project.source_folders:
        for suffix in SUFFIXES:
            for path in folder.rglob(f"*{suffix}"):
                # A definition without a source map was written by hand, or imported: it has no workflow to lose.
                mapped = path.with_name(path.name.removesuffix(suffix) + ".sourcemap.json")
                if path not in built and mapped.exists():
                    found.append(path)
    return sorted(set(found))


def _compare(project: Project, built: dict[Path, str], orphans: list[Path], *, show: bool) -> bool:
    """Names, or shows, what differs; True when anything does."""
    drift = False
    for path, text in built.items():
        old = _read(path)
        if old == text:
            continue
        drift = True
        name = project.relative(path)
        if show:
            _show_diff(name, old or "", text)
        else:
            click.echo(
                f"{name}: {'is missing' if old is None else 'differs from what the source gives'}; run flowdsl build"
            )
    for path in orphans:
        drift = True
        name = project.relative(path)
        if show:
            _show_diff(name, _read(path) or "", "")
        else:
            click.echo(f"{name}: its workflow is gone; delete it")
    return drift


def _show_diff(name: str, old: str, new: str) -> None:
    from difflib import unified_diff

    from flowdsl.cli.output import wants_colour

    colour = wants_colour()
    for line in unified_diff(old.splitlines(), new.splitlines(), name, f"{name} (from source)", lineterm=""):
        style = (
            {"+": "green", "-": "red", "@": "cyan"}.get(line[:1])
            if colour and not line.startswith(("+++", "---"))
            else None
        )
        click.echo(click.style(line, fg=style) if style else line)


def _read(path: Path) -> str | None:
    from flowdsl.diagnostics import FlowDslError

    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise FlowDslError(f"{path} cannot be read: {error}") from None


def _write(project: Project, path: Path, text: str) -> None:
    from flowdsl.cli.output import write_atomically
    from flowdsl.diagnostics import FlowDslError

    if _read(path) == text:
        return
    try:
        write_atomically(path, text)
    except OSError as error:
        raise FlowDslError(f"{project.relative(path)} cannot be written: {error.strerror}") from None
    click.echo(f"wrote {project.relative(path)}")


def _show(diagnostics: Any) -> None:
    from flowdsl.cli.excerpt import full

    for diagnostic in diagnostics:
        click.echo(full(diagnostic), err=True)
