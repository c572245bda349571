"""Building a workflow of N states, every check of the language on, beside json.dumps of the same document and two peers."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import tempfile
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from benchmarks.timing import best, exponent, paired

PEERS = Path(os.environ.get("FLOWDSL_BENCH_PEERS", ".bench"))
HERE = Path(__file__).resolve().parent / "peers"
SIZES = (100, 300, 1_000, 3_000, 10_000)

HEAD = """from flowdsl import Choice, Fail, Pass, Retry, Task, workflow
from typing import Any, TypedDict

BUSY = Retry("Lambda.TooManyRequestsException", interval_seconds=2, max_attempts=4)


class Order(TypedDict):
    n: int


@workflow
def big(order: Order) -> Any:
"""


def ours(n: int) -> str:
    """A workflow of n states: each third a Task with a Retry and a Catch, each tenth a Choice, the rest Pass."""
    lines: list[str] = []
    wires: list[str] = []
    for i in range(n):
        if i % 10 == 5:
            lines.append(f"    s{i} = Choice()")
            wires.append(f"    s{i}.when(order['n'] > {i}) >> failed")
            wires.append(f"    s{i}.otherwise >> s{i + 1}")
            continue
        if i % 3 == 0:
            lines.append(f"    s{i} = Task(resource='arn:aws:states:::lambda:invoke', timeout_seconds=30,")
            lines.append(f"        arguments={{'FunctionName': '${{F}}', 'Payload': {{'n': order['n'], 'i': {i}}}}})")
            wires.append(f"    s{i}.retry(BUSY)")
            wires.append(f"    s{i}.catch('States.TaskFailed') >> failed")
        else:
            lines.append(f"    s{i} = Pass(output={{'n': order['n'], 'i': {i}}})")
        wires.append(f"    s{i} >> s{i + 1}")
    return HEAD + "\n".join([*lines, f"    s{n} = Pass()", "    failed = Fail('Failed')", *wires]) + "\n"


def theirs(n: int) -> str:
    """The same in sfnx's form, where statements make the states."""
    lines = [
        "from typing import TypedDict",
        "from sfnx import aws, state_machine",
        "class Order(TypedDict):",
        "    n: int",
        "class Failed(Exception):",
        "    pass",
        "@state_machine",
        "def big(input: Order):",
    ]
    for i in range(n):
        if i % 10 == 5:
            lines += [f"    if input['n'] > {i}:", "        raise Failed('')"]
        elif i % 3 == 0:
            lines += [
                "    try:",
                f"        s{i} = aws.optimized.lambda_.invoke(FunctionName='f', Payload={{'n': input['n'], 'i': {i}}},",
                "            timeout=30, retry=[{'ErrorEquals': [Failed], 'MaxAttempts': 4}])",
                "    except Failed:",
                "        raise Failed('') from None",
            ]
        else:
            lines.append(f"    s{i} = {{'n': input['n'], 'i': {i}}}")
    return "\n".join([*lines, "    return input", ""])


def load(folder: Path, n: int) -> Any:
    path = folder / f"big_{n}.py"
    path.write_text(ours(n))
    spec = spec_from_file_location(f"big_{n}", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module.big


def build(workflow: Any) -> str:
    """One build from nothing: trace, analysis, document, text."""
    from flowdsl.asl.dump import dumps

    trace, document = workflow.traced()
    assert document is not None, [str(m) for m in trace.mistakes][:3]
    return dumps(document)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        seconds, floors = [], []
        for n in SIZES:
            workflow = load(folder, n)
            document = json.loads(build(workflow))
            gc.collect()
            seconds.append(best(lambda w=workflow: build(w), 5))  # type: ignore[misc]
            floors.append(best(lambda d=document: json.dumps(d, indent=2), 5))  # type: ignore[misc]
            ratio = seconds[-1] / floors[-1]
            goal = "  (at most 3)" if n == 1_000 else ""
            print(
                f"{n:>6} states  build {seconds[-1] * 1000:8.1f} ms   json.dumps(indent=2) {floors[-1] * 1000:8.1f} ms   ratio {ratio:5.2f}{goal}"
            )
        print(
            f"growth exponent {exponent(SIZES, seconds):.2f} (at most 1.1); of json.dumps {exponent(SIZES, floors):.2f}"
        )
        _peers(folder, seconds[SIZES.index(1_000)])
        _cold(folder)


def _peers(folder: Path, mine: float) -> None:
    python = PEERS / "venv" / "bin" / "python"
    (folder / "theirs.py").write_text(theirs(1_000))
    found = []
    if python.exists():
        found.append(
            ("sfnx", [str(python.absolute()), str(HERE / "sfnx_build_peer.py"), str(folder / "theirs.py")], 20)
        )
    if (PEERS / "node_modules" / "aws-cdk-lib").is_dir():
        found.append(("aws-cdk-lib", ["node", str(HERE / "cdk_peer.cjs"), "1000"], 30))
    for peer, command, goal in found:
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=PEERS)
        if done.returncode:
            print(f"    {peer}: failed: {done.stderr.strip().splitlines()[-1:]}")
            continue
        taken = float(done.stdout.split()[-1])
        print(
            f"    {peer:<12} {taken * 1000:9.1f} ms for 1,000 states   {taken / mine:7.1f} times ours (at least {goal})"
        )
    if not found:
        print("no peers here: make bench-peers installs them")


def _cold(folder: Path) -> None:
    """One file of ten states, whole process, cold."""
    (folder / "ten.py").write_text(ours(10))
    mine = [sys.executable, "-m", "flowdsl", "build", "ten.py"]
    floor = [sys.executable, "-c", "pass"]
    a, b, ratio = paired(mine, floor, cwd=str(folder))
    print(
        f"flowdsl build, ten states, cold {a * 1000:6.0f} ms   python -c pass {b * 1000:4.0f} ms   ratio {ratio:4.1f}"
    )
    sfnx = PEERS / "venv" / "bin" / "sfnx"
    if sfnx.exists():
        (folder / "ten_theirs.py").write_text(theirs(10))
        a, b, ratio = paired(
            mine, [str(sfnx.absolute()), "compile", "ten_theirs.py", "-o", "out.json"], cwd=str(folder)
        )
        print(f"    sfnx compile of the same        {b * 1000:6.0f} ms   ours takes {ratio:4.2f} of that (below 1)")
