"""Checking a definition with every rule on, beside asl-validator, Amazon's language service, statelint and cfn-lint.

Processor time, since each has one thread that works: what else the machine does is no business of theirs.
"""

from __future__ import annotations

import gc
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import definitions
from benchmarks.timing import exponent
from flowdsl.analysis.jsonata_trees import tree_of
from flowdsl.asl.load import load, loads
from flowdsl.checks.registry import rules
from flowdsl.checks.runner import check
from flowdsl.diagnostics import FlowDslError

SIZES = (100, 300, 1_000, 3_000, 10_000)
PEER_SIZES = (1_000, 10_000)
PEERS = Path(os.environ.get("FLOWDSL_BENCH_PEERS", ".bench"))
HERE = Path(__file__).resolve().parent / "peers"


def jsonata(count: int) -> dict[str, Any]:
    """The machine of definitions.py with expressions in place of paths."""
    document = definitions.machine(count)
    document["QueryLanguage"] = "JSONata"
    for i, (name, state) in enumerate(document["States"].items()):
        match state["Type"]:
            case "Pass":
                del state["Parameters"]
                state["Output"] = {"n": f"{{% $states.input.n + {i} %}}", "s": "{% $states.input.s %}"}
            case "Choice":
                state["Choices"] = [
                    {"Condition": f"{{% $states.input.n > {i} %}}", "Next": state["Choices"][0]["Next"]}
                ]
            case "Task":
                payload = {"n": "{% $states.input.n %}", "s": f"v{i}"}
                document["States"][name] = {
                    **{key: value for key, value in state.items() if key not in ("Parameters", "ResultPath", "Catch")},
                    "Arguments": {"FunctionName": f"f{i}", "Payload": payload},
                    "Output": "{% $states.input %}",
                    "Catch": [{"ErrorEquals": ["States.ALL"], "Next": state["Catch"][0]["Next"]}],
                }
            case _:
                pass
    return document


def once(text: str) -> None:
    """Reading and checking, nothing kept from the time before."""
    tree_of.cache_clear()
    check(loads(text, path="machine.asl.json")[0])


def least(text: str, runs: int) -> float:
    """Processor seconds of the fastest run."""
    times = []
    for _ in range(runs):
        gc.collect()
        start = time.process_time()
        once(text)
        times.append(time.process_time() - start)
    return min(times)


def growth(language: str) -> dict[int, float]:
    """Prints and gives the seconds by number of states."""
    make = jsonata if language == "JSONata" else definitions.machine
    seconds = []
    for size in SIZES:
        text = json.dumps(make(size))
        seconds.append(least(text, 5 if size < 3_000 else 3))
        goal = "  (under 1,000)" if size == SIZES[-1] else ""
        print(f"{language:8} {size:6} states   {seconds[-1] * 1000:8.1f} ms{goal}")
    print(f"{language:8} growth exponent {exponent(SIZES, seconds):.2f}  (at most 1.1)")
    return dict(zip(SIZES, seconds, strict=True))


def peers(ours: dict[int, float]) -> None:
    """The same JSONPath machines in other checkers, each beside `ours`, the seconds by number of states."""
    node, python = PEERS / "node_modules" / "asl-validator", PEERS / "venv" / "bin" / "python"
    with tempfile.TemporaryDirectory() as folder:
        for size in PEER_SIZES:
            path = Path(folder) / f"{size}.asl.json"
            path.write_text(json.dumps(definitions.machine(size)))
            commands = [["node", str(HERE / "checks_peer.cjs"), str(path)]] if node.is_dir() else []
            if python.is_file():
                commands.append([str(python.absolute()), str(HERE / "checks_peer.py"), str(path)])
            for command in commands:
                done = subprocess.run(command, cwd=PEERS, capture_output=True, text=True, check=False)
                if done.returncode:
                    print(f"    {command[1]} failed: {done.stderr.strip().splitlines()[-1:]}")
                    continue
                for name, seconds in json.loads(done.stdout).items():
                    ratio = seconds / ours[size]
                    print(f"    {name:32} {size:6} states   {seconds * 1000:9.1f} ms   {ratio:6.2f} times ours")
    if not node.is_dir() or not python.is_file():
        print(f"not every peer is in {PEERS}: `make bench-peers` puts them there")


def real() -> None:
    """The corpus of real definitions, where there is one: each in process, and all in one command."""
    folder = Path(os.environ.get("FLOWDSL_CORPUS", "")) / "asl"
    if "FLOWDSL_CORPUS" not in os.environ or not folder.is_dir():
        print(
            "real definitions are not measured: FLOWDSL_CORPUS names no folder with them in asl/ "
            "(FLOWDSL_CORPUS=/path/to/folder make bench)"
        )
        return
    times = []
    for path in sorted(folder.glob("*.json")):
        try:
            found = load(path)
        except FlowDslError:
            continue
        for definition in found:
            start = time.process_time()
            check(definition)
            times.append(time.process_time() - start)
    print(f"{len(times)} real definitions in process: median {statistics.median(times) * 1000:.2f} ms  (under 5)")
    command = [sys.executable, "-m", "flowdsl", "check", "--exit-zero", "--output-format", "concise", str(folder)]
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    print(f"the same in one command, cold: {time.perf_counter() - start:.2f} s  (under 5)")


def main() -> None:
    rules()
    gc.set_threshold(200_000, 20, 20)  # As the command has it: trees and shapes are no garbage.
    once(json.dumps(definitions.machine(20)))
    once(json.dumps(jsonata(20)))
    ours = growth("JSONPath")
    peers(ours)
    growth("JSONata")
    real()
