"""Human approval: the execution waits for its task token, days if need be, and costs nothing meanwhile."""
# pyright: reportUnusedExpression=false

from pydantic import BaseModel

from flowdsl import Choice, Fail, Retry, Task, aws, context, placeholder, wait_for_task_token, workflow
from flowdsl.errors import LAMBDA_TRANSIENT, Timeout
from handlers.approvals import Decision, request_approval


class Refund(BaseModel):
    """Money that a customer asks back, in cents."""

    order_id: str
    amount: int


BUSY = Retry("States.TaskFailed", interval_seconds=1, max_attempts=3, max_delay_seconds=10, jitter_strategy="FULL")
TRANSIENT = Retry(*LAMBDA_TRANSIENT, interval_seconds=2, max_attempts=4, max_delay_seconds=30, jitter_strategy="FULL")


@workflow(timeout_seconds=8 * 24 * 3600)
def approve_refund(refund: Refund) -> Decision:
    """Ask a person; pay when they agree; give up after a week."""
    approval = Task(
        wait_for_task_token(
            request_approval(token=context.task.token, order_id=refund.order_id, amount=refund.amount), Decision
        ),
        timeout_seconds=7 * 24 * 3600,
    )
    decision = Choice()
    pay = Task(  # flowdsl: ignore[ASL405] the decision stands; a redrive begins here and pays
        aws.sqs.send_message(
            QueueUrl=placeholder("RefundsQueueUrl", kind="queue"),
            MessageBody={"order_id": refund.order_id, "amount": refund.amount},
            MessageGroupId=refund.order_id,
            MessageDeduplicationId=refund.order_id,
        ),
        timeout_seconds=30,
    )
    refused = Fail("RefundRefused", cause=f"{approval.result.by} refused the refund of order {refund.order_id}")
    forgotten = Fail("RefundForgotten", cause=f"nobody decided on the refund of order {refund.order_id}")

    approval >> decision
    decision.when(approval.result.approved) >> pay
    decision.otherwise >> refused
    approval.retry(TRANSIENT)
    approval.catch(Timeout) >> forgotten
    pay.retry(BUSY)

    return approval.result
