"""What a function's own role needs, from what its handler declares."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from flowdsl import aws
from flowdsl.diagnostics import FlowDslError
from flowdsl.handler import natural, once
from flowdsl.integrations.base import Environment
from flowdsl.integrations.handler_permissions import permissions_of_handler

HERE = Environment("aws", "eu-west-1", "123456789012")


def statements(*effects: Any, idempotency: Any = None) -> list[tuple[list[str], str]]:
    handler = SimpleNamespace(effects=effects, idempotency=idempotency, target="shop:pay")
    policy = permissions_of_handler(handler, HERE).policy()
    return [(s["Action"], s["Resource"]) for s in policy["Statement"]]


def test_an_effect_is_an_action_however_it_is_written() -> None:
    assert statements(aws.dynamodb.put_item) == statements("dynamodb:putItem") == [(["dynamodb:PutItem"], "*")]
    assert statements("s3:headObject") == [(["s3:GetObject"], "*")]


def test_once_needs_its_table_and_a_natural_effect_nothing_more() -> None:
    record = ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]
    table = "arn:aws:dynamodb:eu-west-1:123456789012:table/records"
    assert statements(idempotency=once("id", table="records")) == [(record, table)]
    assert statements(idempotency=once("id")) == [(record, "*")]
    assert statements(idempotency=natural()) == []


def test_what_could_be_narrower_says_why() -> None:
    handler = SimpleNamespace(effects=("sqs:sendMessage",), idempotency=once(), target="shop:pay")
    assert [g.statement.unknown for g in permissions_of_handler(handler, HERE).wider_than_needed] == [
        "the environment variable IDEMPOTENCY_TABLE names the table",
        "an effect does not say what it is done to",
    ]


def test_an_effect_that_aws_does_not_have_is_told_with_a_near_one() -> None:
    with pytest.raises(FlowDslError) as told:
        statements("dynamodb:putItm")
    assert str(told.value).startswith("shop:pay declares an effect that AWS does not have: ")
    assert "putItem" in str(told.value)
