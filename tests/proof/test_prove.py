"""What a proof says, what it refuses, and that everything around it is afterwards as it was."""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import socket
import sys
import threading
import time
import urllib.request
import uuid
from contextlib import contextmanager, suppress
from datetime import datetime
from decimal import Decimal
from typing import Any

import boto3
import pytest
import requests
import urllib3
from botocore.config import Config
from moto import mock_aws

from flowdsl.diagnostics import FlowDslError
from flowdsl.handler import handler, natural, once, transaction
from flowdsl.proof.prove import assert_idempotent, prove
from tests.proof import aws, sound
from tests.proof.aws import client, item
from tests.proof.mutants.increments import add

ORDER = {"order_id": "o1", "amount": 3}


def test_every_fault_is_tried_at_every_call() -> None:
    labels: list[str] = []

    def naive(event: dict[str, Any], context: Any) -> None:
        client("dynamodb").put_item(TableName="orders", Item=item(id=str(len(labels)), at=time.time()))

    with pytest.raises(FlowDslError) as error:
        prove(naive, ORDER, aws.orders_world, only="nothing of that name")
    labels = str(error.value).partition("; there are: ")[2].split("; ")
    assert labels == [
        "delivered again",
        "killed before #1 dynamodb.PutItem",
        "killed after #1 dynamodb.PutItem",
        "response of #1 dynamodb.PutItem lost, so that it is sent again",
        "#1 dynamodb.PutItem refused, too many requests",
        "second delivery while the first is at #1 dynamodb.PutItem",
        "second delivery after the first has outlived its 30 s at #1 dynamodb.PutItem",
        "in a warm environment",
        "after another event",
        "delivered again after another event",
        "kept for the next delivery",
    ]


def test_the_report_has_a_line_for_each_finding() -> None:
    report = prove(add, ORDER, aws.world)
    assert str(report).splitlines() == [
        "tests.proof.mutants.increments:add: 5 findings in 12 scenarios, seed 0",
        "  delivered again: table counters id=total: n is 6 instead of 3",
        "  killed after #1 dynamodb.UpdateItem: table counters id=total: n is 6 instead of 3",
        "  response of #1 dynamodb.UpdateItem lost, so that it is sent again: table counters id=total: n is 6 instead of 3",
        "  second delivery while the first is at #1 dynamodb.UpdateItem: table counters id=total: n is 6 instead of 3",
        "  second delivery after the first has outlived its 30 s at #1 dynamodb.UpdateItem: "
        "table counters id=total: n is 6 instead of 3",
    ]


def test_a_report_without_findings_is_one_line() -> None:
    report = prove(sound.put_order, ORDER, aws.world)
    assert str(report) == "tests.proof.sound:put_order: idempotent and stateless in 12 scenarios, seed 0 (1 call)"
    assert report.is_proved


def test_the_same_seed_finds_the_same() -> None:
    from tests.proof.mutants.keys import put_random

    first, again = (prove(put_random, ORDER, aws.orders_world, seed=7) for _ in range(2))
    assert first == again
    assert first.findings
    assert prove(put_random, ORDER, aws.orders_world, seed=8) != first


def test_assert_idempotent_fails_with_the_report() -> None:
    with pytest.raises(AssertionError) as error:
        assert_idempotent(add, ORDER, setup=aws.world)
    assert str(error.value).startswith(
        "tests.proof.mutants.increments:add: 5 findings in 12 scenarios, seed 0\n  delivered"
    )


def test_assert_idempotent_gives_the_report() -> None:
    assert assert_idempotent(sound.put_order, ORDER, setup=aws.world).calls == ["dynamodb.PutItem"]


def test_only_what_is_asked_for_is_tried() -> None:
    report = prove(add, ORDER, aws.world, only="killed")
    assert report.scenarios == 2
    assert [f.fault for f in report.findings] == ["killed after #1 dynamodb.UpdateItem"]


