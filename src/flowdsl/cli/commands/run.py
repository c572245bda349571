"""Runs a workflow offline: virtual clock, real handlers, mocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from flowdsl.asl.definition import Definition
    from flowdsl.interpreter.execution import Execution
    from flowdsl.interpreter.run import Run


@click.command("run")
@click.argument("target", metavar="FILE[:WORKFLOW]")
@click.option("-i", "--input", "input_file", metavar="FILE", help="The execution's input, JSON; - is standard input.")
@click.option(
    "--mocks", "mocks_file", metavar="FILE[#CASE]", help="Answers for Tasks: flowdsl's own, or a MockConfigFile.json."
)
@click.option("--json", "as_json", is_flag=True, help="The execution with its history as JSON, and nothing else.")
@click.option("-v", "--verbose", is_flag=True, help="Every line, however often its state comes again.")
@click.option("--state", "state_name", metavar="NAME", help="Run this one state, as TestState does.")
@click.option(
    "--inspection-level",
    type=click.Choice(["INFO", "DEBUG", "TRACE"]),
    default="DEBUG",
    show_default=True,
    help="How much --state shows.",
)
@click.option(
    "--substitute",
    "substitutions",
    multiple=True,
    metavar="NAME=VALUE",
    help="What stands for ${NAME} in the definition.",
)
@click.option(
    "--s3", "buckets", multiple=True, metavar="BUCKET=FOLDER", help="A folder whose files are a bucket's objects."
)
@click.option(
    "--type", "kind", type=click.Choice(["STANDARD", "EXPRESS"]), help="The machine's type, where nothing says."
)
@click.option("--sync", is_flag=True, help="Start it by StartSyncExecution, which only an Express workflow knows.")
@click.option("--now", metavar="TIME", help="When the execution starts, ISO 8601 [default: 2026-01-01T12:00:00Z].")
@click.option("--seed", default=0, show_default=True, help="Of jitter, $random and $uuid.")
@click.option("--no-quotas", is_flag=True, help="Without AWS's limits on payload, events and time.")
@click.option(
    "--max-seconds",
    type=click.FloatRange(min=0),
    default=600,
    show_default=True,
    help="Real time after which an execution is given up.",
)
def command(target: str, input_file: str | None, mocks_file: str | None, as_json: bool, **options: Any) -> None:
    """Run a workflow offline.

    FILE is a Python file with a workflow, or a definition in JSON or YAML. A Task is answered by its mock, else by its real
    handler, called in this process. Exit 0: succeeded; 1: failed; 2: it could not be run.
    """
    from flowdsl.cli.output import leave
    from flowdsl.cli.workflows import check_input, read_json, shown, subject_of

    definition, annotation = subject_of(target)
    value: Any = read_json(input_file, "input") if input_file is not None else {}
    if not options["state_name"]:
        check_input(value, annotation, "{}" if input_file is None else shown(input_file))
    mocks = _mocks(mocks_file)
    if options["state_name"]:
        leave(_one_state(definition, value, mocks, as_json, options))
    execution = _execution(definition, value, mocks, as_json, options)
    if as_json:
        click.echo(_as_json(execution))
    leave(0 if execution.status == "SUCCEEDED" else 1)


def _mocks(name: str | None) -> dict[str, Any] | None:
    if name is None:
        return None
    from flowdsl.testing.mock_files import load_mocks

    path, _, case = name.partition("#")
    return load_mocks(path, case or None)


def _execution(
    definition: Definition, value: Any, mocks: dict[str, Any] | None, as_json: bool, options: dict[str, Any]
) -> Execution:
    verbose = options["verbose"]
    import contextlib
    import sys

    from flowdsl.asl.definition import is_distributed
    from flowdsl.cli.narrator import Narrator
    from flowdsl.cli.output import complain, progress
    from flowdsl.cli.workflows import pairs
    from flowdsl.diagnostics import FlowDslError
    from flowdsl.interpreter.clock import DEFAULT_START
    from flowdsl.interpreter.execution import start
    from flowdsl.interpreter.mocks import Mocks
    from flowdsl.interpreter.program import program_of

    program = program_of(definition, pairs(options["substitutions"], "--substitute NAME=VALUE"))
    answers = Mocks(program, mocks)
    many = any(is_distributed(state.fields) for state in definition.states("Map"))
    narrator = None if as_json else Narrator(sys.stdout, over_bar=many and sys.stderr.isatty(), everything=verbose)
    # What handlers print is no data of ours: it goes to stderr.
    counted = progress(None, "child executions") if many else contextlib.nullcontext()
    with contextlib.ExitStack() as stack:
        if narrator is not None:
            stack.callback(narrator.catch_up)
        advance = stack.enter_context(counted)
        stack.enter_context(contextlib.redirect_stdout(sys.stderr))

        def ended(child: Run) -> None:
            if narrator is not None:
                narrator.child(child)
            if advance is not None:
                advance()

        execution = start(
            program,
            value,
            answers,
            seed=options["seed"],
            now=options["now"] or DEFAULT_START,
            type=options["kind"],
            sync=options["sync"],
            quotas=not options["no_quotas"],
            max_seconds=options["max_seconds"],
            s3=_buckets(options["buckets"]),
            on_event=narrator.tell if narrator is not None else None,
            on_child=ended if many else None,
        ).finish()
    if execution.status == "RUNNING":
        waiting = ", ".join(repr(task.state) for task in execution.pending)
        raise FlowDslError(f"the execution waits for an answer from outside, in {waiting}; give it one with --mocks")
    if execution.error == "States.ItemReaderFailed" and not options["buckets"]:
        complain("what an ItemReader reads is given with --s3 BUCKET=FOLDER")
    # One mocks file serves many inputs: what this one did not need is worth a word, and no more.
    for leftover in answers.leftovers():
        complain(leftover)
    return execution


def _buckets(given: tuple[str, ...]) -> dict[str, Any] | None:
    from pathlib import Path

    from flowdsl.cli.workflows import pairs

    return {bucket: Path(folder) for bucket, folder in pairs(given, "--s3 BUCKET=FOLDER").items()} or None


def _as_json(execution: Execution) -> str:
    import json

    from flowdsl.interpreter.history import jsonable

    told: dict[str, Any] = {"status": execution.status, "name": execution.name, "executionArn": execution.arn}
    if execution.status == "SUCCEEDED":
        told["output"] = execution.output
    told |= {k: v for k, v in (("error", execution.error), ("cause", execution.cause)) if v is not None}
    told["elapsedSeconds"] = execution.elapsed_seconds
    told["path"] = list(execution.path)
    told["calls"] = [
        {"state": c.state, "operation": c.operation, "request": c.request, "attempt": c.attempt, "index": c.index}
        for c in execution.calls
    ]
    told["events"] = jsonable(execution.history)
    return json.dumps(told, indent=2, ensure_ascii=False)


def _one_state(
    definition: Definition, value: Any, mocks: dict[str, Any] | None, as_json: bool, options: dict[str, Any]
) -> int:
    import contextlib
    import json
    import sys

    from flowdsl.cli.workflows import pairs
    from flowdsl.interpreter.one_state import run_state
    from flowdsl.interpreter.program import program_of

    filled = program_of(definition, pairs(options["substitutions"], "--substitute NAME=VALUE")).definition
    # What a handler prints is no data of ours: it goes to stderr.
    with contextlib.redirect_stdout(sys.stderr):
        told = run_state(
            filled,
            options["state_name"],
            value,
            mocks,
            inspection_level=options["inspection_level"],
            seed=options["seed"],
        )
    click.echo(json.dumps(told, indent=2, ensure_ascii=False))
    return 0 if told["status"] in ("SUCCEEDED", "CAUGHT_ERROR", "RETRIABLE") else 1
