"""On handlers that are idempotent, in whatever way, a proof finds nothing."""

from __future__ import annotations

from typing import Any

import pytest

from flowdsl.handler import handler
from flowdsl.proof.prove import prove
from tests.proof import aws, sound

ORDER = {"order_id": "o1", "amount": 3}

SOUND: dict[str, tuple[Any, Any, Any, dict[str, Any]]] = {
    "a put under a natural key": (sound.put_order, ORDER, aws.world, {}),
    "a transaction with a marker": (sound.reserve, ORDER, aws.world, {}),
    "a declared refusal": (sound.reserve, {"order_id": "o1", "amount": 11}, aws.world, {}),
    "a FIFO queue": (sound.send, {"order_id": "o1"}, aws.world_with_queues, {}),
    "a FIFO topic": (sound.publish, {"order_id": "o1"}, aws.world_with_topics, {}),
    "an object under a natural key": (
        sound.store_report,
        {"order_id": "o1", "lines": ["a"]},
        aws.world_with_bucket,
        {},
    ),
    "the same object in a versioned bucket": (
        sound.store_report,
        {"order_id": "o1", "lines": ["a"]},
        aws.world_with_versions,
        {},
    ),
    "an execution with a name": (sound.start_child, {"order_id": "o1"}, aws.world_with_machine, {}),
    "an Idempotency-Key": (sound.charge, ORDER, aws.world, {}),
    "a unique column": (sound.insert, ORDER, aws.world_with_sql, {}),
    "a parameter": (sound.set_price, {"price": 9}, aws.world_with_settings, {}),
    "a secret": (sound.set_token, {"token": "second"}, aws.world_with_settings, {}),
    "a task token": (sound.answer, {"token": "t1", "approved": True}, aws.world, {}),
    "a drawn number that is kept": (sound.receipt, {"order_id": "o1"}, aws.world, {}),
    "a move that deletes last": (sound.move, {"job": "job 1"}, aws.world_with_source, {}),
    "a batch of natural keys": (sound.put_all, {"orders": ["o1", "o2", "o3"]}, aws.world, {}),
    "a cached setting": (sound.put_priced, {"order_id": "o1", "quantity": 2}, aws.world_with_settings, {}),
    "a client request token": (sound.add_with_token, ORDER, aws.world, {}),
    "a temporary folder": (sound.upload, {"order_id": "o1"}, aws.world_with_bucket, {}),
    "a stream whose readers drop repeats": (
        sound.click,
        {"page": "home"},
        aws.world_with_stream,
        {"at_least_once": ["stream clicks"]},
    ),
    "a delivery stream whose readers drop repeats": (
        sound.archive,
        {"page": "home"},
        aws.world_with_delivery,
        {"at_least_once": ["bucket reports"]},
    ),
    "a batch, and what was left of it": (sound.write_batch, {"ids": ["a", "b", "c"]}, aws.world, {}),
    "a batch writer": (sound.write_by_batch_writer, {"ids": ["a", "b", "c"]}, aws.world, {}),
    "a batch of messages, and what failed of it": (
        sound.send_batch,
        {"ids": ["a", "b", "c"]},
        aws.world_with_queues,
        {},
    ),
    "a batch of reads": (sound.read_batch, {"order_id": "o1"}, aws.world, {}),
    "events of which a part is no success": (
        sound.put_events,
        {"ids": ["a", "b", "c"]},
        aws.orders_world,
        {"at_least_once": ["calls of events.PutEvents"]},
    ),
    "a logger that is set up once": (sound.logged, {"order_id": "o1"}, aws.orders_world, {}),
    "what the last one says": (sound.latest, {"price": 9}, aws.world_with_settings, {}),
    "a plain function": (sound.bump, {"order_id": "o1", "n": 4}, aws.world, {}),
}


@pytest.mark.parametrize("name", SOUND)
def test_nothing_is_found_on(name: str) -> None:
    subject, event, setup, options = SOUND[name]
    report = prove(subject, event, setup, **options)
    assert report.findings == [], str(report)
    assert report.calls, "it calls nothing"
    assert report.scenarios >= 1 + 6 * len(report.calls)
    assert report.skipped == []


@pytest.mark.parametrize(
    ("subject", "calls"),
    [(sound.count, 2), (sound.count_and_tell, 3), (sound.count_and_tell_everyone, 5)],
    ids=["K=2", "K=3", "K=5"],
)
def test_once_survives_every_fault_at_each_of_its_calls(subject: Any, calls: int) -> None:
    report = prove(subject, ORDER, aws.world_with_queues)
    assert len(report.calls) == calls
    assert report.scenarios == 1 + 6 * calls + 5
    assert report.findings == [], str(report)


def test_a_function_inside_a_test_can_be_proved_too() -> None:
    @handler
    def greet(*, name: str) -> str:
        return f"Hello {name}"

    report = prove(greet, {"name": "Ada"})
    assert report.findings == []
    assert report.skipped == ["a cold environment: the handler's module cannot be imported a second time"]
