"""`flowdsl import`: a definition becomes Python that builds to the same definition, whatever stands in it."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from flowdsl.asl.definition import Definition
from flowdsl.asl.dump import dumps
from flowdsl.cli.main import cli
from flowdsl.diagnostics import FlowDslError
from flowdsl.importer.module import python_source
from flowdsl.importer.verify import first_difference, rebuilt, verify

HELLO: dict[str, Any] = {
    "Comment": "Greets.",
    "StartAt": "Say hello",
    "States": {
        "Say hello": {
            "Type": "Task",
            "Resource": "${Hello}",
            "Retry": [{"ErrorEquals": ["States.Timeout"], "MaxAttempts": 2}],
            "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Sorry"}],
            "Next": "Big?",
        },
        "Big?": {
            "Type": "Choice",
            "Choices": [
                {
                    "And": [{"Variable": "$.n", "IsPresent": True}, {"Variable": "$.n", "NumericGreaterThan": 1}],
                    "Next": "Done",
                }
            ],
            "Default": "Say hello",
        },
        "Sorry": {"Type": "Fail", "Error": "Sorry"},
        "Done": {"Type": "Succeed"},
    },
}


def source_of(document: dict[str, Any]) -> str:
    return python_source(Definition(document, name="wf"), "wf", "wf.asl.json")


def run(*args: str, input: str | None = None) -> Result:
    return CliRunner().invoke(cli, ["import", *args], input=input)


def test_a_definition_becomes_the_python_a_person_would_write() -> None:
    assert source_of(HELLO) == (
        "# pyright: reportUnusedExpression=false\n"
        "from flowdsl import Choice, Fail, Rule, Succeed, Task, all_of, workflow\n"
        "\n"
        "\n"
        '@workflow(query_language="JSONPath")  # imported from "wf.asl.json"\n'
        "def wf() -> None:\n"
        '    """Greets."""\n'
        '    say_hello = Task(name="Say hello", resource="${Hello}")\n'
        '    big = Choice(name="Big?")\n'
        '    sorry = Fail(error="Sorry")\n'
        "    done = Succeed()\n"
        "\n"
        "    say_hello >> big\n"
        '    big.when(all_of(Rule("$.n", is_present=True), Rule("$.n", numeric_greater_than=1))) >> done\n'
        "    big.otherwise >> say_hello\n"
        "\n"
        '    say_hello.retry("States.Timeout", max_attempts=2)\n'
        '    say_hello.catch("States.ALL", result_path="$.error") >> sorry\n'
    )


def test_what_is_imported_builds_to_the_same_definition() -> None:
    assert rebuilt(source_of(HELLO), "wf", "wf.py").document == HELLO


HOSTILE = [
    "__import__('os').system('echo hacked')",
    '"); import os; os.abort() #',
    "'''\"\"\"",
    '"""\nimport os\n"""',
    "a\nb = 1",
    "{x!r}",
    "%s",
    "\\",
    "class",
    "print",
    "Iterator",
    "States",
    "1st",
    "é",
    "日本",
    "\u2028x",
    "self",
    "workflow",
    " ",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_text_from_a_definition_never_becomes_code(text: str) -> None:
    document = {
        "Comment": text,
        "StartAt": text,
        "States": {
            text: {
                "Type": "Pass",
                "Comment": text,
                "Result": {text: [text]},
                "Next": "End",
            },
            "End": {"Type": "Fail", "Error": text, "Cause": text},
        },
    }
    source = python_source(Definition(document, name=text), "wf", text)
    tree = ast.parse(source)
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert called <= {"Pass", "Fail", "workflow"}
    assert [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)] == ["flowdsl"]


@pytest.mark.parametrize("text", [t for t in HOSTILE if t.isprintable()])
def test_hostile_names_build_to_what_they_were(text: str) -> None:
    document = {
        "StartAt": text,
        "States": {
            text: {"Type": "Pass", "Result": {text: text}, "Next": "End"},
            "End": {"Type": "Fail", "Error": text},
        },
    }
    verify(Definition(document, name="wf"), source_of(document), "wf", "wf.py")


def test_fields_of_tomorrow_are_kept() -> None:
    document = {"StartAt": "A", "Weather": "fine", "States": {"A": {"Type": "Pass", "End": True, "Mood": {"x": 1}}}}
    verify(Definition(document, name="wf"), source_of(document), "wf", "wf.py")


def test_a_file_that_builds_to_something_else_is_refused_with_the_place() -> None:
    other = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": 2, "End": True}}}
    source = source_of({"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": 1, "End": True}}})
    with pytest.raises(FlowDslError, match="builds to something else at /States/A/Result: 2 became 1"):
        verify(Definition(other, name="wf"), source, "wf", "wf.py")


@pytest.mark.parametrize(
    ("before", "after", "difference"),
    [
        ({"a": 1}, {"a": 1.0}, None),
        ({"a": 1}, {"a": True}, ("/a", 1, True)),
        ({"a": [1, 2]}, {"a": [1]}, ("/a/1", 2, ...)),
        ({"a": {"b/c": 0}}, {"a": {}}, ("/a/b~1c", 0, ...)),
        ({"a": 0, "b": 0}, {"b": 0, "a": 0}, None),
    ],
)
def test_the_first_difference_is_named(before: Any, after: Any, difference: Any) -> None:
    assert first_difference(before, after) == difference


def test_the_command_writes_the_file_and_says_what_it_proved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "hello.asl.json").write_text(json.dumps(HELLO))
    result = run("hello.asl.json")
    assert result.exit_code == 0, result.output
    assert result.stderr == "flowdsl: wrote workflows/hello.py: 4 states; it builds to the same definition\n"
    assert (tmp_path / "workflows" / "hello.py").read_text().count("def hello()") == 1


def test_a_file_that_is_there_is_not_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "hello.asl.json").write_text(json.dumps(HELLO))
    (tmp_path / "mine.py").write_text("# mine\n")
    result = run("hello.asl.json", "-o", "mine.py")
    assert str(result.exception) == "mine.py is there already; give --force to overwrite it, or another -o"
    assert (tmp_path / "mine.py").read_text() == "# mine\n"


def test_standard_input_to_standard_output() -> None:
    result = run("-", "-o", "-", "--name", "greet", input=json.dumps(HELLO))
    assert result.exit_code == 0, result.output
    assert "def greet() -> None:" in result.stdout


def test_a_definition_that_aws_refuses_gives_its_mistakes_and_exit_1() -> None:
    document = {
        "StartAt": "A",
        "States": {"A": {"Type": "Choice", "Choices": [{"Variable": "$.x", "Next": "Nowhere"}]}},
    }
    result = run("-", "-o", "-", input=json.dumps(document))
    assert result.exit_code == 1
    assert "nothing was written" in result.stderr


@pytest.mark.parametrize("text", ["", "{", "[]", "nonsense", '{"a": 1', "{}", '{"StartAt": 1}'])
def test_what_is_no_definition_is_one_line_and_never_a_traceback(text: str) -> None:
    result = run("-", "-o", "-", input=text)
    assert isinstance(result.exception, FlowDslError | SystemExit)
    assert result.exit_code in (1, 2) or "\n" not in str(result.exception)


def chain(n: int) -> dict[str, Any]:
    states: dict[str, Any] = {f"Step {i}": {"Type": "Pass", "Result": i, "Next": f"Step {i + 1}"} for i in range(n)}
    states[f"Step {n}"] = {"Type": "Succeed"}
    return {"StartAt": "Step 0", "States": states}


def test_ten_thousand_states_are_imported_and_proved() -> None:
    document = chain(10_000)
    started = time.perf_counter()
    verify(Definition(document, name="wf"), source_of(document), "wf", "wf.py")
    # No speed test: only that nothing is quadratic, which would take minutes.
    assert time.perf_counter() - started < 60


def records(corpus: Path) -> list[Path]:
    return sorted((corpus / "asl").glob("*.json"))


@pytest.mark.corpus
def test_real_definitions_build_to_the_same_json(
    corpus: Path, corpus_sample: Callable[[list[Path], int], list[Path]]
) -> None:
    failures = {}
    ratios = []
    for path in corpus_sample(records(corpus), 120):
        record = json.loads(path.read_text())
        if record.get("known_invalid") or record.get("suspect"):
            continue
        definition = Definition(record["definition"], name="wf")
        source = python_source(definition, "wf", path.name)
        ratios.append(len(source.splitlines()) / len(dumps(record["definition"]).splitlines()))
        try:
            verify(definition, source, "wf", path.name)
        except FlowDslError as error:
            failures[path.name] = [str(error), *map(str, error.diagnostics[:2])]
    assert failures == {}
    assert sorted(ratios)[len(ratios) // 2] <= 0.6


@pytest.mark.corpus
def test_imported_files_are_clean_and_formatted(
    corpus: Path, tmp_path: Path, corpus_sample: Callable[[list[Path], int], list[Path]]
) -> None:
    for i, path in enumerate(corpus_sample(records(corpus), 60)):
        record = json.loads(path.read_text())
        if not record.get("known_invalid"):
            source = python_source(Definition(record["definition"], name="wf"), "wf", path.name)
            (tmp_path / f"w{i}.py").write_text(source)
    for command in (["check", "--isolated"], ["format", "--isolated", "--line-length", "120", "--check"]):
        done = subprocess.run([sys.executable, "-m", "ruff", *command, str(tmp_path)], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout


def test_what_aws_refuses_is_written_as_it_stands_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.asl.json").write_text('{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}}}')
    result = run("bad.asl.json")
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "bad.asl.json:1:59: ASL210 missing-target: Missing 'Next' target: B, which 'A' leads to, is no state here",
        "flowdsl: wrote workflows/bad.py: 1 state; it builds to the same definition; AWS refuses it for 1 mistake",
    ]
