"""Starting the command line, beside an interpreter that does nothing."""

from __future__ import annotations

import sys

from benchmarks.timing import paired


def main() -> None:
    python = sys.executable
    ours, floor, ratio = paired([python, "-m", "flowdsl", "--help"], [python, "-c", "pass"])
    print(
        f"flowdsl --help       {ours * 1000:7.1f} ms   python -c pass {floor * 1000:6.1f} ms   ratio {ratio:4.1f}  (at most 6)"
    )
    ours, floor, ratio = paired([python, "-c", "import flowdsl"], [python, "-c", "pass"])
    print(f"import flowdsl       {ours * 1000:7.1f} ms   python -c pass {floor * 1000:6.1f} ms   ratio {ratio:4.1f}")
