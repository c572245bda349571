"""Runs every benchmark of this folder: `python benchmarks/run.py [NAME ...]`. Each module has a docstring and main()."""

from __future__ import annotations

import platform
import sys
from importlib import import_module
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))


def main(names: list[str]) -> None:
    found = sorted(p.stem for p in HERE.glob("*.py") if p.stem not in ("run", "__init__", "timing"))
    for name in names or found:
        module = import_module(f"benchmarks.{name}")
        print(f"\n== {name}: {(module.__doc__ or '').strip().splitlines()[0]}", flush=True)
        module.main()
    print(
        f"\nPython {platform.python_version()}, {platform.machine()}. Ratios travel between machines, seconds do not."
    )


if __name__ == "__main__":
    main(sys.argv[1:])
