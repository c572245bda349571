"""Proves under faults that handlers are idempotent and stateless."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from flowdsl.project import Project
    from flowdsl.proof.declare import Proof
    from flowdsl.proof.report import Report


@click.command("prove")
@click.argument("targets", nargs=-1, metavar="[MODULE:FUNCTION | PATH]...")
@click.option("-e", "--event", "event_file", metavar="FILE", help="The event, as JSON; - is standard input.")
@click.option(
    "--other-event", "other_file", metavar="FILE", help="A second event. Default: one derived from the first."
)
@click.option("--setup", metavar="MODULE:FUNCTION", help="What makes the world: tables, queues, environment variables.")
@click.option(
    "--ignore", multiple=True, metavar="NAME", help="What is no effect: a table, a queue, or table.attribute."
)
@click.option("--only", default="", metavar="TEXT", help="Try only what a finding begins with, as `killed after #1`.")
@click.option("--seed", type=int, help="Of chance. Default: 0, or what the proof declares.")
@click.option("--json", "as_json", is_flag=True, help="Write the reports as JSON.")
@click.option("--list", "only_list", is_flag=True, help="Only list the proofs that are declared.")
def command(
    targets: tuple[str, ...],
    event_file: str | None,
    other_file: str | None,
    setup: str | None,
    ignore: tuple[str, ...],
    only: str,
    seed: int | None,
    as_json: bool,
    only_list: bool,
) -> None:
    """Prove that handlers are idempotent and stateless, against moto, offline.

    Without an argument, the proofs declared with @proof under tests/; with a PATH, those in a file or folder; with
    MODULE:FUNCTION, those of one handler, or with --event that handler on an event.
    """
    import contextlib
    import json
    import os
    import sys
    import time

    from flowdsl.cli.output import complain, leave, progress
    from flowdsl.diagnostics import FlowDslError
    from flowdsl.project import Project

    # Many a handler makes its clients at import, and a client wants a region. Nothing is ever sent to it.
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    project = Project.find()
    project.activate()
    out = sys.stdout
    start = time.perf_counter()
    reports: list[Report] = []
    failures = 0
    # Handlers print, and are run hundreds of times: standard output is for the reports.
    with open(os.devnull, "w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):
        if event_file is not None:
            proofs = [_on_event(targets, event_file, other_file, setup, ignore)]
        else:
            given = {"--other-event": other_file, "--setup": setup, "--ignore": ignore or None}
            for option, value in given.items():
                if value is not None:
                    raise FlowDslError(f"{option} goes with --event; a declared proof has its own")
            proofs = _declared(targets, project)
        for proof in proofs:
            if only_list:
                click.echo(f"{project.relative(proof.file)}:{proof.line}: {proof.name}: {proof.target}", file=out)
                continue
            try:
                report = proof.run(seed=seed, only=only, progress=progress)
            except FlowDslError as error:
                failures += 1
                complain(str(error))
                continue
            reports.append(report)
            if not as_json:
                click.echo(str(report), file=out)
                for skipped in report.skipped:
                    complain(f"{report.handler}: not tried: {skipped}")
                for note in report.notes:
                    complain(f"{report.handler}: {note}")
    if only_list:
        return
    if as_json:
        click.echo(json.dumps([_as_json(report) for report in reports], indent=2, ensure_ascii=False))
    found = sum(len(r.findings) for r in reports)
    if reports:
        complain(
            f"{len(reports)} proof{'s' if len(reports) != 1 else ''}, {sum(r.scenarios for r in reports)} scenarios, "
            f"{found} finding{'s' if found != 1 else ''} in {time.perf_counter() - start:.1f} s"
        )
    leave(2 if failures else 1 if found else 0)


def _on_event(
    targets: tuple[str, ...], event_file: str, other_file: str | None, setup: str | None, ignore: tuple[str, ...]
) -> Proof:
    from flowdsl.diagnostics import FlowDslError
    from flowdsl.proof.declare import Proof
    from flowdsl.proof.subject import load

    if len(targets) != 1 or ":" not in targets[0]:
        raise FlowDslError("--event takes one handler: flowdsl prove MODULE:FUNCTION --event FILE")
    options: dict[str, object] = {"ignore": ignore}
    if other_file is not None:
        options["other_event"] = _read(other_file)
    event = _read(event_file)
    return Proof(load(targets[0]), event, load(setup) if setup else None, "", "", 0, options)


def _declared(targets: tuple[str, ...], project: Project) -> list[Proof]:
    from flowdsl.diagnostics import FlowDslError
    from flowdsl.proof.discover import discover
    from flowdsl.proof.subject import load

    paths = [Path(t) for t in targets if ":" not in t] or [project.root / "tests"]
    for path in paths:
        if not path.exists():
            where = project.relative(path)
            raise FlowDslError(f"{where} does not exist: a proof is declared with @proof in a test file")
    where = project.relative(paths[0])
    proofs = discover(paths, project.root)
    wanted = [t for t in targets if ":" in t]
    for target in wanted:
        if not any(p.target == target for p in proofs):
            load(target)
            raise FlowDslError(f"no proof of {target} is declared under {where}; give one an --event")
    if not proofs:
        raise FlowDslError(f"no proof is declared under {where}: see @proof of flowdsl.testing")
    return [p for p in proofs if not wanted or p.target in wanted]


def _as_json(report: Report) -> dict[str, object]:
    return {
        "handler": report.handler,
        "name": report.name,
        "seed": report.seed,
        "scenarios": report.scenarios,
        "calls": report.calls,
        "findings": [{"fault": f.fault, "what": f.what} for f in report.findings],
        "skipped": report.skipped,
        "notes": report.notes,
    }


def _read(file: str) -> object:
    import json

    from flowdsl.diagnostics import FlowDslError

    try:
        with click.open_file(file, encoding="utf-8") as stream:
            return json.load(stream)
    except OSError as error:
        raise FlowDslError(f"{file} cannot be read: {error.strerror or error}") from None
    except (UnicodeDecodeError, ValueError) as error:
        raise FlowDslError(f"{file} is no JSON: {error}") from None
