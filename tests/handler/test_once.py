"""Under once(...) the effects of a key happen once: with its record, or not at all."""

from __future__ import annotations

import os
from typing import Any

import pytest
import time_machine
from pydantic import BaseModel

from flowdsl.handler import (
    AlreadyRunning,
    ConditionFailed,
    InvalidKey,
    InvalidResult,
    KeyReused,
    LostLease,
    Transient,
    current_key,
    delegated,
    handler,
    natural,
    once,
    transaction,
)
from flowdsl.handler.record import Record
from flowdsl.handler.table import resource
from flowdsl.handler.writes import Transaction


class Broke(Exception):
    """Nothing is left."""


class Receipt(BaseModel):
    order_id: str
    n: int


def add(amount: int, **options: Any) -> None:
    transaction().update(
        TableName="counters",
        Key={"id": "total"},
        UpdateExpression="ADD n :n",
        ExpressionAttributeValues={":n": amount, **options.pop("values", {})},
        **options,
    )


@handler(idempotency=once("order_id"), raises=(Broke,))
def count(*, order_id: str, amount: int) -> Any:
    """Adds the amount; raises and returns what the amount says."""
    add(amount)
    if amount == 13:
        raise Broke(order_id)
    return RESULTS.get(amount, amount)


RESULTS: dict[int, Any] = {0: None, 1: [], 2: {}, 3: "", 4: False, 5: 0}


def total(dynamodb: Any) -> int | None:
    item = dynamodb.get_item(TableName="counters", Key={"id": {"S": "total"}}).get("Item")
    return int(item["n"]["N"]) if item else None


