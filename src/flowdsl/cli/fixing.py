"""Making the corrections that findings carry: in JSON files; in YAML, templates and Python they are shown."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

import click

from flowdsl.checks.fixes import apply, fixes_of
from flowdsl.cli.checking import Job, Plan, findings_of
from flowdsl.cli.output import wants_colour, write_atomically
from flowdsl.diagnostics import Diagnostic, FlowDslError

ROUNDS = 10
"""Corrections may bring others with them; so many times at most."""


@dataclass
class Fixed:
    """What became of the corrections."""

    made: int = 0
    by_hand: int = 0
    """Corrections of files whose text is not written here."""
    unsafe: int = 0
    """Corrections that were left because they may change what a definition computes."""
    differs: bool = False
    """Whether some file would be written otherwise (--diff)."""


def fix_all(jobs: Sequence[Job], plan: Plan, *, unsafe: bool, show: bool) -> Fixed:
    """Makes the corrections in every file; with `show`, prints what would change and writes nothing."""
    done = Fixed()
    for job in jobs:
        try:
            findings = findings_of(job, plan)
        except FlowDslError:
            # Told about when it is checked.
            continue
        fixes = fixes_of(findings, unsafe=unsafe)
        done.unsafe += 0 if unsafe else fixable(findings)[1]
        if not fixes:
            continue
        text = _own_text(job)
        if text is None:
            done.by_hand += len(fixes)
            continue
        after, made = _settled(job, text, findings, plan, unsafe=unsafe)
        if after == text:
            continue
        done.made += made
        done.differs = True
        if show:
            _show(job.shown, text, after)
        else:
            _write(job, after)
    return done


def fixable(findings: Sequence[Diagnostic]) -> tuple[int, int]:
    """(corrections that are safe, those that may change what a definition computes)"""
    every = fixes_of(findings, unsafe=True)
    safe = sum(fix.safe for fix in every)
    return safe, len(every) - safe


def _own_text(job: Job) -> str | None:
    """The text of a file that holds one definition as JSON, and nothing else."""
    if job.kind != "definition":
        return None
    try:
        text = job.path.read_text(encoding="utf-8")
        document = json.loads(text)
    except (OSError, UnicodeDecodeError, ValueError, RecursionError):
        return None
    return text if isinstance(document, dict) and "States" in document and "StartAt" in document else None


def _settled(job: Job, text: str, findings: list[Diagnostic], plan: Plan, *, unsafe: bool) -> tuple[str, int]:
    """The text once no more corrections are due, and how many were made."""
    from flowdsl.cli.checking import text_findings

    total = 0
    for _ in range(ROUNDS):
        after, made = apply(text, fixes_of(findings, unsafe=unsafe))
        if not made:
            break
        text, total = after, total + made
        findings = text_findings(text, job.shown, plan)
    return text, total


def _show(name: str, old: str, new: str) -> None:
    colour = wants_colour()
    for line in unified_diff(old.splitlines(), new.splitlines(), name, f"{name} (corrected)", lineterm=""):
        style = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1]) if colour else None
        click.echo(click.style(line, fg=style) if style and not line.startswith(("+++", "---")) else line)


def _write(job: Job, text: str) -> None:
    path = Path(job.path)
    try:
        write_atomically(path, text)
    except OSError as error:
        raise FlowDslError(f"{job.shown} cannot be written: {error.strerror or error}") from None
