"""A counter done right: the handler counts under `once`, and the workflow calls it again until it is told the outcome."""
# pyright: reportUnusedExpression=false

from pydantic import BaseModel

from flowdsl import Choice, Retry, Succeed, Task, fn, new, workflow
from flowdsl.errors import LAMBDA_TRANSIENT
from flowdsl.handler import Transient
from handlers.loyalty import Awarded, add_points


class Purchase(BaseModel):
    """An order that was paid, in cents."""

    order_id: str
    customer: str
    amount: int


LAMBDA = Retry(*LAMBDA_TRANSIENT, interval_seconds=2, max_attempts=4, max_delay_seconds=30, jitter_strategy="FULL")


@workflow(timeout_seconds=300)
def award_points(purchase: Purchase) -> Awarded:
    """A point for each whole ten euros."""
    worth = Choice()
    award = Task(
        add_points(order_id=purchase.order_id, customer=purchase.customer, points=fn.floor(purchase.amount / 1000)),
        timeout_seconds=15,
    )
    none = Succeed(output=new(Awarded)(customer=purchase.customer, points=0))

    worth.when(purchase.amount < 1000) >> none
    worth.otherwise >> award
    # AlreadyRunning, LostLease, Conflict: another delivery is at work; its outcome is there a little later.
    award.retry(Transient, interval_seconds=3, max_attempts=5, backoff_rate=1.5)
    award.retry(LAMBDA)

    return award.result
