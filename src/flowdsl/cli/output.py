"""What commands share in talking to people: stdout is data, stderr is messages, colours only on a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NoReturn

import click


def complain(message: str) -> None:
    """One line on stderr, in the tool's name."""
    click.echo(f"flowdsl: {message}", err=True)


def wants_colour(stream: IO[str] | None = None) -> bool:
    """Whether to colour: a terminal, and NO_COLOR unset (https://no-color.org)."""
    told: Any = stream or sys.stdout
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or told.isatty()


def leave(status: int) -> NoReturn:
    """Ends the command with an exit code: 0 fine, 1 the thing checked is not fine, 2 flowdsl could not."""
    raise click.exceptions.Exit(status)


def write_atomically(path: Path, text: str) -> None:
    """Writes a file so that a crash leaves the old one or the new one, never half of one."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_text(text, encoding="utf-8", newline="\n")
        if path.exists():
            temporary.chmod(path.stat().st_mode & 0o7777)
        temporary.replace(path)
    except OSError as error:
        # What cannot be written is the file that was asked for, not the one beside it.
        raise OSError(error.errno, error.strerror, str(path)) from None
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def progress(total: int | None, label: str) -> Generator[Any, None, None]:
    """A progress bar on stderr, only on a terminal; without a total, a count. Yields advance(n=1)."""
    if not sys.stderr.isatty():
        yield lambda n=1: None
        return
    from rich.console import Console
    from rich.progress import (  # lazily: only people at a terminal pay
        BarColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = Progress.get_default_columns()
    if total is None:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed:,.0f}"),
            TimeElapsedColumn(),
        )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=total)
        yield lambda n=1: bar.advance(task, n)
