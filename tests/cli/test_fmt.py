"""`flowdsl fmt` puts definitions into the canonical form, and `flowdsl schema` prints what editors need."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner, Result

from flowdsl.cli.main import cli

UGLY = '{"States":{"A":{"End":true,"Type":"Pass","Result":{"b":1,"a":2.0}}},"StartAt":"A"}'
PRETTY = """\
{
  "StartAt": "A",
  "States": {
    "A": {
      "Type": "Pass",
      "Result": {
        "b": 1,
        "a": 2
      },
      "End": true
    }
  }
}
"""


def flowdsl(*args: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(cli, list(args), input=stdin)


def test_a_file_is_put_into_canonical_form_once(tmp_path: Path) -> None:
    path = tmp_path / "m.asl.json"
    path.write_text(UGLY)
    first = flowdsl("fmt", str(path))
    assert (first.exit_code, first.stdout) == (0, "")
    assert first.stderr == (f"reformatted {path.as_posix()}\n1 file reformatted, 0 files in canonical form already\n")
    assert path.read_text() == PRETTY
    second = flowdsl("fmt", str(path))
    assert second.stderr == "0 files reformatted, 1 file in canonical form already\n"
    assert path.read_text() == PRETTY


def test_check_writes_nothing_and_exits_1(tmp_path: Path) -> None:
    path = tmp_path / "m.asl.json"
    path.write_text(UGLY)
    done = flowdsl("fmt", "--check", str(path))
    assert done.exit_code == 1
    assert done.stderr == (
        f"would reformat {path.as_posix()}\n1 file would be reformatted, 0 files in canonical form already\n"
    )
    assert path.read_text() == UGLY
    path.write_text(PRETTY)
    assert flowdsl("fmt", "--check", str(path)).exit_code == 0


def test_windows_line_ends_are_not_canonical(tmp_path: Path) -> None:
    path = tmp_path / "m.asl.json"
    path.write_bytes(PRETTY.replace("\n", "\r\n").encode())
    assert flowdsl("fmt", "--check", str(path)).exit_code == 1
    flowdsl("fmt", str(path))
    assert path.read_bytes() == PRETTY.encode()


def test_diff_shows_what_would_change(tmp_path: Path) -> None:
    path = tmp_path / "m.asl.json"
    path.write_text(PRETTY.replace('"b": 1', '"b":  1'))
    done = flowdsl("fmt", "--diff", str(path))
    assert done.exit_code == 1
    assert '-        "b":  1,\n+        "b": 1,\n' in done.stdout


def test_standard_input_goes_to_standard_output() -> None:
    done = flowdsl("fmt", "-", stdin=UGLY)
    assert (done.exit_code, done.stdout, done.stderr) == (0, PRETTY, "")


def test_a_placeholder_without_quotes_stays_without() -> None:
    done = flowdsl("fmt", "-", stdin='{"TimeoutSeconds":${Limit},"Comment":"${Limit}"}')
    assert done.stdout == '{\n  "Comment": "${Limit}",\n  "TimeoutSeconds": ${Limit}\n}\n'


def test_a_folder_stands_for_the_definitions_below_it(tmp_path: Path) -> None:
    for name in ("a.asl.json", "deep/b.asl.json", "node_modules/c.asl.json", ".git/d.asl.json", "other.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(UGLY)
    assert flowdsl("fmt", str(tmp_path)).exit_code == 0
    changed = sorted(p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*.json") if p.read_text() == PRETTY)
    assert changed == ["a.asl.json", "deep/b.asl.json"]


def test_what_cannot_be_read_exits_2_and_the_others_are_formatted(tmp_path: Path) -> None:
    good, bad = tmp_path / "a.asl.json", tmp_path / "b.asl.json"
    good.write_text(UGLY)
    bad.write_text('{"StartAt": }')
    done = flowdsl("fmt", str(bad), str(good))
    assert done.exit_code == 2
    assert done.stderr.startswith(f"flowdsl: {bad.as_posix()}:1:13: a value is due here, not '}}'\n")
    assert good.read_text() == PRETTY
    assert bad.read_text() == '{"StartAt": }'


def test_templates_and_yaml_are_left_alone(tmp_path: Path) -> None:
    template, yaml = tmp_path / "t.json", tmp_path / "m.asl.yaml"
    template.write_text('{"Resources": {}}')
    yaml.write_text("StartAt: A")
    done = flowdsl("fmt", str(template), str(yaml))
    assert done.exit_code == 2
    assert done.stderr.splitlines()[:2] == [
        f"flowdsl: {template.as_posix()}:1:1: this is a template; fmt takes a file that is one definition",
        f"flowdsl: {yaml.as_posix()}:1:1: fmt writes JSON; a YAML file keeps its own layout and its comments",
    ]


def test_schema_prints_a_json_schema(tmp_path: Path) -> None:
    done = flowdsl("schema")
    assert json.loads(done.stdout)["title"] == "Amazon States Language"
    assert flowdsl("schema", "-o", str(tmp_path / "s.json")).stdout == ""
    assert (tmp_path / "s.json").read_text() == done.stdout


def test_no_bad_input_shows_a_traceback(tmp_path: Path) -> None:
    path = tmp_path / "m.json"
    path.write_bytes(b'{"a": "\xff"}')
    done = subprocess.run(
        [sys.executable, "-m", "flowdsl", "fmt", str(path)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr.splitlines()[0]) == (
        2,
        f"flowdsl: {path.as_posix()}:1:8: the byte 0xff is no UTF-8",
    )
