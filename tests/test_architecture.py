"""The floors of docs/architecture.md hold: imports go down only."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

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


def imported(path: Path) -> Iterator[tuple[int, str, str]]:
    """(line, module, room) of each import of flowdsl, those for the type checker alone left out."""
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
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} imports relatively"
            # `from flowdsl import dsl` names a room in its aliases.
            names = [f"flowdsl.{a.name}" for a in node.names] if node.module == "flowdsl" else [node.module or ""]
        else:
            continue
        for name in names:
            parts = name.split(".")
            if parts[0] == "flowdsl" and len(parts) > 1 and (parts[1] in FLOORS):
                yield node.lineno, name, parts[1]


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
