"""API Gateway → synchronous Express: the caller waits, so the workflow only reads, is quick, and answers errors as answers."""
# pyright: reportUnusedExpression=false

from typing import Literal

from pydantic import BaseModel

from flowdsl import Choice, Map, Retry, Succeed, Task, fn, new, workflow
from flowdsl.errors import LAMBDA_TRANSIENT
from handlers.orders import Line, Quote, UnknownSku, quote_line


class Basket(BaseModel):
    """The body of a request: what somebody thinks of buying."""

    tier: Literal["standard", "gold"]
    lines: list[Line]


class Priced(BaseModel):
    """The answer; API Gateway's response template takes the HTTP status out of it."""

    status: Literal[200]
    total: int
    lines: list[Quote]


# API Gateway waits 29 seconds: two more attempts, a second apart, and no patience beyond that.
QUICK = Retry(*LAMBDA_TRANSIENT, interval_seconds=1, max_attempts=2, backoff_rate=1)


@workflow(type="EXPRESS", timeout_seconds=25)
def price_basket(basket: Basket) -> Priced:
    """Price a basket while the caller waits."""

    def priced(line: Line) -> Quote:
        quote = Task(quote_line(sku=line.sku, quantity=line.quantity, tier=basket.tier), timeout_seconds=12)
        quote.retry(QUICK)
        return quote.result

    size = Choice()
    quotes = Map(priced, basket.lines)
    empty = Succeed(output={"status": 400, "message": "the basket is empty"})
    unknown = Succeed(output={"status": 404, "message": "one of the articles is not for sale"})

    size.when(fn.count(basket.lines) == 0) >> empty
    size.otherwise >> quotes
    quotes.catch(UnknownSku) >> unknown

    return new(Priced)(status=200, total=fn.sum(fn.map(quotes.result, lambda q: q.amount)), lines=quotes.result)
