"""Seconds of one run in sfnx's local runner: reads [machine, input] from standard input."""

import json
import sys
import time

from sfnx.testing import run

machine, value = json.load(sys.stdin)
best = None
for _ in range(20):
    start = time.perf_counter()
    run(machine, value)
    taken = time.perf_counter() - start
    best = taken if best is None else min(best, taken)
print(best)
