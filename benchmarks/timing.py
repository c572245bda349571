"""How the benchmarks measure: the best of several runs for code, the median of pairs for processes."""

from __future__ import annotations

import math
import os
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence


def best(function: Callable[[], object], repeat: int = 5, clock: Callable[[], float] = time.perf_counter) -> float:
    """Seconds of the fastest of `repeat` calls: what the code costs when nobody disturbs it. `clock`: time.process_time
    counts the processor's seconds, which a busy machine changes less."""
    times = []
    for _ in range(repeat):
        start = clock()
        function()
        times.append(clock() - start)
    return min(times)


def paired(
    first: Sequence[str], second: Sequence[str], runs: int = 9, cwd: str | None = None
) -> tuple[float, float, float]:
    """(median seconds of the first, of the second, median ratio) of two commands run in turn, after one warm-up each."""
    # Compiled modules are kept between runs, as on any machine that uses them.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    a, b = [], []
    for i in range(runs + 1):
        pair = []
        for command in (first, second):
            start = time.perf_counter()
            subprocess.run(
                command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True, env=environment
            )
            pair.append(time.perf_counter() - start)
        if i:
            a.append(pair[0])
            b.append(pair[1])
    return statistics.median(a), statistics.median(b), statistics.median(x / y for x, y in zip(a, b, strict=True))


def exponent(sizes: Sequence[int], seconds: Sequence[float]) -> float:
    """The growth exponent: 1 is linear. Slope of the least-squares line through the logarithms."""
    xs = [math.log(s) for s in sizes]
    ys = [math.log(t) for t in seconds]
    mean_x, mean_y = statistics.fmean(xs), statistics.fmean(ys)
    return sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True)) / sum((x - mean_x) ** 2 for x in xs)
