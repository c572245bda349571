"""Explains a history exported from AWS."""

from __future__ import annotations

import click


@click.command("trace")
@click.argument("history", metavar="HISTORY.json")
@click.argument("target", metavar="[FILE[:WORKFLOW]]", required=False)
@click.option("-v", "--verbose", is_flag=True, help="Every line, however often its state comes again.")
def command(history: str, target: str | None, verbose: bool) -> None:
    """Explain a history exported from AWS.

    HISTORY.json is what `aws stepfunctions get-execution-history` printed; - is standard input. With the workflow, each
    failure is followed by which retrier or catcher took it, why the others did not, and where they are written.
    """
    import sys

    from flowdsl.cli.narrator import Narrator
    from flowdsl.cli.workflows import definition_of, read_json
    from flowdsl.interpreter.explain import explained
    from flowdsl.interpreter.recorded import read_history

    events = read_history(read_json(history, "history"))
    definition = definition_of(target) if target else None
    narrator = Narrator(sys.stdout, everything=verbose)
    for line in explained(events, definition):
        narrator.say(line)
    narrator.catch_up()
