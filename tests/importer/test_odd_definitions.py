"""What AWS accepts always imports and builds to what it was: every field of every state, in both languages, in odd places."""

from __future__ import annotations

import contextlib
import copy
import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from flowdsl.asl.definition import Definition
from flowdsl.asl.format import formatted
from flowdsl.asl.grammar import check_grammar
from flowdsl.asl.values import is_list, is_object
from flowdsl.diagnostics import FlowDslError, Severity
from flowdsl.importer.module import python_source
from flowdsl.importer.verify import verify
from tests.importer.odd import odd


def refused(document: dict[str, Any]) -> list[str]:
    return [str(d) for d in check_grammar(Definition(document, name="wf")) if d.severity is Severity.ERROR]


def imported(document: dict[str, Any]) -> str:
    definition = Definition(document, name="wf")
    source = python_source(definition, "wf", "wf.asl.json")
    verify(definition, source, "wf", "wf.py")
    return source


@pytest.mark.parametrize("first", range(0, 400, 50))
def test_odd_definitions_build_to_what_they_were(first: int) -> None:
    documents = [odd(seed) for seed in range(first, first + 50)]
    good = [document for document in documents if not refused(document)]
    assert len(good) >= 45
    for document in good:
        imported(document)


def test_six_scopes_deep() -> None:
    deepest = max((odd(seed, 6) for seed in range(40)), key=lambda d: max(_depths(d)))
    assert max(_depths(deepest)) == 6
    imported(deepest)


def _depths(document: dict[str, Any]) -> list[int]:
    return [pointer.count("/States") - 1 for pointer in (s.pointer + "/States" for s in Definition(document).scopes())]


def machine(**state: Any) -> dict[str, Any]:
    return {"StartAt": "A", "States": {"A": {"End": True, **state}}}


RETRY = {"ErrorEquals": ["E"]}
ACTIVITY = {"Type": "Task", "Resource": "arn:aws:states:eu-west-1:123456789012:activity:a"}
INNER = {"StartAt": "B", "States": {"B": {"Type": "Pass", "End": True}}}


@pytest.mark.parametrize(
    ("document", "line"),
    [
        (machine(Type="Pass", Assign={"n.$": "$.a", "m": 1}), 'Pass(name="A", assign={"n.$": "$.a", "m": 1})'),
        (machine(Type="Pass", Assign={}), 'Pass(name="A", extra={"Assign": {}})'),
        (machine(Type="Pass", Assign={"${Name}": 1}), 'Pass(name="A", extra={"Assign": {"${Name}": 1}})'),
        (
            machine(**ACTIVITY, Retry=[{**RETRY, "IntervalSeconds": 9, "MaxDelaySeconds": 3}]),
            'a.retry("E", interval_seconds=9, extra={"MaxDelaySeconds": 3})',
        ),
        (
            machine(**ACTIVITY, Retry=[{**RETRY, "MaxAttempts": "${Attempts}", "JitterStrategy": "${Jitter}"}]),
            'a.retry("E", extra={"MaxAttempts": "${Attempts}", "JitterStrategy": "${Jitter}"})',
        ),
        (machine(**ACTIVITY, Retry=[], Catch=[]), 'extra={"Retry": [], "Catch": []}'),
        (
            machine(Type="Map", ItemProcessor={**INNER, "Comment": " odd "}),
            'extra({"Comment": " odd "})',
        ),
        (
            machine(Type="Map", ItemProcessor={**INNER, "ProcessorConfig": "${Config}"}),
            'extra({"ProcessorConfig": "${Config}"})',
        ),
        (machine(Type="Parallel", Branches=[{**INNER, "Weather": "fine"}]), 'extra({"Weather": "fine"})'),
        (
            machine(Type="Map", QueryLanguage="JSONata", ItemProcessor=INNER, Items={"a": 1}),
            'extra={"Items": {"a": 1}}',
        ),
        (
            {**machine(Type="Pass"), "QueryLanguage": "JSONPath", "Comment": ""},
            '@workflow(query_language="JSONPath", comment="", extra={"QueryLanguage": "JSONPath"})',
        ),
        ({**machine(Type="Pass"), "TimeoutSeconds": "${Limit}"}, 'extra={"TimeoutSeconds": "${Limit}"}'),
    ],
)
def test_what_a_keyword_does_not_take_is_written_as_it_stands(document: dict[str, Any], line: str) -> None:
    assert line in imported(document)


def test_odd_definitions_give_files_that_are_clean_formatted_and_typed(tmp_path: Path) -> None:
    for seed in range(30):
        (tmp_path / f"w{seed}.py").write_text(imported(odd(seed)) if not refused(odd(seed)) else "")
    for command in (
        ["ruff", "check", "--isolated"],
        ["ruff", "format", "--isolated", "--line-length", "120", "--check"],
        ["mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), "--no-error-summary"],
    ):
        files = sorted(map(str, tmp_path.glob("*.py")))
        done = subprocess.run([sys.executable, "-m", *command, *files], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout


ODDITIES: list[Any] = [
    None,
    True,
    -1,
    1.5,
    "",
    "$.a",
    "{% $x %}",
    "{% ( %}",
    "${P}",
    [],
    {},
    [None],
    [{}],
    {"States": {}},
    {"Next": 5},
]
FIELDS = ["Type", "Next", "Foo", "StartAt", "States", "Retry", "Catch", "ErrorEquals", "Comment", "Choices", "Branches"]


def broken(document: Any, chance: random.Random) -> Any:
    """The document with one or more of its values taken out, put under another name, or replaced."""
    for _ in range(chance.choice([1, 1, 2, 4])):
        places: list[tuple[Any, Any]] = []
        stack = [document]
        while stack:
            item = stack.pop()
            keys: list[Any] = list(item) if is_object(item) else list(range(len(item))) if is_list(item) else []
            places += [(item, key) for key in keys]
            stack += [item[key] for key in keys]
        if not places:
            break
        holder, key = chance.choice(places)
        action = chance.randrange(4)
        if action == 0:
            del holder[key]
        elif action == 1 and is_object(holder):
            holder[chance.choice(FIELDS)] = holder.pop(key)
        else:
            holder[key] = copy.deepcopy(chance.choice(ODDITIES))
    return document


@pytest.mark.parametrize("first", range(0, 300, 50))
def test_a_broken_definition_is_imported_or_refused_in_flowdsl_s_own_words(first: int) -> None:
    for seed in range(first, first + 50):
        document = broken(odd(seed, 2), random.Random(seed))
        formatted(json.dumps(document))
        with contextlib.suppress(FlowDslError):
            imported(document)
