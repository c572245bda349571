"""Every way through the approval; the handler that hands the answer on is the real one, and answers the waiting execution."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from flowdsl.handler import task_token
from flowdsl.testing import Execution, raises, simulate, start
from handlers.approvals import Decision, answer_approval, request_approval
from tests import world
from workflows.approve_refund import approve_refund

WORLD = ("APPROVALS_TABLE", "APPROVALS_TOPIC_ARN", "REFUNDS_QUEUE_URL")

REFUND = {"order_id": "o1", "amount": 1_200}
THROTTLED = raises("Lambda.TooManyRequestsException")
PAY = {"Pay": world.live("sqs", "send_message", "SQS", QueueUrl="REFUNDS_QUEUE_URL")}


class Waiting:
    """Step Functions' client, for the one execution that waits in this process."""

    def __init__(self, execution: Execution) -> None:
        self.execution = execution

    def send_task_success(self, taskToken: str, output: str) -> None:
        for task in self.execution.pending:
            if task.token == taskToken:
                task.succeed(json.loads(output))
                return
        raise ClientError({"Error": {"Code": "TaskTimedOut", "Message": "Task Timed Out"}}, "SendTaskSuccess")


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> Execution:
    """An execution whose approval has been asked for."""
    execution = start(approve_refund, REFUND, PAY)
    monkeypatch.setattr(task_token, "client", lambda: Waiting(execution))
    return execution


def test_an_approved_refund_is_paid_days_later(waiting: Execution) -> None:
    waiting.advance("3d")
    answer_approval(order_id="o1", approved=True, by="Grace")
    waiting.finish()
    assert waiting.path == ["Approval", "Decision", "Pay"]
    assert waiting.output == {"approved": True, "by": "Grace"}
    assert world.messages("REFUNDS_QUEUE_URL") == ['{"order_id": "o1", "amount": 1200}']


def test_a_refused_refund_is_not_paid(waiting: Execution) -> None:
    answer_approval(order_id="o1", approved=False, by="Grace")
    waiting.finish()
    assert (waiting.error, waiting.cause) == ("RefundRefused", "Grace refused the refund of order o1")
    assert world.messages("REFUNDS_QUEUE_URL") == []


def test_the_first_answer_counts_and_the_second_one_is_told_so(waiting: Execution) -> None:
    first = answer_approval(order_id="o1", approved=True, by="Grace")
    assert answer_approval(order_id="o1", approved=False, by="Linus") == first == Decision(approved=True, by="Grace")
    waiting.finish()
    assert waiting.output == {"approved": True, "by": "Grace"}
    assert answer_approval(order_id="o1", approved=False, by="Linus") == first
    assert len(world.messages("REFUNDS_QUEUE_URL")) == 1


def test_after_a_week_nobody_is_waited_for(waiting: Execution) -> None:
    waiting.finish()
    assert waiting.path == ["Approval", "Forgotten"]
    assert waiting.elapsed_seconds == 7 * 24 * 3600
    # Too late, and no error: the click changes nothing.
    answer_approval(order_id="o1", approved=True, by="Grace")
    assert waiting.error == "RefundForgotten"


@pytest.mark.parametrize(
    "mocks",
    [
        {request_approval: [THROTTLED, {"approved": True, "by": "Grace"}], "Pay": {}},
        {request_approval: {"approved": True, "by": "Grace"}, "Pay": [raises("SQS.AmazonSQSException"), {}]},
    ],
)
def test_a_busy_service_is_asked_again(mocks: dict[Any, Any]) -> None:
    assert simulate(approve_refund, REFUND, mocks).status == "SUCCEEDED"
