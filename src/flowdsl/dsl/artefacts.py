"""The files of a built workflow: NAME.asl.json, NAME.sourcemap.json and NAME.substitutions.json, as texts."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from flowdsl._uncollected import uncollected
from flowdsl.asl.dump import dumps
from flowdsl.asl.source_map import SourceMap
from flowdsl.asl.values import is_object
from flowdsl.diagnostics import Location
from flowdsl.dsl.workflow import Workflow

SUFFIXES = (".asl.json", ".sourcemap.json", ".substitutions.json")


def artefacts(workflow: Workflow[Any, Any], folder: Path) -> dict[Path, str]:
    """The three texts by path, beside the source. Raises FlowDslError when the workflow has mistakes."""
    definition = workflow.definition
    with uncollected():
        return {
            folder / f"{workflow.name}.asl.json": dumps(definition.document),
            folder / f"{workflow.name}.sourcemap.json": source_map_text(definition.source_map, folder),
            folder / f"{workflow.name}.substitutions.json": _text(substitutions(workflow)),
        }


def source_map_text(source_map: SourceMap, folder: Path) -> str:
    """A source map as JSON: files relative to the map's own folder, and by pointer [file, line, column, end line, end column].

    One pointer a line, so that a change in the source is a small change here.
    """
    files: list[str] = []
    lines: list[str] = []
    here = folder.resolve()
    names: dict[str, str] = {}
    for pointer, where in source_map:
        name = names.get(where.path)
        if name is None:
            name = names[where.path] = Path(os.path.relpath(Path(where.path).resolve(), here)).as_posix()
        if name not in files:
            files.append(name)
        place = [
            files.index(name),
            where.line,
            where.column,
            where.end_line or where.line,
            where.end_column or where.column,
        ]
        lines.append(f"    {json.dumps(pointer, ensure_ascii=False)}: {json.dumps(place)}")
    body = ",\n".join(lines)
    return f'{{\n  "version": 1,\n  "sources": {json.dumps(files, ensure_ascii=False)},\n  "positions": {{\n{body}\n  }}\n}}\n'


def read_source_map(text: str, folder: Path) -> SourceMap:
    """The source map that `source_map_text` wrote. Raises ValueError for a text that is none."""
    raw: Any = json.loads(text)
    if not is_object(raw) or raw.get("version") != 1:
        raise ValueError("no source map of version 1")
    files: list[str] = [os.path.relpath(folder / name) for name in raw["sources"]]
    positions: dict[str, list[int]] = raw["positions"]
    return SourceMap({pointer: Location(files[place[0]], *place[1:]) for pointer, place in positions.items()})


def substitutions(workflow: Workflow[Any, Any]) -> dict[str, Any]:
    """What each placeholder stands for, by name: its kind, and the handler or workflow where it is one."""
    found: dict[str, Any] = {}
    for name, binding in workflow.definition.bindings.placeholders.items():
        entry: dict[str, Any] = {"kind": binding.kind}
        if binding.target is not None:
            entry["target"] = binding.target
        if binding.type != "string":
            entry["type"] = binding.type
        found[name] = entry
    return found


def _text(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
