"""flowdsl audit: one finding a line, nothing about sound handlers, exit codes; helpers of other files; the summary."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flowdsl.checks.handler_audit import SourceFile, audit, python_files
from flowdsl.cli.main import cli
from flowdsl.diagnostics import FlowDslError
from tests.checks.handlers.bad_handlers import BAD
from tests.checks.handlers.sound_handlers import SOUND
from tests.conftest import ROOT

LINE = re.compile(r"(?P<path>[^:]+):(?P<line>\d+):(?P<column>\d+): (?P<code>ASL\d{3}) (?P<name>[a-z-]+): .+")


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["audit", *arguments])


def write(path: str, text: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text.lstrip(), encoding="utf-8")


def test_nothing_at_all_is_printed_about_sound_handlers() -> None:
    for i, text in enumerate(SOUND.values()):
        write(f"src/sound_{i}.py", text)
    result = run("src")
    assert (result.exit_code, result.output) == (0, "")


def test_a_finding_is_one_line_with_its_place_code_and_name() -> None:
    write("app.py", BAD["uuid key, resource"])
    result = run("app.py")
    assert result.exit_code == 1
    (line,) = result.output.splitlines()
    match = LINE.fullmatch(line)
    assert match is not None
    assert (match["path"], match["line"], match["column"], match["code"], match["name"]) == (
        "app.py",
        "11",
        "5",
        "ASL910",
        "random-key-of-write",
    )


def test_advice_alone_fails_unless_it_is_told_not_to() -> None:
    write("app.py", BAD["client in the handler"])
    assert run("app.py").exit_code == 1
    assert run("app.py", "--fail-on", "warning").exit_code == 0


def test_a_path_that_is_not_there_is_exit_two() -> None:
    result = run("nowhere.py")
    assert result.exit_code == 2 or isinstance(result.exception, FlowDslError)


def test_an_unknown_code_is_named_with_a_near_one() -> None:
    write("app.py", "x = 1\n")
    result = run("app.py", "--select", "handler-keeps-stat")
    assert isinstance(result.exception, FlowDslError)
    assert str(result.exception) == "no rule 'handler-keeps-stat'; did you mean 'handler-keeps-state'?"


def test_select_and_ignore_choose_rules() -> None:
    write("app.py", BAD["everything"])
    assert {line.split()[1] for line in run("app.py", "--select", "ASL93").output.splitlines()} == {"ASL932"}
    assert "ASL901" not in run("app.py", "--ignore", "handler-keeps-state").output


def test_a_suppression_with_its_reason_is_honoured() -> None:
    text = BAD["sleep"].replace("#! ASL932", "# flowdsl: ignore[ASL932] the instance needs a minute")
    write("app.py", text)
    assert run("app.py").output == ""


def test_a_folder_ends_with_what_stands_between_its_handlers_and_good_tasks() -> None:
    write("src/a.py", BAD["sleep"])
    write("src/b.py", BAD["module counter"])
    write("src/c.py", SOUND["natural key, resource, plain"])
    lines = run("src", "--no-skeleton").output.splitlines()
    assert lines[2:] == [
        "",
        "3 handlers in 3 files; 1 is a good task as written.",
        "What stands between the others and being good tasks:",
        "     1  calls, waits or polls, which a workflow does for it: 'src/a.py:handler'",
        "     1  keeps something between deliveries, or looks at the environment it runs in: 'src/b.py:handler'",
    ]


def test_a_folder_of_an_orchestrating_handler_ends_with_its_workflow() -> None:
    write("src/app.py", BAD["Lambda calls Lambda"])
    output = run("src").output
    assert "# In place of src/app.py:handler" in output
    assert "reserve >> charge" in output


def test_with_tasks_every_handler_is_taken_for_one() -> None:
    write(
        "app.py",
        "def handler(event, context):\n    try:\n        return work(event)\n    except Exception:\n        return {}\n",
    )
    assert run("app.py").output == ""
    assert "ASL920" in run("app.py", "--tasks").output


def test_a_handler_that_a_built_workflow_calls_is_a_task() -> None:
    write("flowdsl.toml", "")
    write(
        "handlers/app.py",
        "def pay(event, context):\n    try:\n        return work(event)\n    except Exception:\n        return {}\n",
    )
    assert run().output == ""
    write(
        "workflows/shop.asl.json",
        json.dumps({"StartAt": "Pay", "States": {"Pay": {"Type": "Task", "Resource": "${Pay}", "End": True}}}),
    )
    write("workflows/shop.substitutions.json", json.dumps({"Pay": {"kind": "lambda", "target": "handlers.app:pay"}}))
    assert "ASL920" in run().output


def test_a_helper_in_another_file_is_checked_when_a_handler_calls_it() -> None:
    write(
        "src/app.py",
        "from common.store import remember\n\ndef handler(event, context):\n    remember(event['id'])\n    return {'id': event['id']}\n",
    )
    write(
        "src/common/store.py",
        "rows = []\n\ndef remember(row):\n    rows.append(row)\n\ndef unused(row):\n    rows.append(row)\n",
    )
    assert [line.split(": ")[0] for line in run("src", "--no-summary").output.splitlines()] == [
        "src/common/store.py:4:5"
    ]
    write("src/other.py", "def handler(event, context):\n    return {'id': event['id'] + 1}\n")
    assert run("src").output.splitlines()[2:] == [
        "2 handlers in 2 files; 1 is a good task as written.",
        "What stands between the others and being good tasks:",
        "     1  keeps something between deliveries, or looks at the environment it runs in: 'src/app.py:handler'",
    ]


def test_a_helper_that_only_gets_constants_may_cache() -> None:
    write(
        "src/app.py",
        "from settings import setting\n\ndef handler(event, context):\n    return {'limit': setting('limit'), 'id': event['id']}\n",
    )
    write(
        "src/settings.py",
        "from functools import cache\nimport boto3\n\nssm = boto3.client('ssm')\n\n@cache\ndef setting(name):\n    return ssm.get_parameter(Name=name)['Parameter']['Value']\n",
    )
    assert run("src").output == ""


def test_a_claim_in_another_file_guards_a_send() -> None:
    write(
        "src/app.py",
        "import boto3\nfrom markers import claim\n\nses = boto3.client('sesv2')\n\ndef handler(event, context):\n    if not claim(event['id']):\n        return {'sent': False}\n"
        "    ses.send_email(FromEmailAddress='a@b.c', Content=body(event))\n    return {'sent': True}\n",
    )
    assert run("src/app.py").output == ""


def test_tests_and_environments_below_a_folder_are_left_out(tmp_path: Path) -> None:
    for name in (
        "tests/test_app.py",
        ".venv/x.py",
        "node_modules/y.py",
        "src/test_app.py",
        "src/app.py",
        "src/__pycache__/z.py",
    ):
        write(name, "x = 1\n")
    assert [path.relative_to(tmp_path).as_posix() for path in python_files(tmp_path)] == ["src/app.py"]


def test_the_projects_own_handlers_are_sound() -> None:
    files = [SourceFile(path, path.relative_to(ROOT).as_posix()) for path in python_files(ROOT / "handlers")]
    assert [str(finding) for finding in audit(files).findings] == []


def test_a_hundred_files_take_less_than_a_second() -> None:
    texts = [*SOUND.values(), *BAD.values()]
    for i in range(100):
        write(f"src/h{i}.py", texts[i % len(texts)])
    files = [SourceFile(path, str(path)) for path in python_files(Path("src"))]
    audit(files[:5])
    began = time.process_time()
    audit(files)
    assert time.process_time() - began < 1


def test_a_rule_that_crashes_names_itself_and_the_others_still_report(monkeypatch: pytest.MonkeyPatch) -> None:
    from flowdsl.checks.rules.sleep_in_handler import SleepInHandler

    def broken(self: SleepInHandler, source: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr(SleepInHandler, "check", broken)
    write("app.py", BAD["module counter"])
    result = run("app.py")
    assert result.exit_code == 2
    assert "ASL890 rule-crash: ASL932 sleep-in-handler crashed on app.py: KeyError: 'x'" in result.output
    assert "ASL901" in result.output


def test_json_is_all_that_is_on_standard_output_when_it_is_asked_for() -> None:
    write("src/app.py", BAD["sleep"])
    found = json.loads(run("src", "--output-format", "json").output)
    assert "ASL932" in json.dumps(found)


def test_a_dash_is_standard_input() -> None:
    text = BAD["sleep"].lstrip()
    read = CliRunner().invoke(cli, ["audit", "-"], input=text)
    assert (read.exit_code, read.output) == (1, run_on(text).replace("app.py:", "standard input:"))
    assert CliRunner().invoke(cli, ["audit", "-"], input=SOUND["natural key, resource, plain"]).output == ""
    assert json.loads(CliRunner().invoke(cli, ["audit", "-", "--json"], input=text).output)["version"] == 1


def run_on(text: str) -> str:
    write("app.py", text)
    return run("app.py").output


def test_a_link_to_nothing_is_a_finding_and_the_others_are_read() -> None:
    write("src/app.py", BAD["uuid key, resource"])
    Path("src/old.py").symlink_to("/nonexistent/old.py")
    Path("src/round.py").symlink_to("round.py")
    lines = run("src", "--no-summary").output.splitlines()
    assert [line.split(": ")[0].split(":")[0] + " " + line.split(": ")[1][:6] for line in lines] == [
        "src/app.py ASL910",
        "src/old.py ASL900",
        "src/round.py ASL900",
    ]
    assert lines[1] == "src/old.py:1:1: ASL900 unreadable-handler: cannot be read: No such file or directory"
