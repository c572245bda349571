"""`make second-opinion`: the recorded cases and random machines in moto's interpreter too, and every disagreement listed.

The recorded cases are those below FLOWDSL_CORPUS; without it, only random machines run. A disagreement is no mistake by
itself: where AWS was recorded, the line says whose answer is AWS's.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

import random_machines  # noqa: E402

from flowdsl.interpreter.failures import NotSupported  # noqa: E402
from tests.conformance.runner import run  # noqa: E402

PEER = ROOT / ".bench" / "venv" / "bin" / "python"
_VARIES = re.compile(r"arn:\S+|\d{4}-\d\d-\d\dT[\d:.]+(?:Z|\+00:00)|[0-9a-f]{8}-[0-9a-f-]{27}")
_NO_ANSWER = re.compile(
    r"^\w+(Error|Exception|Reference)\(|^'\w+'$|object has no attribute|Custom Error Names MUST NOT|__init__\(\)|NoSuchBucket"
)
"""Causes that tell of a mistake inside moto, or of S3 objects that it was not given: no answer."""


def recorded(corpus: Path) -> Iterator[dict[str, Any]]:
    """The recorded cases that one machine, its input and its Tasks' answers make up."""
    for path in sorted((corpus / "conformance" / "cases").rglob("*.json")):
        case = json.loads(path.read_text())
        if isinstance(case.get("definition"), dict) and not (case.get("virtual") or {}).get("unrunnable"):
            yield case


def drawn(count: int) -> Iterator[dict[str, Any]]:
    for seed in range(count):
        yield {
            "id": f"random machine {seed}",
            "definition": random_machines.machine(seed),
            "input": random_machines.INPUT,
        }


def answers(case: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """What each Task answers, in the peer's form."""
    found: dict[str, list[dict[str, Any]]] = {}
    for state, given in (case.get("mocks") or {}).items():
        for answer in given if isinstance(given, list) else [given]:
            if "failed_as" in answer:
                cause = answer.get("cause")
                cause = cause if isinstance(cause, str) or cause is None else json.dumps(cause)
                found.setdefault(state, []).append({"error": answer.get("error"), "cause": cause})
            else:
                found.setdefault(state, []).append({"result": answer.get("result")})
    return found


def ours(case: dict[str, Any]) -> dict[str, Any]:
    try:
        return run(
            case["definition"], case.get("input"), case.get("mocks") or {}, case.get("type", "STANDARD"), case=case
        )
    except NotSupported as refusal:
        return {"unsupported": str(refusal)}


def told(result: dict[str, Any]) -> Any:
    """What is compared: the output or the error's name; what no two runs have in common is masked."""
    value = result.get("output") if result.get("status") == "SUCCEEDED" else result.get("error")
    return [result.get("status"), masked(value)]


def masked(value: Any) -> Any:
    if isinstance(value, str):
        return _VARIES.sub("*", value)
    if isinstance(value, dict):
        return {key: masked(item) for key, item in value.items()}
    return [masked(item) for item in value] if isinstance(value, list) else value


def alike(expected: Any, found: Any) -> bool:
    """Whether a result is the recorded one; a text with a <placeholder> stands for any."""
    if isinstance(expected, str) and "<" in expected:
        return True
    if isinstance(expected, dict) and isinstance(found, dict):
        return expected.keys() == found.keys() and all(alike(v, found[k]) for k, v in expected.items())
    if isinstance(expected, list) and isinstance(found, list):
        return len(expected) == len(found) and all(map(alike, expected, found))
    return bool(expected == found)


def judge(case: dict[str, Any], mine: dict[str, Any], theirs: dict[str, Any]) -> str:
    """Whose answer AWS's recording bears out."""
    expected = case.get("expected")
    if expected is None:
        return "not recorded"
    right = [
        name
        for name, result in (("flowdsl", mine), ("moto", theirs))
        if result.get("status") == expected.get("status")
        and alike(expected.get("output"), result.get("output"))
        and (expected.get("error") in (None, result.get("error")))
    ]
    return f"AWS as {' and '.join(right)}" if right else "AWS as neither"


def difference(a: Any, b: Any, where: str = "") -> str:
    """The first place where two answers differ, and what stands there."""
    if isinstance(a, dict) and isinstance(b, dict):
        for key in sorted({*a, *b}):
            if a.get(key, ...) != b.get(key, ...):
                return difference(a.get(key, "(nothing)"), b.get(key, "(nothing)"), f"{where}/{key}")
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for i, (x, y) in enumerate(zip(a, b, strict=True)):
            if x != y:
                return difference(x, y, f"{where}/{i}")
    return f"{where or '/'}\n  flowdsl  {short(a)}\n  moto     {short(b)}"


def short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 150 else text[:147] + "..."


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--random", type=int, default=200, help="how many random machines (default 200)")
    options.add_argument("--match", default="", help="only cases whose name this regular expression finds")
    chosen = options.parse_args()
    if not PEER.exists():
        sys.exit("second_opinion: no .bench/venv; make bench-peers sets it up")
    corpus = os.environ.get("FLOWDSL_CORPUS")
    cases = [*(recorded(Path(corpus)) if corpus else ()), *drawn(chosen.random)]
    cases = [case for case in cases if re.search(chosen.match, case["id"])]
    lines = "".join(
        json.dumps({"id": c["id"], "definition": c["definition"], "input": c.get("input"), "answers": answers(c)})
        + "\n"
        for c in cases
    )
    peer = subprocess.run(
        [str(PEER), str(ROOT / "scripts" / "moto_opinion.py")],
        input=lines,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    counts: Counter[str] = Counter()
    for case, line in zip(cases, peer.stdout.splitlines(), strict=True):
        theirs, mine = json.loads(line), ours(case)
        if _NO_ANSWER.search(theirs.get("cause") or ""):
            theirs["unsupported"] = theirs["cause"]
        if "unsupported" in theirs or "unsupported" in mine:
            counts["not run by moto" if "unsupported" in theirs else "not run by flowdsl"] += 1
            continue
        if told(mine) == told(theirs):
            counts["the same answer"] += 1
            continue
        verdict = judge(case, mine, theirs)
        counts[f"another answer, {verdict}"] += 1
        print(f"{case['id']}: {verdict}, at {difference(told(mine), told(theirs))}")
        if theirs.get("cause"):
            print(f"           {short(theirs['cause'])}")
    print("\n".join(f"{count:5} {what}" for what, count in sorted(counts.items())))


if __name__ == "__main__":
    main()
