"""Finds in handlers what keeps them from being good tasks."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

if TYPE_CHECKING:
    from flowdsl.checks.handler_audit import Audited, SourceFile
    from flowdsl.checks.handler_entries import TaskUse
    from flowdsl.project import Project

CRASHED = "ASL890"
FORMATS = ("concise", "full", "json", "sarif", "github", "junit")


@click.command("audit")
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(path_type=Path))
@click.option(
    "--output-format",
    type=click.Choice(FORMATS),
    default="concise",
    show_default=True,
    help="How findings are written.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --output-format json.")
@click.option(
    "--select", multiple=True, metavar="CODES", help="Look for these rules only: codes, their beginnings, or names."
)
@click.option("--ignore", multiple=True, metavar="CODES", help="Leave these rules out.")
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "info"]),
    default="info",
    show_default=True,
    help="The least severity that exits with 1.",
)
@click.option("--tasks", is_flag=True, help="Take every handler for one that a Task calls, as it is to be.")
@click.option(
    "--summary/--no-summary",
    default=None,
    help="What stands between the handlers and being good tasks (default: for folders).",
)
@click.option(
    "--skeleton/--no-skeleton",
    default=None,
    help="The workflow in place of each handler that orchestrates (default: for folders).",
)
def command(
    paths: tuple[Path, ...],
    output_format: str,
    as_json: bool,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    fail_on: str,
    tasks: bool,
    summary: bool | None,
    skeleton: bool | None,
) -> None:
    """Find what keeps Lambda handlers from being stateless and idempotent tasks.

    PATH is a file or a folder of Python, or - for standard input; without one, the project's handlers. Nothing is imported or run. One finding a
    line, `path:line:column: CODE name: message`; nothing at all about a sound handler. A folder ends with what stands
    between its handlers and being good tasks, and the workflow that would replace each one that orchestrates.
    """
    from flowdsl.checks.config import read_settings
    from flowdsl.checks.handler_audit import audit
    from flowdsl.cli.output import leave, progress
    from flowdsl.project import Project

    project = Project.find()
    settings = read_settings(project.setting("check", {})).with_flags(select=select, ignore=ignore, fail_on=fail_on)
    files, folders = _files(project, paths)
    with progress(len(files), "reading handlers") as advance:
        audited = audit(files, settings, handler_uses(project), all_tasks=tasks, advance=advance)
    output_format = "json" if as_json else output_format
    _report(audited, output_format)
    if output_format in ("concise", "full") and audited.findings:
        if folders if summary is None else summary:
            _summarise(audited)
        if folders if skeleton is None else skeleton:
            _sketch(audited)
    if any(finding.code == CRASHED for finding in audited.findings):
        leave(2)
    leave(1 if any(settings.fails(finding) for finding in audited.findings) else 0)


def _files(project: Project, paths: tuple[Path, ...]) -> tuple[list[SourceFile], bool]:
    """The files to read, each once, and whether a folder was asked for."""
    from flowdsl.checks.handler_audit import SourceFile, python_files
    from flowdsl.diagnostics import FlowDslError

    given = [*paths]
    if not given:
        given = [folder for folder in project.handler_folders if folder.is_dir()]
        if not given:
            raise FlowDslError("no folder of handlers here: name a file or folder, or set handlers in [tool.flowdsl]")
    found: dict[Path, SourceFile] = {}
    for path in given:
        if str(path) == "-":
            found[path] = SourceFile(path, "standard input", sys.stdin.buffer.read())
            continue
        for file in python_files(path):
            found.setdefault(Path(os.path.realpath(file)), SourceFile(file, _shown(project, file)))
    return list(found.values()), any(path.is_dir() for path in given)


def _shown(project: Project, file: Path) -> str:
    # A link that leads nowhere is named itself.
    return project.relative(file) if file.exists() else file.as_posix()


def handler_uses(project: Project) -> dict[Path, dict[str, TaskUse]]:
    """By file, the functions that the project's built workflows call. A built file that cannot be read says nothing."""
    from flowdsl.asl.bindings import Binding, Bindings
    from flowdsl.asl.definition import Definition
    from flowdsl.checks.handler_uses import uses

    found: dict[Path, dict[str, TaskUse]] = {}
    roots = [project.root, *(project.root / p for p in project.setting("python-path", []))]
    for folder in project.source_folders:
        for path in sorted(folder.rglob("*.substitutions.json")) if folder.is_dir() else ():
            document: Any = _json(path.with_name(path.name.replace(".substitutions.json", ".asl.json")))
            given: Any = _json(path)
            if not isinstance(document, dict) or not isinstance(given, dict):
                continue
            entries = cast("dict[str, Any]", given).items()
            placeholders = {
                name: Binding(name, str(entry.get("kind")), entry.get("target"))
                for name, entry in ((n, cast("dict[str, Any]", e)) for n, e in entries if isinstance(e, dict))
                if isinstance(entry.get("target"), str)
            }
            for target, use in uses(
                Definition(cast("dict[str, Any]", document), bindings=Bindings(placeholders=placeholders))
            ).items():
                module, _, function = target.partition(":")
                for root in roots:
                    file = root / (module.replace(".", "/") + ".py")
                    if file.is_file():
                        known = found.setdefault(Path(os.path.realpath(file)), {})
                        if function not in known or use.retried:
                            known[function] = use
                        break
    return found


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None


def _report(audited: Audited, output_format: str) -> None:
    from importlib import import_module

    if output_format == "full":
        from flowdsl.cli.excerpt import full

        click.echo("".join(full(finding) + "\n" for finding in audited.findings), nl=False)
    else:
        click.echo(import_module(f"flowdsl.checks.reporters.{output_format}").report(audited.findings), nl=False)


def _summarise(audited: Audited) -> None:
    from flowdsl.checks.handler_summary import summary

    lines = summary(audited)
    if lines:
        click.echo()
        click.echo("\n".join(lines))


def _sketch(audited: Audited) -> None:
    from flowdsl.checks.handler_skeleton import orchestrators, skeleton

    for source, entry in orchestrators(audited):
        click.echo(f"\n# In place of {source.path}:{entry.function.name}\n")
        click.echo(skeleton(source, entry), nl=False)