def records(dynamodb: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = dynamodb.scan(TableName="idempotency")["Items"]
    return items


def test_a_second_delivery_answers_the_same_and_adds_nothing(dynamodb: Any, context: Any) -> None:
    event = {"order_id": "o1", "amount": 7}
    assert count.invoke(event, context) == count.invoke(event, context) == 7
    assert total(dynamodb) == 7


@pytest.mark.parametrize("amount", RESULTS, ids=lambda n: repr(RESULTS[n]))
def test_a_falsy_result_is_a_result(dynamodb: Any, amount: int) -> None:
    event = {"order_id": "o1", "amount": amount}
    first = count.invoke(event)
    assert first == RESULTS[amount]
    again = count.invoke(event)
    assert again == first
    assert type(again) is type(first)
    assert total(dynamodb) == amount


def test_a_record_says_when_it_may_go(dynamodb: Any) -> None:
    with time_machine.travel(1_800_000_000, tick=False):
        count.invoke({"order_id": "o1", "amount": 7})
    (record,) = records(dynamodb)
    assert record["id"] == {"S": f"{__name__}:count#o1"}
    assert record["status"] == {"S": "DONE"}
    assert record["result"] == {"S": "7"}
    assert record["expiration"] == {"N": str(1_800_000_000 + 30 * 24 * 3600)}
    assert "lease" not in record


def test_another_event_under_the_same_key_is_refused(dynamodb: Any) -> None:
    count.invoke({"order_id": "o1", "amount": 7})
    with pytest.raises(KeyReused) as error:
        count.invoke({"order_id": "o1", "amount": 8})
    assert (
        str(error.value)
        == f"the key '{__name__}:count#o1', made of 'order_id', belongs to another event; nothing was done"
    )
    assert total(dynamodb) == 7


def test_a_failure_writes_nothing_and_gives_the_key_back(dynamodb: Any) -> None:
    with pytest.raises(Broke):
        count.invoke({"order_id": "o1", "amount": 13})
    assert total(dynamodb) is None
    assert records(dynamodb) == []


def nested(inner: Any, *, order_id: str = "o1", **options: Any) -> Any:
    """Counts 7, and calls something in the middle."""

    @handler(idempotency=once("order_id", name="nested", **options))
    def work(*, order_id: str) -> int:
        add(7)
        inner(work)
        return 7

    return work


def test_while_one_delivery_is_at_work_another_is_told_to_come_again(dynamodb: Any) -> None:
    told: list[Exception] = []

    def second(work: Any) -> None:
        if not told:
            with pytest.raises(AlreadyRunning) as error:
                work.invoke({"order_id": "o1"})
            told.append(error.value)

    assert nested(second).invoke({"order_id": "o1"}) == 7
    assert isinstance(told[0], Transient)
    assert str(told[0]) == "another delivery with the key 'nested#o1' is at work; try again later"
    assert total(dynamodb) == 7


def test_after_the_lease_another_delivery_takes_over_and_the_first_writes_nothing(dynamodb: Any) -> None:
    answers: list[int] = []
    with time_machine.travel(1_800_000_000, tick=False) as clock:

        def second(work: Any) -> None:
            if not answers:
                clock.shift(31)
                answers.append(0)
                answers[0] = work.invoke({"order_id": "o1"})

        work = nested(second, lease_seconds=30)
        with pytest.raises(LostLease) as error:
            work.invoke({"order_id": "o1"})
        assert answers == [7]
        assert work.invoke({"order_id": "o1"}) == 7
    assert str(error.value) == "another delivery took the key 'nested#o1' over; nothing was written"
    assert isinstance(error.value, Transient)
    assert total(dynamodb) == 7


def test_a_killed_delivery_blocks_the_key_until_its_lease_ends(dynamodb: Any, context: Any) -> None:
    class Killed(BaseException):
        """No except Exception sees it."""

    killed: list[bool] = []

    def die(work: Any) -> None:
        if not killed:
            killed.append(True)
            raise Killed

    work = nested(die)
    with time_machine.travel(1_800_000_000, tick=False) as clock:
        with pytest.raises(Killed):
            work.invoke({"order_id": "o1"}, context)
        with pytest.raises(AlreadyRunning):
            work.invoke({"order_id": "o1"}, context)
        clock.shift(29)
        with pytest.raises(AlreadyRunning):
            work.invoke({"order_id": "o1"}, context)
        clock.shift(2)
        assert work.invoke({"order_id": "o1"}, context) == 7
    assert total(dynamodb) == 7


def test_a_dead_delivery_of_another_event_does_not_give_its_key_away(dynamodb: Any) -> None:
    with time_machine.travel(1_800_000_000, tick=False) as clock:
        assert Record("idempotency", "k", "first", "payload 1").claim(clock_time(), 30, 60) is None
        clock.shift(31)
        with pytest.raises(KeyReused):
            Record("idempotency", "k", "second", "payload 2").claim(clock_time(), 30, 60)


def clock_time() -> float:
    import time

    return time.time()


def test_a_claim_that_is_sent_twice_finds_itself(dynamodb: Any) -> None:
    record = Record("idempotency", "k", "me", "payload")
    assert record.claim(1_800_000_000, 30, 60) is None
    assert record.claim(1_800_000_000, 30, 60) is None


def test_an_outcome_that_is_sent_twice_is_written_once(dynamodb: Any) -> None:
    record = Record("idempotency", "k", "me", "payload")
    record.claim(1_800_000_000, 30, 60)
    writes = Transaction()
    writes.update(
        TableName="counters", Key={"id": "total"}, UpdateExpression="ADD n :n", ExpressionAttributeValues={":n": 7}
    )
    record.finish("1", writes, 1_800_000_100)
    record.finish("1", writes, 1_800_000_100)
    assert total(dynamodb) == 7


def test_only_the_owner_gives_a_key_back(dynamodb: Any) -> None:
    Record("idempotency", "k", "owner", "payload").claim(1_800_000_000, 30, 60)
    Record("idempotency", "k", "other", "payload").release()
    assert len(records(dynamodb)) == 1
    Record("idempotency", "k", "owner", "payload").release()
    assert records(dynamodb) == []


def test_a_finished_record_is_not_given_back(dynamodb: Any) -> None:
    record = Record("idempotency", "k", "owner", "payload")
    record.claim(1_800_000_000, 30, 60)
    record.finish("1", Transaction(), 1_800_000_100)
    record.release()
    assert len(records(dynamodb)) == 1


def test_an_expired_record_counts_no_more_even_while_it_is_there(dynamodb: Any) -> None:
    with time_machine.travel(1_800_000_000, tick=False) as clock:
        count.invoke({"order_id": "o1", "amount": 7})
        clock.shift(30 * 24 * 3600 + 1)
        assert count.invoke({"order_id": "o1", "amount": 8}) == 8
    assert total(dynamodb) == 15


def test_a_plain_call_is_once_too_and_gets_the_declared_type_back(dynamodb: Any) -> None:
    @handler(idempotency=once("order_id"))
    def receipt(*, order_id: str) -> Receipt:
        add(1)
        return Receipt(order_id=order_id, n=1)

    first = receipt(order_id="o1")
    again = receipt(order_id="o1")
    assert first == again == Receipt(order_id="o1", n=1)
    assert total(dynamodb) == 1


def test_without_a_key_in_the_event_the_workflow_passes_one(dynamodb: Any) -> None:
    @handler(idempotency=once())
    def work(*, amount: int) -> str:
        add(amount)
        return current_key()

    first = work.invoke({"amount": 3, "flowdsl_key": "execution#State#entered"})
    assert work.invoke({"amount": 3, "flowdsl_key": "execution#State#entered"}) == first
    assert work.invoke({"amount": 3, "flowdsl_key": "execution#State#entered later"}) != first
    assert total(dynamodb) == 6
    with pytest.raises(InvalidKey) as error:
        work.invoke({"amount": 3})
    assert str(error.value) == (
        "work: the event has no flowdsl_key, which a workflow passes; or name a key of the event: once(key=...)"
    )


def test_a_plain_call_without_a_key_writes_its_effects_and_recalls_nothing(dynamodb: Any) -> None:
    @handler(idempotency=once())
    def work(*, amount: int) -> int:
        add(amount)
        return amount

    assert work(amount=3) == work(amount=3) == 3
    assert total(dynamodb) == 6
    assert records(dynamodb) == []


class Order(BaseModel):
    id: str | None
    number: int = 0


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("order.id", "o1"),
        ("order.number", "7"),
        (("order.id", "part"), '["o1", "a"]'),
        (lambda order, part: f"{part}/{order.id}", "a/o1"),
    ],
    ids=["a way into a parameter", "a number", "several", "a function"],
)
def test_a_key_is_found_where_it_is_declared(dynamodb: Any, key: Any, name: str) -> None:
    @handler(idempotency=once(key, name="work"))
    def work(*, order: Order, part: str) -> None:
        """Nothing."""

    work.invoke({"order": {"id": "o1", "number": 7}, "part": "a"})
    assert [r["id"]["S"] for r in records(dynamodb)] == [f"work#{name}"]


