"""`flowdsl prove`: proofs declared in test files, or one handler on one event; exit 0, 1 or 2."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flowdsl.cli.main import main

HANDLERS = """
import os
import boto3
from flowdsl.handler import handler, natural

dynamodb = boto3.client("dynamodb")

@handler(idempotency=natural())
def put(*, order_id: str) -> str:
    dynamodb.put_item(TableName=os.environ["ORDERS"], Item={"id": {"S": order_id}})
    return order_id

def add(event, context):
    dynamodb.update_item(TableName=os.environ["ORDERS"], Key={"id": {"S": event["order_id"]}},
                         UpdateExpression="ADD n :n", ExpressionAttributeValues={":n": {"N": "1"}})

def world():
    os.environ["ORDERS"] = "orders"
    dynamodb.create_table(TableName="orders", BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}])
"""

PROOFS = """
from flowdsl.testing import proof
from shop import dynamodb, put, world

@proof(put, {"order_id": "o1"}, world)
def test_an_order_is_put_once() -> None:
    assert dynamodb.scan(TableName="orders")["Count"] == 1
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project with two handlers, of which one is idempotent, and a proof of that one."""
    (tmp_path / "pyproject.toml").write_text("[tool.flowdsl]\n", encoding="utf-8")
    (tmp_path / "shop.py").write_text(HANDLERS, encoding="utf-8")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_shop.py").write_text(PROOFS, encoding="utf-8")
    (tmp_path / "event.json").write_text('{"order_id": "o1"}', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    before = list(sys.path)
    yield tmp_path
    sys.path[:] = before
    for name in ("shop", "test_shop"):
        sys.modules.pop(name, None)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[str], list[str]]:
    """(exit code, lines of stdout, lines of stderr)."""
    with pytest.raises(SystemExit) as stopped:
        main(["prove", *arguments])
    out, err = capsys.readouterr()
    return int(str(stopped.value.code)), out.splitlines(), err.splitlines()


def test_declared_proofs_are_found_and_run(project: Path, capsys: Any) -> None:
    status, out, err = run(capsys)
    assert (status, out) == (
        0,
        ["shop:put (test_an_order_is_put_once): idempotent and stateless in 12 scenarios, seed 0 (1 call)"],
    )
    assert err[0].startswith("flowdsl: 1 proof, 12 scenarios, 0 findings in ")


def test_a_handler_is_proved_on_an_event(project: Path, capsys: Any) -> None:
    status, out, err = run(capsys, "shop:add", "--event", "event.json", "--setup", "shop:world")
    assert status == 1
    assert out[:2] == [
        "shop:add: 5 findings in 12 scenarios, seed 0",
        "  delivered again: table orders id=o1: n is 2 instead of 1",
    ]
    assert err[0].startswith("flowdsl: 1 proof, 12 scenarios, 5 findings in ")


def test_a_finding_can_be_looked_at_alone(project: Path, capsys: Any) -> None:
    status, out, _ = run(
        capsys, "shop:add", "--event", "event.json", "--setup", "shop:world", "--only", "killed after #1", "--seed", "5"
    )
    assert status == 1
    assert out == [
        "shop:add: 1 finding in 1 scenario, seed 5",
        "  killed after #1 dynamodb.UpdateItem: table orders id=o1: n is 2 instead of 1",
    ]


def test_what_is_ignored_is_no_finding(project: Path, capsys: Any) -> None:
    status, _, _ = run(capsys, "shop:add", "-e", "event.json", "--setup", "shop:world", "--ignore", "orders.n")
    assert status == 0


def test_reports_can_be_json(project: Path, capsys: Any) -> None:
    status, out, _ = run(
        capsys, "shop:add", "-e", "event.json", "--setup", "shop:world", "--only", "killed after #1", "--json"
    )
    assert status == 1
    assert json.loads("\n".join(out)) == [
        {
            "handler": "shop:add",
            "name": "",
            "seed": 0,
            "scenarios": 1,
            "calls": ["dynamodb.UpdateItem"],
            "findings": [
                {
                    "fault": "killed after #1 dynamodb.UpdateItem",
                    "what": "table orders id=o1: n is 2 instead of 1",
                }
            ],
            "skipped": [],
            "notes": [],
        }
    ]


def test_proofs_can_be_listed(project: Path, capsys: Any) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["prove", "--list"])
    assert stopped.value.code == 0
    assert capsys.readouterr().out == "tests/test_shop.py:5: test_an_order_is_put_once: shop:put\n"


def test_a_handler_or_a_path_chooses_among_the_declared(project: Path, capsys: Any) -> None:
    assert run(capsys, "shop:put")[0] == 0
    assert run(capsys, "tests/test_shop.py")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["shop:add"], "no proof of shop:add is declared under tests; give one an --event"),
        (["shop:ad"], "shop has no function 'ad'; did you mean 'add'?"),
        (
            ["nothing:add", "-e", "event.json"],
            "nothing cannot be imported: ModuleNotFoundError: No module named 'nothing'",
        ),
        (["shop:add", "-e", "missing.json"], "missing.json cannot be read: No such file or directory"),
        (["shop:add", "-e", "shop.py"], "shop.py is no JSON: Expecting value: line 2 column 1 (char 1)"),
        (["-e", "event.json"], "--event takes one handler: flowdsl prove MODULE:FUNCTION --event FILE"),
        (["shop:put", "--setup", "shop:world"], "--setup goes with --event; a declared proof has its own"),
        (["other"], "other does not exist: a proof is declared with @proof in a test file"),
        (["shop.py"], "no proof is declared under shop.py: see @proof of flowdsl.testing"),
    ],
)
def test_what_cannot_be_proved_is_exit_2_and_one_clear_line(
    project: Path, capsys: Any, arguments: list[str], message: str
) -> None:
    status, out, err = run(capsys, *arguments)
    assert (status, out, err) == (2, [], [f"flowdsl: {message}"])


def test_a_handler_that_fails_on_the_event_is_exit_2(project: Path, capsys: Any) -> None:
    status, _, err = run(capsys, "shop:add", "-e", "event.json")
    assert status == 2
    assert err == [
        "flowdsl: shop:add reads the environment variable 'ORDERS', which is not set: the proof has no world; give it one with "
        "--setup MODULE:FUNCTION, or @proof(handler, event, setup)"
    ]


def test_what_a_handler_prints_is_not_among_the_reports(project: Path, capsys: Any) -> None:
    (project / "loud.py").write_text("def shout(event, context):\n    print(event)\n", encoding="utf-8")
    status, out, _ = run(capsys, "loud:shout", "-e", "event.json")
    assert (status, out) == (0, ["loud:shout: idempotent and stateless in 6 scenarios, seed 0 (0 calls)"])
    sys.modules.pop("loud")


def test_a_proof_that_cannot_be_run_does_not_keep_the_others_from_it(project: Path, capsys: Any) -> None:
    (project / "tests" / "test_worse.py").write_text(
        "from flowdsl.testing import proof\nfrom shop import put\n\n"
        '@proof(put, {"order_id": "o1"})\ndef test_without_a_world() -> None:\n    pass\n',
        encoding="utf-8",
    )
    status, out, err = run(capsys)
    assert status == 2
    assert out == ["shop:put (test_an_order_is_put_once): idempotent and stateless in 12 scenarios, seed 0 (1 call)"]
    assert err[0].startswith(
        "flowdsl: shop:put reads the environment variable 'ORDERS', which is not set: the proof has no world; "
    )
    sys.modules.pop("test_worse")


def test_a_module_that_can_be_imported_only_once_is_exit_2(project: Path, capsys: Any) -> None:
    source = "import builtins\nassert not hasattr(builtins, 'once_only')\nbuiltins.once_only = True\n"
    (project / "single.py").write_text(source + "def work(event, context):\n    return 1\n", encoding="utf-8")
    status, _, err = run(capsys, "single:work", "-e", "event.json")
    assert (status, err) == (2, ["flowdsl: single cannot be imported in a cold environment: AssertionError: "])
    sys.modules.pop("single")
    del __import__("builtins").once_only


def test_a_test_file_that_cannot_be_imported_is_exit_2(project: Path, capsys: Any) -> None:
    (project / "tests" / "test_broken.py").write_text("import nowhere  # proof(\n", encoding="utf-8")
    status, _, err = run(capsys)
    assert status == 2
    assert err[0].endswith("test_broken.py cannot be imported: ModuleNotFoundError: No module named 'nowhere'")


def test_a_declared_proof_is_a_test(project: Path) -> None:
    sys.path.insert(0, str(project))
    namespace: dict[str, Any] = {"__name__": "test_shop"}
    exec(compile(PROOFS, "test_shop.py", "exec"), namespace)
    namespace["test_an_order_is_put_once"]()


def test_a_declared_proof_that_does_not_hold_fails_the_test(project: Path) -> None:
    sys.path.insert(0, str(project))
    from flowdsl.testing import proof

    shop: Any = __import__("shop")

    @proof(shop.add, {"order_id": "o1"}, shop.world)
    def test_it() -> None:
        """It does not hold."""

    with pytest.raises(AssertionError, match=r"^shop:add: 5 findings in 12 scenarios"):
        test_it()


def test_the_body_of_a_proof_is_asserted_too(project: Path) -> None:
    sys.path.insert(0, str(project))
    from flowdsl.testing import proof

    shop: Any = __import__("shop")

    @proof(shop.put, {"order_id": "o1"}, shop.world)
    def test_it(wanted: int = 2) -> None:
        assert shop.dynamodb.scan(TableName="orders")["Count"] == wanted

    with pytest.raises(AssertionError):
        test_it()
    test_it(wanted=1)
