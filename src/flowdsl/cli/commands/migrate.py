"""Turns a JSONPath definition into JSONata."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from flowdsl.asl.definition import Definition
    from flowdsl.importer.migrate import Migration
    from flowdsl.importer.migrate_verify import Verification


@click.command("migrate")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Where to write. Default: standard output.")
@click.option(
    "--state", "states", multiple=True, metavar="NAME", help="Move this state only; may be given several times."
)
@click.option(
    "--verify", "runs", type=click.IntRange(1), metavar="N", help="Run old and new on N made-up inputs and compare."
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of the made-up inputs.")
@click.option("--diff", is_flag=True, help="Show what changes instead of the new definition.")
@click.option("--resource", help="Which state machine of a template that holds several.")
def command(
    file: Path,
    output: Path | None,
    states: tuple[str, ...],
    runs: int | None,
    seed: int,
    diff: bool,
    resource: str | None,
) -> None:
    """Say a JSONPath definition in JSONata, state by state.

    FILE is ASL as JSON or YAML, or a template that holds it; - reads standard input. What cannot be moved stays JSONPath
    and is named with its reason. With --verify, a state whose new form does something else on some made-up input stays
    too. Exit 0 when all of it is JSONata, 1 when something stayed, 2 when it could not be done.
    """
    from flowdsl.asl.dump import dumps
    from flowdsl.cli.output import complain, leave, progress, write_atomically
    from flowdsl.diagnostics import FlowDslError, did_you_mean
    from flowdsl.importer.migrate import migrate

    definition = _loaded(file, resource)
    nodes = list(definition.states())
    for name in states:
        if name not in {node.name for node in nodes}:
            near = did_you_mean(name, [node.name for node in nodes])
            raise FlowDslError(f"{file}: there is no state {name!r}{near}")
    wanted = frozenset(states) or None
    outcome = None
    if runs is None:
        migration = migrate(definition, wanted)
    else:
        from flowdsl.importer.migrate_verify import verified

        with progress(len(nodes), "comparing") as advance:
            migration, outcome = verified(definition, wanted, runs, seed, advance)
    text = dumps(migration.definition.document)
    if diff:
        text = _diff(str(file), dumps(definition.document), text)
    if output is None or str(output) == "-":
        click.echo(text, nl=False)
    else:
        write_atomically(output, text)
    _report(file, definition, migration, wanted)
    if outcome is not None:
        _report_runs(outcome)
    stayed = [s for s in migration.stayed if wanted is None or s.state in wanted]
    if not migration.moved and not stayed:
        complain(f"{file}: there is no JSONPath state to move")
    leave(1 if stayed or (outcome is not None and outcome.differences) else 0)


def _loaded(file: Path, resource: str | None) -> Definition:
    from flowdsl.cli.workflows import readable
    from flowdsl.diagnostics import FlowDslError

    found = readable(file, resource)
    if len(found) != 1:
        names = ", ".join(each.name for each in found)
        raise FlowDslError(f"{file}: the template has {len(found)} state machines ({names}); name one with --resource")
    return found[0]


def _diff(name: str, before: str, after: str) -> str:
    from difflib import unified_diff

    return "".join(
        unified_diff(before.splitlines(keepends=True), after.splitlines(keepends=True), name, f"{name} in JSONata")
    )


def _report(file: Path, definition: Definition, migration: Migration, wanted: frozenset[str] | None) -> None:
    """What stayed, and what the author should know, each with its place; then the sum."""
    from flowdsl.cli.output import complain

    for stayed in migration.stayed:
        if wanted is None or stayed.state in wanted:
            click.echo(
                f"{_place(file, definition, stayed.pointer)}: {stayed.state!r} stays JSONPath: {stayed.reason}",
                err=True,
            )
    for note in migration.notes:
        click.echo(f"{_place(file, definition, note.pointer)}: {note.state!r}: {note.text}", err=True)
    moved, left = len(migration.moved), len(migration.stayed)
    complain(f"{file}: {moved} state{'s' * (moved != 1)} moved to JSONata, {left} JSONPath still")


def _place(file: Path, definition: Definition, pointer: str) -> str:
    location = definition.source_map.locate(pointer)
    return str(location) if location is not None else str(file)


def _report_runs(outcome: Verification) -> None:
    from flowdsl.cli.output import complain

    for difference in outcome.differences:
        complain(f"the machine as a whole differs (seed {difference.seed}): {difference}")
    if outcome.refused:
        complain(f"the machine cannot be run whole offline, its states were compared alone: {outcome.refused}")
    complain(
        f"compared {outcome.compared} run{'s' * (outcome.compared != 1)}, {len(outcome.differences)} differ; "
        f"{outcome.failed} left out, in which JSONPath itself fails on the data"
    )
