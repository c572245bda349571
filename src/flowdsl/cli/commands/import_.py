"""Turns a definition into Python that builds to it again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from flowdsl.asl.definition import Definition
    from flowdsl.diagnostics import Diagnostic


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Where to write; - is standard output. Default: workflows/NAME.py.",
)
@click.option("--name", help="The workflow's name. Default: the output's or the definition's name.")
@click.option("--resource", help="Which state machine of a template that holds several.")
@click.option("--verify/--no-verify", default=True, help="Build the result and compare it with the original (default).")
@click.option("--force", is_flag=True, help="Overwrite a file that is there.")
def command(file: Path, output: Path | None, name: str | None, resource: str | None, verify: bool, force: bool) -> None:
    """Turn the definition in FILE into a Python workflow that builds to the same definition.

    FILE is ASL as JSON or YAML, or a SAM or CloudFormation template; - reads standard input.
    """
    from flowdsl.cli.output import complain, leave, write_atomically
    from flowdsl.cli.workflows import readable
    from flowdsl.diagnostics import FlowDslError
    from flowdsl.importer.module import python_source
    from flowdsl.importer.names import identifier
    from flowdsl.importer.verify import verify as prove
    from flowdsl.project import Project

    found = readable(file, resource)
    if len(found) != 1:
        names = ", ".join(d.name for d in found)
        raise FlowDslError(f"{file}: the template has {len(found)} state machines ({names}); name one with --resource")
    definition = found[0]
    wished = name or (output.stem if output and str(output) != "-" else definition.name) or "workflow"
    function = identifier(wished)
    project = Project.find()
    target = output or project.source_folders[0] / f"{function}.py"
    if str(target) != "-" and target.exists() and not force:
        raise FlowDslError(f"{project.relative(target)} is there already; give --force to overwrite it, or another -o")
    try:
        source = python_source(definition, function, file.name if str(file) != "-" else "standard input")
        if verify:
            prove(definition, source, function, project.relative(target))
    except FlowDslError:
        mistakes = _mistakes(definition)
        if not mistakes:
            raise
        for mistake in mistakes:
            click.echo(str(mistake))
        complain(f"{file}: {len(mistakes)} mistake{'s' * (len(mistakes) > 1)}; nothing was written")
        leave(1)
    # What has a Python form may still be wrong: it is written as it stands, and what AWS refuses of it is told.
    refused = [mistake for mistake in _mistakes(definition) if mistake.aws_code] if verify else []
    for mistake in refused:
        click.echo(str(mistake), err=True)
    if str(target) == "-":
        click.echo(source, nl=False)
        leave(1 if refused else 0)
    target.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(target, source)
    states = sum(1 for _ in definition.states())
    proved = "it builds to the same definition" if verify else "not verified"
    wrong = f"; AWS refuses it for {len(refused)} mistake{'s' * (len(refused) != 1)}" if refused else ""
    complain(f"wrote {project.relative(target)}: {states} state{'s' * (states != 1)}; {proved}{wrong}")
    leave(1 if refused else 0)


def _mistakes(definition: Definition) -> list[Diagnostic]:
    """What AWS would refuse of the definition: why it has no Python form."""
    from flowdsl.checks.runner import check
    from flowdsl.diagnostics import Severity

    return [finding for finding in check(definition) if finding.severity is Severity.ERROR]
