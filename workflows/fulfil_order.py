"""An order as a saga: reserve, price, have large ones approved, charge; give the stock back when it does not work out."""
# pyright: reportUnusedExpression=false

from flowdsl import Choice, Fail, Map, Retry, Task, Var, context, fn, wait_for_task_token, workflow
from flowdsl.errors import LAMBDA_TRANSIENT, Timeout
from handlers.approvals import Decision, request_approval
from handlers.orders import (
    CardDeclined,
    Line,
    Order,
    OutOfStock,
    Receipt,
    UnknownSku,
    charge_card,
    quote_line,
    release_stock,
    reserve_stock,
    send_receipt,
)

APPROVAL_LIMIT = 500_00
"""Orders over this many cents wait for a person."""

TRANSIENT = Retry(
    *LAMBDA_TRANSIENT, interval_seconds=2, max_attempts=4, backoff_rate=2, max_delay_seconds=30, jitter_strategy="FULL"
)


@workflow(timeout_seconds=7 * 24 * 3600, retry=TRANSIENT)
def fulfil_order(order: Order) -> Receipt:
    """Reserve the stock, price the lines, charge the card, send the receipt."""

    def quote(line: Line) -> int:
        price = Task(quote_line(sku=line.sku, quantity=line.quantity, tier=order.tier), timeout_seconds=15)
        return price.result.amount

    total = Var[int]()

    # states
    reserve = Task(reserve_stock(order_id=order.id, lines=order.lines), timeout_seconds=30)
    quotes = Map(quote, order.lines, max_concurrency=10)
    quotes.assign(total, fn.sum(quotes.result))
    review = Choice()
    approval = Task(
        wait_for_task_token(
            request_approval(token=context.task.token, order_id=order.id, amount=total.value), Decision
        ),
        timeout_seconds=3 * 24 * 3600,
    )
    decision = Choice()
    charge = Task(charge_card(payment_id=order.id, card=order.card, amount=total.value), timeout_seconds=30)
    receipt = Task(
        send_receipt(
            order_id=order.id, to=order.email, body=f"Order {order.id}, payment {charge.result.id}. Thank you!"
        ),
        timeout_seconds=15,
    )

    # ways out: each gives the stock back first
    give_back_unpriced = Task(release_stock(order_id=order.id), timeout_seconds=30)
    # flowdsl: ignore[ASL405] what stays undone here, a redrive takes up where it failed
    give_back_unapproved = Task(release_stock(order_id=order.id), timeout_seconds=30)
    give_back_unpaid = Task(release_stock(order_id=order.id), timeout_seconds=30)
    out_of_stock = Fail("OutOfStock", cause=f"order {order.id}: not enough stock")
    not_priced = Fail("UnknownSku", cause=f"order {order.id}: an article has no price")
    not_approved = Fail("NotApproved", cause=f"order {order.id}: nobody approved it")
    declined = Fail("OrderDeclined", cause=f"order {order.id}: the card was declined")

    # transitions
    reserve >> quotes >> review
    review.when(total.value > APPROVAL_LIMIT) >> approval >> decision
    review.otherwise >> charge >> receipt
    decision.when(approval.result.approved) >> charge
    decision.otherwise >> give_back_unapproved

    # failures
    reserve.catch(OutOfStock) >> out_of_stock
    quotes.catch(UnknownSku) >> give_back_unpriced >> not_priced
    approval.catch(Timeout) >> give_back_unapproved >> not_approved
    charge.catch(CardDeclined) >> give_back_unpaid >> declined

    return receipt.result
