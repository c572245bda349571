"""Doing a command again whenever a file that it looks at changes."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import click

from flowdsl.cli.output import complain

PAUSE = 0.5
"""Seconds between two looks at the files."""
SUFFIXES = (".py", ".json", ".yaml", ".yml", ".asl", ".template", ".toml")


def watch(
    folders: Iterable[Path],
    arguments: list[str],
    *,
    looks: int | None = None,
    run: Callable[[list[str]], object] | None = None,
) -> None:
    """Runs `flowdsl ARGUMENTS` now, and again after each change below some files or folders, until it is interrupted.

    Each run is a process of its own, so that changed modules are imported anew. `looks` ends it after so many looks.
    """
    places = list(folders)
    runs = run or _run
    seen: dict[Path, float] = {}
    count = 0
    try:
        while looks is None or count < looks:
            count += 1
            now = _times(places)
            if now != seen:
                seen = now
                click.clear()
                runs(arguments)
                complain("watching; Ctrl-C ends it")
            time.sleep(PAUSE)
    except KeyboardInterrupt:
        return


def _run(arguments: list[str]) -> object:
    return subprocess.run([sys.executable, "-m", "flowdsl", *arguments], check=False)


def _times(places: list[Path]) -> dict[Path, float]:
    found: dict[Path, float] = {}
    for place in places:
        files = [place] if place.is_file() else place.rglob("*") if place.is_dir() else []
        for path in files:
            if path.suffix in SUFFIXES and not any(part.startswith(".") for part in path.parts[:-1]):
                try:
                    found[path] = path.stat().st_mtime
                except OSError:
                    continue
    return found
