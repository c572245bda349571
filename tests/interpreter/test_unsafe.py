"""A definition from a stranger: it ends, in bounded time and memory, with one of States' errors or a refusal."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import Any

import pytest

from flowdsl.asl.definition import Definition
from flowdsl.diagnostics import FlowDslError
from flowdsl.interpreter.execution import start
from flowdsl.interpreter.program import compile


def outcome(document: dict[str, Any], value: Any = None, type: str = "STANDARD") -> str:
    """The error that an execution ends with, or the refusal; in at most 20 seconds."""
    began = time.monotonic()
    try:
        execution = start(compile(Definition(document, name="m")), value or {}, type=type).finish()  # type: ignore[arg-type]
        found = f"{execution.status} {execution.error or ''}: {execution.cause or ''}"
    except FlowDslError as refusal:
        found = f"REFUSED {refusal}"
    assert time.monotonic() - began < 20
    return found


def jsonata(expression: str) -> dict[str, Any]:
    state = {"Type": "Pass", "Output": f"{{% {expression} %}}", "End": True}
    return {"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": state}}


def jsonpath(path: str, **state: Any) -> dict[str, Any]:
    given = {"Type": "Pass", "Parameters": {"a.$": path}, "End": True, **state}
    return {"StartAt": "A", "States": {"A": given}}


def nested(depth: int) -> dict[str, Any]:
    inner: dict[str, Any] = {"StartAt": "L", "States": {"L": {"Type": "Succeed"}}}
    for i in range(depth):
        state = {"Type": "Parallel", "Branches": [inner], "End": True}
        inner = {"StartAt": f"M{i}", "States": {f"M{i}": state}}
    return inner


MEMORY = "memory limit exceeded"
TIME = "Expression evaluation timeout"


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("$range(1, 1e12, 1)", MEMORY),
        ("[1..1e12]", "must not exceed 1e7"),
        ("$pad('x', 1e12)", "must not exceed 1e7"),
        ("($f := function($s, $n) {$n = 0 ? $s : $f($s & $s, $n - 1)}; $f('ab', 60))", MEMORY),
        ("($f := function($s, $n) {$n = 0 ? $s : $f($append($s, $s), $n - 1)}; $f([1, 2], 60))", MEMORY),
        ("$join($map([1..1000000], function($v) {'aaaaaaaaaaaaaaaaaaaaaaaaa'}))", MEMORY),
        ("($f := function($n) {$f($n + 1) + 1}; $f(0))", "non-terminating recursive function"),
        ("($f := function($n) {$f($n + 1)}; $f(0))", TIME),
        ("$match('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!', /^(a+)+$/)", TIME),
        ("$power(10, 1000000)", "cannot be represented as a JSON number"),
        ("(" * 20_000 + "1" + ")" * 20_000, "nested more than 200 deep"),
        ("$parse('" + "[" * 50_000 + "')", "Invalid JSON"),
        ("$eval('1')", "non-function"),
        ("__import__('os')", "is not supported"),
    ],
)
def test_an_expression_of_jsonata_ends(expression: str, told: str) -> None:
    found = outcome(jsonata(expression))
    assert told in found
    assert found.startswith(("FAILED States.QueryEvaluationError", "REFUSED"))


DEEP: Any = {}
for _ in range(200):
    DEEP = {"a": DEEP, "b": {"a": 1}}
ONE: Any = 1
for _ in range(14):
    ONE = [ONE]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("$..a..a..a..a", DEEP),
        ("$.l[?($..zz == 1)]", {"l": [{"a": 1}] * 20_000}),
        ("$.l" + "[0,0,0,0,0,0,0,0,0,0]" * 12, {"l": ONE}),
    ],
)
def test_a_path_that_multiplies_fails_the_execution(path: str, value: Any) -> None:
    found = outcome(jsonpath(path), value)
    assert found.startswith("FAILED States.Runtime")
    assert found.endswith(f"Invalid path '{path}' : it leads to too many values")


def test_a_filter_with_a_catastrophic_pattern_and_a_pattern_of_many_stars_end() -> None:
    outcome(jsonpath("$.l[?(@.a =~ /(a+)+$/)]"), {"l": [{"a": "a" * 40 + "!"}]})
    rule = {"Variable": "$.a", "StringMatches": "*a" * 50 + "b", "Next": "B"}
    states = {"A": {"Type": "Choice", "Choices": [rule], "Default": "B"}, "B": {"Type": "Succeed"}}
    assert outcome({"StartAt": "A", "States": states}, {"a": "a" * 5_000}).startswith("SUCCEEDED")


@pytest.mark.parametrize(
    "template",
    [{"a.$": "States.Format('{}{}', $.a, $.a)"}, {"a.$": "States.Array($.a, $.a)"}, {"a.$": "$", "b.$": "$"}],
)
def test_what_doubles_in_a_loop_ends_at_the_limit_of_a_payload(template: dict[str, str]) -> None:
    state = {"Type": "Pass", "Parameters": template, "Next": "A"}
    document = {"StartAt": "A", "States": {"A": state}}
    assert outcome(document, {"a": "ab"}).startswith("FAILED States.DataLimitExceeded")


def test_variables_that_double_end_at_their_limit() -> None:
    states = {
        "I": {"Type": "Pass", "Assign": {"s": "ab"}, "Next": "A"},
        "A": {"Type": "Pass", "Assign": {"s": "{% $s & $s %}"}, "Next": "A"},
    }
    document = {"QueryLanguage": "JSONata", "StartAt": "I", "States": states}
    assert outcome(document).startswith("FAILED States.")


@pytest.mark.parametrize("depth", [1_000, 9_000])
def test_scopes_nested_without_end_are_refused(depth: int) -> None:
    assert outcome(nested(depth)).endswith("Maps and Parallels are nested more than 200 deep")


def test_a_map_of_maps_ends_at_the_last_event() -> None:
    inner = {"StartAt": "C", "States": {"C": {"Type": "Pass", "End": True}}}
    for name in "BA":
        state = {"Type": "Map", "ItemsPath": "$.l", "ItemSelector": {"l.$": "$.l"}, "ItemProcessor": inner, "End": True}
        inner = {"StartAt": name, "States": {name: state}}
    assert outcome(inner, {"l": list(range(1_000))}).startswith(
        "FAILED States.Runtime: The execution reached the maximum"
    )


GREEDY = (
    'jsonata("[1..10000000]")',
    'jsonata("$map([1..100000], function($v) {$map([1..100000], function($w) {1})})")',
    'jsonata("$sort([1..100000], function($a, $b) {true})")',
    'jsonpath("$..a..a..a..a"), DEEP',
)
MEASURED = """
import pathlib, resource, sys
from tests.interpreter.test_unsafe import jsonata, jsonpath, outcome, DEEP
outcome({})
status = pathlib.Path("/proc/self/status")  # ru_maxrss counts what the parent had when it forked
peak = [int(line.split()[1]) for line in status.read_text().splitlines() if "VmHWM" in line] if status.exists() else []
most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "darwin" else 1)
print((peak or [most])[0] // 1024)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="memory is measured with getrusage")
@pytest.mark.parametrize("greedy", GREEDY)
def test_none_of_them_takes_400_mb(greedy: str) -> None:
    # Each in a process of its own: what one gives back, the allocator may keep for the next.
    code = MEASURED.replace("{}", greedy)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert int(done.stdout) < 400
