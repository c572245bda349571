"""Replays histories exported from AWS against today's definition."""

from __future__ import annotations

from typing import Any

import click


@click.command("replay")
@click.argument("histories", metavar="HISTORY.json... FILE[:WORKFLOW]", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="The divergences as JSON.")
def command(histories: tuple[str, ...], as_json: bool) -> None:
    """Replay histories exported from AWS against today's workflow.

    The recorded input and task results are fed into the definition, and the first divergence of each history is named:
    the event, the state, the field and both values. Exit 0: all go as recorded; 1: some do not.
    """
    import json

    from flowdsl.cli.output import leave
    from flowdsl.cli.workflows import definition_of, read_json
    from flowdsl.interpreter.recorded import read_history
    from flowdsl.interpreter.replay import replay

    if len(histories) < 2:
        raise click.UsageError("give at least one history and the workflow")
    *files, target = histories
    definition = definition_of(target)
    told: list[dict[str, Any]] = []
    for file in files:
        divergence, _ = replay(read_history(read_json(file, "history")), definition)
        entry: dict[str, Any] = {"history": file, "diverges": divergence is not None}
        if divergence is not None:
            entry |= {
                "event": divergence.event,
                "state": divergence.state,
                "field": divergence.field,
                "recorded": divergence.recorded,
                "now": divergence.now,
                "text": divergence.text,
            }
        told.append(entry)
        if not as_json:
            click.echo(f"{file}: {divergence.text if divergence is not None else 'goes as recorded'}")
    if as_json:
        click.echo(json.dumps(told, indent=2, ensure_ascii=False, default=repr))
    leave(1 if any(entry["diverges"] for entry in told) else 0)
