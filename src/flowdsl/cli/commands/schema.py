"""Prints the JSON Schema of ASL, for editors."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("schema")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file.")
def command(output: Path | None) -> None:
    """Print the JSON Schema of a definition, which editors use to complete and check .asl.json files.

    For VS Code: flowdsl schema -o asl.schema.json, and in settings.json
    "json.schemas": [{"fileMatch": ["*.asl.json"], "url": "./asl.schema.json"}].
    """
    from flowdsl.asl.dump import write
    from flowdsl.asl.schema import json_schema
    from flowdsl.cli.output import write_atomically

    text = write(json_schema()) + "\n"
    if output is None:
        click.echo(text, nl=False)
    else:
        write_atomically(output, text)
