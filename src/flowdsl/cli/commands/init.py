"""Makes a project to start from."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("init")
@click.argument("folder", default=".", type=click.Path(path_type=Path, file_okay=False))
@click.option("--force", is_flag=True, help="Overwrite files that are there.")
def command(folder: Path, force: bool) -> None:
    """Make a project to start from in FOLDER (default: here).

    Writes workflows/, handlers/, tests/, an event, the settings and a pre-commit configuration. A file that is there
    already is left alone, and named, unless --force is given; then nothing is written at all.
    """
    from flowdsl.cli.output import write_atomically
    from flowdsl.diagnostics import FlowDslError
    from flowdsl.render.renderer import render, templates

    files = templates("init")
    there = [name for name in files if (folder / name).exists()]
    if there and not force:
        raise FlowDslError(f"{', '.join(there)} is there already; give --force to overwrite, or another folder")
    for name in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, render(f"init/{name}"))
        click.echo(f"wrote {path.as_posix()}")
    go = "" if folder == Path(".") else f"cd {folder.as_posix()} && "
    click.echo(
        f"\nNext: {go}flowdsl build && flowdsl run workflows/hello.py --input events/hello.json && pytest --flow-cov"
    )
