"""A setup that is answered from memory makes the same world; one that does other things each time is made anew."""

from __future__ import annotations

import os
import uuid
from typing import Any

import pytest

from flowdsl.proof.prove import prove
from flowdsl.proof.world import World
from tests.proof import aws, sound
from tests.proof.aws import client, item

SETUPS = [
    aws.world,
    aws.world_with_source,
    aws.world_with_topics,
    aws.world_with_versions,
    aws.world_with_machine,
    aws.world_with_stream,
    aws.world_with_delivery,
    aws.world_with_settings,
    aws.world_with_sql,
]


@pytest.mark.parametrize("setup", SETUPS, ids=lambda s: s.__name__)
def test_the_second_world_is_the_first_one(setup: Any) -> None:
    with World(setup, 0) as world:
        world.fresh()
        first, environment = world.observe(), dict(os.environ)
        for _ in range(2):
            world.fresh()
            assert world.observe() == first
            assert dict(os.environ) == environment
        assert world._rehearsals[0].is_usable


def test_objects_of_s3_are_copied_with_their_content() -> None:
    def setup() -> None:
        aws.world_with_versions(None)
        for body in (b"first", b"second"):
            client("s3").put_object(Bucket="reports", Key="o1", Body=body)

    with World(setup, 0) as world:
        for _ in range(3):
            world.fresh()
            answer = client("s3").get_object(Bucket="reports", Key="o1")
            assert answer["Body"].read() == b"second"
            answer["Body"].close()
            assert len(client("s3").list_object_versions(Bucket="reports")["Versions"]) == 2
        assert world._rehearsals[0].is_usable


def test_what_a_delivery_does_stays_out_of_the_copy() -> None:
    with World(aws.world_with_queues, 0) as world:
        world.fresh()
        world.fresh()
        first = world.observe()
        client("dynamodb").put_item(TableName="orders", Item=item(id="o1"))
        client("sqs").send_message(QueueUrl=os.environ["STANDARD_QUEUE_URL"], MessageBody="x")
        assert world.observe() != first
        world.fresh()
        assert world.observe() == first


def test_the_setups_own_code_runs_each_time() -> None:
    ran: list[int] = []

    def setup() -> None:
        ran.append(1)
        aws.orders()

    with World(setup, 0) as world:
        for _ in range(3):
            world.fresh()
    assert len(ran) == 3


def test_a_setup_that_calls_something_else_is_made_anew() -> None:
    names: list[str] = []

    def setup() -> None:
        names.append(f"table-{len(names)}")
        client("dynamodb").create_table(**aws.definition(names[-1]))

    with World(setup, 0) as world:
        for _ in range(3):
            world.fresh()
            assert client("dynamodb").list_tables()["TableNames"] == [names[-1]]
        assert not world._rehearsals[0].is_usable


def test_a_setup_that_calls_less_than_before_is_made_anew() -> None:
    ran: list[int] = []

    def setup() -> None:
        aws.orders()
        if not ran:
            client("dynamodb").put_item(TableName="orders", Item=item(id="first"))
        ran.append(1)

    with World(setup, 0) as world:
        for count in (1, 0, 0):
            world.fresh()
            assert client("dynamodb").scan(TableName="orders")["Count"] == count


def test_a_setup_with_a_failing_call_fails_the_same_way_again() -> None:
    failures: list[str] = []

    def setup() -> None:
        aws.orders()
        try:
            aws.orders()
        except client("dynamodb").exceptions.ResourceInUseException as error:
            failures.append(type(error).__name__)

    with World(setup, 0) as world:
        world.fresh()
        world.fresh()
        assert world._rehearsals[0].is_usable
    assert failures == ["ResourceInUseException"] * 2


def test_a_setup_that_sends_a_file_is_made_anew(tmp_path: Any) -> None:
    file = tmp_path / "report.txt"
    file.write_text("report")

    def setup() -> None:
        aws.world_with_bucket(None)
        client("s3").upload_file(str(file), "reports", "report.txt")

    with World(setup, 0) as world:
        for _ in range(2):
            world.fresh()
            body = client("s3").get_object(Bucket="reports", Key="report.txt")["Body"]
            assert body.read() == b"report"
            body.close()


def test_a_setup_that_draws_draws_the_same_each_time() -> None:
    drawn: list[str] = []

    def setup() -> None:
        aws.orders()
        drawn.append(str(uuid.uuid4()))
        client("dynamodb").put_item(TableName="orders", Item=item(id=drawn[-1]))

    with World(setup, 0) as world:
        world.fresh()
        world.fresh()
        world.fresh(variant=1)
        assert world._rehearsals[0].is_usable
    assert drawn[0] == drawn[1] != drawn[2]


def test_a_proof_finds_the_same_with_and_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from flowdsl.proof.rehearsal import Rehearsal
    from tests.proof.mutants.markers import mark_last

    subjects = [(sound.send, aws.world_with_queues), (mark_last, aws.world)]
    order = {"order_id": "o1", "amount": 3}
    with_it = [prove(subject, order, setup, only="killed") for subject, setup in subjects]
    monkeypatch.setattr(Rehearsal, "keep", lambda self, extra: self.forget())
    assert [prove(subject, order, setup, only="killed") for subject, setup in subjects] == with_it
