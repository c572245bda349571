"""A contract becomes a section of Markdown."""

from __future__ import annotations

import pytest

from flowdsl import aws
from flowdsl.handler import Permanent, delegated, handler, natural, none, once
from flowdsl.handler.describe import describe


class CardDeclined(Permanent):
    """The card does not cover the amount."""


@handler(raises=(CardDeclined,), timeout_seconds=30, effects=(aws.dynamodb.put_item,), idempotency=once("order_id"))
def charge(*, order_id: str, cents: int | None = None) -> dict[str, int]:
    """Charges a card.

    Once an order.
    """
    return {order_id: cents or 0}


def test_all_that_is_declared_is_told() -> None:
    assert describe(charge) == (
        "### charge\n"
        "\n"
        "Charges a card.\n"
        "\n"
        "Once an order.\n"
        "\n"
        "`tests.handler.test_describe:charge`\n"
        "\n"
        "| takes | type | default |\n"
        "|---|---|---|\n"
        "| `order_id` | `str` |  |\n"
        "| `cents` | `int \\| None` | `None` |\n"
        "\n"
        "- returns `dict[str, int]`\n"
        "- raises `CardDeclined`: The card does not cover the amount.\n"
        "- raises `AlreadyRunning`: Another delivery of the same event is at work just now: try again later, and find its result.\n"
        "- raises `LostLease`: This delivery ran longer than its lease, and another took over: nothing of this one was written.\n"
        "- raises `Conflict`: Another write was at the same items at the same moment; nothing of this delivery was written.\n"
        "- raises `KeyReused`: Another event came under an idempotency key that is taken.\n"
        "- ends within 30 s\n"
        "- effect: `dynamodb:put_item`\n"
        "- delivered again, it answers what it answered first, and does nothing: once by `order_id`\n"
    )


@pytest.mark.parametrize(
    ("contract", "says"),
    [
        (natural(), "writes the same again"),
        (once(), "answers what it answered first, and does nothing: once by the key that the workflow passes"),
        (once(("a", "b")), "answers what it answered first, and does nothing: once by `a` and `b`"),
        (delegated("a", to="the queue"), "passes on the same key (`a`), to the queue"),
        (delegated(lambda **event: "k"), "passes on the same key (a function of its arguments)"),
        (none("a second mail harms nobody"), "does it again: a second mail harms nobody"),
        (None, "does what its code does; nothing is declared"),
    ],
)
def test_what_a_repeat_does_is_told(contract: object, says: str) -> None:
    @handler(idempotency=contract)  # type: ignore[arg-type]
    def work(*, a: str, b: str) -> None: ...

    assert describe(work).splitlines()[-1] == f"- delivered again, it {says}"
