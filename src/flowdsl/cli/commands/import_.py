"""Amazon States Language, or a template that holds it, becomes Python in this language."""

from __future__ import annotations

from pathlib import Path

import click


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
    from flowdsl.asl.load import load, loads
    from flowdsl.cli.output import complain, write_atomically
    from flowdsl.diagnostics import FlowDslError
    from flowdsl.importer.module import python_source
    from flowdsl.importer.names import identifier
    from flowdsl.importer.verify import verify as prove
    from flowdsl.project import Project

    found = (
        loads(click.get_text_stream("stdin").read(), path="-", resource=resource)
        if str(file) == "-"
        else load(file, resource=resource)
    )
    if len(found) != 1:
        raise FlowDslError(
            f"{file} holds {len(found)} state machines; choose one with --resource: {', '.join(d.name for d in found)}"
        )
    definition = found[0]
    wished = name or (output.stem if output and str(output) != "-" else definition.name) or "workflow"
    function = identifier(wished)
    source = python_source(definition, function, file.name if str(file) != "-" else "standard input")
    project = Project.find()
    target = output or project.source_folders[0] / f"{function}.py"
    if verify:
        prove(definition, source, function, str(target))
    if str(target) == "-":
        click.echo(source, nl=False)
        return
    if target.exists() and not force:
        raise FlowDslError(f"{project.relative(target)} is there already; give --force to overwrite it, or another -o")
    target.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(target, source)
    states = sum(1 for _ in definition.states())
    proved = "it builds to the same definition" if verify else "not verified"
    complain(f"wrote {project.relative(target)}: {states} state{'s' if states != 1 else ''}; {proved}")
