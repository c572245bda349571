"""Booking a payment: both rows or none, once. The statements run, in a database in memory that knows transactions."""

from __future__ import annotations

from typing import Any

import pytest

from flowdsl.proof.sql import Database
from flowdsl.testing import Execution, raises, simulate
from workflows.book_payment import book_payment

WORLD = ()

PAYMENT = {"id": "bank-77", "account": "ada", "amount": 500}
FAILED = raises("RdsData.StatementTimeoutException")


def first(name: str, upper: bool) -> str:
    return (name[0].upper() if upper else name[0].lower()) + name[1:]


def renamed(value: Any, upper: bool) -> Any:
    """The names of the integration are the API's, with a capital."""
    if isinstance(value, dict):
        return {first(k, upper): renamed(v, upper) for k, v in value.items()}
    return [renamed(v, upper) for v in value] if isinstance(value, list) else value


class Cluster:
    """The Data API of one database."""

    def __init__(self) -> None:
        self.database = Database()
        self.run("CREATE TABLE booking (token TEXT PRIMARY KEY, account TEXT, amount INTEGER)")
        self.run("CREATE TABLE account (name TEXT PRIMARY KEY, balance INTEGER CHECK (balance < 10000))")
        self.run("INSERT INTO account VALUES ('ada', 1000)")

    def run(self, sql: str) -> Any:
        return self.database.answer("ExecuteStatement", {"sql": sql})[1].get("records")

    def call(self, operation: str) -> Any:
        def answer(request: Any) -> Any:
            response, parsed = self.database.answer(operation, renamed(request, upper=False))
            if response.status_code >= 400:
                return raises(f"RdsData.{parsed['Error']['Code']}", parsed["Error"]["Message"])
            return {k: v for k, v in renamed(parsed, upper=True).items() if k != "ResponseMetadata"}

        return answer

    @property
    def mocks(self) -> dict[Any, Any]:
        return {
            "Begin": self.call("BeginTransaction"),
            "Book": self.call("ExecuteStatement"),
            "RaiseBalance": self.call("ExecuteStatement"),
            "Commit": self.call("CommitTransaction"),
            "Undo": self.call("RollbackTransaction"),
        }

    @property
    def holds(self) -> tuple[int, int]:
        """(bookings, balance)."""
        [[bookings]] = self.run("SELECT count(*) FROM booking")
        [[balance]] = self.run("SELECT balance FROM account")
        return bookings["longValue"], balance["longValue"]


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


def book(cluster: Cluster, amount: int = 500, **mocks: Any) -> Execution:
    return simulate(book_payment, {**PAYMENT, "amount": amount}, {**cluster.mocks, **mocks}, unused_mocks="ignore")


def test_a_payment_is_booked_and_raises_the_balance(cluster: Cluster) -> None:
    execution = book(cluster)
    assert execution.path == ["Begin", "Book", "News", "RaiseBalance", "Commit", "Done"]
    assert execution.output == "booked"
    assert cluster.holds == (1, 1500)


def test_a_payment_that_comes_twice_is_booked_once(cluster: Cluster) -> None:
    assert book(cluster).output == book(cluster).output
    assert cluster.holds == (1, 1500)


def test_the_statements_take_values_by_name_and_never_in_the_text(cluster: Cluster) -> None:
    asked = next(call.request for call in book(cluster).calls if call.state == "Book")
    assert asked["Parameters"][0] == {"Name": "token", "Value": {"StringValue": "bank-77"}}
    assert "bank-77" not in asked["Sql"]
    assert asked["TransactionId"] == "transaction-1"


@pytest.mark.parametrize("state", ["Book", "RaiseBalance", "Commit"])
def test_what_fails_half_way_is_undone(cluster: Cluster, state: str) -> None:
    execution = book(cluster, **{state: FAILED})
    assert execution.path[-2:] == ["Undo", "NotBooked"]
    assert cluster.holds == (0, 1000)
    assert book(cluster).output == "booked"
    assert cluster.holds == (1, 1500)


def test_a_constraint_that_does_not_hold_undoes_the_booking_too(cluster: Cluster) -> None:
    assert book(cluster, amount=20_000).error == "NotBooked"
    assert cluster.holds == (0, 1000)


def test_a_commit_whose_answer_was_lost_may_be_run_again(cluster: Cluster) -> None:
    def lost(request: Any) -> Any:
        cluster.mocks["Commit"](request)
        return FAILED

    execution = book(cluster, Commit=lost)
    assert execution.path[-3:] == ["Commit", "Undo", "NotBooked"]
    assert book(cluster).output == "booked"
    assert cluster.holds == (1, 1500)


def test_a_database_that_is_asleep_is_waited_for(cluster: Cluster) -> None:
    asleep = raises("RdsData.DatabaseResumingException")
    assert book(cluster, Begin=[asleep, asleep, cluster.mocks["Begin"]]).output == "booked"