def test_what_is_ignored_is_no_effect() -> None:
    assert prove(add, ORDER, aws.world, ignore=["counters"]).findings == []
    assert prove(add, ORDER, aws.world, ignore=["table counters"]).findings == []
    assert prove(add, ORDER, aws.world, ignore=["counters.n"]).findings == []
    assert prove(add, ORDER, aws.world, ignore=["counters.m"]).findings != []


def test_progress_is_told_scenario_by_scenario() -> None:
    told: list[Any] = []

    @contextmanager
    def bar(total: int, label: str) -> Any:
        told.append((total, label))
        yield lambda n=1: told.append(n)

    report = prove(sound.put_order, ORDER, aws.world, progress=bar)
    assert told == [(report.scenarios, "tests.proof.sound:put_order"), *[1] * report.scenarios]


def test_a_handler_that_does_not_work_on_the_event_is_told_apart() -> None:
    def broken(event: dict[str, Any], context: Any) -> str:
        return str(event["missing"])

    with pytest.raises(FlowDslError) as error:
        prove(broken, ORDER)
    assert str(error.value) == (
        "tests.proof.test_prove:test_a_handler_that_does_not_work_on_the_event_is_told_apart.<locals>.broken fails on this "
        "event before anything is done to it: KeyError: 'missing'"
    )


def test_an_error_may_be_the_answer_of_a_plain_function() -> None:
    def refuse(event: dict[str, Any], context: Any) -> None:
        client("dynamodb").put_item(TableName="orders", Item=item(id=event["order_id"], status="REFUSED"))
        raise PermissionError("no")

    assert prove(refuse, ORDER, aws.orders_world, raises=(PermissionError,)).findings == []


def test_an_event_that_is_no_json_is_refused() -> None:
    with pytest.raises(FlowDslError, match=r"^the event of tests\.proof\.sound:put_order is no JSON: "):
        prove(sound.put_order, {"order_id": object()}, aws.world)


def test_what_is_no_function_is_refused() -> None:
    with pytest.raises(FlowDslError, match=r"^a handler is a function, found 'put_order'$"):
        prove("put_order", ORDER)


def test_a_service_that_moto_does_not_know_is_named_and_nothing_is_sent() -> None:
    strange = boto3.client(
        "dynamodb",
        "eu-west-1",
        endpoint_url="https://db.internal.example",
        aws_access_key_id="a",
        aws_secret_access_key="b",
    )

    def ask(event: dict[str, Any], context: Any) -> None:
        strange.list_tables()

    with pytest.raises(FlowDslError, match=r"calls https://db\.internal\.example/, which moto does not answer$"):
        prove(ask, ORDER)


def test_a_connection_to_anything_else_is_refused() -> None:
    def connect(event: dict[str, Any], context: Any) -> str:
        try:
            socket.create_connection(("192.0.2.1", 6379), timeout=1)
        except Exception as error:
            return str(error)
        return "connected"

    assert told(connect) == "a proof reaches no network, and something connects to 192.0.2.1"


def test_a_setup_reaches_nothing_but_this_machine() -> None:
    def setup() -> None:
        socket.create_connection(("192.0.2.1", 6379), timeout=1)

    with pytest.raises(FlowDslError, match="a proof reaches no network, and something connects to 192"):
        prove(sound.put_order, ORDER, setup)


def told(handler: Any) -> str:
    """What a handler answers within a proof."""
    answers: list[Any] = []

    def spy(event: Any, context: Any) -> Any:
        answers.append(handler(event, context))
        return answers[-1]

    prove(spy, ORDER, only="delivered again")
    return str(answers[0])


EARLY = boto3.client("dynamodb", "eu-west-1", config=Config(retries={"max_attempts": 1}))
"""Made at import, without credentials."""


def test_a_client_made_at_import_is_seen() -> None:
    def put(event: dict[str, Any], context: Any) -> None:
        EARLY.put_item(TableName="orders", Item=item(id=event["order_id"]))

    def setup() -> None:
        EARLY.create_table(**aws.definition("orders"))

    assert prove(put, ORDER, setup).calls == ["dynamodb.PutItem"]


