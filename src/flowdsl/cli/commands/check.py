"""Finds what AWS refuses, what cannot work, and what will hurt."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from flowdsl.diagnostics import Diagnostic

_STDIN = Path("-")
FORMATS = ("full", "concise", "json", "sarif", "github", "junit")


@click.command("check")
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "--type", "kind", type=click.Choice(["STANDARD", "EXPRESS"]), help="The machine's type, where nothing says."
)
@click.option("--input-schema", metavar="FILE", help="JSON Schema of the execution's input.")
@click.option("--select", multiple=True, metavar="CODES", help="These rules only: codes, their beginnings, or names.")
@click.option("--ignore", multiple=True, metavar="CODES", help="Leave these rules out.")
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "info"]),
    help="The least severity that exits with 1. [default: warning]",
)
@click.option("--strict", is_flag=True, default=None, help="Hygiene counts: info becomes warning.")
@click.option("--require-reason", is_flag=True, default=None, help="A suppression must say why.")
@click.option("--fix", is_flag=True, help="Make the corrections that are safe, in JSON files.")
@click.option("--unsafe-fixes", is_flag=True, help="Also those that may change what a definition computes.")
@click.option(
    "--diff", is_flag=True, help="Show what the corrections would change, write nothing; exit 1 when anything."
)
@click.option("--watch", is_flag=True, help="Check again whenever a file changes.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 whatever is found.")
@click.option(
    "--output-format", type=click.Choice(FORMATS), default="full", show_default=True, help="How findings are written."
)
@click.option("--statistics", is_flag=True, help="How often each rule has fired, instead of the findings.")
@click.option("--baseline", metavar="FILE", help="Be silent about the findings of this file.")
@click.option("--write-baseline", metavar="FILE", help="Write the findings of today to a file, and exit with 0.")
@click.option(
    "--serve", is_flag=True, hidden=True, help="Answer lines of `path TAB type TAB schema` with lines of JSON."
)
def command(paths: tuple[Path, ...], kind: Any, input_schema: str | None, output_format: str, **options: Any) -> None:
    """Find what AWS refuses, what cannot work, and what will hurt.

    PATH is a Python file with workflows, a definition or template in JSON or YAML, a file of handlers, or a folder of these;
    - is a definition on standard input. Without any: the project's workflows and handlers. Handlers are never imported.
    Exit 0: nothing to fail on; 1: findings; 2: something could not be checked.
    """
    import gc
    import sys

    # A check makes many small objects and hardly a cycle among them: the collector's default haste costs a sixth of the time.
    gc.set_threshold(200_000, 20, 20)
    from flowdsl.checks.config import read_settings
    from flowdsl.checks.registry import UNREADABLE
    from flowdsl.checks.runner import has_crashed
    from flowdsl.cli.baseline import read_baseline, without, write_baseline
    from flowdsl.cli.checking import Plan, check_all, jobs_of, text_findings
    from flowdsl.cli.commands.audit import handler_uses
    from flowdsl.cli.output import complain, leave, progress
    from flowdsl.diagnostics import FlowDslError, Severity
    from flowdsl.project import Project

    project = Project.find()
    project.activate()
    settings = read_settings(project.setting("check", {})).with_flags(
        select=options["select"],
        ignore=options["ignore"],
        fail_on=options["fail_on"],
        strict=options["strict"],
        baseline=options["baseline"],
        require_reason=options["require_reason"],
    )
    plan = Plan(settings, kind, _schema(input_schema), project.root)
    if options["serve"]:
        from flowdsl.cli.serving import serve

        serve(plan)
        return
    if options["watch"]:
        from flowdsl.cli.watching import watch

        watch(paths or _places(project), [a for a in sys.argv[1:] if a != "--watch"])
        return
    if options["fix"] or options["unsafe_fixes"] or options["diff"]:
        _fix(project, paths, plan, unsafe=options["unsafe_fixes"], show=options["diff"])
    trouble: list[str] = []
    findings = text_findings(sys.stdin.read(), "standard input", plan) if _STDIN in paths else []
    files = _files(paths)
    if files or not paths:
        jobs, handlers = jobs_of(project, files)
        with progress(len(jobs) + len(handlers), "checking") as advance:
            uses = handler_uses(project) if handlers else {}
            told, trouble, anything = check_all(jobs, handlers, plan, uses, advance)
        findings += told
        if not anything and _STDIN not in paths:
            raise FlowDslError(f"nothing to check in {', '.join(p.as_posix() for p in files) or 'this project'}")
    if options["write_baseline"]:
        write_baseline(Path(options["write_baseline"]), findings)
        complain(
            f"wrote {options['write_baseline']}: {len(findings)} finding{'s' * (len(findings) != 1)} to be silent about"
        )
        leave(2 if trouble else 0)
    if settings.baseline:
        findings = without(findings, read_baseline(Path(settings.baseline)))
    click.echo(_report(findings, output_format, statistics=options["statistics"]), nl=False)
    if output_format == "concise" and findings and not options["statistics"]:
        complain(_counted(findings))
    for line in trouble:
        complain(line)
    if trouble or has_crashed(findings) or any(f.code == UNREADABLE and f.severity is Severity.ERROR for f in findings):
        leave(2)
    leave(1 if not options["exit_zero"] and any(settings.fails(f) for f in findings) else 0)


def _files(paths: tuple[Path, ...]) -> tuple[Path, ...]:
    return tuple(path for path in paths if path != _STDIN)


def _places(project: Any) -> list[Path]:
    return [*project.source_folders, *project.handler_folders, *([project.config_file] if project.config_file else [])]


def _fix(project: Any, paths: tuple[Path, ...], plan: Any, *, unsafe: bool, show: bool) -> None:
    from flowdsl.cli.checking import jobs_of
    from flowdsl.cli.fixing import fix_all
    from flowdsl.cli.output import complain, leave

    files = _files(paths)
    done = fix_all(jobs_of(project, files)[0] if files or not paths else [], plan, unsafe=unsafe, show=show)
    if done.by_hand:
        complain(
            f"{done.by_hand} correction{'s' * (done.by_hand != 1)} of YAML, templates or Python must be made by hand"
        )
    if show:
        leave(1 if done.differs else 0)
    made = f"made {done.made} correction{'s' * (done.made != 1)}" if done.made else "there was no correction to make"
    left = f"; {done.unsafe} more may change what is computed, --unsafe-fixes makes them" if done.unsafe else ""
    complain(made + left)


def _schema(name: str | None) -> dict[str, Any] | None:
    from flowdsl.asl.values import is_object
    from flowdsl.cli.workflows import read_json
    from flowdsl.diagnostics import FlowDslError

    if not name:
        return None
    schema: Any = read_json(name, "input schema")
    if not is_object(schema):
        raise FlowDslError(f"the input schema {name} must be a JSON object")
    return schema


def _report(findings: list[Diagnostic], output_format: str, *, statistics: bool) -> str:
    import json
    from importlib import import_module

    from flowdsl.cli.output import wants_colour

    if statistics:
        from collections import Counter

        counts = Counter((f.code, f.name, f.severity.value) for f in findings)
        rows = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        if output_format == "json":
            told = [{"code": c, "name": n, "severity": s, "count": count} for (c, n, s), count in rows]
            return json.dumps({"version": 1, "statistics": told}, indent=2) + "\n"
        return "".join(f"{count:6} {code} {name} ({severity})\n" for (code, name, severity), count in rows)
    if output_format == "full":
        from flowdsl.cli.excerpt import full

        colour = wants_colour()
        text = "".join(full(finding, colour=colour) + "\n" for finding in findings)
        return text + _summary(findings)
    if output_format == "concise" and wants_colour():
        from flowdsl.cli.excerpt import coloured

        return "".join(coloured(finding) + "\n" for finding in findings)
    report: str = import_module(f"flowdsl.checks.reporters.{output_format}").report(findings)
    return report


def _summary(findings: list[Diagnostic]) -> str:
    """The last line for people; nothing where nothing was found, so that silence means fine."""
    if not findings:
        return ""
    from flowdsl.cli.fixing import fixable

    safe, unsafe = fixable(findings)
    offers = [f"--fix corrects {safe}"] * bool(safe) + [f"--unsafe-fixes {unsafe} more"] * bool(unsafe)
    return f"\n{_counted(findings)}; {', '.join([*offers, 'flowdsl rule CODE says more'])}\n"


def _counted(findings: list[Diagnostic]) -> str:
    """How many there are of each severity: `2 errors, 1 warning, 3 info`."""
    counts = [(s, sum(f.severity.value == s for f in findings)) for s in ("error", "warning", "info")]
    return ", ".join(f"{n} {s}{'s' * (n != 1 and s != 'info')}" for s, n in counts if n)
