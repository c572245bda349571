"""Finds the proofs that are declared under a folder of tests."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from flowdsl.diagnostics import FlowDslError
from flowdsl.proof.declare import MARK, Proof


def discover(paths: Iterable[Path], root: Path) -> list[Proof]:
    """Proofs of test files (test_*.py, *_test.py) at or below some paths, in the order of files and lines.

    Only files that mention `proof(` are imported; the root has to be on sys.path. Raises FlowDslError for one that fails.
    """
    found: list[Proof] = []
    for path in paths:
        for file in _files(path):
            if "proof(" in file.read_text(encoding="utf-8", errors="replace"):
                found += _proofs(_imported(file, root))
    return found


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
        return
    for file in sorted(path.rglob("*.py")):
        hidden = any(part.startswith((".", "__pycache__")) for part in file.relative_to(path).parts)
        if not hidden and (file.stem.startswith("test_") or file.stem.endswith("_test")):
            yield file


def _proofs(module: ModuleType) -> list[Proof]:
    proofs = [p for value in vars(module).values() if isinstance(p := getattr(value, MARK, None), Proof)]
    return sorted(proofs, key=lambda p: p.line)


def _imported(file: Path, root: Path) -> ModuleType:
    name = _module_name(file.resolve(), root.resolve())
    try:
        if name in sys.modules:
            return sys.modules[name]
        if "." in name:
            return import_module(name)
        spec = spec_from_file_location(name, file)
        assert spec is not None
        assert spec.loader is not None
        module = module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
        return module
    except Exception as error:
        sys.modules.pop(name, None)
        raise FlowDslError(f"{file.as_posix()} cannot be imported: {type(error).__name__}: {error}") from None


def _module_name(file: Path, root: Path) -> str:
    """A file's module: with its packages where each folder up to the root is one, else by itself."""
    parts = [file.stem]
    folder = file.parent
    while folder != root and (folder / "__init__.py").is_file():
        parts.insert(0, folder.name)
        folder = folder.parent
    return ".".join(parts) if folder == root else file.stem