def test_resources_paginators_and_waiters_are_seen() -> None:
    @handler(idempotency=natural())
    def look(*, order_id: str) -> int:
        boto3.resource("dynamodb").Table("orders").put_item(Item={"id": order_id})
        pages = client("dynamodb").get_paginator("scan").paginate(TableName="orders")
        client("dynamodb").get_waiter("table_exists").wait(TableName="orders")
        return sum(page["Count"] for page in pages)

    report = prove(look, {"order_id": "o1"}, aws.orders_world)
    assert report.calls == ["dynamodb.PutItem", "dynamodb.DescribeTable", "dynamodb.Scan"]
    assert report.findings == []


def test_http_through_requests_is_recorded_too() -> None:
    def post(event: dict[str, Any], context: Any) -> str:
        answer = requests.post("https://pay.example/charges", json=event, timeout=5)
        return str(answer.json()["id"])

    report = prove(post, ORDER, aws.world)
    assert report.calls == ["HTTP POST https://pay.example/charges"]
    assert (
        "HTTP POST https://pay.example/charges: {body.amount: 3, body.order_id: 'o1'} is there 2 times instead of once"
        in str(report)
    )


@pytest.mark.parametrize("client", ["urllib3", "httpx", "httpx.Client", "httpx.AsyncClient"])
def test_http_through_other_clients_is_recorded_too(client: str) -> None:
    httpx = pytest.importorskip("httpx")
    url = "https://pay.example/charges"
    made = httpx.Client()

    async def later(event: dict[str, Any]) -> Any:
        async with httpx.AsyncClient() as own:
            return (await own.post(url, json=event)).json()

    def post(event: dict[str, Any], context: Any) -> str:
        if client == "urllib3":
            answer = urllib3.PoolManager().request("POST", url, json=event).json()
        elif client == "httpx.AsyncClient":
            answer = asyncio.run(later(event))
        else:
            answer = (made if client == "httpx.Client" else httpx).post(url, json=event).json()
        return str(answer["id"])

    report = prove(post, ORDER, aws.world)
    assert report.calls == ["HTTP POST https://pay.example/charges"]
    said = f"{url}: {{body.amount: 3, body.order_id: 'o1'}} is there 2 times instead of once"
    assert [f.fault for f in report.findings if said in f.what] == [
        "delivered again",
        f"killed after #1 HTTP POST {url}",
        f"response of #1 HTTP POST {url} lost, so that it is sent again",
        f"second delivery while the first is at #1 HTTP POST {url}",
        f"second delivery after the first has outlived its 30 s at #1 HTTP POST {url}",
    ]


def test_httpx_that_a_handler_loads_when_it_runs_is_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("httpx")
    for name in [n for n in sys.modules if n.partition(".")[0] == "httpx"]:
        monkeypatch.delitem(sys.modules, name)

    def put(event: dict[str, Any], context: Any) -> int:
        import httpx

        return httpx.put("https://files.example/o1", json=event).raise_for_status().status_code

    report = prove(put, ORDER)
    assert report.calls == ["HTTP PUT https://files.example/o1"]
    assert report.findings == []


def test_after_a_proof_httpx_is_what_it_was() -> None:
    httpx = pytest.importorskip("httpx")
    before = httpx.HTTPTransport.handle_request
    prove(sound.put_order, ORDER, aws.world)
    assert httpx.HTTPTransport.handle_request is before


def test_what_talks_to_the_outside_in_its_own_way_is_told_with_what_is_recorded() -> None:
    def ask(event: dict[str, Any], context: Any) -> None:
        socket.create_connection(("192.0.2.1", 6379), timeout=1)

    with pytest.raises(FlowDslError) as told:
        prove(ask, ORDER)
    assert str(told.value) == (
        f"{__name__}:test_what_talks_to_the_outside_in_its_own_way_is_told_with_what_is_recorded.<locals>.ask connects to 192.0.2.1, "
        "and a proof reaches no network: it records boto3, and HTTP through urllib, urllib3, requests and httpx; whatever else a "
        "handler talks to, its setup puts something else there"
    )


