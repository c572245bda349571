"""Every code block of README.md and docs/ is executed: what the pages say is what happens.

A page is one story in one folder, told top to bottom:
- a `python` block with `title="path"` is a file; one without runs, in one namespace a page;
- a `console` block holds `$ command` lines, each followed by what it prints (`...` on a line of its own stands for any lines,
  `[exit N]` at the end for an exit code that is not 0);
- `json`, `toml` and `yaml` blocks must parse, and are files too when they have a title;
- `text` and `make` blocks are for reading.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.conftest import ROOT

BLOCK = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```", re.M | re.S)
PAGES = [
    page
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
    if BLOCK.search(page.read_text(encoding="utf-8"))
]
KINDS = {"python", "console", "json", "toml", "yaml", "text", "make", "mermaid"}


def blocks(page: Path) -> list[tuple[str, str | None, str, int]]:
    """(kind, title, text, line) of each block."""
    text = page.read_text(encoding="utf-8")
    found = []
    for match in BLOCK.finditer(text):
        title = re.search(r'title="([^"]+)"', match[2])
        found.append((match[1], title[1] if title else None, match[3], text.count("\n", 0, match.start()) + 1))
    return found


def expected_pattern(lines: list[str]) -> str:
    parts = [r"(?:.*\n)*?" if line.strip() == "..." else re.escape(line) + r"\n" for line in lines]
    return "".join(parts).replace(re.escape("…"), r".*?")


def run_console(text: str, folder: Path, where: str) -> None:
    commands: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            commands.append((line[2:], []))
        elif commands:
            commands[-1][1].append(line)
    assert commands, f"{where}: a console block without a command"
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "NO_COLOR": "1",
        "COLUMNS": "120",
        "PYTHONWARNINGS": "default",
    }
    for command, expected in commands:
        wanted = 0
        if expected and (status := re.fullmatch(r"\[exit (\d+)\]", expected[-1].strip())):
            wanted = int(status[1])
            expected = expected[:-1]
        done = subprocess.run(
            command,
            shell=True,
            cwd=folder,
            env=environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=120,
        )
        assert done.returncode == wanted, f"{where}: `{command}` exited {done.returncode}:\n{done.stdout}"
        if expected:
            assert re.fullmatch(expected_pattern(expected), done.stdout.rstrip("\n") + "\n"), (
                f"{where}: `{command}` printed:\n{done.stdout}\ninstead of:\n" + "\n".join(expected)
            )


@pytest.mark.usefixtures("no_project_modules")
@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_every_block_of_a_page_does_what_the_page_says(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("workflows", "handlers"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    namespace: dict[str, object] = {"__name__": "docs"}
    files: dict[str, str] = {}
    for kind, title, text, line in blocks(page):
        where = f"{page.relative_to(ROOT)}:{line}"
        assert kind in KINDS, f"{where}: a block of kind {kind!r}"
        if kind == "json":
            json.loads(text)
        elif kind == "toml":
            tomllib.loads(text)
        if title:
            path = tmp_path / title
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            files[title] = text
        elif kind == "python":
            # Real files, so that a traceback, and a workflow's source positions, have lines to show.
            block = tmp_path / f"_block_{line}.py"
            block.write_text(text, encoding="utf-8")
            exec(compile(text, str(block), "exec"), namespace)
        elif kind == "console":
            run_console(text, tmp_path, where)


def test_the_generated_pages_are_what_the_rules_say() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "write_docs.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_every_link_between_pages_leads_somewhere() -> None:
    broken = []
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+?)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if not (page.parent / target).exists():
                broken.append(f"{page.relative_to(ROOT)}: {target}")
    assert broken == []
