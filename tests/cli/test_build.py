"""flowdsl build: what it writes, what it says, what it leaves alone."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest
from click.testing import CliRunner, Result

from flowdsl.cli.commands.build import command
from flowdsl.cli.main import main
from flowdsl.dsl import defaults
from flowdsl.dsl.artefacts import read_source_map

FLOW = """
    from flowdsl import Pass, Wait, placeholder, workflow


    @workflow
    def hello(name: str) -> str:
        pause = Wait(seconds=placeholder("Pause", int))
        greet = Pass(output=f"Hello, {name}!")
        pause >> greet
        return greet.result
"""
BROKEN = FLOW.replace("{name}", "{name.first}").replace("def hello", "def broken")


class Project:
    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text).lstrip("\n"), encoding="utf-8")
        return path

    def build(self, *arguments: str) -> Result:
        return CliRunner().invoke(command, arguments)

    def files(self) -> list[str]:
        return sorted(
            p.relative_to(self.root).as_posix()
            for p in self.root.rglob("*")
            if p.is_file() and "__pycache__" not in str(p)
        )


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(defaults, "query_language", "JSONata")
    for name in [n for n in sys.modules if n.split(".")[0] == "workflows"]:
        monkeypatch.delitem(sys.modules, name)
    yield Project(tmp_path)
    for name in [n for n in sys.modules if n.split(".")[0] == "workflows"]:
        del sys.modules[name]


def test_it_writes_three_files_beside_each_source(project: Project) -> None:
    project.write("workflows/greetings.py", FLOW)
    result = project.build()
    assert (result.exit_code, result.stdout) == (
        0,
        "wrote workflows/hello.asl.json\nwrote workflows/hello.sourcemap.json\nwrote workflows/hello.substitutions.json\n",
    )
    assert (project.root / "workflows/hello.asl.json").read_text() == dedent("""\
        {
          "QueryLanguage": "JSONata",
          "StartAt": "Pause",
          "States": {
            "Pause": {
              "Type": "Wait",
              "Seconds": "${Pause}",
              "Next": "Greet"
            },
            "Greet": {
              "Type": "Pass",
              "Output": "{% \\"Hello, \\" & $states.context.Execution.Input & \\"!\\" %}",
              "End": true
            }
          }
        }
        """)
    assert json.loads((project.root / "workflows/hello.substitutions.json").read_text()) == {
        "Pause": {"kind": "value", "type": "number"}
    }


def test_the_source_map_says_where_each_field_was_written(project: Project) -> None:
    project.write("workflows/greetings.py", FLOW)
    project.build()
    text = (project.root / "workflows/hello.sourcemap.json").read_text()
    assert str(project.root) not in text
    found = read_source_map(text, project.root / "workflows")
    source = (project.root / "workflows/greetings.py").read_text().splitlines()

    def at(pointer: str) -> str:
        where = found.locate(pointer)
        assert where is not None
        assert where.path == "workflows/greetings.py"
        return source[where.line - 1][where.column - 1 : (where.end_column or 0) - 1]

    assert at("") == "hello"
    assert at("/States/Pause") == 'Wait(seconds=placeholder("Pause", int))'
    assert at("/States/Pause/Seconds") == 'placeholder("Pause", int)'
    assert at("/States/Pause/Next") == "pause >> greet"
    assert at("/States/Greet/Output") == 'f"Hello, {name}!"'
    assert at("/States/Greet/Type") == 'Pass(output=f"Hello, {name}!")'


def test_what_is_built_already_is_left_alone(project: Project) -> None:
    project.write("workflows/greetings.py", FLOW)
    project.build()
    before = {p: p.stat().st_mtime_ns for p in project.root.rglob("*.json")}
    assert project.build().stdout == ""
    assert {p: p.stat().st_mtime_ns for p in project.root.rglob("*.json")} == before


def test_a_workflow_with_mistakes_writes_nothing_and_others_are_built(project: Project) -> None:
    project.write("workflows/a.py", BROKEN)
    project.write("workflows/b.py", FLOW)
    result = project.build()
    assert result.exit_code == 1
    assert result.stderr == dedent("""\
        workflows/a.py:7:35: ASL350 no-such-field: a text has no field 'first'
          7 |     greet = Pass(output=f"Hello, {name.first}!")
            |                                   ^^^^^^^^^^
        flowdsl: broken is not built: 1 mistake
        """)
    assert [f for f in project.files() if f.endswith("asl.json")] == ["workflows/hello.asl.json"]


def test_check_writes_nothing_and_names_what_differs(project: Project) -> None:
    project.write("workflows/greetings.py", FLOW)
    missing = project.build("--check")
    assert (missing.exit_code, missing.stdout.splitlines()[0]) == (
        1,
        "workflows/hello.asl.json: is missing; run flowdsl build",
    )
    assert project.files() == ["workflows/greetings.py"]
    project.build()
    assert (project.build("--check").exit_code, project.build("--check").stdout) == (0, "")
    built = project.root / "workflows/hello.asl.json"
    built.write_text(built.read_text().replace("Hello", "Bye"))
    drift = project.build("--check")
    assert (drift.exit_code, drift.stdout) == (
        1,
        "workflows/hello.asl.json: differs from what the source gives; run flowdsl build\n",
    )


def test_diff_shows_how_they_differ(project: Project) -> None:
    project.write("workflows/greetings.py", FLOW)
    project.build()
    built = project.root / "workflows/hello.asl.json"
    built.write_text(built.read_text().replace("Hello", "Bye"))
    shown = project.build("--diff")
    assert shown.exit_code == 1
    assert '-      "Output": "{% \\"Bye, \\"' in shown.stdout
    assert '+      "Output": "{% \\"Hello, \\"' in shown.stdout
    assert "Bye" in built.read_text()


def test_a_built_file_whose_workflow_is_gone_is_drift(project: Project) -> None:
    path = project.write("workflows/greetings.py", FLOW)
    project.write("workflows/by_hand.asl.json", '{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}')
    project.build()
    # Another length too: Python takes a file of the same second and size for the one it has compiled.
    path.write_text(path.read_text().replace("def hello", "def greet_them"))
    del sys.modules["workflows.greetings"]
    result = project.build("--check")
    assert result.exit_code == 1
    assert [line for line in result.stdout.splitlines() if "gone" in line] == [
        "workflows/hello.asl.json: its workflow is gone; delete it",
        "workflows/hello.sourcemap.json: its workflow is gone; delete it",
        "workflows/hello.substitutions.json: its workflow is gone; delete it",
    ]


def test_a_target_is_a_file_a_workflow_or_a_folder(project: Project) -> None:
    project.write("workflows/two.py", FLOW + FLOW.replace("hello", "goodbye"))
    assert project.build("workflows/two.py:goodbye").stdout.splitlines()[0] == "wrote workflows/goodbye.asl.json"
    assert project.build("workflows/two.py").stdout.splitlines()[0] == "wrote workflows/hello.asl.json"
    assert project.build("workflows", "--check").exit_code == 0


@pytest.mark.parametrize(
    ("files", "target", "message"),
    [
        ({}, [], "no folder workflows: name a file, or set source in [tool.flowdsl]"),
        ({}, ["workflows/no.py"], "workflows/no.py: no such file"),
        ({"workflows/flow.py": FLOW}, ["workflows/flo.py"], "workflows/flo.py: no such file; did you mean 'flow.py'?"),
        ({"workflows/a.py": "def f(:\n"}, [], "workflows/a.py:1:7: invalid syntax"),
        ({"workflows/a.py": "x = 1\ny = x / 0\n"}, [], "workflows/a.py:2: raised at import: ZeroDivisionError: division by zero"),
        ({"workflows/a.py": "import no_such_module\n"}, [], "workflows/a.py:1: raised at import: No module named 'no_such_module' (workflows/a.py cannot be imported; is the module in the project, or python-path set?)"),
        ({"workflows/a.py": "import os\nos.environ['QUEUE']\n"}, [], "workflows/a.py:2: raised at import: KeyError: 'QUEUE'"),
        ({"workflows/a.py": "import sys\nsys.exit(0)\n"}, [], "workflows/a.py:2: raised at import: SystemExit: 0"),
        ({"workflows/a.py": "raise ValueError('first\\nsecond')\n"}, [], "workflows/a.py:1: raised at import: ValueError: first"),
        ({"workflows/a.asl.json": "{}"}, ["workflows/a.asl.json"], "workflows/a.asl.json is no Python file: a workflow is declared in one"),
        ({"workflows/a.py": "x = 1\n"}, ["workflows/a.py"], "workflows/a.py declares no workflow; put @workflow on a function"),
        ({"workflows/a.py": FLOW}, ["workflows/a.py:helo"], "workflows/a.py has no workflow 'helo'; did you mean 'hello'?"),
        ({"workflows/a.py": FLOW + FLOW}, [], "workflows/a.py:15:5: hello is declared twice, on line 5 and here; their built files would be the same"),
        ({"workflows/a.py": FLOW, "workflows/b.py": FLOW}, [], "workflows/b.py:5:5: workflows/a.py:5:5 declares a workflow hello too, and both would be workflows/hello.asl.json"),
        ({"workflows/a.py": b"\xff\xfe"}, [], "workflows/a.py:1:1: (unicode error) 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"),
    ],
)  # fmt: skip
def test_bad_input_is_one_clear_line_and_nothing_is_written(
    project: Project, files: dict[str, str | bytes], target: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, text in files.items():
        path = project.write(name, text if isinstance(text, str) else "")
        if isinstance(text, bytes):
            path.write_bytes(text)
    before = project.files()
    with pytest.raises(SystemExit) as stopped:
        main(["build", *target])
    assert stopped.value.code == 2
    assert capsys.readouterr().err == f"flowdsl: {message}\n"
    assert project.files() == before


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_built(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.write("workflows/a.py", "def f(:\n")
    project.write("workflows/b.py", FLOW)
    project.write("workflows/c.py", "x = 1 / 0\n")
    for arguments in ([], ["workflows"]):
        with pytest.raises(SystemExit) as stopped:
            main(["build", *arguments])
        assert stopped.value.code == 2
        assert capsys.readouterr().err.splitlines() == [
            "flowdsl: workflows/a.py:1:7: invalid syntax",
            "flowdsl: workflows/c.py:1: raised at import: ZeroDivisionError: division by zero",
        ]
    assert (project.root / "workflows/hello.asl.json").exists()


def test_a_workflow_that_exits_python_is_a_mistake_and_ends_nothing(project: Project) -> None:
    project.write("workflows/a.py", FLOW.replace("        return", "        raise SystemExit(0)\n        return"))
    result = project.build()
    assert (result.exit_code, result.stderr.splitlines()[0]) == (
        1,
        "workflows/a.py:9:11: ASL850 workflow-raises: hello raised SystemExit: 0",
    )


def test_a_file_outside_the_project_is_built_where_it_stands(
    project: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("other") / "flow.py"
    other.write_text(dedent(FLOW))
    assert project.build(str(other)).exit_code == 0
    assert (other.parent / "hello.asl.json").exists()


def test_the_project_says_which_query_language_a_workflow_has_that_does_not_say(project: Project) -> None:
    project.write("pyproject.toml", '[tool.flowdsl]\nquery-language = "jsonpath"\n')
    project.write("workflows/a.py", FLOW)
    project.write(
        "workflows/b.py", FLOW.replace("@workflow", '@workflow(query_language="JSONata")').replace("hello", "b")
    )
    assert project.build().exit_code == 0
    first, second = (json.loads(project.root.joinpath(f"workflows/{n}.asl.json").read_text()) for n in ("hello", "b"))
    assert "QueryLanguage" not in first
    assert first["States"]["Greet"]["Parameters"] == {"value.$": "States.Format('Hello, {}!', $$.Execution.Input)"}
    assert second["QueryLanguage"] == "JSONata"


def test_a_query_language_that_there_is_not_is_told(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.write("pyproject.toml", '[tool.flowdsl]\nquery-language = "jsonpth"\n')
    project.write("workflows/a.py", FLOW)
    with pytest.raises(SystemExit) as stopped:
        main(["build"])
    assert stopped.value.code == 2
    assert capsys.readouterr().err == (
        "flowdsl: pyproject.toml: query-language must be 'JSONata' or 'JSONPath', found 'jsonpth'; did you mean 'JSONPath'?\n"
    )


@pytest.mark.parametrize("arguments", [["build", "workflows"], ["build"]])
def test_a_folder_without_workflows_is_told(
    project: Project, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    project.write("workflows/a.py", "x = 1\n")
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    message = "no workflow in workflows: no Python file there has a function with @workflow"
    assert capsys.readouterr().err == f"flowdsl: {message}\n"
