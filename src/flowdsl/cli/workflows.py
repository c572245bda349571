"""From what a user types, FILE or FILE:WORKFLOW, to a Definition: a Python workflow, or ASL as JSON or YAML."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from flowdsl.asl.definition import Definition
from flowdsl.diagnostics import FlowDslError, did_you_mean
from flowdsl.project import Project


def definition_of(target: str) -> Definition:
    """The Definition of FILE or FILE:WORKFLOW."""
    name, _, workflow = target.rpartition(":") if _names_a_workflow(target) else (target, "", "")
    path = Path(name)
    if not path.is_file():
        raise FlowDslError(f"there is no file {name}")
    if path.suffix == ".py":
        return _from_python(path, workflow)
    if workflow:
        raise FlowDslError(f"{name} holds one definition; {workflow!r} cannot be picked from it")
    return _from_text(path)


def _names_a_workflow(target: str) -> bool:
    head, colon, tail = target.rpartition(":")
    return bool(colon) and tail.isidentifier() and not Path(target).exists() and bool(head)


def _from_text(path: Path) -> Definition:
    from flowdsl.asl.load import load

    return load(path)


def _from_python(path: Path, wanted: str) -> Definition:
    project = Project.find(path.resolve().parent)
    project.activate()
    module = _module(path, project)
    workflows = {
        getattr(found, "name", None) or name: found
        for name, found in vars(module).items()
        if hasattr(type(found), "definition") and getattr(found, "__module__", None) == module.__name__
    }
    if not workflows:
        raise FlowDslError(f"{project.relative(path)} declares no workflow")
    if wanted:
        if wanted not in workflows:
            raise FlowDslError(
                f"{project.relative(path)} declares no workflow {wanted!r}{did_you_mean(wanted, workflows)}"
            )
        chosen = workflows[wanted]
    elif len(workflows) > 1:
        listed = ", ".join(workflows)
        raise FlowDslError(
            f"{project.relative(path)} declares {listed}; say which: {path.as_posix()}:{next(iter(workflows))}"
        )
    else:
        chosen = next(iter(workflows.values()))
    definition: Definition = chosen.definition
    return definition


def _module(path: Path, project: Project) -> ModuleType:
    absolute = path.resolve()
    shown = project.relative(path)
    try:
        if absolute.is_relative_to(project.root):
            parts = absolute.relative_to(project.root).with_suffix("").parts
            if all(part.isidentifier() for part in parts):
                return import_module(".".join(parts))
        name = path.stem
        spec = spec_from_file_location(name, absolute)
        assert spec is not None
        assert spec.loader is not None
        module = module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
        return module
    except FlowDslError:
        raise
    except SyntaxError as error:
        raise FlowDslError(f"{shown}:{error.lineno}: {error.msg}") from None
    except Exception as error:
        raise FlowDslError(f"{shown} cannot be imported: {_reason(error, absolute)}") from error


def _reason(error: Exception, path: Path) -> str:
    trace = error.__traceback__
    line = None
    while trace is not None:
        if Path(trace.tb_frame.f_code.co_filename) == path:
            line = trace.tb_lineno
        trace = trace.tb_next
    where = f" (line {line})" if line else ""
    return f"{type(error).__name__}: {error}{where}"


def read_json(name: str, what: str) -> Any:
    """The JSON of a file, or of standard input for `-`."""
    import json

    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no UTF-8 text"
        raise FlowDslError(f"the {what} {name} cannot be read: {reason}") from None
    try:
        return json.loads(text)
    except ValueError as error:
        shown = "standard input" if name == "-" else name
        raise FlowDslError(f"the {what} {shown} is no JSON: {error}") from None
