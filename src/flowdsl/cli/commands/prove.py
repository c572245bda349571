"""Proves under faults that handlers are idempotent and stateless."""

from __future__ import annotations

from pathlib import Path

import click


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
    import json
    import os
    import time

    from flowdsl.cli.output import complain, leave, progress
    from flowdsl.diagnostics import FlowDslError
    from flowdsl.project import Project
    from flowdsl.proof.declare import Proof
    from flowdsl.proof.discover import discover
    from flowdsl.proof.report import Report
    from flowdsl.proof.subject import load

    # Many a handler makes its clients at import, and a client wants a region. Nothing is ever sent to it.
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    project = Project.find()
    project.activate()
    if event_file is not None:
        handlers = [t for t in targets if ":" in t]
        if len(targets) != 1 or not handlers:
            raise FlowDslError("--event takes one handler: flowdsl prove MODULE:FUNCTION --event FILE")
        options: dict[str, object] = {"ignore": ignore}
        if other_file is not None:
            options["other_event"] = _read(other_file)
        event = _read(event_file)
        world = load(setup) if setup else None
        proofs = [Proof(load(targets[0]), event, world, targets[0], "", 0, options)]
    else:
        given = {"--other-event": other_file, "--setup": setup, "--ignore": ignore or None}
        for option, value in given.items():
            if value is not None:
                raise FlowDslError(f"{option} goes with --event; a declared proof has its own")
        paths = [Path(t) for t in targets if ":" not in t] or [project.root / "tests"]
        for path in paths:
            if not path.exists():
                raise FlowDslError(
                    f"{project.relative(path)} does not exist: a proof is declared with @proof in a test file"
                )
        proofs = discover(paths, project.root)
        wanted = [t for t in targets if ":" in t]
        for target in wanted:
            if not any(p.target == target for p in proofs):
                load(target)
                raise FlowDslError(
                    f"no proof of {target} is declared under {project.relative(paths[0])}; give one an --event"
                )
        proofs = [p for p in proofs if not wanted or p.target in wanted]
        if not proofs:
            raise FlowDslError(
                f"no proof is declared under {project.relative(paths[0])}: see @proof of flowdsl.testing"
            )
    if only_list:
        for proof in proofs:
            click.echo(f"{project.relative(proof.file)}:{proof.line}: {proof.name}: {proof.target}")
        return
    start = time.perf_counter()
    reports: list[Report] = []
    for proof in proofs:
        report = proof.run(seed=seed, only=only, progress=progress)
        reports.append(report)
        if not as_json:
            click.echo(str(report))
            for skipped in report.skipped:
                complain(f"{report.handler}: not tried: {skipped}")
    if as_json:
        shown = [
            {
                "handler": r.handler,
                "seed": r.seed,
                "scenarios": r.scenarios,
                "calls": r.calls,
                "findings": [{"fault": f.fault, "what": f.what} for f in r.findings],
                "skipped": r.skipped,
            }
            for r in reports
        ]
        click.echo(json.dumps(shown, indent=2, ensure_ascii=False))
    scenarios = sum(r.scenarios for r in reports)
    found = sum(len(r.findings) for r in reports)
    complain(
        f"{len(reports)} proof{'s' if len(reports) != 1 else ''}, {scenarios} scenarios, "
        f"{found} finding{'s' if found != 1 else ''} in {time.perf_counter() - start:.1f} s"
    )
    leave(1 if found else 0)


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