@pytest.mark.parametrize("missing", [None, ""])
def test_an_empty_key_is_refused(dynamodb: Any, missing: Any) -> None:
    @handler(idempotency=once("order.id"))
    def work(*, order: Order) -> None:
        """Nothing."""

    with pytest.raises(InvalidKey) as error:
        work.invoke({"order": {"id": missing}})
    assert str(error.value) == "work: the idempotency key order.id must be text or a whole number that is there"


def test_a_long_key_is_kept_by_its_hash(dynamodb: Any) -> None:
    count.invoke({"order_id": "o" * 2000, "amount": 7})
    assert [len(r["id"]["S"]) for r in records(dynamodb)] == [64]
    count.invoke({"order_id": "o" * 2000, "amount": 7})
    assert total(dynamodb) == 7


def test_a_condition_that_does_not_hold_is_what_its_write_says(dynamodb: Any) -> None:
    @handler(idempotency=once("order_id"), raises=(Broke,))
    def spend(*, order_id: str) -> None:
        add(-1, ConditionExpression="n >= :one", values={":one": 1}, otherwise=Broke("nothing is left"))

    with pytest.raises(Broke, match=r"^nothing is left$"):
        spend.invoke({"order_id": "o1"})
    assert total(dynamodb) is None
    assert records(dynamodb) == []


def test_a_condition_without_a_say_is_condition_failed(dynamodb: Any) -> None:
    @handler(idempotency=once("order_id"))
    def spend(*, order_id: str) -> None:
        transaction().check(TableName="counters", Key={"id": "limit"}, ConditionExpression="attribute_exists(id)")
        add(1)

    with pytest.raises(ConditionFailed) as error:
        spend.invoke({"order_id": "o1"})
    assert str(error.value) == "the ConditionCheck in counters: its condition does not hold; nothing was written"
    assert total(dynamodb) is None


def test_puts_and_deletes_are_effects_too(dynamodb: Any) -> None:
    dynamodb.put_item(TableName="counters", Item={"id": {"S": "old"}})

    @handler(idempotency=once("order_id"))
    def swap(*, order_id: str) -> None:
        transaction().put(TableName="counters", Item={"id": "new", "lines": [{"sku": "tea"}]})
        transaction().delete(TableName="counters", Key={"id": "old"})

    swap.invoke({"order_id": "o1"})
    assert [i["id"]["S"] for i in dynamodb.scan(TableName="counters")["Items"]] == ["new"]


def test_a_result_too_large_to_keep_is_refused_before_anything_is_written(dynamodb: Any) -> None:
    @handler(idempotency=once("order_id"))
    def work(*, order_id: str) -> str:
        add(1)
        return "x" * 400_000

    with pytest.raises(InvalidResult) as error:
        work.invoke({"order_id": "o1"})
    assert str(error.value) == (
        "work returned 400002 bytes, and at most 350000 can be kept; put them in S3 and return the object's key"
    )
    assert total(dynamodb) is None
    assert records(dynamodb) == []


def test_a_transaction_holds_99_writes() -> None:
    writes = Transaction()
    for n in range(99):
        writes.delete(TableName="counters", Key={"id": str(n)})
    with pytest.raises(ValueError, match=r"^a transaction holds at most 99 writes$"):
        writes.delete(TableName="counters", Key={"id": "99"})
    assert len(writes) == 99


