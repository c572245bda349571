"""A task token takes one answer; whoever comes later is told, and changes nothing."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from pydantic import BaseModel

from flowdsl.handler import InvalidResult, task_token


class Decision(BaseModel):
    approved: bool


class Refused(Exception):
    """Somebody said no."""


class Machine:
    """Step Functions' side: what was sent, and what it says."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self.says: str | None = None

    def __getattr__(self, operation: str) -> Any:
        def call(**request: Any) -> None:
            self.sent.append((operation, request))
            if self.says is not None:
                raise ClientError({"Error": {"Code": self.says, "Message": "no"}}, operation)

        return call


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = Machine()
    monkeypatch.setattr(task_token, "client", lambda: machine)
    return machine


def test_an_output_is_anything_that_a_handler_may_return(machine: Machine) -> None:
    assert task_token.succeed("t1", Decision(approved=True)) == "ANSWERED"
    assert task_token.succeed("t2") == "ANSWERED"
    assert machine.sent == [
        ("send_task_success", {"taskToken": "t1", "output": '{"approved": true}'}),
        ("send_task_success", {"taskToken": "t2", "output": "null"}),
    ]


def test_an_error_is_a_name_or_an_exception(machine: Machine) -> None:
    task_token.fail("t", "Refused", "by hand")
    task_token.fail("t", Refused)
    task_token.fail("t", Refused("no money"))
    assert [request for _, request in machine.sent] == [
        {"taskToken": "t", "error": "Refused", "cause": "by hand"},
        {"taskToken": "t", "error": "Refused"},
        {"taskToken": "t", "error": "Refused", "cause": "no money"},
    ]


@pytest.mark.parametrize("code", ["TaskTimedOut", "TaskDoesNotExist"])
def test_a_task_that_is_over_is_closed(machine: Machine, code: str) -> None:
    machine.says = code
    assert task_token.succeed("t", 1) == "CLOSED"
    assert task_token.fail("t", "Refused") == "CLOSED"


def test_a_heartbeat_says_whether_work_goes_on(machine: Machine) -> None:
    assert task_token.heartbeat("t") is True
    machine.says = "TaskTimedOut"
    assert task_token.heartbeat("t") is False


def test_a_text_that_is_no_token_is_invalid(machine: Machine) -> None:
    machine.says = "InvalidToken"
    with pytest.raises(task_token.InvalidToken, match=r"^the text is no task token of this account and region$"):
        task_token.succeed("t", 1)


@pytest.mark.parametrize("token", ["", None, 3])
def test_what_is_no_text_is_not_even_sent(machine: Machine, token: Any) -> None:
    with pytest.raises(task_token.InvalidToken, match=r"^a task token is text, found "):
        task_token.succeed(token, 1)
    assert machine.sent == []


def test_any_other_failure_passes_through(machine: Machine) -> None:
    machine.says = "ThrottlingException"
    with pytest.raises(ClientError, match="ThrottlingException"):
        task_token.succeed("t", 1)


def test_an_output_too_large_for_a_task_is_refused_here(machine: Machine) -> None:
    with pytest.raises(task_token.InvalidOutput) as error:
        task_token.succeed("t", "x" * 262_144)
    assert str(error.value) == "the output has 262146 bytes, and a task's takes 262144"
    assert machine.sent == []


def test_an_output_that_is_no_json_is_refused_here(machine: Machine) -> None:
    with pytest.raises(InvalidResult, match=r"^the answer returned an object, which is no JSON$"):
        task_token.succeed("t", object())
