"""Running workflows offline, history kept, beside the peers that `make bench-interpreter` installs."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.machines import CASES, inline_map, spoken
from benchmarks.timing import best, exponent
from flowdsl.asl.definition import Definition
from flowdsl.interpreter.execution import start
from flowdsl.interpreter.program import Program, compile

PEERS = Path(os.environ.get("FLOWDSL_BENCH_PEERS", ".bench"))
HERE = Path(__file__).resolve().parent / "peers"
GOALS = {
    "chain of 100 Pass states": ("aws-local-stepfunctions", 1.5),
    "JSONPath loop of 1,000 rounds": ("aws-local-stepfunctions", 1.5),
    "JSONata loop of 1,000 rounds": ("sfnx", 10),
    "inline Map, 1,000 items of 3 Passes": ("aws-local-stepfunctions", 5),
}
"""The peer to beat, and by which factor."""


def main() -> None:
    peers = _peers()
    for name, (document, value, transitions) in CASES.items():
        program = compile(Definition(document))
        ours = transitions / best(lambda program=program, value=value: run(program, value), 20)  # type: ignore[misc]
        print(f"{name:<38} {ours:>10,.0f} transitions/s")
        for peer, (command, folder) in peers.items():
            seconds = _peer(command, folder, document, value)
            if seconds is None:
                print(f"    {peer:<34} {'-':>10}")
                continue
            theirs = transitions / seconds
            goal, factor = GOALS[name]
            wanted = f"  (at least {factor:g})" if peer == goal else ""
            print(f"    {peer:<34} {theirs:>10,.0f}               ours: {ours / theirs:8.1f} times{wanted}")
    if not peers:
        print("no peers here: make bench-interpreter installs them")
    _ten_states()
    _growth()
    _large()


def run(program: Program, value: Any, **options: Any) -> None:
    execution = start(program, value, **options).finish()
    assert execution.status == "SUCCEEDED", execution.cause


def _peers() -> dict[str, tuple[list[str], Path]]:
    found: dict[str, tuple[list[str], Path]] = {}
    python = PEERS / "venv" / "bin" / "python"
    if python.exists():
        found["sfnx"] = ([str(python.absolute()), str(HERE / "sfnx_peer.py")], PEERS)
        found["moto"] = ([str(python.absolute()), str(HERE / "moto_peer.py")], PEERS)
    if (PEERS / "node_modules" / "aws-local-stepfunctions").is_dir():
        found["aws-local-stepfunctions"] = (["node", str(HERE / "local_stepfunctions_peer.mjs")], PEERS)
    return found


def _peer(command: list[str], folder: Path, document: dict[str, Any], value: Any) -> float | None:
    """Seconds of a peer's run; None for what it cannot run."""
    expressions = "{%" in json.dumps(document) or ".$" in json.dumps(document) or "Variable" in json.dumps(document)
    if "sfnx" in command[1]:
        if expressions and document.get("QueryLanguage") != "JSONata":
            return None
        document = spoken(document, "JSONata")
    elif document.get("QueryLanguage") == "JSONata":
        return None
    done = subprocess.run(
        command,
        input=json.dumps([document, value]),
        capture_output=True,
        text=True,
        cwd=folder,
        check=False,
        timeout=300,
    )
    return float(done.stdout.strip()) if done.returncode == 0 else None


def _ten_states() -> None:
    states = {f"S{i}": {"Type": "Pass", **({"Next": f"S{i + 1}"} if i < 9 else {"End": True})} for i in range(10)}
    program = compile(Definition({"StartAt": "S0", "States": states}))
    compiling = best(lambda: compile(Definition({"StartAt": "S0", "States": states})))
    running = best(lambda: run(program, {}), 20)
    print(
        f"ten states: {running * 1e6:,.0f} us an execution once compiled (at most 1,000), compiled in {compiling * 1e6:,.0f} us"
    )


def _growth() -> None:
    items = (1_000, 4_000, 16_000)
    program = compile(Definition(inline_map()))
    seconds = [best(lambda n=n: run(program, [1] * n, type="EXPRESS"), 5, time.process_time) for n in items]  # type: ignore[misc]
    print(f"growth with items: exponent {exponent(items, seconds):.2f} (at most 1.1)")
    lengths = (1_000, 4_000, 16_000)
    programs = [compile(Definition(_chain(n))) for n in lengths]
    seconds = [best(lambda p=p: run(p, {}, quotas=False), 5, time.process_time) for p in programs]  # type: ignore[misc]
    print(f"growth with states: exponent {exponent(lengths, seconds):.2f} (at most 1.1)")


def _chain(length: int) -> dict[str, Any]:
    states = {
        f"S{i}": {"Type": "Pass", **({"Next": f"S{i + 1}"} if i + 1 < length else {"End": True})} for i in range(length)
    }
    return {"StartAt": "S0", "States": states}


def _large() -> None:
    began = time.perf_counter()
    run(compile(Definition(inline_map())), [1] * 40_000, type="EXPRESS")
    print(f"inline Map of 40,000 items (Express): {time.perf_counter() - began:.1f} s")
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.interpreter"],
        capture_output=True,
        text=True,
        check=False,
        cwd=HERE.parent.parent,
    )
    print(done.stdout.strip() or done.stderr.strip())


def many_lines() -> None:
    """A Distributed Map over a CSV of many lines, its Task mocked, in a process of its own: what memory it takes.

    FLOWDSL_BENCH_LINES says how many, 100,000 by default; `make bench-million` takes a million.
    """
    from flowdsl.interpreter.mocks import Mocks, Returns
    from flowdsl.interpreter.s3 import S3Objects

    lines = int(os.environ.get("FLOWDSL_BENCH_LINES", "100000"))
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
        "StartAt": "Work",
        "States": {
            "Work": {
                "Type": "Task",
                "Resource": "arn:aws:states:::lambda:invoke",
                "Parameters": {"Payload.$": "$"},
                "ResultSelector": {"ok.$": "$.Payload"},
                "End": True,
            }
        },
    }
    reader = {
        "Resource": "arn:aws:states:::s3:getObject",
        "Parameters": {"Bucket": "in", "Key": "rows.csv"},
        "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"},
    }
    writer = {
        "Resource": "arn:aws:states:::s3:putObject",
        "Parameters": {"Bucket": "out", "Prefix": "runs"},
        "WriterConfig": {"Transformation": "COMPACT", "OutputType": "JSONL"},
    }
    state = {"Type": "Map", "ItemReader": reader, "ItemProcessor": processor, "ResultWriter": writer, "End": True}
    program = compile(Definition({"StartAt": "Each", "States": {"Each": state}}))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        with path.open("w") as stream:
            stream.write("id,name\n")
            stream.writelines(f"{n},row {n}\n" for n in range(lines))
        objects = S3Objects({"in/rows.csv": path, "out": None})
        began = time.perf_counter()
        run(program, {}, answerer=Mocks(program, {"Work": Returns(True)}), s3=objects, max_seconds=None)
        taken = time.perf_counter() - began
    peak = _peak_kib() / 1024
    print(
        f"Distributed Map over {lines:,} lines of CSV: {taken:.0f} s, {lines / taken:,.0f} items/s, {peak:.0f} MB at most (under 300)"
    )


def _peak_kib() -> float:
    """The most that this process held. getrusage counts what the parent had when it forked, where /proc tells better."""
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return float(line.split()[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "darwin" else 1)


if __name__ == "__main__":
    many_lines()