def test_a_put_over_http_may_come_twice() -> None:
    def put(event: dict[str, Any], context: Any) -> int:
        body = json.dumps(event).encode()
        request = urllib.request.Request("https://files.example/o1", data=body, method="PUT")
        with urllib.request.urlopen(request) as response:
            return int(response.status)

    assert prove(put, ORDER).findings == []


def test_a_handler_may_wait_and_no_time_passes_outside() -> None:
    def wait(event: dict[str, Any], context: Any) -> None:
        time.sleep(600)

    start = time.monotonic()
    assert prove(wait, ORDER).findings == []
    assert time.monotonic() - start < 30


def test_a_deadlock_of_two_deliveries_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from flowdsl.proof import scenarios

    monkeypatch.setattr(scenarios, "_PATIENCE_SECONDS", 0.5)
    started = threading.Event()

    def never(event: dict[str, Any], context: Any) -> None:
        client("dynamodb").put_item(TableName="orders", Item=item(id=event["order_id"]))
        if threading.current_thread() is not threading.main_thread():
            started.wait()

    try:
        with pytest.raises(FlowDslError, match="two deliveries wait for each other; is there a lock around a call"):
            prove(never, ORDER, aws.orders_world, only="second delivery while")
    finally:
        started.set()


def test_a_lock_around_a_call_only_makes_the_second_delivery_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    from flowdsl.proof import scenarios

    monkeypatch.setattr(scenarios, "_PATIENCE_SECONDS", 0.5)
    lock = threading.Lock()

    def locked(event: dict[str, Any], context: Any) -> None:
        with lock:
            client("dynamodb").put_item(TableName="orders", Item=item(id=event["order_id"]))

    assert prove(locked, ORDER, aws.orders_world, only="second delivery while").findings == []


