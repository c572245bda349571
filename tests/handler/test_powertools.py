"""A handler under Powertools' idempotency is recognised, by looks alone or by the real thing where it is installed."""

from __future__ import annotations

import functools
from typing import Any

import pytest

from flowdsl.handler import handler, natural
from flowdsl.handler.idempotency import POWERTOOLS, Powertools


def wrapped_by(module: str) -> Any:
    """A function under a decorator that was written in some module."""
    namespace: dict[str, Any] = {"__name__": module, "functools": functools}
    exec(  # a function's globals are those of the module that it is written in
        "def decorate(function):\n"
        "    @functools.wraps(function)\n"
        "    def wrapper(*args, **kwargs):\n"
        "        return function(*args, **kwargs)\n"
        "    return wrapper\n",
        namespace,
    )

    def work(*, order_id: str) -> str:
        return order_id

    return namespace["decorate"](work)


def test_a_function_under_powertools_declares_itself() -> None:
    found = handler(wrapped_by(f"{POWERTOOLS}.idempotency"))
    assert isinstance(found.idempotency, Powertools)
    assert (found.idempotency.kind, found.wants_key) == ("once", False)
    assert found.invoke({"order_id": "o1"}) == "o1"


def test_a_function_under_another_decorator_declares_nothing() -> None:
    assert handler(wrapped_by("somewhere.else")).idempotency is None


def test_what_is_declared_goes_before_what_is_recognised() -> None:
    declared = natural()
    assert handler(idempotency=declared)(wrapped_by(POWERTOOLS)).idempotency is declared


def test_the_real_decorator_is_recognised_and_its_error_is_expected(dynamodb: Any) -> None:
    powertools = pytest.importorskip(POWERTOOLS)
    layer = powertools.DynamoDBPersistenceLayer(table_name="idempotency", boto3_client=dynamodb)

    @handler
    @powertools.idempotent_function(data_keyword_argument="order_id", persistence_store=layer)
    def work(*, order_id: str) -> str:
        return order_id

    assert isinstance(work.idempotency, Powertools)
    assert [e.__name__ for e in work.errors] == ["IdempotencyAlreadyInProgressError"]
