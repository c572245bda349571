"""Finding workflows: the files of a project's source folders, imported under the names that Python itself would give them."""

from __future__ import annotations

import importlib.util
import re
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from flowdsl.diagnostics import FlowDslError, did_you_mean
from flowdsl.dsl.places import forget, shown
from flowdsl.dsl.workflow import Workflow, declared


def sources(folders: list[Path]) -> list[Path]:
    """The Python files below some folders, sorted; names that open with an underscore or a dot are no sources."""
    found: set[Path] = set()
    for folder in folders:
        for path in folder.rglob("*.py"):
            inner = path.relative_to(folder).parts
            if not any(part.startswith((".", "_")) for part in inner):
                found.add(path)
    return sorted(found, key=lambda p: p.as_posix())


def workflows_of(path: Path, root: Path, *, none_is_fine: bool = False) -> list[Workflow[Any, Any]]:
    """The workflows that a file declares, in the order of the source.

    `root`: the folder from which the file is imported (`workflows/order.py` is `workflows.order`). A file that cannot be
    read or imported, or that declares no workflow or two of one name, is a FlowDslError that says where.
    """
    absolute = path.resolve()
    name = shown(str(absolute))
    if not absolute.is_file():
        raise FlowDslError(
            f"{name}: no such file{_near(absolute)}"
            if not absolute.is_dir()
            else f"{name} is a folder; name a file in it"
        )
    if absolute.suffix != ".py":
        raise FlowDslError(f"{name} is no Python file: a workflow is declared in one")
    module = _imported(absolute, root.resolve(), name)
    # What an earlier import of the same file declared is still in the list, and belongs to another module object.
    found = [w for w in declared if w.function.__globals__ is module.__dict__]
    by_name: dict[str, Workflow[Any, Any]] = {}
    for workflow in found:
        earlier = by_name.get(workflow.name)
        if earlier is not None:
            first, second = earlier.location, workflow.location
            raise FlowDslError(
                f"{second}: {workflow.name} is declared twice, on line {first.line} and here; their built files would be the same"
            )
        by_name[workflow.name] = workflow
    if not found and not none_is_fine:
        raise FlowDslError(f"{name} declares no workflow; put @workflow on a function")
    return found


def workflow_of(path: Path, wanted: str | None, root: Path) -> Workflow[Any, Any]:
    """One workflow of a file: the one called `wanted`, or the only one."""
    found = workflows_of(path, root)
    if wanted is None:
        if len(found) > 1:
            names = ", ".join(w.name for w in found)
            raise FlowDslError(
                f"{shown(str(path.resolve()))} declares {len(found)} workflows: {names}; say which, {path.name}:{found[0].name}"
            )
        return found[0]
    for workflow in found:
        if workflow.name == wanted:
            return workflow
    known = [w.name for w in found]
    instead = did_you_mean(wanted, known) or f"; it has {', '.join(known)}"
    raise FlowDslError(f"{shown(str(path.resolve()))} has no workflow {wanted!r}{instead}")


def _near(path: Path) -> str:
    siblings = [p.name for p in path.parent.glob("*.py")] if path.parent.is_dir() else []
    return did_you_mean(path.name, siblings)


def _imported(path: Path, root: Path, name: str) -> ModuleType:
    """The file as a module, under its dotted name below the root or its own name outside."""
    dotted = _dotted(path, root)
    before = len(declared)
    try:
        wanted = dotted or _own_name(path)
        known = sys.modules.get(wanted)
        if known is not None and getattr(known, "__file__", None) == str(path):
            return known
        if dotted is not None and known is None:
            module = _by_name(dotted)
            if module is not None and getattr(module, "__file__", None) == str(path):
                return module
        # Another folder's package has the name, or the file stands outside: it is loaded from where it is.
        return _from_file(path, wanted)
    except (Exception, SystemExit) as error:
        del declared[before:]
        forget()
        raise FlowDslError(_why(path, name, error)) from None


def _dotted(path: Path, root: Path) -> str | None:
    if not path.is_relative_to(root):
        return None
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts) if all(part.isidentifier() for part in parts) else None


def _own_name(path: Path) -> str:
    """A name for a file that no package holds; never one of the standard library's."""
    return f"workflow_{path.stem}" if path.stem in sys.stdlib_module_names else path.stem


def _by_name(dotted: str) -> ModuleType | None:
    try:
        return import_module(dotted)
    except ModuleNotFoundError as error:
        if error.name is not None and (dotted == error.name or dotted.startswith(f"{error.name}.")):
            return None
        raise


def _from_file(path: Path, name: str) -> ModuleType:
    specification = importlib.util.spec_from_file_location(name, path)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    earlier = sys.modules.get(name)
    # Annotations are looked up in the module that a class names, so it must be known under its name.
    sys.modules[name] = module
    folder = str(path.parent)
    added = folder not in sys.path
    if added:
        sys.path.insert(0, folder)
    try:
        specification.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        if earlier is not None:
            sys.modules[name] = earlier
        raise
    finally:
        if added and folder in sys.path:
            sys.path.remove(folder)
    return module


_CANNOT_IMPORT = re.compile(r"cannot import name '(\w+)' from '([\w.]+)'")


def _why(path: Path, name: str, error: Exception | SystemExit) -> str:
    """An import's failure in one line, at the line of the file that it comes from."""
    if isinstance(error, SyntaxError):
        where = shown(error.filename) if error.filename else name
        # A text that is no UTF-8 has no columns to count; interpreters differ in what they say.
        column = 1 if "unicode error" in (error.msg or "") else error.offset or 1
        return f"{where}:{error.lineno or 1}:{column}: {error.msg}"
    if isinstance(error, FlowDslError):
        return str(error)
    line: int | None = None
    known: dict[str, Any] = {}
    found = error.__traceback__
    while found is not None:
        if found.tb_frame.f_code.co_filename == str(path):
            line, known = found.tb_lineno, found.tb_frame.f_globals
        found = found.tb_next
    import traceback  # only a failure pays for it

    said = "".join(traceback.format_exception_only(error)).strip().splitlines()[0]
    if isinstance(error, NameError) and error.name:
        said += did_you_mean(error.name, [n for n in known if not n.startswith("_")])
    missing = _CANNOT_IMPORT.match(str(error)) if isinstance(error, ImportError) else None
    if missing is not None and missing[2] in sys.modules:
        said = f"there is no {missing[1]!r} in {missing[2]}{did_you_mean(missing[1], dir(sys.modules[missing[2]]))}"
    if isinstance(error, ModuleNotFoundError):
        said = f"{error} ({name} cannot be imported; is the module in the project, or python-path set?)"
    return f"{name}:{line or 1}: raised at import: {said}"
