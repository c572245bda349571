"""The paths of a workflow, an input and mocks for each, and the tests written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from flowdsl.cli.targets import Subject
    from flowdsl.diagnostics import FlowDslError
    from flowdsl.explore.cases import Case
    from flowdsl.explore.explore import Exploration, Missed
    from flowdsl.explore.written_tests import Explored
    from flowdsl.interpreter.ways import Way


@click.command("paths")
@click.argument("targets", nargs=-1, metavar="[FILE[:WORKFLOW]|FOLDER]...")
@click.option("--json", "as_json", is_flag=True, help="Everything as JSON: inputs, mocks, paths; and nothing else.")
@click.option("--input-schema", metavar="FILE", help="JSON Schema of the input, where the workflow does not say.")
@click.option(
    "--write-tests", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write them as pytest tests."
)
@click.option("--force", is_flag=True, help="Write the tests over a file that somebody else has written or changed.")
@click.option(
    "--substitute",
    "substitutions",
    multiple=True,
    metavar="NAME=VALUE",
    help="What stands for ${NAME} in the definition.",
)
@click.option(
    "--max-rounds",
    type=click.IntRange(min=1),
    default=1000,
    show_default=True,
    help="How often a path enters a state at most.",
)
@click.option(
    "--max-seconds",
    type=click.FloatRange(min=0, min_open=True),
    default=300,
    show_default=True,
    help="Real time for a workflow; what is not found by then is given up.",
)
def command(
    targets: tuple[str, ...],
    as_json: bool,
    input_schema: str | None,
    write_tests: Path | None,
    force: bool,
    substitutions: tuple[str, ...],
    max_rounds: int,
    max_seconds: float,
) -> None:
    """Find the paths of a workflow: for each transition and retrier an input and mocks that take it.

    FILE is a Python file with workflows, or a definition in JSON or YAML; - reads one from standard input; without any, all
    workflows of the project. Every path is run offline; what no input can take is told with the reason.
    Exit 0: all that can be taken is; 1: for some of it no input was found; 2: it could not be done.
    """
    import json

    from flowdsl.cli.output import complain, leave, write_atomically
    from flowdsl.cli.targets import is_one, subjects_of
    from flowdsl.cli.workflows import pairs, read_json
    from flowdsl.diagnostics import FlowDslError

    filled_in = pairs(substitutions, "--substitute NAME=VALUE")
    schema = read_json(input_schema, "schema") if input_schema is not None else None
    if write_tests is not None:
        _check_writable(write_tests, force)
    asked = list(subjects_of(targets))
    problems = [each for each in asked if isinstance(each, FlowDslError)]
    subjects = [each for each in asked if not isinstance(each, FlowDslError)]
    if problems and (is_one(targets) or write_tests is not None):
        raise problems[0]
    found, more = _explored(subjects, schema, filled_in, max_rounds, max_seconds)
    if more and (len(subjects) == 1 or write_tests is not None):
        raise more[0]
    for problem in [*problems, *more]:
        complain(str(problem))
    if write_tests is not None:
        from flowdsl.explore.written_tests import text_of_tests

        text = text_of_tests(_tested(subjects, found, write_tests, filled_in))
        write_tests.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(write_tests, text)
    if as_json:
        click.echo(json.dumps({"workflows": [_as_json(e) for e in found]}, indent=2, ensure_ascii=False))
    else:
        click.echo("\n\n\n".join(_text(e) for e in found))
        if write_tests is not None:
            click.echo(f"\n{_counted(sum(len(e.cases) for e in found), 'test')} written to {write_tests}")
    leave(2 if problems or more else 1 if any(e.not_found for e in found) else 0)


def _explored(
    subjects: list[Subject], schema: Any, filled_in: dict[str, str], max_rounds: int, max_seconds: float
) -> tuple[list[Exploration], list[FlowDslError]]:
    """What was found of each, and what is said against the others."""
    from flowdsl.cli.output import progress
    from flowdsl.diagnostics import FlowDslError
    from flowdsl.explore.explore import explore
    from flowdsl.interpreter.substitutions import filled
    from flowdsl.interpreter.ways import ways

    found: list[Exploration] = []
    problems: list[FlowDslError] = []
    total = sum(len(list(ways(subject.definition))) for subject in subjects)
    with progress(total, "transitions and retriers") as advance:
        for subject in subjects:
            try:
                definition = filled(subject.definition, filled_in) if filled_in else subject.definition
                found.append(
                    explore(definition, schema, max_rounds=max_rounds, max_seconds=max_seconds, on_way=advance)
                )
            except FlowDslError as error:
                problems.append(error)
    return found, problems


def _check_writable(file: Path, force: bool) -> None:
    from flowdsl.diagnostics import FlowDslError
    from flowdsl.explore.written_tests import may_replace

    if file.suffix != ".py":
        raise FlowDslError(f"--write-tests writes a Python file, and {file} is none")
    if force or not file.exists():
        return
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        text = ""
    if not may_replace(text):
        raise FlowDslError(
            f"{file} is not as `flowdsl paths` wrote it, and would be lost; write to another file, or give --force"
        )


def _tested(subjects: list[Subject], found: list[Exploration], file: Path, filled_in: dict[str, str]) -> list[Explored]:
    """How the tests get hold of each workflow."""
    import os

    from flowdsl.diagnostics import FlowDslError
    from flowdsl.explore.sentences import identifier
    from flowdsl.explore.written_tests import Explored

    folder = file.resolve().parent
    tested: list[Explored] = []
    names: set[str] = set()
    for subject, exploration in zip(subjects, found, strict=True):
        workflow = subject.workflow
        if workflow is not None:
            function = workflow.function
            name = function.__name__
            if function.__globals__.get(name) is not workflow:
                raise FlowDslError(f"{workflow.name} is no name of its module, so that no test can import it")
            tested.append(Explored(exploration, name, module=function.__module__, substitutions=filled_in))
        elif subject.file is not None:
            name = identifier(subject.definition.name) or "definition"
            name = name if name.isidentifier() else f"workflow_{name}"
            path = Path(os.path.relpath(subject.file, folder)).as_posix()
            resource = "" if subject.is_alone else subject.definition.name
            tested.append(Explored(exploration, name, file=path, resource=resource, substitutions=filled_in))
        else:
            raise FlowDslError("what comes from standard input can have no tests: they load the workflow from its file")
        if name in names:
            raise FlowDslError(
                f"two of the workflows are called {name!r}; write the tests of each to a file of its own"
            )
        names.add(name)
    return tested


# -- for people ------------------------------------------------------------------------------------------------------------


def _text(found: Exploration) -> str:
    from flowdsl.explore.sentences import drivers

    covered = len(found.ways) - len(found.missed)
    definition = found.definition
    lines = [
        f"{definition.name or 'definition'} ({definition.type or 'STANDARD'}): {_counted(len(found.cases), 'path')} "
        f"take{'s' * (len(found.cases) == 1)} {covered} of {_counted(len(found.ways), 'transition')} and retriers"
    ]
    width = len(str(len(found.cases)))
    pad = " " * (width + 2)
    for number, case in enumerate(found.cases, 1):
        ends = case.status if case.error is None else f"{case.status} {case.error}"
        lines += [
            "",
            f"{number:>{width}}  {_bold(case.name)}: {_coloured(ends, case.status)}",
            *_wrapped(case.chain, pad, " > "),
            *_wrapped("; ".join(drivers(case, found.cases[: number - 1])) or "as the first", f"{pad}by ", "; "),
        ]
    lines += _missed("no input can take", found.impossible)
    lines += _missed("never ends", found.unending)
    lines += _missed("not found", found.not_found)
    return "\n".join(lines)


def _missed(what: str, missed: list[Missed]) -> list[str]:
    if not missed:
        return []
    return ["", f"{what}:", *(f"  {each.way}: {each.why}" for each in missed)]


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"


def _wrapped(text: str, indent: str, mark: str, width: int = 118) -> list[str]:
    """Lines that break only after a mark, so that names stay whole."""
    lines: list[str] = []
    line = indent
    for number, part in enumerate(text.split(mark)):
        piece = part if number == 0 else mark.lstrip() + part if mark == " > " else part
        if number and len(line) + len(mark) + len(part) > width:
            lines.append(line + mark.rstrip() if mark != " > " else line)
            line = " " * (len(indent) + 2) + piece
        else:
            line += piece if number == 0 else mark + part
    return [*lines, line]


def _bold(text: str) -> str:
    from flowdsl.cli.output import wants_colour

    return click.style(text, bold=True) if wants_colour() else text


def _coloured(text: str, status: str) -> str:
    from flowdsl.cli.output import wants_colour

    return click.style(text, fg="green" if status == "SUCCEEDED" else "red") if wants_colour() else text


# -- for programs ----------------------------------------------------------------------------------------------------------


def _as_json(found: Exploration) -> dict[str, Any]:
    return {
        "name": found.definition.name,
        "type": found.definition.type or "STANDARD",
        "ways": [_way(way) for way in found.ways],
        "paths": [_case(number, case) for number, case in enumerate(found.cases, 1)],
        "impossible": [{**_way(missed.way), "why": missed.why} for missed in found.impossible],
        "unending": [{**_way(missed.way), "why": missed.why} for missed in found.unending],
        "not_found": [{**_way(missed.way), "why": missed.why} for missed in found.not_found],
        "runs": found.runs,
    }


def _way(way: Way) -> dict[str, Any]:
    return {"pointer": way.pointer, "state": way.state, "label": way.label, "target": way.target}


def _case(number: int, case: Case) -> dict[str, Any]:
    from flowdsl.explore.cases import written

    told: dict[str, Any] = {
        "number": number,
        "name": case.name,
        "input": case.input,
        "mocks": written(case.mocks),
        "path": case.path,
        "chain": case.chain,
        "status": case.status,
        "ways": [way.pointer for way in case.ways],
        "new": [way.pointer for way in case.new],
    }
    if case.s3:
        told["s3"] = case.s3
    if case.status == "SUCCEEDED":
        told["output"] = case.output
    if case.error is not None:
        told["error"] = case.error
    return told
