"""The floors of docs/architecture.md hold: imports go down only."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import networkx
import pytest

from tests.conftest import ROOT

PACKAGE = ROOT / "src" / "flowdsl"
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
FLOORS = {
    room.strip(): int(floor)
    for floor, rooms in re.findall(r"^\| (\d) \| (.+) \|$", PAGE, re.M)
    for room in rooms.split(",")
}
ARROWS = set(re.findall(r"`(\w+) → (\w+)`", PAGE))
FILES = sorted(PACKAGE.rglob("*.py"))


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def every_import(path: Path) -> Iterator[tuple[int, str, ast.AST]]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_only = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for statement in node.body
        for inner in ast.walk(statement)
    }
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name, node
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, node.module or "", node


def imported(path: Path) -> Iterator[tuple[int, str, str]]:
    """(line, module, room) of each import of flowdsl, those for the type checker alone left out."""
    for line, name, node in every_import(path):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{line} imports relatively"
            # `from flowdsl import dsl` names a room in its aliases.
            names = [f"flowdsl.{a.name}" for a in node.names] if name == "flowdsl" else [name]
        else:
            names = [name]
        for each in names:
            parts = each.split(".")
            if parts[0] == "flowdsl" and len(parts) > 1 and (parts[1] in FLOORS):
                yield line, each, parts[1]


def test_every_room_has_its_floor() -> None:
    rooms = {room_of(path) for path in FILES} - {"__init__", "__main__"}
    assert rooms - FLOORS.keys() == set()


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_imports_go_down_only(path: Path) -> None:
    room = room_of(path)
    if room in ("__init__", "__main__"):
        return
    broken = []
    for line, module, other in imported(path):
        if other == room or (room, other) in ARROWS:
            continue
        # The handler's room is deployed alone: only named arrows lead into it, none out of it.
        if room == "handler" or other == "handler" or FLOORS[other] >= FLOORS[room]:
            broken.append(f"{path.name}:{line} {room} imports {module}")
    assert broken == []


@pytest.mark.parametrize(
    ("package", "door"),
    [
        ("networkx", {"analysis/graph.py"}),
        ("jinja2", {"render/renderer.py"}),
        ("jlens", {"query/jsonata/engine.py"}),
        ("jsonata2py", {"query/jsonata/engine.py"}),
        ("ruamel", None),
    ],
)
def test_one_heavy_dependency_has_one_door(package: str, door: set[str] | None) -> None:
    users = set()
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = (
                [a.name for a in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            if any(n.split(".")[0] == package for n in names):
                users.add(path.relative_to(PACKAGE).as_posix())
    if door is None:
        assert {u.split("/")[0] for u in users} <= {"asl"}
    else:
        assert users <= door


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_no_file_grows_past_400_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


KNOWN_CIRCLES = [
    {"query.jsonpath.evaluate", "query.jsonpath.syntax"},
    {"checks.context", "checks.variable_reads"},
    {"proof.web", "proof.web_httpx"},
    {"interpreter.testdata", "interpreter.teststate"},
    {
        f"interpreter.{name}"
        for name in ("children", "distributed", "map_run", "nested", "program", "result_writer", "run", "task")
    },
    {
        f"explore.{name}"
        for name in (
            "jsonata",
            "jsonata_calls",
            "jsonata_guesses",
            "jsonata_reading",
            "jsonata_tests",
            "jsonpath",
            "origins",
        )
    },
    {"explore.jsonata_needs", "explore.needs"},
]
"""Files that import one another, some of them inside functions: the list only ever gets shorter."""


def module_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def test_no_file_imports_one_that_imports_it() -> None:
    known = {module_of(path) for path in FILES}
    graph: networkx.DiGraph[str] = networkx.DiGraph()
    for path in FILES:
        for module in imported_modules(path):
            if module in known and module != module_of(path):
                graph.add_edge(module_of(path), module)
    circles = [found for found in networkx.strongly_connected_components(graph) if len(found) > 1]
    assert [sorted(found) for found in circles if not any(found <= allowed for allowed in KNOWN_CIRCLES)] == []


def imported_modules(path: Path) -> Iterator[str]:
    """Each file of flowdsl that a file imports when it runs, wherever in it."""
    known = {module_of(each) for each in FILES}
    for _, name, node in every_import(path):
        home = name.removeprefix("flowdsl.")
        inner = [f"{home}.{alias.name}" for alias in node.names] if isinstance(node, ast.ImportFrom) else []
        # A package's module is named in what is imported, and the package itself is not asked.
        yield from known.intersection(inner) or [home]