def test_the_key_passed_on_is_the_same_for_every_delivery(dynamodb: Any) -> None:
    keys: list[str] = []

    @handler(idempotency=delegated("order_id", to="the queue"))
    def work(*, order_id: str) -> None:
        keys.extend([current_key(), current_key("mail"), current_key(length=36)])

    for _ in range(2):
        work.invoke({"order_id": "o1"})
    assert keys[:3] == keys[3:]
    assert len(set(keys)) == 3
    assert [len(key) for key in keys[:3]] == [64, 64, 36]
    assert keys[0].startswith(keys[2])
    work.invoke({"order_id": "o2"})
    assert keys[6] != keys[0]


def test_key_and_transaction_are_there_only_where_they_are_declared() -> None:
    @handler(idempotency=natural())
    def work() -> None:
        current_key()

    with pytest.raises(LookupError) as error:
        work.invoke({})
    assert str(error.value) == "current_key() is there only while a handler declared once(...) or delegated(...) runs"
    with pytest.raises(LookupError) as error:
        transaction()
    assert str(error.value) == "transaction() is there only while a handler declared idempotency=once(...) runs"


def test_a_key_has_a_length_that_is_there(dynamodb: Any) -> None:
    @handler(idempotency=delegated("order_id"))
    def work(*, order_id: str) -> str:
        return current_key(length=65)

    with pytest.raises(ValueError, match=r"^length must be from 1 to 64, found 65$"):
        work(order_id="o1")


def test_a_table_that_nobody_names_is_asked_for(dynamodb: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("IDEMPOTENCY_TABLE")
    with pytest.raises(LookupError) as error:
        count.invoke({"order_id": "o1", "amount": 7})
    assert str(error.value) == (
        "once(...) keeps its records in a DynamoDB table: set IDEMPOTENCY_TABLE, or give once(table=...)"
    )
    monkeypatch.setenv("IDEMPOTENCY_TABLE", "idempotency")
    assert os.environ["IDEMPOTENCY_TABLE"] == "idempotency"


def test_what_the_handler_does_to_its_arguments_does_not_change_what_they_were(dynamodb: Any) -> None:
    @handler(idempotency=once("order_id"))
    def work(*, order_id: str, lines: list[str]) -> int:
        lines.clear()
        return len(lines)

    for _ in range(2):
        assert work.invoke({"order_id": "o1", "lines": ["a"]}) == 0


def test_one_handler_inside_another_keeps_its_own_record(dynamodb: Any) -> None:
    @handler(idempotency=once("order_id", name="inner"))
    def inner(*, order_id: str) -> int:
        add(1)
        return 1

    @handler(idempotency=once("order_id", name="outer"))
    def outer(*, order_id: str) -> int:
        add(10)
        return inner(order_id=order_id) + 10

    for _ in range(2):
        assert outer.invoke({"order_id": "o1"}) == 11
    assert total(dynamodb) == 11
    assert sorted(r["status"]["S"] for r in records(dynamodb)) == ["DONE", "DONE"]


def test_the_table_is_a_resource_of_a_template() -> None:
    table = resource()
    assert table["Type"] == "AWS::DynamoDB::Table"
    assert table["DeletionPolicy"] == "Retain"
    assert table["Properties"]["KeySchema"] == [{"AttributeName": "id", "KeyType": "HASH"}]
    assert table["Properties"]["TimeToLiveSpecification"] == {"AttributeName": "expiration", "Enabled": True}
    assert table["Properties"]["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert "TableName" not in table["Properties"]
    assert resource("Keys")["Properties"]["TableName"] == "Keys"


def test_a_float_of_a_transaction_is_the_decimal_that_it_is_written_as() -> None:
    effects = Transaction()
    effects.put(TableName="orders", Item={"id": "o1", "lines": [{"price": 12.1}, (1, None)]})
    assert effects.requests()[0]["Put"]["Item"] == {
        "id": {"S": "o1"},
        "lines": {"L": [{"M": {"price": {"N": "12.1"}}}, {"L": [{"N": "1"}, {"NULL": True}]}]},
    }


@pytest.mark.parametrize(
    ("value", "what"),
    [
        (float("nan"), "a number nan: Infinity and NaN not supported"),
        (1 + 2j, 'complex (1+2j): Unsupported type "<class \'complex\'>" for value "(1+2j)"'),
    ],
)
def test_what_dynamodb_has_no_value_for_is_told_with_its_place(value: Any, what: str) -> None:
    with pytest.raises(TypeError) as error:
        Transaction().put(TableName="orders", Item={"id": "o1", "nested": {"a": [value]}})
    assert str(error.value) == f"Item.nested.a[0]: DynamoDB has no value for {what}"