def test_everything_around_is_afterwards_as_it_was() -> None:
    before = dict(os.environ)
    random.seed(1)
    state = random.getstate()
    with mock_aws():
        ours = boto3.client("dynamodb", "eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
        ours.create_table(**aws.definition("mine"))
        environment = dict(os.environ)
        session = boto3.DEFAULT_SESSION
        prove(sound.put_order, ORDER, aws.world)
        assert ours.list_tables()["TableNames"] == ["mine"]
        assert dict(os.environ) == environment
        assert boto3.DEFAULT_SESSION is session
    assert dict(os.environ) == before
    assert random.getstate() == state
    assert time.time() < 1_999_999_999
    assert uuid.uuid4() != uuid.uuid4()
    assert time.sleep.__module__ == "time"
    assert re.fullmatch(r"<built-in function urandom>", repr(os.urandom))


def test_real_credentials_and_profiles_are_out_of_sight(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREAL")
    seen: list[tuple[str | None, str | None]] = []

    def look(event: dict[str, Any], context: Any) -> None:
        seen.append((os.environ.get("AWS_PROFILE"), os.environ.get("AWS_ACCESS_KEY_ID")))

    prove(look, ORDER)
    assert set(seen) == {(None, "testing")}
    assert os.environ["AWS_PROFILE"] == "production"


def test_then_is_run_in_the_world_after_one_clean_delivery() -> None:
    found: list[Any] = []

    def look() -> None:
        found.append(client("dynamodb").get_item(TableName="counters", Key=item(id="total"))["Item"]["n"])

    prove(sound.count, ORDER, aws.world, then=look)
    assert found == [{"N": "3"}]


def test_another_event_may_be_given() -> None:
    events: list[str] = []

    def note(event: dict[str, Any], context: Any) -> str:
        events.append(event["order_id"])
        return str(event["order_id"])

    prove(note, {"order_id": "o1"}, other_event={"order_id": "second"}, only="after another event")
    assert set(events) == {"o1", "second"}


def test_many_calls_are_tried_in_part() -> None:
    def many(event: dict[str, Any], context: Any) -> None:
        for n in range(70):
            client("dynamodb").put_item(TableName="orders", Item=item(id=str(n)))

    report = prove(many, ORDER, aws.orders_world, only="killed before #1 ")
    assert report.skipped[-1] == "faults at 10 of 70 calls"


def poll(event: dict[str, Any], context: Any) -> None:
    while "Item" not in client("dynamodb").get_item(TableName="orders", Key=item(id="nobody")):
        time.sleep(5)


@handler(timeout_seconds=30, idempotency=natural())
def poll_for_30_seconds(*, order_id: str) -> None:
    while "Item" not in client("dynamodb").get_item(TableName="orders", Key=item(id=order_id)):
        time.sleep(5)


def spin(event: dict[str, Any], context: Any) -> None:
    while True:
        pass


def spin_through_everything(event: dict[str, Any], context: Any) -> None:
    while True:
        with suppress(BaseException):
            client("dynamodb").get_item(TableName="orders", Key=item(id="nobody"))


def wait_for_nobody(event: dict[str, Any], context: Any) -> None:
    threading.Event().wait()


@pytest.mark.parametrize(
    ("endless", "still"),
    [
        (poll, "calling dynamodb.GetItem after 900 s"),
        (poll_for_30_seconds, "calling dynamodb.GetItem after 30 s"),
        (spin, "running after 0.5 s of real time"),
        (spin_through_everything, "calling dynamodb.GetItem after 20 calls"),
        (wait_for_nobody, "running after 0.5 s of real time"),
    ],
)
def test_a_handler_that_never_ends_is_ended(endless: Any, still: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flowdsl.proof.watchdog.LONGEST_REAL_SECONDS", 0.5)
    monkeypatch.setattr("flowdsl.proof.watchdog._DEAD_REAL_SECONDS", 0.2)
    if endless is spin_through_everything:
        monkeypatch.setattr("flowdsl.proof.delivery.MOST_CALLS", 20)
    with pytest.raises(FlowDslError) as error:
        prove(endless, ORDER, aws.orders_world)
    assert (
        str(error.value)
        == f"{getattr(endless, 'target', f'{__name__}:{endless.__name__}')} never answers: still {still}"
    )


def test_a_handler_that_waits_for_what_a_killed_delivery_should_have_done_is_told() -> None:
    def waits(event: dict[str, Any], context: Any) -> None:
        try:
            client("dynamodb").put_item(
                TableName="orders", Item=item(id="mark"), ConditionExpression="attribute_not_exists(id)"
            )
        except client("dynamodb").exceptions.ConditionalCheckFailedException:
            while "Item" not in client("dynamodb").get_item(TableName="orders", Key=item(id="done")):
                time.sleep(60)
        client("dynamodb").put_item(TableName="orders", Item=item(id="done"))

    found = {f.fault: f.what for f in prove(waits, ORDER, aws.orders_world).findings}
    assert found["killed after #1 dynamodb.PutItem"].startswith(
        "delivered again, it never answers: still calling dynamodb.GetItem after 900 s"
    )


def bad_world() -> None:
    client("dynamodb").delete_table(TableName="nowhere")


def test_a_setup_that_fails_is_told_in_one_line() -> None:
    with pytest.raises(FlowDslError) as error:
        prove(sound.put_order, ORDER, bad_world)
    line = bad_world.__code__.co_firstlineno + 1
    assert str(error.value) == (
        f"the setup tests.proof.test_prove:bad_world fails (tests/proof/test_prove.py:{line}): ResourceNotFoundException: "
        "An error occurred (ResourceNotFoundException) when calling the DeleteTable operation: Requested resource not found"
    )


def test_a_thread_that_a_fault_ends_prints_no_trace(capfd: Any) -> None:
    def threaded(event: dict[str, Any], context: Any) -> None:
        def put() -> None:
            client("dynamodb").put_item(TableName="orders", Item=item(id=event["order_id"]))

        thread = threading.Thread(target=put)
        thread.start()
        thread.join()

    report = prove(threaded, ORDER, aws.orders_world)
    assert {f.fault for f in report.findings} == {"#1 dynamodb.PutItem refused, too many requests"}
    assert "Traceback" not in capfd.readouterr().err


def test_what_the_world_lacks_is_named() -> None:
    def put(event: dict[str, Any], context: Any) -> None:
        client("dynamodb").put_item(TableName="orders", Item=item(id="o1"))

    def reads(event: dict[str, Any], context: Any) -> None:
        assert os.environ["ORDERS_TABLE"]

    def nothing() -> None:
        """A world with nothing in it."""

    here = "tests.proof.test_prove:test_what_the_world_lacks_is_named.<locals>"
    none = "the proof has no world; give it one with --setup MODULE:FUNCTION, or @proof(handler, event, setup)"
    put_said = "calls dynamodb.PutItem with TableName 'orders', which is not there (ResourceNotFoundException)"
    read_said = "reads the environment variable 'ORDERS_TABLE', which is not set"
    for function, setup, said in [
        (put, None, f"{here}.put {put_said}: {none}"),
        (put, nothing, f"{here}.put {put_said}: the setup {here}.nothing does not make it"),
        (reads, None, f"{here}.reads {read_said}: {none}"),
    ]:
        with pytest.raises(FlowDslError) as error:
            prove(function, ORDER, setup)
        assert str(error.value) == said


def test_the_table_of_once_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDEMPOTENCY_TABLE", "keys")
    with pytest.raises(FlowDslError) as error:
        prove(handler(idempotency=once("order_id"))(_nothing_done), {"order_id": "o1"})
    assert str(error.value) == (
        "tests.proof.test_prove:_nothing_done cannot begin: once(...) keeps its records in the DynamoDB table 'keys', "
        "which is not there; the environment variable IDEMPOTENCY_TABLE names it: the proof has no world; give it one with --setup MODULE:FUNCTION, "
        "or @proof(handler, event, setup)"
    )


def _nothing_done(*, order_id: str) -> None:
    """Does nothing."""


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ({1, 2}, "Object of type set is not JSON serializable"),
        ({"at": datetime(2030, 1, 1)}, "Object of type datetime is not JSON serializable"),
        ({(1, 2): 3}, "keys must be str, int, float, bool or None, not tuple"),
    ],
)
def test_an_answer_that_lambda_cannot_return_is_a_finding(answer: Any, why: str) -> None:
    def answers(event: dict[str, Any], context: Any) -> Any:
        return answer

    findings = prove(answers, ORDER).findings
    assert [str(f) for f in findings] == [
        f"each delivery: fails with Runtime.MarshalError: Lambda cannot return it: {why}"
    ]


def test_an_answer_of_decimals_and_tuples_is_json() -> None:
    def answers(event: dict[str, Any], context: Any) -> Any:
        return {"total": Decimal("1.5"), "lines": (1, 2)}

    assert prove(answers, ORDER).findings == []


def test_a_key_that_two_pieces_of_work_share_is_noted() -> None:
    def add(*, order_id: str, customer: str, cents: int) -> None:
        transaction().update(
            TableName="counters",
            Key={"id": customer},
            UpdateExpression="ADD n :n",
            ExpressionAttributeValues={":n": cents},
        )

    event = {"order_id": "o1", "customer": "ann", "cents": 5}
    report = prove(handler(idempotency=once("customer"))(add), event, aws.world)
    assert report.notes == [
        "a second event with the same 'customer' and another 'order_id' is refused (KeyReused): once(...) must name what tells one "
        "piece of work from the next"
    ]
    assert prove(handler(idempotency=once("order_id"))(add), event, aws.world).notes == []
    assert prove(handler(idempotency=once(("customer", "order_id")))(add), event, aws.world).notes == []
