"""A new price: who hears of it, how often, and what is no news. Topic and queues are moto's."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

import pytest

from flowdsl.testing import Execution, raises, simulate
from tests import world
from workflows.change_price import change_price

WORLD = ("PRICES_TABLE", "PRICES_TOPIC_ARN")

LIVE = {
    "Keep": world.live("dynamodb", "update_item", "DynamoDB", TableName="PRICES_TABLE"),
    "Tell": world.live("sns", "publish", "SNS", TopicArn="PRICES_TOPIC_ARN"),
}
Listen = Callable[..., Callable[[], list[int]]]


def change(cents: int = 500, revision: int = 2, direction: str = "up", **mocks: Any) -> Execution:
    event = {"sku": "tea", "cents": cents, "revision": revision, "direction": direction}
    return simulate(change_price, event, {**LIVE, **mocks}, unused_mocks="ignore")


@pytest.fixture
def listen() -> Listen:
    """A subscriber with a queue of its own: what it has heard so far, as prices."""

    def subscribe(name: str, wanted: dict[str, list[str]] | None = None) -> Callable[[], list[int]]:
        sqs = world.client("sqs")
        url = sqs.create_queue(QueueName=f"{name}.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        attributes = {"RawMessageDelivery": "true", **({"FilterPolicy": json.dumps(wanted)} if wanted else {})}
        topic = os.environ["PRICES_TOPIC_ARN"]
        world.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=attributes)

        def heard() -> list[int]:
            answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
            return [json.loads(m["Body"])["cents"] for m in answer.get("Messages", [])]

        return heard

    return subscribe


def test_everybody_hears_what_is_news_to_them(listen: Listen) -> None:
    shop, bargains = listen("shop"), listen("bargains", {"direction": ["down"]})
    assert change(500, 2, "up").output == change(400, 3, "down").output == "changed"
    assert shop() == [500, 400]
    assert bargains() == [400]


def test_a_change_that_comes_twice_is_told_once(listen: Listen) -> None:
    shop = listen("shop")
    assert change().output == change().output
    assert shop() == [500]


def test_an_older_price_that_comes_late_is_no_news(listen: Listen) -> None:
    shop = listen("shop")
    change(500, revision=3)
    execution = change(400, revision=2)
    assert (execution.path, execution.output) == (["Keep", "Outdated"], "outdated")
    assert shop() == [500]
    item = world.get("PRICES_TABLE", sku="tea")
    assert item is not None
    assert item["cents"] == 500


@pytest.mark.parametrize(
    ("state", "error"),
    [("Keep", "DynamoDB.ProvisionedThroughputExceededException"), ("Tell", "SNS.ThrottledException")],
)
def test_a_busy_service_is_asked_again(state: str, error: str) -> None:
    assert change(**{state: [raises(error), {}]}).status == "SUCCEEDED"
