"""Nested workflows: called like functions, waited for, typed; and what a child fails with is one error to its parent."""
# pyright: reportUnusedExpression=false

from pydantic import BaseModel

from flowdsl import Fail, Retry, Task, workflow
from flowdsl.errors import TaskFailed
from handlers.orders import Order, Receipt
from workflows.fulfil_order import fulfil_order
from workflows.onboard_customer import Customer, onboard_customer


class FirstOrder(BaseModel):
    """Somebody signs up and orders at once."""

    customer: Customer
    order: Order


BUSY = Retry(
    "StepFunctions.ExecutionLimitExceededException",
    interval_seconds=5,
    max_attempts=5,
    backoff_rate=2,
    jitter_strategy="FULL",
)
"""What says that no execution was started. A child that failed is not started again."""


@workflow(timeout_seconds=8 * 24 * 3600)
def take_first_order(first: FirstOrder) -> Receipt:
    """Onboard a customer, then fulfil the order; the customer stays, whatever becomes of the order."""
    # Named, so that a start that is tried again cannot start a second one.
    onboarding = Task(onboard_customer.named(f"onboard-{first.customer.id}")(first.customer), timeout_seconds=600)
    fulfilment = Task(fulfil_order.named(f"fulfil-{first.order.id}")(first.order), timeout_seconds=7 * 24 * 3600)
    not_onboarded = Fail("NotOnboarded", cause=f"customer {first.customer.id} could not be onboarded")
    not_fulfilled = Fail("NotFulfilled", cause=f"order {first.order.id} could not be fulfilled")

    onboarding >> fulfilment
    onboarding.retry(BUSY)
    fulfilment.retry(BUSY)
    onboarding.catch(TaskFailed) >> not_onboarded
    fulfilment.catch(TaskFailed) >> not_fulfilled

    return fulfilment.result
