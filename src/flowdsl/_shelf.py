"""A shelf is a package whose every module holds one thing: loaded by looking, so that one new thing is one new file."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from types import ModuleType


def names(package: str) -> list[str]:
    """The modules of a shelf, sorted, without importing them. A name that opens with an underscore is no shelf item."""
    folder = Path(str(import_module(package).__file__)).parent
    return sorted(p.stem for p in folder.glob("*.py") if not p.stem.startswith("_"))


def first_line(package: str, name: str) -> str:
    """The first line of a module's docstring, read from its text: the module is not imported."""
    folder = Path(str(import_module(package).__file__)).parent
    with (folder / f"{name}.py").open(encoding="utf-8") as text:
        return text.readline().strip().strip('"')


def modules(package: str) -> list[ModuleType]:
    """Every module of the shelf, imported, in the order of their names."""
    return [import_module(f"{package}.{name}") for name in names(package)]
